import type { Clock } from '@tabgrid/protocol/clock';
import type { Effect, SchedulerEvent } from '@tabgrid/scheduler/events';
import type { Scheduler } from '@tabgrid/scheduler/scheduler';

/**
 * Runs the scheduler: events in, effects out, one event at a time, and the wake-ups that it asks for.
 *
 * 1. An event that an effect brings about is handled after all effects of the event before it.
 * 2. There is at most one timer.
 */
export interface Dispatcher {
  tell(event: SchedulerEvent): void;
  close(): void;
}

export function createDispatcher(deps: {
  readonly scheduler: Scheduler;
  readonly clock: Clock;
  /** Does what an effect says; `wake` is seen to here. Must not throw. */
  readonly perform: (effect: Exclude<Effect, { type: 'wake' }>) => void;
  /** After all effects of a run of events. */
  readonly settled: () => void;
}): Dispatcher {
  const { scheduler, clock, perform, settled } = deps;
  const queue: SchedulerEvent[] = [];
  let busy = false;
  let closed = false;
  let cancelTimer = () => {};

  const tell = (event: SchedulerEvent): void => {
    if (closed) return;
    queue.push(event);
    if (busy) return;
    busy = true;
    try {
      for (let next = queue.shift(); next; next = queue.shift()) {
        for (const effect of scheduler.handle(next, clock.now())) {
          if (effect.type === 'wake') setTimer(effect.at);
          else perform(effect);
        }
      }
    } finally {
      busy = false;
    }
    settled();
  };

  const setTimer = (at: number): void => {
    cancelTimer();
    cancelTimer = clock.after(Math.max(0, at - clock.now()), () => tell({ type: 'woken' }));
  };

  return {
    tell,
    close() {
      closed = true;
      cancelTimer();
    },
  };
}
