import type { Millis } from '@tabgrid/protocol/ids';

/** A token bucket: `rate` a second, and at most `capacity` at once. Both may change between calls. */
export interface Bucket {
  /** Takes one if there is one. */
  take(now: Millis, rate: number, capacity: number): boolean;
}

/** Starts full; what a growing capacity adds is full as well. */
export function createBucket(): Bucket {
  let level = 0;
  let size = 0;
  let at = Number.NEGATIVE_INFINITY;
  return {
    take(now, rate, capacity) {
      const refill = size === 0 ? 0 : (Math.max(0, now - at) * rate) / 1000;
      level = Math.min(capacity, level + refill + Math.max(0, capacity - size));
      size = capacity;
      at = Math.max(at, now);
      if (level < 1) return false;
      level -= 1;
      return true;
    },
  };
}
