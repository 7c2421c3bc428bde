import type { Page } from 'playwright';
import { type ChaosAction, liars } from './chaos.js';
import type { Victims } from './faults.js';
import { type Grid, type GridOptions, startGrid, type VolunteerTabOptions } from './grid.js';

/** What a command's options say of its grid. */
export interface GridWanted {
  readonly volunteers: number;
  readonly relayOnly: boolean;
  readonly chaos: readonly ChaosAction[];
  readonly headed: boolean;
}

/** A grid on this machine for one command: set up, joined by as many tabs as it wants, and closed whatever happens. */
export async function withVolunteers<T>(
  { volunteers, relayOnly, chaos, headed }: GridWanted,
  say: (line: string) => void,
  gridOptions: GridOptions,
  command: { setUp(grid: Grid): Promise<void>; run(grid: Grid, tabs: Victims): Promise<T> },
): Promise<T> {
  const mortalServer = chaos.some(({ kind }) => kind === 'signaling');
  const grid = await startGrid({ headed, mortalServer, say, ...gridOptions });
  const interrupted = () => {
    void grid.close().finally(() => process.exit(130));
  };
  process.once('SIGINT', interrupted);
  try {
    const { executable, adapter, software } = grid.launched;
    say(`Browser: ${executable}`);
    say(`WebGPU:  ${adapter}${software ? ' (software: no GPU was offered)' : ''}`);
    await command.setUp(grid);
    const lying = liars(chaos);
    const [honest, lied] = await Promise.all([
      openTabs(grid, volunteers - lying, { relayOnly }),
      openTabs(grid, lying, { relayOnly, liar: true }),
    ]);
    await grid.untilReady(volunteers);
    return await command.run(grid, { honest, liars: lied });
  } finally {
    process.removeListener('SIGINT', interrupted);
    await grid.close();
  }
}

async function openTabs(grid: Grid, count: number, options: VolunteerTabOptions): Promise<readonly Page[]> {
  return await Promise.all(Array.from({ length: count }, () => grid.addVolunteer(options)));
}
