import type { Millis } from '@tabgrid/protocol/ids';
import type { SchedulerEvent } from '@tabgrid/scheduler/events';
import type { Profile } from './profile.js';
import { createSimulation, type SimulateOptions, type Simulation } from './simulate.js';
import type { Outcome } from './tally.js';

/** What is done beside a job at fixed times. */
export interface Beside {
  readonly everyMs: Millis;
  /** Takes no time on the job's clock. @returns what the scheduler is told then; null for nothing */
  readonly work: (simulation: Simulation) => Promise<SchedulerEvent | null>;
}

/** As `simulate`, with something that is awaited at fixed times of the scheduler's clock: learning. */
export async function simulateBeside(
  profile: Profile,
  seed: number,
  options: SimulateOptions,
  { everyMs, work }: Beside,
): Promise<Outcome> {
  const simulation = createSimulation(profile, seed, options);
  for (let until = everyMs; ; until += everyMs) {
    while (simulation.step(until));
    if (simulation.over) break;
    const event = await work(simulation);
    if (event) simulation.tell(event);
  }
  return simulation.outcome();
}
