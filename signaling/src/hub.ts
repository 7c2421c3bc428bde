import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from '@tabgrid/protocol/clock';
import { PeerId, RoomId } from '@tabgrid/protocol/ids';
import type { IceServer, ToServer } from '@tabgrid/protocol/signaling';
import { PROTOCOL_VERSION } from '@tabgrid/protocol/version';
import type { Logger } from 'pino';
import * as v from 'valibot';
import type { WebSocket } from 'ws';
import type { Limits } from './limits.js';
import { createMetrics, type Metrics } from './metrics.js';
import { createRelay } from './relay.js';
import type { Whereabouts } from './room-state.js';
import { createRooms, type Effect, type RoomsEvent } from './rooms.js';
import { createSession, type Session } from './session.js';
import type { Tokens } from './tokens.js';

/** Brings sockets and rooms together: checks proofs, turns messages into events, and carries effects out. */
export interface Hub {
  /** Takes a fresh socket. */
  accept(socket: WebSocket, from: Whereabouts): Session;
  readonly metrics: Metrics;
  /** Tells all sockets that the server stops, and closes them. */
  shutDown(): void;
}

export interface HubDeps {
  readonly clock: Clock;
  readonly limits: Limits;
  readonly tokens: Tokens;
  readonly log: Logger;
  readonly publicUrl: string | null;
  readonly iceServersFor: (peer: PeerId) => IceServer[];
  readonly processMetrics: boolean;
}

/** How often time alone may change who is given to whom. */
const TICK_MS = 1000;

/** 16 random bytes, the form of every unguessable id. */
const unguessable = () => randomBytes(16).toString('base64url');

/** Names a room in the log without giving away its id, which would let its reader in. */
const roomInLog = (room: RoomId) => createHash('sha256').update(room).digest('hex').slice(0, 8);

export function createHub({ clock, limits, tokens, log, publicUrl, iceServersFor, processMetrics }: HubDeps): Hub {
  const sessions = new Map<PeerId, Session>();
  const rooms = createRooms({ limits, tagOf: tokens.networkTag });
  const relay = createRelay({
    clock,
    limits,
    rooms,
    sessionOf: (peer) => sessions.get(peer),
    passed: (bytes) => metrics.relayed(bytes),
  });
  const metrics = createMetrics({
    connections: () => sessions.size,
    counts: rooms.counts,
    relayBuffered: relay.buffered,
    process: processMetrics,
  });

  /** Carrying out an effect may end a session, and that is an event again: one event's effects are done before the next. */
  const events: RoomsEvent[] = [];
  let applying = false;

  function apply(event: RoomsEvent): void {
    events.push(event);
    if (applying) return;
    applying = true;
    try {
      for (let next = events.shift(); next; next = events.shift()) {
        for (const effect of rooms.handle(next, clock.now())) carryOut(effect);
      }
    } finally {
      applying = false;
    }
  }

  function carryOut(effect: Effect): void {
    switch (effect.kind) {
      case 'send':
        sessions.get(effect.to)?.send(effect.message);
        break;
      case 'close':
        sessions.get(effect.peer)?.refuse(effect.code, effect.why);
        break;
      case 'welcome': {
        const { peer, ownRoom } = effect;
        const room = ownRoom === null ? null : { id: ownRoom, token: tokens.ownerToken(ownRoom) };
        const iceServers = iceServersFor(peer);
        sessions.get(peer)?.send({ type: 'welcome', protocol: PROTOCOL_VERSION, peer, iceServers, room, publicUrl });
      }
    }
  }

  function hello(session: Session, as: Extract<ToServer, { type: 'hello' }>['as'], from: Whereabouts): void {
    const { peer } = session;
    if (as.role === 'volunteer') apply({ type: 'volunteer', peer, room: as.room, from });
    else if (as.role === 'pool') apply({ type: 'pool', peer, from });
    else if (as.room && !tokens.isOwner(as.room.id, as.room.token)) {
      session.refuse('badToken', 'this token does not make the owner of this room');
    } else {
      const room = as.room?.id ?? v.parse(RoomId, unguessable());
      log.info({ peer, room: roomInLog(room), again: as.room !== null }, 'an owner comes to its room');
      apply({ type: 'owner', peer, room, open: as.open });
    }
  }

  /** One for somebody who has just left is nobody's fault, and one for a stranger goes nowhere. */
  function signal(from: PeerId, { to, signal }: Extract<ToServer, { type: 'signal' }>): void {
    if (!rooms.together(from, to)) return;
    metrics.signal();
    sessions.get(to)?.send({ type: 'signal', from, signal });
  }

  function receive(session: Session, message: ToServer, from: Whereabouts): void {
    metrics.message(message.type);
    switch (message.type) {
      case 'hello':
        hello(session, message.as, from);
        break;
      case 'signal':
        signal(session.peer, message);
        break;
      case 'room':
        apply({ ...message, type: 'announce', peer: session.peer });
        break;
      case 'leaveRoom':
        apply({ type: 'leaveRoom', peer: session.peer });
        break;
      case 'ping':
        session.send({ type: 'pong' });
    }
  }

  function tick(): void {
    clock.after(TICK_MS, () => {
      if (stopped) return;
      apply({ type: 'tick' });
      tick();
    });
  }

  let stopped = false;
  tick();

  return {
    metrics,
    accept(socket, from) {
      const peer = v.parse(PeerId, unguessable());
      const session: Session = createSession({
        socket,
        peer,
        clock,
        limits,
        rateFactor() {
          const place = rooms.placeOf(peer);
          return place?.role === 'owner' ? 1 + place.volunteers : 1;
        },
        events: {
          message: (message) => receive(session, message, from),
          frame: (bytes) => relay.pass(session, bytes),
          ended(why) {
            sessions.delete(peer);
            relay.forget(peer);
            metrics.ended(why);
            log[why === 'left' ? 'debug' : 'info']({ peer, why }, 'a socket ended');
            // Everybody is told of the end; who left a moment before whom is of no use then.
            if (!stopped) apply({ type: 'gone', peer });
          },
        },
      });
      sessions.set(peer, session);
      if (stopped) session.refuse('shuttingDown', 'the server is stopping');
      return session;
    },
    shutDown() {
      stopped = true;
      for (const session of [...sessions.values()]) session.refuse('shuttingDown', 'the server is stopping');
    },
  };
}
