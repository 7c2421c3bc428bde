import type { LiarKind, Profile } from './profile.js';
import type { TraceSession } from './trace.js';

/** The grids that policies are compared on. */

const MBIT_BYTES = 125_000;

/** What the others are variations of: a steady grid over the internet with a job of 600 tasks of 15 s. */
const base: Profile = {
  name: 'base',
  volunteers: 60,
  lifetime: { kind: 'stays' },
  silentShare: 0.5,
  speedSigma: 0.5,
  // Near-equal tasks take 5 to 9 % more or less than the last ones did (measured on NodIO’s volunteers).
  jitter: { sigma: 0.06, everyMs: 10_000 },
  hidden: null,
  duty: null,
  frozen: null,
  wave: null,
  liars: null,
  roundTripMs: 60,
  roundTripSigma: 0.5,
  downBytesPerSecond: 50 * MBIT_BYTES,
  upBytesPerSecond: 10 * MBIT_BYTES,
  bandwidthSigma: 0.5,
  ownerBytesPerSecond: 20 * MBIT_BYTES,
  networks: null,
  invited: false,
  tasks: 600,
  taskMs: 15_000,
  taskSigma: 0,
  costSigma: 0,
  verify: 'none',
  inputBytes: 0,
  outputBytes: 64 * 1024,
  progressMs: 1000,
  limitMs: 3_600_000,
};

/** Visitors of websites: half of them leave without a word, most of them soon. Weibull fit of NodIO’s sessions. */
export const browser: Profile = {
  ...base,
  name: 'browser',
  lifetime: { kind: 'weibull', shape: 0.57, scaleMs: 150_000 },
};

/**
 * The same visitors, who show more: part of the departures is announced by a battery that runs out, by a link that fails or by a tab
 * that is hidden, and networks go down with everybody on them.
 */
export const telemetry: Profile = {
  ...browser,
  name: 'telemetry',
  hidden: { share: 0.2, everyMs: 300_000, forMs: 60_000, slower: 2.7 },
  duty: { share: 0.3, part: 0.5 },
  networks: 20,
  outages: { everyMs: 900_000 },
  signs: {
    everyMs: 10_000,
    batteryShare: 0.3,
    emptyShare: 0.4,
    jitterShare: 0.4,
    warningMs: 45_000,
    stormEveryMs: 600_000,
    hiddenShare: 0.4,
    hiddenForMs: 60_000,
  },
};

/** A room full of machines on one network that stay on; tasks of different lengths, which the planner knows roughly. */
export const lab: Profile = {
  ...base,
  name: 'lab',
  volunteers: 40,
  speedSigma: 0.25,
  jitter: { sigma: 0.03, everyMs: 10_000 },
  roundTripMs: 4,
  ownerBytesPerSecond: 100 * MBIT_BYTES,
  downBytesPerSecond: 100 * MBIT_BYTES,
  upBytesPerSecond: 100 * MBIT_BYTES,
  networks: 1,
  invited: true,
  taskMs: 10_000,
  taskSigma: 0.4,
  costSigma: 0.1,
};

/** Machines that people work on: tabs are hidden, some lend half of their time, some lids are closed for a while. */
export const desktop: Profile = {
  ...base,
  name: 'desktop',
  // The desktop grid of OpenDC’s published fits.
  lifetime: { kind: 'weibull', shape: 0.45, scaleMs: 4.16 * 3_600_000 },
  jitter: { sigma: 0.06, everyMs: 60_000 },
  hidden: { share: 0.5, everyMs: 900_000, forMs: 600_000, slower: 2.7 },
  duty: { share: 0.2, part: 0.5 },
  frozen: { share: 0.3, everyMs: 1_200_000, forMs: 30_000 },
  taskMs: 300_000,
  progressMs: 10_000,
  limitMs: 24 * 3_600_000,
};

/** Nobody leaves, until nearly a third does at once and without a word, about half-way. */
export const killWave: Profile = { ...base, name: 'killWave', wave: { atMs: 66_000, share: 0.3 } };

/** The same grid undisturbed. */
export const noWave: Profile = { ...base, name: 'noWave' };

export const thousand: Profile = {
  ...browser,
  name: 'thousand',
  volunteers: 1000,
  tasks: 10_000,
  progressMs: 5000,
};

/** Recorded sessions of real browser volunteers in the place of drawn ones. */
export function traced(name: string, sessions: readonly TraceSession[]): Profile {
  return { ...browser, name, volunteers: 50, lifetime: { kind: 'trace', sessions } };
}

/** What the scheduler asks for before it checks less, which is no secret. */
const HONEST_RESULTS = 10;

/** A fifth are liars. Their networks differ, so that whoever checks cannot know them by that. */
export function lied(kind: LiarKind, wrongShare = 1): Profile {
  return {
    ...base,
    name: kind,
    volunteers: 40,
    tasks: 2000,
    taskMs: 5000,
    verify: 'replicate',
    liars: { kind, share: 0.2, wrongShare, honestResults: HONEST_RESULTS, backAfterMs: 10_000 },
  };
}

/** Inputs of 1 MiB that everybody has to fetch over the owner's line. @param mbit of that line */
export function narrow(mbit: number): Profile {
  return {
    ...browser,
    name: `uplink${mbit}`,
    inputBytes: 2 ** 20,
    ownerBytesPerSecond: mbit * MBIT_BYTES,
  };
}
