import type { Millis } from './ids.js';

/** Time, handed in: nothing in a runtime or a link reads a global clock or sets a global timer. */
export interface Clock {
  /** Monotonic milliseconds since an arbitrary origin. */
  now(): Millis;
  /** Calls back once after `delay`; the returned function cancels. */
  after(delay: Millis, callback: () => void): () => void;
}

/** A clock that moves only when told to: for tests and for the simulator. */
export interface ManualClock extends Clock {
  /** Moves on by `ms`, running due callbacks in the order of their times, and lets pending promises settle between them. */
  advance(ms: Millis): Promise<void>;
}

export function createManualClock(start: Millis = 0): ManualClock {
  let now = start;
  let nextId = 0;
  const timers = new Map<number, { at: Millis; id: number; callback: () => void }>();
  const settle = async () => {
    for (let i = 0; i < 20; i++) await Promise.resolve();
  };
  return {
    now: () => now,
    after(delay, callback) {
      const id = nextId++;
      timers.set(id, { at: now + Math.max(0, delay), id, callback });
      return () => timers.delete(id);
    },
    async advance(ms) {
      const end = now + ms;
      await settle();
      for (;;) {
        const due = [...timers.values()].filter((t) => t.at <= end).sort((a, b) => a.at - b.at || a.id - b.id)[0];
        if (!due) break;
        timers.delete(due.id);
        now = Math.max(now, due.at);
        due.callback();
        await settle();
      }
      now = end;
    },
  };
}
