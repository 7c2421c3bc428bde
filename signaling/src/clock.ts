import type { Clock } from '@tabgrid/protocol/clock';

/** The machine's clock. Its timers do not keep the process alive: the listening socket does. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after(delay, callback) {
    const timer = setTimeout(callback, delay);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
