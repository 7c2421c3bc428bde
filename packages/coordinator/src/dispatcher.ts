import type { Clock } from '@tabgrid/protocol/clock';
import type { Millis } from '@tabgrid/protocol/ids';
import type { Effect, SchedulerEvent } from '@tabgrid/scheduler/events';
import type { Scheduler } from '@tabgrid/scheduler/scheduler';

/**
 * Runs the scheduler: events in, effects out, one event at a time, and the wake-ups that it asks for.
 *
 * 1. An event that an effect brings about is handled after all effects of the event before it.
 * 2. There is at most one timer.
 * 3. What is told before `open` waits for it.
 * 4. The scheduler's time goes on where that of an earlier page ended, the time in between included.
 */
export interface Dispatcher {
  readonly scheduler: Scheduler;
  /** The scheduler's time. */
  now(): Millis;
  tell(event: SchedulerEvent): void;
  /** Begins, in the place of the scheduler so far where another one is handed over. */
  open(instead?: Successor): void;
  close(): void;
}

/** A scheduler that goes on from an earlier page. */
export interface Successor {
  readonly scheduler: Scheduler;
  readonly now: Millis;
  /** What it has to hear before all that was told meanwhile. */
  readonly first: readonly SchedulerEvent[];
}

export interface DispatcherDeps {
  readonly scheduler: Scheduler;
  readonly clock: Clock;
  /** An event was handled; its effects come next. */
  readonly handled: (at: Millis, event: SchedulerEvent, effects: readonly Effect[]) => void;
  /** Does what an effect says; `wake` is seen to here. Must not throw. */
  readonly perform: (effect: Exclude<Effect, { type: 'wake' }>) => void;
  /** After all effects of a run of events. */
  readonly settled: () => void;
}

/** Far above what adding times in floating point can lose, far below what a timer can tell. */
const ROUNDING_MS: Millis = 0.001;

export function createDispatcher(deps: DispatcherDeps): Dispatcher {
  const { clock, handled, perform, settled } = deps;
  let { scheduler } = deps;
  let offset: Millis = 0;
  const queue: SchedulerEvent[] = [];
  let state: 'waiting' | 'idle' | 'busy' | 'closed' = 'waiting';
  let cancelTimer = () => {};

  /** A timer that ends a rounding error too early has ended in time. */
  let reached: Millis = Number.NEGATIVE_INFINITY;
  const now = (): Millis => Math.max(clock.now() + offset, reached);

  const run = (): void => {
    if (state !== 'idle' || queue.length === 0) return;
    state = 'busy';
    try {
      for (let next = queue.shift(); next; next = queue.shift()) {
        const at = now();
        const effects = scheduler.handle(next, at);
        handled(at, next, effects);
        for (const effect of effects) {
          if (effect.type === 'wake') setTimer(effect.at);
          else perform(effect);
        }
      }
    } finally {
      rest();
    }
    settled();
  };

  const rest = (): void => {
    if (state === 'busy') state = 'idle';
  };

  const tell = (event: SchedulerEvent): void => {
    if (state === 'closed') return;
    queue.push(event);
    run();
  };

  const setTimer = (at: number): void => {
    cancelTimer();
    cancelTimer = clock.after(Math.max(0, at - now()), () => {
      if (at - now() < ROUNDING_MS) reached = Math.max(reached, at);
      tell({ type: 'woken' });
    });
  };

  return {
    get scheduler() {
      return scheduler;
    },
    now,
    tell,
    open(instead) {
      if (state !== 'waiting') return;
      if (instead) {
        scheduler = instead.scheduler;
        offset = instead.now - clock.now();
        queue.unshift(...instead.first);
      }
      state = 'idle';
      run();
    },
    close() {
      state = 'closed';
      cancelTimer();
    },
  };
}
