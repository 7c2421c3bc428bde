import type { Clock } from '@tabgrid/protocol/clock';
import type { TimerOrder } from './worker-clock-order.js';

/** The little of a Worker that the clock needs. */
export interface TimerWorker {
  postMessage(order: TimerOrder): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  terminate(): void;
}

export interface WorkerClock extends Clock {
  /** Ends the Worker; timers that are set never call back. */
  close(): void;
}

/**
 * A clock whose timers tick in a Worker: a hidden page's own run once a second, and later once a minute, which would
 * starve heartbeats.
 *
 * 1. A timer calls back once, or never when it was cancelled – also when its tick was on its way already.
 */
export function createWorkerClock(createWorker: () => TimerWorker = createTimerWorker): WorkerClock {
  const worker = createWorker();
  const callbacks = new Map<number, () => void>();
  let nextId = 0;

  worker.addEventListener('message', ({ data }) => {
    if (typeof data !== 'number') return;
    const callback = callbacks.get(data);
    callbacks.delete(data);
    callback?.();
  });

  return {
    now: () => performance.now(),
    after(delay, callback) {
      const id = nextId++;
      callbacks.set(id, callback);
      worker.postMessage({ id, delay: Math.max(0, delay) });
      return () => {
        if (callbacks.delete(id)) worker.postMessage({ id, delay: null });
      };
    },
    close() {
      callbacks.clear();
      worker.terminate();
    },
  };
}

/** Written so that bundlers see the Worker's module. */
function createTimerWorker(): TimerWorker {
  return new Worker(new URL('./worker-clock-worker.ts', import.meta.url), { type: 'module', name: 'clock' });
}
