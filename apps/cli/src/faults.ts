import { setTimeout } from 'node:timers/promises';
import type { JobReport } from '@tabgrid/protocol/records';
import type { JSHandle, Page } from 'playwright';
import type { ChaosAction } from './chaos.js';
import { type Grid, readView } from './grid.js';
import { startLying } from './liar/tab.js';
import { press } from './press.js';

/**
 * Makes faults happen in mid-job.
 *
 * Invariants:
 * 1. Faults happen one after the other, each while assignments are held, so that none can come too late.
 * 2. The next hold begins in the turn in which the one before ends, so that nothing slips through between two faults.
 */
export interface Faults {
  /** Begins. Call before the launch. */
  arm(): Promise<void>;
  /** Waits a little: until the next fault's share is reached, which makes it happen, or for some time. */
  step(): Promise<void>;
  happened(): JobReport['chaos'];
}

/** Between two looks at the job. */
export const STEP_MS = 200;
/** How long the page may take to lose, to find again or to be there again. */
const LIMIT_MS = 60_000;

/** A promise in the page: the share is reached and assignments are held. */
type Hold = JSHandle<{ readonly reached: Promise<void> } | null>;

export interface Victims {
  readonly honest: readonly Page[];
  readonly liars: readonly Page[];
}

export function createFaults(grid: Grid, tabs: Victims, chaos: readonly ChaosAction[]): Faults {
  const { dashboard } = grid;
  const strike = createStrikes(grid, tabs, () => arm());
  const happened: JobReport['chaos'] = [];
  const left = [...chaos];
  let reached: Promise<true> | null = null;

  /** Ends the present hold, and in the same turn holds the next tasks back at the share of the next fault. */
  async function arm(): Promise<void> {
    const hold: Hold = await dashboard.evaluateHandle((share) => {
      const { hold } = window.tabgrid;
      hold.release();
      return share === null ? null : { reached: hold.at(share) };
    }, left[0]?.at ?? null);
    reached = left.length === 0 ? null : hold.evaluate((made) => made?.reached).then(() => true as const);
    // A reload ends the promise with its page; whoever waits for it hears of that.
    reached?.catch(() => {});
  }

  return {
    arm,
    async step() {
      const pause = setTimeout(STEP_MS, false as const);
      if (!(await Promise.race(reached === null ? [pause] : [reached, pause]))) return;
      const { job } = await readView(dashboard);
      const action = left.shift();
      if (action === undefined) return;
      await strike(action);
      happened.push({ ...action, share: job?.share ?? 0, atMs: job?.wallMs ?? 0 });
      await arm();
    },
    happened: () => happened,
  };
}

/** What makes a fault happen. @param arm called in a reload, before the job goes on */
export function createStrikes(
  grid: Grid,
  tabs: Victims,
  arm: () => Promise<void>,
): (action: ChaosAction) => Promise<void> {
  const honest = [...tabs.honest];
  const liars = [...tabs.liars];
  return async ({ kind, count }) => {
    switch (kind) {
      case 'kill':
        for (const tab of honest.splice(0, count)) await tab.close({ runBeforeUnload: false });
        return;
      case 'freeze':
        for (const tab of honest.splice(0, count)) await freeze(tab);
        return;
      case 'lie':
        for (const tab of liars.splice(0, count)) await startLying(tab);
        return;
      case 'reload':
        return await reload(grid.dashboard, arm);
      case 'signaling':
        return await restart(grid);
    }
  };
}

/** Stops a page in mid-air so that it says nothing more, as a crash would. */
async function freeze(tab: Page): Promise<void> {
  const session = await tab.context().newCDPSession(tab);
  await session.send('Debugger.enable');
  await session.send('Debugger.pause');
}

/**
 * Reloads the dashboard and takes up the job that was cut off, as its owner would. What the page has against it stays on
 * the page, for whoever watches the job.
 * @param arm called before it goes on
 */
async function reload(dashboard: Page, arm: () => Promise<void>): Promise<void> {
  await dashboard.reload();
  await dashboard.getByTestId('unfinished-row').waitFor({ timeout: LIMIT_MS });
  // The new page holds nothing yet: without this the job could run past the next fault's share, or to its end.
  await arm();
  await press(dashboard, 'take-up');
  const answered = () =>
    document.querySelector('[data-testid=unfinished-row]') === null ||
    document.querySelector('[data-testid=error]') !== null;
  await dashboard.waitForFunction(answered, null, { polling: STEP_MS, timeout: LIMIT_MS });
}

/** Kills the server, waits until the dashboard has noticed, starts the server again, and waits until it is found again. */
async function restart({ server, dashboard }: Grid): Promise<void> {
  if (server === null) throw new Error('this grid’s server cannot be killed: start it with mortalServer');
  const says = (state: string) =>
    dashboard.locator(`[data-testid=signaling][data-state=${state}]`).waitFor({ timeout: LIMIT_MS });
  await server.kill();
  await says('offline');
  await server.start();
  await says('online');
}
