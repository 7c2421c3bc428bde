import type { Clock } from '@tabgrid/protocol/clock';
import type { Millis } from '@tabgrid/protocol/ids';

/**
 * When the next submission may go.
 *
 * 1. At most IN_FLIGHT submissions are on the queue; they finish in order.
 * 2. Busy time is the union of the submissions' intervals: each begins when it was submitted or when the one before it
 *    ended, whichever is later.
 * 3. Below full intensity a credit of GPU time grows with the share and is spent by busy time; nothing is submitted, and
 *    nothing waits on the queue behind another, while it is negative. Idle time earns at most IDLE_CREDIT_MS, so that a
 *    pause is not followed by a burst. Time slept for the duty cycle earns in full: a hidden tab's timers fire once a
 *    second, and it still gets its share.
 * 4. Waiters are served in the order in which they came, after those who go ahead, the last of these first.
 */

export const IN_FLIGHT = 2;
const IDLE_CREDIT_MS = 60;
/** Shorter sleeps cost more in timers than they give in evenness. */
const SHORTEST_SLEEP_MS = 4;

export interface Pacer {
  /** Resolves when a submission may go, having taken its place. @param ahead before all who wait */
  enter(ahead?: boolean): Promise<void>;
  /** The submission that entered is on the queue now; call the result once when it has run; it returns its time on the GPU. */
  submitted(): () => Millis;
  /** The submission that entered was never queued. */
  abandon(): void;
  setIntensity(share: number): void;
  busyMs(): Millis;
  /** Cancels timers; waiters stay pending. */
  stop(): void;
}

export function createPacer(clock: Clock, intensity: number): Pacer {
  let share = clampShare(intensity);
  let credit: Millis = 0;
  let creditAt = clock.now();
  let busy: Millis = 0;
  let inFlight = 0;
  let lastEnd = Number.NEGATIVE_INFINITY;
  let cancelSleep: (() => void) | null = null;
  const waiters: (() => void)[] = [];

  /** @param used whether the time since was spent on the GPU or slept for the duty cycle, rather than idle */
  const earn = (used: boolean) => {
    const now = clock.now();
    const earned = credit + share * (now - creditAt);
    credit = used ? earned : Math.min(Math.max(IDLE_CREDIT_MS, credit), earned);
    creditAt = now;
  };

  const serve = () => {
    while (waiters.length > 0 && !cancelSleep) {
      const full = share >= 1;
      if (inFlight >= (full ? IN_FLIGHT : 1)) return;
      if (!full) {
        earn(false);
        if (credit < 0) {
          cancelSleep = clock.after(Math.max(SHORTEST_SLEEP_MS, -credit / share), () => {
            cancelSleep = null;
            earn(true);
            serve();
          });
          return;
        }
      }
      inFlight++;
      waiters.shift()?.();
    }
  };

  return {
    enter: (ahead = false) =>
      new Promise((resolve) => {
        if (ahead) waiters.unshift(resolve);
        else waiters.push(resolve);
        serve();
      }),
    submitted() {
      const start = clock.now();
      return () => {
        const end = clock.now();
        const ms = Math.max(0, end - Math.max(start, lastEnd));
        lastEnd = end;
        busy += ms;
        inFlight--;
        if (share < 1) {
          earn(true);
          credit -= ms;
        }
        serve();
        return ms;
      };
    },
    abandon() {
      inFlight--;
      serve();
    },
    setIntensity(next) {
      earn(false);
      share = clampShare(next);
      credit = Math.min(0, credit);
      cancelSleep?.();
      cancelSleep = null;
      if (share >= 1) credit = 0;
      serve();
    },
    busyMs: () => busy,
    stop() {
      cancelSleep?.();
      cancelSleep = null;
      waiters.length = 0;
    },
  };
}

function clampShare(share: number): number {
  return share >= 0.01 ? Math.min(1, share) : 0.01;
}
