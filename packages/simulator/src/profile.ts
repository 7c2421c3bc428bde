import type { Millis } from '@tabgrid/protocol/ids';
import type { Verification } from '@tabgrid/protocol/task';
import type { TraceSession } from './trace.js';

/** How long volunteers stay. */
export type Lifetime =
  /** All from before the job to after it. */
  | { readonly kind: 'stays' }
  /** Poisson arrivals at the rate that keeps as many present as the profile says; Weibull session lengths. */
  | { readonly kind: 'weibull'; readonly shape: number; readonly scaleMs: Millis }
  /** Windows of recorded sessions, one laid over the other until as many are present as the profile says. */
  | { readonly kind: 'trace'; readonly sessions: readonly TraceSession[] };

/** Alternating exponential times: something sets in every now and then and lasts a while. */
export interface Spells {
  /** Mean time between the end of one and the next. */
  readonly everyMs: Millis;
  /** Mean length. */
  readonly forMs: Millis;
}

export type LiarKind =
  /** Wrong from the first task on; no two agree. */
  | 'independent'
  /** Honest until it has as many accepted results as make it trusted, then as `independent`. */
  | 'sleeper'
  /** Wrong from the first task on, and all of them agree, also on parts of what a friend has made. */
  | 'colluder';

export interface Liars {
  readonly kind: LiarKind;
  /** Share of the volunteers, 0 to 1. */
  readonly share: number;
  /** Share of its results that are wrong, once it lies at all. */
  readonly wrongShare: number;
  /** A sleeper begins to lie after so many accepted results. */
  readonly honestResults: number;
  /** Caught, it comes back under a new identity after this. */
  readonly backAfterMs: Millis;
  /** What its wrong results are called, for whoever judges results by what they are called. Absent: `wrong`. */
  readonly how?: string;
  /** Whether what it says of parts of others' results is wrong as well: who does not compute cannot tell. Absent: it is right. */
  readonly wrongWords?: boolean;
  /** So much sooner it is done than who computes. Absent: it is not. */
  readonly faster?: number;
  /** It leaves by itself after so many results and comes back under a new identity. Absent: only when it is caught. */
  readonly leavesAfter?: number;
  /** Each of them is one of these, in turn. */
  readonly mix?: readonly Partial<Omit<Liars, 'share' | 'mix'>>[];
}

/** What volunteers show of themselves beside their work, and how far it announces that they go. */
export interface Signs {
  /** How often they tell of themselves. */
  readonly everyMs: Millis;
  /** Those that run on a battery, and those of them that go because it is empty. */
  readonly batteryShare: number;
  readonly emptyShare: number;
  /** Silent departures whose link fails slowly, and for how long about. */
  readonly jitterShare: number;
  readonly warningMs: Millis;
  /** Links are as bad for a while every so often, and nothing comes of it. */
  readonly stormEveryMs: Millis;
  /** Departures before which the tab was hidden, and for how long at most; null where tabs are never hidden. */
  readonly hiddenShare: number;
  readonly hiddenForMs: Millis;
}

/** A grid, its volunteers and its job, as distributions to draw worlds from. Speeds are relative to the median volunteer. */
export interface Profile {
  readonly name: string;
  /** Present when the job begins, and on the mean afterwards. */
  readonly volunteers: number;
  readonly lifetime: Lifetime;
  /** Share of departures that nobody is told of. */
  readonly silentShare: number;
  /** Standard deviation of the logarithm of the volunteers' speeds. */
  readonly speedSigma: number;
  /** A machine's speed moves about its own mean: log-normal, drawn anew every so often. */
  readonly jitter: { readonly sigma: number; readonly everyMs: Millis };
  /** The tab is hidden, and `slower` times slower; the coordinator is told that it is hidden. */
  readonly hidden: (Spells & { readonly share: number; readonly slower: number }) | null;
  /** Volunteers that lend a part of their time only, and that part. */
  readonly duty: { readonly share: number; readonly part: number } | null;
  /** The page stands still, its link too, and nobody is told. */
  readonly frozen: (Spells & { readonly share: number }) | null;
  /** So many of those present are gone at once, without a word. */
  readonly wave: { readonly atMs: Millis; readonly share: number } | null;
  readonly liars: Liars | null;
  /** The first volunteer is the job owner's own machine, whose results are believed. Absent: it does not help. */
  readonly own?: boolean;
  /** Medians and spread of the links; bandwidths in bytes a second. */
  readonly roundTripMs: Millis;
  readonly roundTripSigma: number;
  readonly downBytesPerSecond: number;
  readonly upBytesPerSecond: number;
  readonly bandwidthSigma: number;
  /** What the owner's page can send, to all together, in bytes a second. */
  readonly ownerBytesPerSecond: number;
  /** Networks that volunteers come from; null for one each. */
  readonly networks: number | null;
  /** Everybody of a network is gone within seconds, without a word, every so often on the mean. Absent: never. */
  readonly outages?: { readonly everyMs: Millis };
  /** Absent: they tell nothing but that they are hidden. */
  readonly signs?: Signs;
  /** They came by the room's link. */
  readonly invited: boolean;
  readonly tasks: number;
  /** The mean task on the median volunteer. */
  readonly taskMs: Millis;
  /** Standard deviation of the logarithm of what the tasks cost, as the planner knows it. */
  readonly taskSigma: number;
  /** The same of what they cost in truth ÷ what the planner says. */
  readonly costSigma: number;
  readonly verify: Verification;
  /** The job's inputs, which each volunteer fetches once. */
  readonly inputBytes: number;
  readonly outputBytes: number;
  /** How often a volunteer tells how far it is. */
  readonly progressMs: Millis;
  /** When to give up, from the job's beginning. */
  readonly limitMs: Millis;
}

/** Work units a second of the median volunteer: a unit is a millisecond there. */
export const MEDIAN_UNITS_PER_SECOND = 1000;
