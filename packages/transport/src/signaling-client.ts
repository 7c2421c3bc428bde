import { type Bytes, bytesOf } from '@tabgrid/protocol/bytes';
import type { Clock } from '@tabgrid/protocol/clock';
import type { Millis } from '@tabgrid/protocol/ids';
import { MAX_FRAME_BYTES, MAX_SIGNALING_BYTES } from '@tabgrid/protocol/limits';
import { FromServer, RELAY_HEADER_BYTES, type SignalingErrorCode, ToServer } from '@tabgrid/protocol/signaling';
import { PROTOCOL_VERSION } from '@tabgrid/protocol/version';
import * as v from 'valibot';
import { createBackoff } from './backoff.js';
import { createListeners } from './listeners.js';
import type { RelaySocket } from './relay.js';

/** Sent this often, so that no proxy closes an idle socket. */
const PING_MS: Millis = 20_000;

/** A socket that does not open, welcome or answer within this is given up. */
const ANSWER_MS: Millis = 10_000;

/** The socket takes relayed frames until so much waits in it, and again when no more than LOW does. */
const HIGH_WATER_BYTES = 512 * 1024;
const LOW_WATER_BYTES = 128 * 1024;

/** WebSockets do not tell when they have drained: asked this often while somebody waits. */
const POLL_MS: Millis = 4;

/** Trying again cannot help; the source decides what can. */
const FATAL: ReadonlySet<SignalingErrorCode> = new Set(['badVersion', 'badToken', 'ownerPresent']);

export type Hello = Extract<ToServer, { type: 'hello' }>['as'];
export type Welcome = Extract<FromServer, { type: 'welcome' }>;

/** What the client needs of a WebSocket: the browser's and that of `ws` both have it. */
export interface SocketLike {
  binaryType: string;
  readonly bufferedAmount: number;
  send(data: string | Bytes): void;
  close(): void;
  addEventListener(type: 'open' | 'close' | 'error', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
}

export interface SignalingDeps {
  /** ws: or wss: address, path included. */
  readonly url: string;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  /** What to say on each fresh socket. */
  readonly hello: () => Hello;
  /** The browser's WebSocket by default. */
  readonly openSocket?: (url: string) => SocketLike;
}

export type SignalingStatus =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'online'; readonly welcome: Welcome }
  | { readonly kind: 'retrying'; readonly inMs: Millis; readonly why: string }
  /** It does not try again by itself. */
  | { readonly kind: 'stopped'; readonly code: SignalingErrorCode | null; readonly why: string };

/** One WebSocket to the server, for as long as it takes. */
export interface SignalingClient extends RelaySocket {
  readonly status: SignalingStatus;
  onStatus(listener: (status: SignalingStatus) => void): () => void;
  /** Everything but `welcome`, `pong` and errors, which show in the status. */
  onMessage(listener: (message: FromServer) => void): () => void;
  /** @returns false when there is no welcomed socket: the message is not sent, then or later */
  send(message: ToServer): boolean;
  /** Drops the socket, if there is one, and connects at once with a new hello. */
  reconnect(): void;
  close(): void;
}

/**
 * Invariants
 *
 * 1. One socket at a time; events of a former one are ignored.
 * 2. `online` from a welcome until that socket is gone. Nothing but the hello is sent before.
 * 3. What comes is parsed, and what does not parse is dropped; what goes is parsed too.
 * 4. After `close`, or a fatal error, no timer runs, and only `reconnect` (not after `close`) opens another socket.
 */
