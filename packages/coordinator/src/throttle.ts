import type { Clock } from '@tabgrid/protocol/clock';
import type { Millis } from '@tabgrid/protocol/ids';

/** Views change at most four times a second. */
const VIEW_MS: Millis = 250;

/** Calls listeners at most every VIEW_MS, and always once more after the last change. */
export interface Throttle {
  /** Something changed. */
  touch(): void;
  subscribe(listener: () => void): () => void;
  close(): void;
}

export function createThrottle(clock: Clock): Throttle {
  const listeners = new Set<() => void>();
  let last = Number.NEGATIVE_INFINITY;
  let cancel: (() => void) | null = null;

  const emit = (): void => {
    cancel = null;
    last = clock.now();
    for (const listener of [...listeners]) listener();
  };

  return {
    touch() {
      // Also the first one waits for the end of the present turn: whoever made the change is still at it.
      cancel ??= clock.after(Math.max(0, last + VIEW_MS - clock.now()), emit);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      cancel?.();
      listeners.clear();
    },
  };
}
