import type { Millis, PeerId, RoomId } from '@tabgrid/protocol/ids';
import type { FromServer, Presence, SignalingErrorCode } from '@tabgrid/protocol/signaling';
import { spread, type WantingRoom } from './pool.js';
import {
  emptyState,
  type Room,
  type RoomLimits,
  spaceIn,
  validateRooms,
  type Whereabouts,
  wants,
} from './room-state.js';

/**
 * Who is in which room, and what everybody is told of it. Pure: events in, effects out.
 *
 * Invariants (`validate` checks them)
 *  1. A room exists exactly while it has an owner or a volunteer: its id and its token need no memory.
 *  2. A peer has one role; its room, if it has one, knows it in that role, and no other room does.
 *  3. No room has more volunteers than the limit, and no more rooms have an owner than the limit.
 *  4. `waiting` counts the volunteers without an owner, and `pool` holds, in the order of their coming, those of the pool
 *     without a room.
 *  5. While a volunteer waits in the pool, no room that wants one goes without, but for a room that it has just left.
 */
export interface Rooms {
  /** Takes one event; what has to be done comes back in order. A peer in a `close` effect is forgotten already. */
  handle(event: RoomsEvent, now: Millis): readonly Effect[];
  /** Whether one may speak to the other: owner and volunteer of one room. */
  together(a: PeerId, b: PeerId): boolean;
  /** Where a peer is; null without a room. */
  placeOf(peer: PeerId): Place | null;
  counts(): RoomCounts;
  /** @throws Error naming the broken invariant */
  validate(): void;
}

/** The proofs (token, version) are checked before an event is made. */
export type RoomsEvent =
  | { readonly type: 'owner'; readonly peer: PeerId; readonly room: RoomId; readonly open: boolean }
  | { readonly type: 'volunteer'; readonly peer: PeerId; readonly room: RoomId; readonly from: Whereabouts }
  | { readonly type: 'pool'; readonly peer: PeerId; readonly from: Whereabouts }
  | {
      readonly type: 'announce';
      readonly peer: PeerId;
      readonly open: boolean;
      readonly hasWork: boolean;
      readonly wanted: number;
    }
  | { readonly type: 'leaveRoom'; readonly peer: PeerId }
  | { readonly type: 'gone'; readonly peer: PeerId }
  /** Time has passed: a volunteer may be given back to a room that it left. */
  | { readonly type: 'tick' };

export type Effect =
  | { readonly kind: 'welcome'; readonly peer: PeerId; readonly ownRoom: RoomId | null }
  | { readonly kind: 'send'; readonly to: PeerId; readonly message: FromServer }
  | { readonly kind: 'close'; readonly peer: PeerId; readonly code: SignalingErrorCode; readonly why: string };

export interface Place {
  readonly role: 'owner' | 'volunteer';
  readonly room: RoomId;
  /** Volunteers in that room. */
  readonly volunteers: number;
}

export interface RoomCounts {
  readonly owned: number;
  /** Volunteers in rooms. */
  readonly volunteers: number;
  readonly pool: number;
  readonly waiting: number;
}

export interface RoomsDeps {
  readonly limits: RoomLimits;
  readonly tagOf: (room: RoomId, network: string) => string;
}

