import type { VolunteerId } from '@tabgrid/protocol/ids';
import { HORIZON_MS, type PresenceObservation } from '../observation.js';
import { FAILURE_FEATURES } from './features.js';
import { PIECE_ENDS_MS, PIECES, pieceStart } from './hazard.js';

/** The looks at volunteers that are learned from: a ring, so that the oldest make place for the newest. */

/** One piece of the minute after a look that was seen to its end, or in which the volunteer left. */
export interface Row {
  readonly look: PresenceObservation;
  readonly piece: number;
  readonly left: boolean;
}

/** Whether an honest machine could have seen that. */
export function isSoundLook({ features, ageMs, watchedMs }: PresenceObservation): boolean {
  return (
    features.length === FAILURE_FEATURES.length &&
    features.every(Number.isFinite) &&
    Number.isFinite(ageMs) &&
    ageMs >= 0 &&
    watchedMs >= 0 &&
    watchedMs <= 2 * HORIZON_MS
  );
}

/** Whether it is known if the volunteer left within the horizon. */
export function isComplete({ left, watchedMs }: PresenceObservation): boolean {
  return left || watchedMs >= HORIZON_MS;
}

export function leftWithinHorizon({ left, watchedMs }: PresenceObservation): boolean {
  return left && watchedMs <= HORIZON_MS;
}

/** A look that was cut short says nothing of the piece that it was cut in, but it does of those before. */
export function rowsOf(look: PresenceObservation): readonly Row[] {
  const rows: Row[] = [];
  for (let piece = 0; piece < PIECES; piece++) {
    const left = look.left && look.watchedMs >= pieceStart(piece) && look.watchedMs <= (PIECE_ENDS_MS[piece] ?? 0);
    if (left || look.watchedMs >= (PIECE_ENDS_MS[piece] ?? 0)) rows.push({ look, piece, left });
    if (left) break;
  }
  return rows;
}

/** One volunteer's looks weigh no more than this share of all together: a liar who stays must not teach about everybody. */
const MOST_SHARE = 0.2;

export interface Looks {
  add(look: PresenceObservation): void;
  readonly length: number;
  /** The look at a place of the ring; the last one added is at `length − 1`. */
  at(index: number): PresenceObservation | undefined;
  /** How much a look counts: 1, or less for those of a volunteer that there are many of. */
  weight(look: PresenceObservation): number;
}

export function createLooks(limit: number): Looks {
  const ring: PresenceObservation[] = [];
  const counts = new Map<VolunteerId, number>();
  let next = 0;
  const change = (volunteer: VolunteerId, by: number) => {
    const count = (counts.get(volunteer) ?? 0) + by;
    if (count === 0) counts.delete(volunteer);
    else counts.set(volunteer, count);
  };
  return {
    add(look) {
      const old = ring[next];
      if (old) change(old.volunteer, -1);
      ring[next] = look;
      change(look.volunteer, 1);
      next = (next + 1) % limit;
    },
    get length() {
      return ring.length;
    },
    at: (index) => ring[ring.length < limit ? index : (next + index) % limit],
    weight: ({ volunteer }) => Math.min(1, (MOST_SHARE * ring.length) / (counts.get(volunteer) ?? 1)),
  };
}
