import '@tabgrid/ui/fonts.css';
import '@tabgrid/ui/tokens.css';
import '@tabgrid/ui/base.css';
import './dashboard.css';
import './jobs.css';
import './learning.css';
import './simulation.css';
import { render } from 'preact';
import type { Page } from './page.js';
import { App } from './parts/app.jsx';
import { Insecure } from './parts/insecure.jsx';

/** Puts the dashboard on the page. @param origin the page's own, for the join link */
export function mountDashboard(root: Element, page: Page, origin: string): void {
  render(<App page={page} origin={origin} />, root);
}

/** Puts the words for an insecure context on the page. */
export function mountInsecure(root: Element, address: string): void {
  render(<Insecure address={address} />, root);
}
