import { VolunteerId } from '@tabgrid/protocol/ids';
import type { TaskView, VolunteerView } from '@tabgrid/scheduler/oracle';
import { createRandom } from '@tabgrid/scheduler/random';
import * as v from 'valibot';
import type { FeatureContext } from '../context.js';
import type { RunObservation } from '../observation.js';
import { TIME_FEATURES } from './features.js';
import type { Interval } from './scale.js';

export const CONTEXT: FeatureContext = { wallAtZero: 0, timeZoneMinutes: 0, usualLoad: () => 0.5 };

export const TASK: TaskView = {
  kernel: { kind: 'k', version: '1' },
  workUnits: 1000,
  inputBytes: 1000,
  outputBytes: 1000,
};

export const vid = (name: string) => v.parse(VolunteerId, name);

/** A volunteer that nothing is known of. */
export function view(change: Partial<VolunteerView> = {}): VolunteerView {
  return {
    id: vid('a'),
    capabilities: {
      adapter: { vendor: 'v', architecture: 'a', description: '', browser: 'b' },
      ...{ software: false, features: [], limits: {}, cpuCores: 4, kernels: [TASK.kernel] },
    },
    ...{ now: 0, hidden: false, ageMs: 0, speeds: new Map(), roundTrip: null },
    record: { success: 1, ended: 0, failed: 0, lost: 0 },
    ...{ inFlight: 0, sinceSignMs: 0, sinceReturnMs: 0, telemetry: null, link: null },
    origin: { network: null, owner: null, region: null, provider: null },
    grid: { volunteers: 1, busyShare: 0, waiting: 0 },
    share: { attempts: 1, probability: 1 },
    ...change,
  };
}

/** What a plain oracle says that expects a second, give or take a factor of 1.5. */
export const PLAIN: Interval = { p025: 1000 / 1.5, median: 1000, p975: 1500 };

/** One feature that matters (the first), the rest 0. */
export function row(x: number): number[] {
  return TIME_FEATURES.map((_, i) => (i === 0 ? x : 0));
}

export function run(change: Partial<RunObservation> = {}): RunObservation {
  return {
    ...{ type: 'run', at: 1, volunteer: vid('a'), kernel: 'k@1', features: row(0), plain: PLAIN, said: PLAIN },
    ...{ ms: 1000, end: 'done', results: 10, ageMs: 120_000 },
    ...change,
  };
}

export function uniform(seed: number): () => number {
  const random = createRandom(seed);
  return () => random.next();
}

/** Standard normal (Box and Muller 1958). */
export function normal(next: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
}
