import type { Clock } from '@tabgrid/protocol/clock';
import type { Millis } from '@tabgrid/protocol/ids';

/**
 * What heartbeats and their echoes tell of a link.
 *
 * 1. A beat counts once: when its echo is here, or, as late, when the next beat goes out before.
 */
export interface Gauge {
  /** A heartbeat leaves. */
  beat(nonce: number): void;
  /** An echo is here; one of an earlier beat, or of none, says nothing. */
  echo(nonce: number): void;
  /** Smoothed round trip; null before the first echo. */
  readonly roundTripMs: Millis | null;
  /** See `LinkStats`. */
  readonly jitterMs: Millis;
  readonly lateShare: number;
}

/** Weight of a new round trip in the smoothed one. */
const ROUND_TRIP_WEIGHT = 0.25;

/** Of the newest difference between two round trips (RFC 3550, 6.4.1). */
const JITTER_WEIGHT = 1 / 16;

/** An echo that takes longer is late: the slack that a heartbeat has before its link is suspect. */
export const LATE_MS: Millis = 1000;

/** Beats that are remembered: about half a minute. */
export const BEATS_REMEMBERED = 16;

export function createGauge(clock: Clock): Gauge {
  let open: { readonly nonce: number; readonly at: Millis } | null = null;
  let roundTripMs: Millis | null = null;
  let lastMs: Millis | null = null;
  let jitterMs: Millis = 0;
  let late: readonly boolean[] = [];

  const count = (wasLate: boolean): void => {
    late = [...late, wasLate].slice(-BEATS_REMEMBERED);
  };

  return {
    beat(nonce) {
      if (open) count(true);
      open = { nonce, at: clock.now() };
    },
    echo(nonce) {
      if (open?.nonce !== nonce) return;
      const ms = clock.now() - open.at;
      open = null;
      count(ms > LATE_MS);
      roundTripMs = roundTripMs === null ? ms : roundTripMs + ROUND_TRIP_WEIGHT * (ms - roundTripMs);
      if (lastMs !== null) jitterMs += JITTER_WEIGHT * (Math.abs(ms - lastMs) - jitterMs);
      lastMs = ms;
    },
    get roundTripMs() {
      return roundTripMs;
    },
    get jitterMs() {
      return jitterMs;
    },
    get lateShare() {
      return late.length === 0 ? 0 : late.filter(Boolean).length / late.length;
    },
  };
}
