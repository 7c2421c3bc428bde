import type { Clock } from '@tabgrid/protocol/clock';
import type { Millis } from '@tabgrid/protocol/ids';

/** At most four pictures a second: what is faster nobody needs, and it would take time from the helper's own kernel. */
export const PAINT_GAP_MS: Millis = 250;

export interface PaintLoop {
  /** Something changed: paints now, or as soon as the gap since the last time is over. */
  request(): void;
  /** Somebody is waiting to see it: paints now, gap or not; soon again where there is more to do. */
  now(): void;
  stop(): void;
}

/**
 * Driven by the handed-in clock, never by animation frames, so that a page in the background goes on.
 * @param paint returns whether there is more to do
 */
export function createPaintLoop(clock: Clock, paint: () => boolean): PaintLoop {
  let last = Number.NEGATIVE_INFINITY;
  let cancel: (() => void) | null = null;
  let stopped = false;

  function run(): void {
    cancel = null;
    last = clock.now();
    if (paint()) request();
  }
  function request(): void {
    if (stopped || cancel !== null) return;
    const wait = last + PAINT_GAP_MS - clock.now();
    if (wait <= 0) run();
    else cancel = clock.after(wait, run);
  }
  return {
    request,
    now() {
      if (stopped) return;
      cancel?.();
      run();
    },
    stop() {
      stopped = true;
      cancel?.();
      cancel = null;
    },
  };
}
