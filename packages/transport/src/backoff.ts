import type { Millis } from '@tabgrid/protocol/ids';

/** Waits between tries: doubling from `firstMs` to `mostMs`, each a random share between a half and the whole of it. */
export interface Backoff {
  /** The wait before the next try. */
  next(): Millis;
  /** It worked: begin anew. */
  reset(): void;
}

/** `random` gives numbers in [0, 1): without it all pages would come back to a restarted server at one instant. */
export function createBackoff(random: () => number, firstMs: Millis = 500, mostMs: Millis = 30_000): Backoff {
  let tries = 0;
  return {
    next() {
      const whole = Math.min(mostMs, firstMs * 2 ** tries);
      // Counting stops where the wait does, so that 2 ** tries stays finite.
      if (whole < mostMs) tries++;
      return whole * (0.5 + random() / 2);
    },
    reset() {
      tries = 0;
    },
  };
}