export function createRooms({ limits, tagOf }: RoomsDeps): Rooms {
  const state = emptyState();
  const { rooms, peers, pool } = state;
  let effects: Effect[] = [];

  const send = (to: PeerId, message: FromServer) => effects.push({ kind: 'send', to, message });
  const refuse = (peer: PeerId, code: SignalingErrorCode, why: string) =>
    effects.push({ kind: 'close', peer, code, why });

  function roomOf(id: RoomId): Room {
    const known = rooms.get(id);
    if (known) return known;
    const room: Room = {
      id,
      owner: null,
      open: false,
      hasWork: false,
      wanted: 0,
      volunteers: new Map(),
      poolVolunteers: 0,
      lastGiftAt: Number.NEGATIVE_INFINITY,
    };
    rooms.set(id, room);
    return room;
  }

  /** What an owner announced holds for that owner only. */
  function idle(room: Room): void {
    room.hasWork = false;
    room.wanted = 0;
  }

  function dropIfEmpty(room: Room): void {
    if (room.owner === null && room.volunteers.size === 0) rooms.delete(room.id);
  }

  function waiting(): number {
    let inRooms = 0;
    for (const room of rooms.values()) if (room.owner === null) inRooms += room.volunteers.size;
    return inRooms + pool.size;
  }

  function enterOwner(peer: PeerId, id: RoomId, open: boolean): void {
    const before = rooms.get(id)?.owner ?? null;
    if (before === null && state.owned >= limits.maxRooms) {
      return void refuse(peer, 'tooMany', 'this server has no room left for another dashboard; try again later');
    }
    const room = roomOf(id);
    if (before === null) state.owned += 1;
    else {
      peers.delete(before);
      refuse(before, 'ownerPresent', 'another dashboard has taken this room over');
      for (const volunteer of room.volunteers.keys()) send(volunteer, { type: 'ownerLeft', peer: before });
    }
    room.owner = peer;
    room.open = open;
    idle(room);
    peers.set(peer, { role: 'owner', room });
    effects.push({ kind: 'welcome', peer, ownRoom: id });
    for (const [volunteer, presence] of room.volunteers) {
      send(peer, { type: 'volunteerJoined', presence });
      send(volunteer, { type: 'owner', peer, room: id });
    }
  }

  function enterVolunteer(peer: PeerId, id: RoomId, from: Whereabouts): void {
    const room = rooms.get(id);
    if ((room?.volunteers.size ?? 0) >= limits.maxVolunteersPerRoom) {
      return void refuse(peer, 'tooMany', 'this room has as many volunteers as it may have; try again later');
    }
    if ((room?.owner ?? null) === null && waiting() >= limits.maxWaiting) {
      return void refuse(peer, 'tooMany', 'too many volunteers are waiting already; try again later');
    }
    const entered = roomOf(id);
    peers.set(peer, { role: 'volunteer', room: entered });
    effects.push({ kind: 'welcome', peer, ownRoom: null });
    place(entered, peer, from, false);
  }

  function enterPool(peer: PeerId, from: Whereabouts): void {
    if (waiting() >= limits.maxWaiting) {
      return void refuse(peer, 'tooMany', 'too many volunteers are waiting already; try again later');
    }
    const avoid = new Map<RoomId, Millis>();
    peers.set(peer, { role: 'pool', from, room: null, avoid });
    pool.set(peer, { peer, avoid });
    effects.push({ kind: 'welcome', peer, ownRoom: null });
  }

  function place(room: Room, peer: PeerId, from: Whereabouts, fromPool: boolean): void {
    const { network, region, provider } = from;
    const presence: Presence = { peer, networkTag: tagOf(room.id, network), region, provider, pool: fromPool };
    room.volunteers.set(peer, presence);
    if (fromPool) room.poolVolunteers += 1;
    if (room.owner === null) return;
    send(room.owner, { type: 'volunteerJoined', presence });
    send(peer, { type: 'owner', peer: room.owner, room: room.id });
  }

  function takeOut(room: Room, peer: PeerId): void {
    if (room.volunteers.get(peer)?.pool) room.poolVolunteers -= 1;
    room.volunteers.delete(peer);
    if (room.owner !== null) send(room.owner, { type: 'volunteerLeft', peer });
    dropIfEmpty(room);
  }

  function leaveRoom(id: PeerId, now: Millis): void {
    const peer = peers.get(id);
    if (!peer) return;
    if (peer.role !== 'pool') {
      drop(id);
      return void refuse(id, 'unexpected', 'only a volunteer of the public pool leaves its room');
    }
    const { room, avoid } = peer;
    if (!room) return; // it left before the server heard of it
    peer.room = null;
    for (const [left, until] of avoid) if (until <= now) avoid.delete(left);
    avoid.set(room.id, now + limits.poolReturn);
    pool.set(id, { peer: id, avoid });
    takeOut(room, id);
  }

  function announce(event: Extract<RoomsEvent, { type: 'announce' }>): void {
    const peer = peers.get(event.peer);
    if (!peer) return;
    if (peer.role !== 'owner') {
      drop(event.peer);
      return void refuse(event.peer, 'unexpected', "only a room's owner says what the room wants");
    }
    peer.room.open = event.open;
    peer.room.hasWork = event.hasWork;
    peer.room.wanted = event.wanted;
  }

  function drop(id: PeerId): void {
    const peer = peers.get(id);
    if (!peer) return;
    peers.delete(id);
    pool.delete(id);
    if (peer.role !== 'owner') {
      if (peer.room) takeOut(peer.room, id);
      return;
    }
    const { room } = peer;
    state.owned -= 1;
    room.owner = null;
    idle(room);
    for (const volunteer of room.volunteers.keys()) send(volunteer, { type: 'ownerLeft', peer: id });
    dropIfEmpty(room);
  }

  function give(now: Millis): void {
    if (pool.size === 0) return;
    const wanting: WantingRoom[] = [];
    for (const room of rooms.values()) {
      if (!wants(room, limits)) continue;
      wanting.push({
        id: room.id,
        wanted: spaceIn(room, limits),
        has: room.poolVolunteers,
        lastGiftAt: room.lastGiftAt,
      });
    }
    for (const gift of spread(wanting, pool.values(), now)) {
      const peer = peers.get(gift.peer);
      if (peer?.role !== 'pool') continue;
      const room = roomOf(gift.room);
      pool.delete(gift.peer);
      peer.room = room;
      room.wanted -= 1;
      room.lastGiftAt = now;
      place(room, gift.peer, peer.from, true);
    }
  }

  function apply(event: RoomsEvent, now: Millis): void {
    switch (event.type) {
      case 'owner':
        enterOwner(event.peer, event.room, event.open);
        break;
      case 'volunteer':
        enterVolunteer(event.peer, event.room, event.from);
        break;
      case 'pool':
        enterPool(event.peer, event.from);
        break;
      case 'announce':
        announce(event);
        break;
      case 'leaveRoom':
        leaveRoom(event.peer, now);
        break;
      case 'gone':
        drop(event.peer);
    }
  }

  return {
    handle(event, now) {
      effects = [];
      apply(event, now);
      give(now);
      return effects;
    },
    together(a, b) {
      const [one, other] = [peers.get(a), peers.get(b)];
      if (!one?.room || one.room !== other?.room) return false;
      return one.room.owner === a || one.room.owner === b;
    },
    placeOf(id) {
      const peer = peers.get(id);
      if (!peer?.room) return null;
      const role = peer.role === 'owner' ? 'owner' : 'volunteer';
      return { role, room: peer.room.id, volunteers: peer.room.volunteers.size };
    },
    counts() {
      let volunteers = 0;
      for (const room of rooms.values()) volunteers += room.volunteers.size;
      return { owned: state.owned, volunteers, pool: pool.size, waiting: waiting() };
    },
    validate: () => validateRooms(state, limits),
  };
}
