import type { Millis } from '@tabgrid/protocol/ids';
import type { Slicer } from './gpu-session.js';

/**
 * How much work one submission holds. Long ones lose the device on some drivers (a watchdog of about 2 s) and freeze the
 * screen; short ones waste time between them. So each slice aims at SLICE_AIM_MS, halves at once beyond SLICE_HIGH_MS and
 * grows step by step below SLICE_LOW_MS.
 *
 * On a GPU that others use too, a slice's time is its own work plus a wait for theirs. Judged by the sum, whoever has the
 * smaller slices would shrink for ever and get ever less of the GPU. So a slice is judged by its own part: the slope of
 * time over units, from the sizes that come along anyway (a task's last slice is a short one).
 */

const SLICE_LOW_MS = 30;
const SLICE_AIM_MS = 45;
const SLICE_HIGH_MS = 60;
const LARGEST_GROWTH = 1.5;
/** A slice of less than this share of the budget (the last of a task) says nothing about growth. */
const TELLING_SHARE = 0.7;
const MAX_UNITS = 2 ** 40;
/** How much of the past each measurement forgets. */
const FORGET = 0.1;
/** Sizes that differ by less (standard deviation over mean) tell no slope. */
const TELLING_SPREAD = 0.05;
/** At least this much of a slice's time is taken for its own, so that no slice exceeds SLICE_HIGH_MS four times. */
const LEAST_OWN_SHARE = 0.25;

export interface AdaptiveSlicer extends Slicer {
  /** @param units how many the slice held @param ms its time on the GPU */
  measured(units: number, ms: Millis): void;
  /** After a loss: whatever the budget was, it may have been the cause. */
  quarter(): void;
}

/** @param scale of the times aimed at: below 1 submissions are shorter, and whatever comes next waits less */
export function createSlicer(initialUnits: number, scale = 1): AdaptiveSlicer {
  let budget = Math.max(1, Math.min(MAX_UNITS, Math.floor(initialUnits)));
  // The same wait is a larger part of a shorter slice.
  const ownTime = createOwnTime(LEAST_OWN_SHARE * scale);
  return {
    units: () => budget,
    measured(units, wholeMs) {
      const ms = ownTime(units, wholeMs);
      if (ms > SLICE_HIGH_MS * scale) {
        // Two slices in flight were cut from one budget: the second overrun of them must not halve again.
        budget = Math.max(1, Math.min(budget, Math.floor(units / 2)));
      } else if (ms < SLICE_LOW_MS * scale && units >= TELLING_SHARE * budget) {
        const growth = Math.min(LARGEST_GROWTH, (SLICE_AIM_MS * scale) / Math.max(ms, 1));
        budget = Math.min(MAX_UNITS, Math.max(budget, Math.ceil(units * growth)));
      }
    },
    quarter() {
      budget = Math.max(1, Math.floor(budget / 4));
    },
  };
}

/** Tells a slice's own time from its wait, by a regression of time on units over the last measurements. */
function createOwnTime(leastShare: number): (units: number, ms: Millis) => Millis {
  let weight = 0;
  let meanUnits = 0;
  let meanMs = 0;
  let variance = 0;
  let covariance = 0;
  return (units, ms) => {
    weight = weight * (1 - FORGET) + 1;
    const step = 1 / weight;
    const fromUnits = units - meanUnits;
    const fromMs = ms - meanMs;
    meanUnits += step * fromUnits;
    meanMs += step * fromMs;
    variance = (1 - step) * (variance + step * fromUnits * fromUnits);
    covariance = (1 - step) * (covariance + step * fromUnits * fromMs);
    if (Math.sqrt(variance) < TELLING_SPREAD * meanUnits) return ms;
    const own = (covariance / variance) * units;
    return Math.min(ms, Math.max(leastShare * ms, own));
  };
}

/** Slicers' budgets by key, to be remembered per adapter. */
export type SlicerFigures = Readonly<Record<string, number>>;

/** All slicers of one session. */
export function createSlicers(remembered: SlicerFigures) {
  const slicers = new Map<string, AdaptiveSlicer>();
  return {
    get(key: string, initialUnits: number, scale = 1): AdaptiveSlicer {
      const known = slicers.get(key);
      if (known) return known;
      const before = Object.hasOwn(remembered, key) ? remembered[key] : undefined;
      const fresh = createSlicer(before !== undefined && before >= 1 ? before : initialUnits, scale);
      slicers.set(key, fresh);
      return fresh;
    },
    measured(slicer: Slicer, units: number, ms: Millis) {
      for (const known of slicers.values()) if (known === slicer) known.measured(units, ms);
    },
    quarter() {
      for (const slicer of slicers.values()) slicer.quarter();
    },
    figures: (): SlicerFigures => ({
      ...remembered,
      ...Object.fromEntries([...slicers].map(([key, slicer]) => [key, slicer.units()])),
    }),
  };
}
