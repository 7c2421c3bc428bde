import type { Millis, VolunteerId } from '@tabgrid/protocol/ids';

/**
 * What there is to learn from, as plain data: features as they were when a prediction was asked for, and what came of it.
 * Features are raw (each model normalises); which number means what is the business of its model's `features.ts`.
 */

/** Grows when the meaning, order or number of any features changes: what was learned and kept before is then worth nothing. */
export const FEATURE_VERSION = 2;

/** An attempt, from its assignment to its end. */
export interface RunObservation {
  readonly type: 'run';
  /** Wall-clock time of the end, ms since 1970. */
  readonly at: number;
  readonly volunteer: VolunteerId;
  /** `kind@version`. */
  readonly kernel: string;
  /** See `time/features.ts`. */
  readonly features: readonly number[];
  /** What the plain oracle said, and the ends of its 95 % interval. */
  readonly plain: { readonly p025: Millis; readonly median: Millis; readonly p975: Millis };
  /** What the learned model said, whether or not it decided; the plain oracle's before there is one. */
  readonly said: { readonly p025: Millis; readonly median: Millis; readonly p975: Millis };
  /** Until its end on the volunteer. */
  readonly ms: Millis;
  /** `cut`: it would have taken longer than `ms` (stopped, lost, failed, cloned): censored. */
  readonly end: 'done' | 'cut';
  /** Results of that kernel that the volunteer had returned before. */
  readonly results: number;
  readonly ageMs: Millis;
}

/** One look at a volunteer that is there, and whether it was still there a horizon later. */
export interface PresenceObservation {
  readonly type: 'presence';
  /** Wall-clock time at which nobody watched any more, ms since 1970. */
  readonly at: number;
  readonly volunteer: VolunteerId;
  /** See `failure/features.ts`. */
  readonly features: readonly number[];
  readonly ageMs: Millis;
  /** For how long it was watched from then: at most the horizon, less when it left or the page stopped looking. */
  readonly watchedMs: Millis;
  readonly left: boolean;
  /** What the plain oracle said of the next 60 s, and what the learned model said. */
  readonly plain: number;
  readonly said: number;
}

/** One round trip. */
export interface TripObservation {
  readonly type: 'trip';
  readonly at: number;
  readonly volunteer: VolunteerId;
  /** See `latency/features.ts`. */
  readonly features: readonly number[];
  readonly plain: { readonly median: Millis; readonly p95: Millis };
  readonly said: { readonly median: Millis; readonly p95: Millis };
  readonly ms: Millis;
}

/** Somebody left, and who else of those present then left within the horizon, by what they had in common. */
export interface DepartureObservation {
  readonly type: 'departure';
  readonly at: number;
  /** For each other volunteer present: which of `assignment/bonds.ts` it had in common, as bits, and whether it left too. */
  readonly others: readonly { readonly bonds: number; readonly left: boolean }[];
}

/** One period between two pieces of advice. */
export interface BalanceObservation {
  readonly type: 'balance';
  readonly at: number;
  /** One entry a volunteer that was advised: its features then, what was chosen, and with which probability. */
  readonly choices: readonly {
    readonly features: readonly number[];
    readonly action: number;
    readonly probability: number;
    /** Features one period later; null when it is gone. */
    readonly next: readonly number[] | null;
    readonly raw: number;
    readonly shaped: number;
  }[];
}

/** How the grid was, once a minute while somebody is there. */
export interface ConditionsObservation {
  readonly type: 'conditions';
  readonly at: number;
  readonly volunteers: number;
  /** Share of them that have something to do. */
  readonly busyShare: number;
  readonly waiting: number;
  /** Medians over the volunteers; null while none is known. */
  readonly roundTripMs: Millis | null;
  readonly jitterMs: Millis | null;
  readonly lateShare: number | null;
}

export type Observation =
  | RunObservation
  | PresenceObservation
  | TripObservation
  | DepartureObservation
  | BalanceObservation
  | ConditionsObservation;

/** How far ahead a failure is looked for. */
export const HORIZON_MS: Millis = 60_000;
