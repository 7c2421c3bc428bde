import type { Clock } from '@tabgrid/protocol/clock';
import type { Millis, PeerId, RoomId } from '@tabgrid/protocol/ids';
import type { FromServer, IceServer, Signal } from '@tabgrid/protocol/signaling';
import { createBackoff } from './backoff.js';
import { createLink } from './create-link.js';
import type { CloseReason, Link } from './link.js';
import { createListeners } from './listeners.js';
import { createPeerBudget, type PeerBudget } from './peer-budget.js';
import { createRelayWire, type RelayWire } from './relay.js';
import {
  createSignalingClient,
  type Hello,
  type SignalingClient,
  type SignalingStatus,
  type SocketLike,
} from './signaling-client.js';
import { createPeerWire, DialError, type PeerDial, type WebRtc } from './simple-peer.js';
import type { LinkSource, SourceStatus } from './source.js';
import type { Wire } from './wire.js';

/** After a direct dial that failed, the relay is dialled at once for so long. */
const DIRECT_PAUSE_MS: Millis = 5 * 60_000;

/** A link that lived so long was a good one: the next loss is tried again quickly. */
const GOOD_LINK_MS: Millis = 10_000;

export interface VolunteerSourceDeps {
  /** The signaling server's ws: or wss: address, path included. */
  readonly url: string;
  readonly join: { readonly kind: 'room'; readonly room: RoomId } | { readonly kind: 'pool' };
  /** In a page: one that ticks while hidden (`createWorkerClock`). */
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  /** The owner shall not see this page's address: TURN where the server offers it, else the WebSocket. */
  readonly relayOnly?: boolean;
  readonly dialTimeoutMs?: Millis;
  readonly peerBudget?: PeerBudget;
  /** Where the globals are missing (Node). */
  readonly wrtc?: WebRtc;
  readonly openSocket?: (url: string) => SocketLike;
}

interface Owner {
  readonly peer: PeerId;
  readonly room: RoomId;
}

/** What the source is doing about its one link. */
type Doing =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'dialling'; readonly dial: number; readonly owner: Owner; readonly rtc: PeerDial }
  | {
      readonly kind: 'linked';
      readonly dial: number;
      readonly owner: Owner;
      readonly link: Link;
      readonly since: Millis;
      readonly via: { readonly rtc: PeerDial } | { readonly relay: RelayWire };
    }
  | { readonly kind: 'resting'; readonly until: Millis; readonly why: string; readonly cancel: () => void };

/**
 * A volunteer's links, one at a time: directly if that works, through the server if not.
 *
 * 1. At most one link is open, and none is dialled while one is.
 * 2. A direct link does not need the server: it outlives the socket, the server and the owner's socket.
 * 3. Each dial has a new number; signals of another number or of another peer than the dialled one are ignored.
 * 4. A page of the pool that is linked comes back, after a loss of its socket, as a volunteer of its room, so that it is
 *    not given away twice; when the link is over it joins the pool again.
 * 5. After `close` nothing is dialled and no listener is called.
 */
