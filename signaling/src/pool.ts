import type { Millis, PeerId, RoomId } from '@tabgrid/protocol/ids';

/** A room that takes volunteers of the public pool now. */
export interface WantingRoom {
  readonly id: RoomId;
  /** How many more it takes. */
  readonly wanted: number;
  /** Pool volunteers that it has. */
  readonly has: number;
  /** When it was last given one; -Infinity before the first. */
  readonly lastGiftAt: Millis;
}

/** A volunteer in the pool. */
export interface WaitingVolunteer {
  readonly peer: PeerId;
  /** Rooms that it has just left, each with the time until which it is not given back. */
  readonly avoid: ReadonlyMap<RoomId, Millis>;
}

export interface Gift {
  readonly peer: PeerId;
  readonly room: RoomId;
}

type Candidate = { -readonly [K in keyof WantingRoom]: WantingRoom[K] };

/**
 * Gives waiting volunteers to rooms: whoever waited longest first, each to the room that has the fewest; among equals to
 * the one that has gone without the longest. No room gets more than it wants.
 * @param waiting in the order in which they came
 */
export function spread(
  rooms: readonly WantingRoom[],
  waiting: Iterable<WaitingVolunteer>,
  now: Millis,
): readonly Gift[] {
  const open: Candidate[] = rooms.filter((room) => room.wanted > 0).map((room) => ({ ...room }));
  const gifts: Gift[] = [];
  if (open.length === 0) return gifts;
  let left = open.reduce((sum, room) => sum + room.wanted, 0);
  for (const { peer, avoid } of waiting) {
    if (left === 0) break;
    let best: Candidate | undefined;
    for (const room of open) {
      if (room.wanted === 0 || (avoid.get(room.id) ?? Number.NEGATIVE_INFINITY) > now) continue;
      if (!best || room.has < best.has || (room.has === best.has && room.lastGiftAt < best.lastGiftAt)) best = room;
    }
    if (!best) continue;
    best.wanted -= 1;
    best.has += 1;
    best.lastGiftAt = now;
    left -= 1;
    gifts.push({ peer, room: best.id });
  }
  return gifts;
}
