import type { Millis, VolunteerId } from '@tabgrid/protocol/ids';
import { failureFeatures } from '../failure/features.js';
import { HORIZON_MS, type PresenceObservation } from '../observation.js';
import { type Recording, wallAt } from './grid.js';

/**
 * Looks at everybody who is there, and what became of them within the horizon.
 *
 * 1. Each is looked at every `LOOK_EVERY_MS` from its joining, at most `MOST_A_TURN` of them in one turn.
 * 2. Every look ends once: the volunteer left, or was still there a horizon later, or nobody looked any more (censored).
 */
export interface Presence {
  joined(now: Millis, volunteer: VolunteerId): void;
  left(now: Millis, volunteer: VolunteerId): void;
  tick(now: Millis): void;
  /** Nobody looks any more. */
  close(now: Millis): void;
}

const LOOK_EVERY_MS: Millis = 10_000;
const MOST_A_TURN = 32;

interface Look extends Omit<PresenceObservation, 'type' | 'at' | 'watchedMs' | 'left'> {
  readonly from: Millis;
}

interface Watched {
  /** The oldest first. */
  looks: Look[];
}

export function createPresence(grid: Recording): Presence {
  const watched = new Map<VolunteerId, Watched>();
  /** Whose turn it is, the earliest first: everybody waits equally long. */
  let due: { readonly at: Millis; readonly volunteer: VolunteerId; readonly of: Watched }[] = [];

  const end = ({ from, ...look }: Look, now: Millis, left: boolean): void => {
    const watchedMs = Math.min(HORIZON_MS, now - from);
    grid.emit({ type: 'presence', at: wallAt(grid.context(), from + watchedMs), ...look, watchedMs, left });
  };

  /** Ends what is a horizon old. */
  const settle = (of: Watched, now: Millis): void => {
    while (of.looks[0] && now - of.looks[0].from >= HORIZON_MS) {
      const [first, ...rest] = of.looks;
      end(first, now, false);
      of.looks = rest;
    }
  };

  const look = (now: Millis, volunteer: VolunteerId, of: Watched): void => {
    const view = grid.view(volunteer);
    if (!view) return;
    of.looks.push({
      from: now,
      volunteer,
      features: failureFeatures(view),
      ageMs: view.ageMs,
      plain: grid.plain.failure(view, HORIZON_MS),
      said: grid.learned().failure(view, HORIZON_MS),
    });
  };

  const stop = (now: Millis, volunteer: VolunteerId, left: boolean): void => {
    const of = watched.get(volunteer);
    if (!of) return;
    watched.delete(volunteer);
    settle(of, now);
    for (const one of of.looks) end(one, now, left);
  };

  return {
    joined(now, volunteer) {
      // Here again without having been said to leave: what was seen before is of another session.
      stop(now, volunteer, false);
      const of: Watched = { looks: [] };
      watched.set(volunteer, of);
      due.push({ at: now + LOOK_EVERY_MS, volunteer, of });
    },
    left: (now, volunteer) => stop(now, volunteer, true),
    tick(now) {
      let turns = 0;
      for (const { at, volunteer, of } of due) {
        if (at > now || turns >= MOST_A_TURN) break;
        turns++;
        if (watched.get(volunteer) !== of) continue;
        settle(of, now);
        look(now, volunteer, of);
        due.push({ at: now + LOOK_EVERY_MS, volunteer, of });
      }
      if (turns > 0) due = due.slice(turns);
    },
    close(now) {
      for (const volunteer of [...watched.keys()]) stop(now, volunteer, false);
      due = [];
    },
  };
}
