import { createAutomation } from './automation.js';
import { mountDashboard, mountInsecure } from './mount.jsx';
import { createPage } from './page.js';
import { wire } from './wiring.js';

/** The dashboard's entry. */
async function start(root: Element): Promise<void> {
  if (!window.isSecureContext) {
    mountInsecure(root, window.location.origin);
    return;
  }
  const deps = await wire(window.location);
  window.tabgrid = createAutomation(deps.coordinator);
  mountDashboard(root, createPage(deps), window.location.origin);
}

const root = document.querySelector('#app');
if (root !== null) {
  start(root).catch((error: unknown) => {
    root.textContent = `The dashboard could not start: ${error instanceof Error ? error.message : String(error)}. Reload the page.`;
  });
}
