import { createManualClock } from '@tabgrid/protocol/clock';
import { createPage } from '../page.js';
import { createRemembered } from '../remembered.js';
import { createFakeCoordinator } from './fake-coordinator.js';
import { createFakeVolunteer } from './fake-volunteer.js';

/** A page over fakes, for tests. */

export function createStorage() {
  const map = new Map<string, string>();
  return {
    getItem: (key: string) => map.get(key) ?? null,
    setItem: (key: string, value: string) => void map.set(key, value),
  };
}

export function setUpPage(
  options: { readonly storage?: ReturnType<typeof createStorage>; readonly noGpu?: string } = {},
) {
  const coordinator = createFakeCoordinator();
  const volunteer = createFakeVolunteer();
  if (options.noGpu !== undefined) volunteer.failWith(options.noGpu);
  const clock = createManualClock();
  const saved: string[] = [];
  const clipboard: { text: string; allowed: boolean } = { text: '', allowed: true };
  const page = createPage({
    coordinator,
    volunteer,
    remembered: createRemembered(options.storage ?? createStorage()),
    clock,
    save: (bytes, name, type) => saved.push(`${name} ${type} ${bytes.byteLength}`),
    copy: async (text) => {
      if (!clipboard.allowed) throw new Error('denied');
      clipboard.text = text;
    },
  });
  return { coordinator, volunteer, clock, page, saved, clipboard };
}
