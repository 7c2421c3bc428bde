import type { Clock } from '@tabgrid/protocol/clock';

/** The real time, with plain timers: for Node and for Workers. In a page that may be hidden, use `createWorkerClock`. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after(delay, callback) {
    const timer = setTimeout(callback, delay);
    return () => clearTimeout(timer);
  },
};
