import { type ContextValue, contextOf, localTime } from './context.js';
import type { Observation } from './observation.js';

/** Learns how busy the grid usually is at each hour of the day. */
export interface UsualLoad {
  observe(observation: Observation): void;
  restore(usualLoad: ContextValue['usualLoad']): void;
  /** By the owner's local hour, 24 of them. */
  value(): readonly (number | null)[];
}

const HOURS = 24;
/** Of the newest minute in the mean of its hour: about two hours' worth of memory, which are two days. */
const WEIGHT = 1 / 120;

export function createUsualLoad(clock: Pick<ContextValue, 'wallAtZero' | 'timeZoneMinutes'>): UsualLoad {
  let loads: (number | null)[] = new Array<null>(HOURS).fill(null);
  const context = contextOf({ ...clock, usualLoad: [] });
  return {
    observe(observation) {
      if (observation.type !== 'conditions') return;
      const { at, busyShare } = observation;
      if (!(busyShare >= 0 && busyShare <= 1) || !Number.isFinite(at)) return;
      const hour = Math.floor(localTime(context, at - clock.wallAtZero).hour);
      const before = loads[hour];
      if (before !== undefined) loads[hour] = before === null ? busyShare : before + WEIGHT * (busyShare - before);
    },
    restore(usualLoad) {
      loads = Array.from({ length: HOURS }, (_, hour) => usualLoad[hour] ?? null);
    },
    value: () => [...loads],
  };
}
