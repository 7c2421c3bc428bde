import type { Interval } from '@tabgrid/ml/time/scale';
import type { Millis, VolunteerId } from '@tabgrid/protocol/ids';

/** A task is assigned: what is known then. */
export interface Asked {
  readonly kind: 'asked';
  readonly id: number;
  readonly volunteer: VolunteerId;
  /** `kind@version`. */
  readonly kernel: string;
  readonly features: readonly number[];
  readonly plain: Interval;
  readonly units: number;
  /** Which of several kinds of work by one kernel it is; null where there is one. */
  readonly scene: string | null;
  readonly results: number;
  readonly ageMs: Millis;
}

/** What came of it. */
export interface Ended {
  readonly kind: 'ended';
  readonly id: number;
  /** ms since 1970. */
  readonly at: number;
  readonly ms: Millis;
  readonly end: 'done' | 'cut';
}

/** Assignments and their ends in the order in which they happened, so that nothing can be known before its time. */
export type Stream = Iterable<Asked | Ended>;