export function createSignalingClient(deps: SignalingDeps): SignalingClient {
  const { clock } = deps;
  const openSocket = deps.openSocket ?? ((url: string): SocketLike => new WebSocket(url));
  const backoff = createBackoff(deps.random);
  const statuses = createListeners<[SignalingStatus]>();
  const messages = createListeners<[FromServer]>();
  const frames = new Map<string, Set<(frame: Bytes) => void>>();
  const downs = createListeners<[]>();
  let status: SignalingStatus = { kind: 'connecting' };
  let socket: SocketLike | null = null;
  let closed = false;
  let heardAt: Millis = clock.now();
  let lastError: { readonly code: SignalingErrorCode; readonly message: string } | null = null;
  let cancelTimer = (): void => {};
  let cancelPoll = (): void => {};
  /** Relayed links that wait for room, in turn, so that one cannot starve the others. */
  let waiting: (() => void)[] = [];

  const enter = (next: SignalingStatus): void => {
    const wasOnline = status.kind === 'online';
    status = next;
    if (wasOnline && next.kind !== 'online') {
      cancelPoll();
      waiting = [];
      downs.call();
    }
    statuses.call(next);
  };

  const connect = (): void => {
    cancelTimer();
    lastError = null;
    let fresh: SocketLike;
    try {
      fresh = openSocket(deps.url);
    } catch (error) {
      enter({ kind: 'stopped', code: null, why: error instanceof Error ? error.message : String(error) });
      return;
    }
    socket = fresh;
    fresh.binaryType = 'arraybuffer';
    const mine = (act: () => void) => () => {
      if (socket === fresh) act();
    };
    fresh.addEventListener(
      'open',
      mine(() => fresh.send(JSON.stringify(hello(deps.hello())))),
    );
    fresh.addEventListener('message', ({ data }) => {
      if (socket === fresh) receive(data);
    });
    // `close` always follows.
    fresh.addEventListener('error', () => {});
    fresh.addEventListener('close', mine(lost));
    cancelTimer = clock.after(ANSWER_MS, dropSilent);
    enter({ kind: 'connecting' });
  };

  const lost = (): void => {
    socket = null;
    cancelTimer();
    if (closed) return;
    const why = lastError?.message ?? 'the connection to the server was lost';
    if (lastError && FATAL.has(lastError.code)) {
      enter({ kind: 'stopped', code: lastError.code, why });
      return;
    }
    const inMs = backoff.next();
    cancelTimer = clock.after(inMs, connect);
    enter({ kind: 'retrying', inMs, why });
  };

  /** A half-open socket never says `close`: it is not waited for. */
  const drop = (): void => {
    const old = socket;
    socket = null;
    old?.close();
  };

  const dropSilent = (): void => {
    drop();
    lost();
  };

  const ping = (): void => {
    cancelTimer = clock.after(PING_MS, () => {
      send({ type: 'ping' });
      awaitAnswer();
    });
  };

  /** On a slow line the answer queues behind relayed frames: whatever arrives shows that the socket lives. */
  const awaitAnswer = (): void => {
    cancelTimer = clock.after(ANSWER_MS, () => {
      if (clock.now() - heardAt < ANSWER_MS) awaitAnswer();
      else dropSilent();
    });
  };

  const receive = (data: unknown): void => {
    heardAt = clock.now();
    if (typeof data === 'string') receiveText(data);
    else if (data instanceof ArrayBuffer) receiveFrame(new Uint8Array(data));
    else if (ArrayBuffer.isView(data)) receiveFrame(bytesOf(data));
  };

  const receiveText = (text: string): void => {
    const message = parse(text);
    if (!message) return;
    if (message.type === 'welcome') {
      backoff.reset();
      cancelTimer();
      ping();
      enter({ kind: 'online', welcome: message });
    } else if (message.type === 'error') {
      lastError = { code: message.code, message: message.message };
    } else if (message.type === 'pong') {
      cancelTimer();
      ping();
    } else if (status.kind === 'online') {
      messages.call(message);
    }
  };

  const receiveFrame = (bytes: Bytes): void => {
    const length = bytes.byteLength - RELAY_HEADER_BYTES;
    if (length < 1 || length > MAX_FRAME_BYTES) return;
    // Only a known peer's frames are wanted, so looking it up is check enough.
    let from = '';
    for (let i = 0; i < RELAY_HEADER_BYTES; i++) from += String.fromCharCode(bytes[i] ?? 0);
    for (const listener of [...(frames.get(from) ?? [])]) listener(bytes.subarray(RELAY_HEADER_BYTES));
  };

  const send = (message: ToServer): boolean => {
    if (status.kind !== 'online' || !socket) return false;
    socket.send(JSON.stringify(v.parse(ToServer, message)));
    return true;
  };

  const poll = (): void => {
    cancelPoll = clock.after(POLL_MS, () => {
      while (waiting.length > 0 && socket && socket.bufferedAmount <= LOW_WATER_BYTES) waiting.shift()?.();
      if (waiting.length > 0) poll();
    });
  };

  // Not before the caller has had a chance to listen.
  queueMicrotask(() => {
    if (!closed && !socket) connect();
  });

  return {
    get status() {
      return status;
    },
    onStatus: statuses.add,
    onMessage: messages.add,
    send,
    reconnect() {
      if (closed) return;
      drop();
      backoff.reset();
      connect();
    },
    close() {
      if (closed) return;
      closed = true;
      cancelTimer();
      cancelPoll();
      drop();
      enter({ kind: 'stopped', code: null, why: 'closed' });
    },
    online: () => status.kind === 'online',
    writable: () => status.kind === 'online' && socket !== null && socket.bufferedAmount < HIGH_WATER_BYTES,
    whenWritable(callback) {
      if (status.kind !== 'online') return;
      waiting.push(callback);
      if (waiting.length === 1) poll();
    },
    sendRelayed(message) {
      if (status.kind === 'online') socket?.send(message);
    },
    onRelayed(from, listener) {
      const listeners = frames.get(from) ?? new Set();
      frames.set(from, listeners);
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0 && frames.get(from) === listeners) frames.delete(from);
      };
    },
    onDown: downs.add,
  };
}

function hello(as: Hello): ToServer {
  return v.parse(ToServer, { type: 'hello', protocol: PROTOCOL_VERSION, as });
}

function parse(text: string): FromServer | null {
  if (text.length > MAX_SIGNALING_BYTES) return null;
  try {
    const message = v.safeParse(FromServer, JSON.parse(text));
    return message.success ? message.output : null;
  } catch {
    return null;
  }
}
