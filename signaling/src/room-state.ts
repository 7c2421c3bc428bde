import type { Millis, PeerId, RoomId } from '@tabgrid/protocol/ids';
import type { Presence } from '@tabgrid/protocol/signaling';
import type { Origin } from './origin-table.js';

/** The bounds that rooms keep. */
export interface RoomLimits {
  readonly maxRooms: number;
  readonly maxVolunteersPerRoom: number;
  readonly maxWaiting: number;
  readonly poolReturn: Millis;
}

/** Where a volunteer comes from. Its network is named to nobody; owners see a salted hash of it. */
export interface Whereabouts extends Origin {
  /** As `networkOf` names it. */
  readonly network: string;
}

/** A room: see the invariants in `rooms.ts`. */
export interface Room {
  readonly id: RoomId;
  owner: PeerId | null;
  open: boolean;
  hasWork: boolean;
  wanted: number;
  readonly volunteers: Map<PeerId, Presence>;
  poolVolunteers: number;
  lastGiftAt: Millis;
}

export type Peer =
  | { readonly role: 'owner'; readonly room: Room }
  | { readonly role: 'volunteer'; readonly room: Room }
  | { readonly role: 'pool'; readonly from: Whereabouts; room: Room | null; readonly avoid: Map<RoomId, Millis> };

/** What the rooms are made of. */
export interface RoomsState {
  readonly rooms: Map<RoomId, Room>;
  readonly peers: Map<PeerId, Peer>;
  /** Who waits in the public pool, in the order of their coming. */
  readonly pool: Map<PeerId, { readonly peer: PeerId; readonly avoid: Map<RoomId, Millis> }>;
  /** Rooms with an owner. */
  owned: number;
}

export function emptyState(): RoomsState {
  return { rooms: new Map(), peers: new Map(), pool: new Map(), owned: 0 };
}

/** How many volunteers of the pool a room takes now. */
export function spaceIn(room: Room, limits: RoomLimits): number {
  return Math.min(room.wanted, limits.maxVolunteersPerRoom - room.volunteers.size);
}

export function wants(room: Room, limits: RoomLimits): boolean {
  return room.owner !== null && room.open && room.hasWork && spaceIn(room, limits) > 0;
}

/** Checks the invariants of `rooms.ts`. @throws Error naming the broken one */
export function validateRooms({ rooms, peers, pool, owned }: RoomsState, limits: RoomLimits): void {
  const check = (holds: boolean, what: string) => {
    if (!holds) throw new Error(`rooms: ${what}`);
  };
  for (const room of rooms.values()) {
    check(room.owner !== null || room.volunteers.size > 0, '1: an empty room is kept');
    check(room.owner === null || peers.get(room.owner)?.room === room, '2: an owner that does not know its room');
    for (const id of room.volunteers.keys()) {
      const peer = peers.get(id);
      check(peer?.room === room && peer.role !== 'owner', '2: a volunteer that does not know its room');
    }
    const fromPool = [...room.volunteers.values()].filter((presence) => presence.pool).length;
    check(fromPool === room.poolVolunteers, '2: pool volunteers are miscounted');
    check(room.volunteers.size <= limits.maxVolunteersPerRoom, '3: too many volunteers in a room');
  }
  check([...rooms.values()].filter((room) => room.owner !== null).length === owned, '3: rooms are miscounted');
  check(owned <= limits.maxRooms, '3: too many rooms');
  for (const [id, peer] of peers) {
    if (peer.room) {
      check(rooms.get(peer.room.id) === peer.room, '2: a peer in a room that is gone');
      check(peer.role === 'owner' ? peer.room.owner === id : peer.room.volunteers.has(id), '2: unknown to its room');
    }
    check(pool.has(id) === (peer.role === 'pool' && peer.room === null), '4: the pool is miscounted');
  }
  for (const room of rooms.values()) {
    if (!wants(room, limits)) continue;
    for (const { avoid } of pool.values()) check(avoid.has(room.id), '5: a room goes without');
  }
}
