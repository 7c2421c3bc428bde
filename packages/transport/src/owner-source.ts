import type { Clock } from '@tabgrid/protocol/clock';
import type { Millis, OwnerToken, PeerId, RoomId } from '@tabgrid/protocol/ids';
import type { FromServer, IceServer, Presence, Signal } from '@tabgrid/protocol/signaling';
import { createLink } from './create-link.js';
import type { Link } from './link.js';
import { createListeners } from './listeners.js';
import { createPeerBudget, type PeerBudget } from './peer-budget.js';
import { createRelayWire } from './relay.js';
import { createSignalingClient, type SignalingStatus, type SocketLike } from './signaling-client.js';
import { createPeerWire, type PeerDial, type WebRtc } from './simple-peer.js';
import type { OwnerSource, OwnerStatus } from './source.js';
import type { Wire } from './wire.js';

/** Connections that one volunteer may make this page build, so that none uses up what the page can make. */
const MAX_DIRECT_DIALS = 20;

export interface OwnerSourceDeps {
  /** The signaling server's ws: or wss: address, path included. */
  readonly url: string;
  /** In a page: one that ticks while hidden (`createWorkerClock`). */
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  /** A room that this page owned before; null or absent asks for a new one. */
  readonly room?: OwnedRoom | null;
  /** Whether the room begins open to the public pool. */
  readonly open?: boolean;
  readonly dialTimeoutMs?: Millis;
  readonly peerBudget?: PeerBudget;
  /** Where the globals are missing (Node). */
  readonly wrtc?: WebRtc;
  readonly openSocket?: (url: string) => SocketLike;
}

export interface OwnedRoom {
  readonly id: RoomId;
  readonly token: OwnerToken;
}

interface Guest {
  readonly presence: Presence;
  /** The highest dial number seen; lower ones are over. */
  dial: number;
  directDials: number;
  /** What the present dial has come to. */
  attempt: { readonly kind: 'direct'; readonly rtc: PeerDial } | { readonly kind: 'relay' } | null;
  /** Ends the connection of the guest that is in use. */
  endCurrent: ((why: string) => void) | null;
  /** Ends it when the guest's socket is gone, because it needs it. */
  endRelay: (() => void) | null;
}

/**
 * A room's links, each dialled by its volunteer.
 *
 * 1. A direct link does not need the server: it outlives the socket and the server.
 * 2. A dial of a higher number takes the place of the one before: that is given up at once if it was still dialling,
 *    and its link is ended when the new one is there.
 * 3. The room and its token stay the same through reconnects, unless the server says that they are worth nothing.
 * 4. Signals of strangers, of old dials, and senseless ones do nothing.
 */
