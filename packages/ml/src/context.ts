import type { Millis } from '@tabgrid/protocol/ids';

/** What features need beside the scheduler's views. */
export interface FeatureContext {
  /** ms since 1970 when the scheduler's time was 0. */
  readonly wallAtZero: number;
  /** As `Date.getTimezoneOffset`: minutes to add to local time for UTC. */
  readonly timeZoneMinutes: number;
  /** Busy share of the grid that is usual at this hour of the day (0 to 23, local); null where nobody knows. */
  readonly usualLoad: (hour: number) => number | null;
}

export interface LocalTime {
  /** 0 to 24. */
  readonly hour: number;
  /** 0 is Sunday. */
  readonly weekday: number;
}

/** The owner's local time at a time of the scheduler. */
export function localTime({ wallAtZero, timeZoneMinutes }: FeatureContext, now: Millis): LocalTime {
  const minutes = (wallAtZero + now) / 60_000 - timeZoneMinutes;
  const days = Math.floor(minutes / 1440);
  // 1 January 1970 was a Thursday.
  return { hour: (minutes - days * 1440) / 60, weekday: (((days + 4) % 7) + 7) % 7 };
}

/** A context as plain data: what an oracle is made of has to be the same when a log is replayed. */
export interface ContextValue {
  readonly wallAtZero: number;
  readonly timeZoneMinutes: number;
  /** Busy share by the hour, 24 of them. */
  readonly usualLoad: readonly (number | null)[];
}

export function contextOf({ wallAtZero, timeZoneMinutes, usualLoad }: ContextValue): FeatureContext {
  return { wallAtZero, timeZoneMinutes, usualLoad: (hour) => usualLoad[hour] ?? null };
}
