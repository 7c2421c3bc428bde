import type { Clock } from '@tabgrid/protocol/clock';
import type { Millis } from '@tabgrid/protocol/ids';

/** A heartbeat goes out this often. */
export const BEAT_MS: Millis = 2000;

/** Silent for longer than a beat takes, with a second for the way. */
export const SUSPECT_AFTER_MS: Millis = 3000;

/** Silent for this long is dead. */
export const DEAD_AFTER_MS: Millis = 6000;

/** A timer later than this means that this page itself was frozen, and did not hear. */
const FROZEN_MS: Millis = 1000;

export interface PulseEvents {
  beat(): void;
  suspect(): void;
  dead(): void;
}

export interface Pulse {
  /** Something was heard of the other side. */
  heard(): void;
  /** Since then; 0 or more. Stands still after `stop`. */
  silentMs(): Millis;
  stop(): void;
}

/**
 * Beats, and listens for silence.
 *
 * 1. `suspect` at most once between two `heard`s; `dead` at most once, and nothing follows it.
 * 2. Time during which this side itself did not run does not count as the other's silence.
 */
export function createPulse(clock: Clock, events: PulseEvents): Pulse {
  let lastHeard = clock.now();
  let suspected = false;
  let stoppedAt: Millis | null = null;
  let cancelBeat = (): void => {};
  let cancelWatch = (): void => {};

  const beat = (): void => {
    cancelBeat = clock.after(BEAT_MS, () => {
      beat();
      events.beat();
    });
  };

  const watch = (): void => {
    const silence = clock.now() - lastHeard;
    const due = lastHeard + (silence < SUSPECT_AFTER_MS ? SUSPECT_AFTER_MS : DEAD_AFTER_MS);
    cancelWatch = clock.after(due - clock.now(), () => look(due));
  };

  const look = (due: Millis): void => {
    const late = clock.now() - due;
    if (late > FROZEN_MS) lastHeard = Math.min(clock.now(), lastHeard + late);
    const silence = clock.now() - lastHeard;
    if (silence >= DEAD_AFTER_MS) {
      stop();
      events.dead();
      return;
    }
    watch();
    if (silence >= SUSPECT_AFTER_MS && !suspected) {
      suspected = true;
      events.suspect();
    }
  };

  const stop = (): void => {
    stoppedAt ??= clock.now();
    cancelBeat();
    cancelWatch();
  };

  beat();
  watch();
  return {
    heard() {
      if (stoppedAt !== null) return;
      lastHeard = clock.now();
      suspected = false;
    },
    silentMs: () => Math.max(0, (stoppedAt ?? clock.now()) - lastHeard),
    stop,
  };
}