export function createOwnerSource(deps: OwnerSourceDeps): OwnerSource {
  const { clock } = deps;
  const volunteers = createListeners<[Link, Presence]>();
  const statuses = createListeners<[OwnerStatus]>();
  const budget = deps.peerBudget ?? createPeerBudget();
  const guests = new Map<PeerId, Guest>();
  const links = new Set<Link>();
  let room: OwnedRoom | null = deps.room ?? null;
  let announced = { open: deps.open ?? false, hasWork: false, wanted: 0 };
  let iceServers: readonly IceServer[] = [];
  let status: OwnerStatus = { kind: 'connecting' };
  let closed = false;

  const client = createSignalingClient({
    url: deps.url,
    clock,
    random: deps.random,
    hello: () => ({ role: 'owner', room, open: announced.open }),
    ...(deps.openSocket ? { openSocket: deps.openSocket } : {}),
  });

  client.onStatus((next) => {
    if (closed) return;
    for (const guest of guests.values()) giveUpDial(guest, 'the connection to the server was lost');
    // Whoever is there is told anew.
    guests.clear();
    if (next.kind === 'online') {
      iceServers = next.welcome.iceServers;
      room = next.welcome.room;
      client.send({ type: 'room', ...announced });
    }
    if (next.kind === 'stopped' && next.code === 'badToken' && room) {
      // The server has another secret now: this room can never be had again, a new one can.
      room = null;
      client.reconnect();
      return;
    }
    status = statusOf(next, status);
    statuses.call(status);
  });

  client.onMessage((message) => {
    if (!closed) receive(message);
  });

  function receive(message: FromServer): void {
    if (message.type === 'volunteerJoined') {
      const { presence } = message;
      if (guests.has(presence.peer)) return;
      guests.set(presence.peer, {
        presence,
        dial: 0,
        directDials: 0,
        attempt: null,
        endCurrent: null,
        endRelay: null,
      });
    } else if (message.type === 'volunteerLeft') {
      const guest = guests.get(message.peer);
      guests.delete(message.peer);
      if (!guest) return;
      giveUpDial(guest, 'the volunteer left');
      guest.endRelay?.();
    } else if (message.type === 'signal') {
      const guest = guests.get(message.from);
      if (guest) takeSignal(guest, message.signal);
    }
  }

  function takeSignal(guest: Guest, signal: Signal): void {
    if (signal.dial < guest.dial) return;
    if (signal.dial > guest.dial) {
      giveUpDial(guest, 'the volunteer dials anew');
      guest.dial = signal.dial;
      guest.attempt = null;
      if (signal.kind === 'relay') answerRelay(guest, signal.dial);
      else answerDirect(guest, signal.dial);
    }
    if (signal.kind === 'rtc' && guest.attempt?.kind === 'direct') guest.attempt.rtc.signal(signal.signal);
  }

  function answerDirect(guest: Guest, dial: number): void {
    if (guest.directDials++ >= MAX_DIRECT_DIALS || !budget.take()) return; // its dial times out, then it asks for the relay
    const { peer } = guest.presence;
    const rtc = createPeerWire({
      initiator: false,
      iceServers,
      clock,
      onSignal(signal) {
        client.send({ type: 'signal', to: peer, signal: { kind: 'rtc', dial, signal } });
      },
      ...(deps.dialTimeoutMs === undefined ? {} : { dialTimeoutMs: deps.dialTimeoutMs }),
      ...(deps.wrtc ? { wrtc: deps.wrtc } : {}),
    });
    guest.attempt = { kind: 'direct', rtc };
    void rtc.wire.then(
      (wire) => linked(guest, wire, rtc.abandon),
      () => {}, // the volunteer dials again
    );
  }

  function answerRelay(guest: Guest, dial: number): void {
    const wire = createRelayWire({ socket: client, peer: guest.presence.peer, dial });
    guest.attempt = { kind: 'relay' };
    linked(guest, wire, wire.end);
    guest.endRelay = () => wire.end('the volunteer left');
  }

  function linked(guest: Guest, wire: Wire, endWire: (why: string) => void): void {
    const before = guest.endCurrent;
    guest.endCurrent = endWire;
    guest.endRelay = null;
    before?.('a newer connection of the same volunteer took its place');
    const link = createLink(wire, { clock });
    if (closed) {
      void link.close('this side stopped');
      return;
    }
    links.add(link);
    void link.closed.then(() => links.delete(link));
    volunteers.call(link, guest.presence);
  }

  /** Gives up what is still dialling; a connection in use is left alone. */
  function giveUpDial(guest: Guest, why: string): void {
    if (guest.attempt?.kind === 'direct' && guest.attempt.rtc.abandon !== guest.endCurrent)
      guest.attempt.rtc.abandon(why);
  }

  return {
    onVolunteer: volunteers.add,
    onStatus(listener) {
      listener(status);
      return statuses.add(listener);
    },
    announce(next) {
      announced = { open: next.open, hasWork: next.hasWork, wanted: next.wanted };
      client.send({ type: 'room', ...announced });
    },
    async close() {
      if (closed) return;
      closed = true;
      volunteers.clear();
      statuses.clear();
      for (const guest of guests.values()) giveUpDial(guest, 'this side stopped');
      await Promise.all([...links].map((link) => link.close('this side stopped')));
      client.close();
    },
  };
}

function statusOf(next: SignalingStatus, before: OwnerStatus): OwnerStatus {
  switch (next.kind) {
    case 'online': {
      const { room, publicUrl } = next.welcome;
      return room ? { kind: 'online', room, publicUrl } : { kind: 'offline', why: 'the server gave this page no room' };
    }
    case 'connecting':
      return before.kind === 'connecting' ? before : { kind: 'offline', why: 'connecting to the server again' };
    case 'retrying':
      return { kind: 'offline', why: next.why };
    case 'stopped':
      return next.code === 'ownerPresent' ? { kind: 'replaced' } : { kind: 'offline', why: next.why };
  }
}