export function createVolunteerSource(deps: VolunteerSourceDeps): LinkSource {
  const { clock } = deps;
  const links = createListeners<[Link, RoomId]>();
  const statuses = createListeners<[SourceStatus]>();
  const backoff = createBackoff(deps.random);
  const budget = deps.peerBudget ?? createPeerBudget();
  let doing: Doing = { kind: 'nothing' };
  let owner: Owner | null = null;
  let iceServers: readonly IceServer[] = [];
  let dials = 0;
  let directFrom: Millis = Number.NEGATIVE_INFINITY;
  let saidRole: Hello['role'] = 'pool';
  let closed = false;
  let shown: SourceStatus = { kind: 'connecting' };

  const client: SignalingClient = createSignalingClient({
    url: deps.url,
    clock,
    random: deps.random,
    hello() {
      const as = helloNow();
      saidRole = as.role;
      return as;
    },
    ...(deps.openSocket ? { openSocket: deps.openSocket } : {}),
  });

  function helloNow(): Hello {
    if (deps.join.kind === 'room') return { role: 'volunteer', room: deps.join.room };
    return doing.kind === 'linked' ? { role: 'volunteer', room: doing.owner.room } : { role: 'pool' };
  }

  function show(): void {
    if (closed) return;
    const next = statusNow();
    if (JSON.stringify(next) === JSON.stringify(shown)) return;
    shown = next;
    statuses.call(next);
  }

  function statusNow(): SourceStatus {
    if (doing.kind === 'linked') return { kind: 'linked' };
    if (doing.kind === 'dialling') return { kind: 'connecting' };
    if (client.status.kind !== 'online') return ofSignaling(client.status);
    if (doing.kind === 'resting') return { kind: 'retrying', inMs: doing.until - clock.now(), why: doing.why };
    const why = deps.join.kind === 'pool' ? 'no room has work for now' : 'the owner of this room is away';
    return { kind: 'waiting', why };
  }

  client.onStatus((status) => {
    if (closed) return;
    if (status.kind === 'online') {
      iceServers = status.welcome.iceServers;
    } else {
      owner = null;
      if (doing.kind === 'dialling') giveUpDial('the connection to the server was lost');
    }
    show();
  });

  client.onMessage((message) => {
    if (!closed) receive(message);
    show();
  });

  function receive(message: FromServer): void {
    if (message.type === 'owner') {
      owner = { peer: message.peer, room: message.room };
      if (doing.kind === 'dialling' && doing.owner.peer !== owner.peer) giveUpDial('the owner came back elsewhere');
      if (doing.kind === 'resting') stopResting();
      backoff.reset();
      dial();
    } else if (message.type === 'ownerLeft' && owner?.peer === message.peer) {
      owner = null;
      if (doing.kind === 'dialling') giveUpDial('the owner left');
      if (doing.kind === 'linked' && 'relay' in doing.via) doing.via.relay.end('the owner left');
      leaveIfIdle();
    } else if (message.type === 'signal') {
      takeSignal(message.from, message.signal);
    }
  }

  function takeSignal(from: PeerId, signal: Signal): void {
    if (signal.kind !== 'rtc' || (doing.kind !== 'dialling' && doing.kind !== 'linked')) return;
    if (doing.owner.peer !== from || doing.dial !== signal.dial) return;
    if (doing.kind === 'dialling') doing.rtc.signal(signal.signal);
    else if ('rtc' in doing.via) doing.via.rtc.signal(signal.signal);
  }

  /** Begins a dial when there is somebody to dial and nothing else is under way. */
  function dial(): void {
    if (closed || doing.kind !== 'nothing' || !owner || client.status.kind !== 'online') return;
    const mayDirect = deps.relayOnly ? iceServers.some(isTurn) : clock.now() >= directFrom;
    if (mayDirect && budget.take()) dialDirect(owner);
    else dialRelay(owner);
  }

  function dialDirect(to: Owner): void {
    const number = ++dials;
    const rtc = createPeerWire({
      initiator: true,
      iceServers: deps.relayOnly ? iceServers.filter(isTurn) : iceServers,
      turnOnly: deps.relayOnly ?? false,
      clock,
      onSignal(signal) {
        client.send({ type: 'signal', to: to.peer, signal: { kind: 'rtc', dial: number, signal } });
      },
      ...(deps.dialTimeoutMs === undefined ? {} : { dialTimeoutMs: deps.dialTimeoutMs }),
      ...(deps.wrtc ? { wrtc: deps.wrtc } : {}),
    });
    doing = { kind: 'dialling', dial: number, owner: to, rtc };
    const isCurrent = () => doing.kind === 'dialling' && doing.dial === number && !closed;
    void rtc.wire.then(
      (wire) => {
        if (isCurrent()) linked(number, to, wire, { rtc });
      },
      (error: unknown) => {
        if (!isCurrent()) return;
        if (!(error instanceof DialError)) throw error;
        directFrom = clock.now() + DIRECT_PAUSE_MS;
        doing = { kind: 'nothing' };
        dialRelay(to);
        show();
      },
    );
  }

  function dialRelay(to: Owner): void {
    const number = ++dials;
    if (!client.send({ type: 'signal', to: to.peer, signal: { kind: 'relay', dial: number } })) return;
    const relay = createRelayWire({ socket: client, peer: to.peer, dial: number });
    linked(number, to, relay, { relay });
  }

  function linked(
    number: number,
    to: Owner,
    wire: Wire,
    via: { readonly rtc: PeerDial } | { readonly relay: RelayWire },
  ): void {
    const link = createLink(wire, { clock });
    doing = { kind: 'linked', dial: number, owner: to, link, since: clock.now(), via };
    void link.closed.then((reason) => {
      if (doing.kind === 'linked' && doing.link === link) unlinked(doing.since, reason);
    });
    links.call(link, to.room);
    show();
  }

  function unlinked(since: Millis, reason: CloseReason): void {
    doing = { kind: 'nothing' };
    if (closed) return;
    if (clock.now() - since >= GOOD_LINK_MS) backoff.reset();
    if (deps.join.kind === 'pool') {
      if (saidRole !== 'pool') client.reconnect();
      else if (reason.by === 'them') leaveRoom();
    }
    leaveIfIdle();
    rest(reason.text);
    show();
  }

  function rest(why: string): void {
    const inMs = backoff.next();
    const cancel = clock.after(inMs, () => {
      doing = { kind: 'nothing' };
      dial();
      show();
    });
    doing = { kind: 'resting', until: clock.now() + inMs, why, cancel };
  }

  function stopResting(): void {
    if (doing.kind === 'resting') doing.cancel();
    doing = { kind: 'nothing' };
  }

  function giveUpDial(why: string): void {
    if (doing.kind !== 'dialling') return;
    const { rtc } = doing;
    doing = { kind: 'nothing' };
    rtc.abandon(why);
  }

  /** A page of the pool does not wait in a room without owner. */
  function leaveIfIdle(): void {
    if (deps.join.kind === 'pool' && !owner && doing.kind !== 'linked') leaveRoom();
  }

  function leaveRoom(): void {
    if (saidRole !== 'pool') return;
    owner = null;
    client.send({ type: 'leaveRoom' });
  }

  return {
    onLink: links.add,
    onStatus(listener) {
      listener(shown);
      return statuses.add(listener);
    },
    async close() {
      if (closed) return;
      closed = true;
      links.clear();
      statuses.clear();
      const last = doing;
      if (last.kind === 'resting') last.cancel();
      if (last.kind === 'dialling') last.rtc.abandon('this side stopped');
      if (last.kind === 'linked') await last.link.close('this side stopped');
      client.close();
    },
  };
}

function isTurn(server: IceServer): boolean {
  return server.urls.some((url) => /^turns?:/i.test(url));
}

function ofSignaling(status: Exclude<SignalingStatus, { kind: 'online' }>): SourceStatus {
  switch (status.kind) {
    case 'connecting':
      return { kind: 'connecting' };
    case 'retrying':
      return { kind: 'retrying', inMs: status.inMs, why: status.why };
    case 'stopped':
      return { kind: 'failed', why: status.why };
  }
}
