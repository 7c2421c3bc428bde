import { type Bytes, bytesOf, equalBytes } from '@tabgrid/protocol/bytes';
import type { Clock } from '@tabgrid/protocol/clock';
import type { Millis } from '@tabgrid/protocol/ids';
import { type IceServer, RtcSignal } from '@tabgrid/protocol/signaling';
import type SimplePeerTypes from 'simple-peer';
import SimplePeer from 'simple-peer/simplepeer.min.js';
import * as v from 'valibot';
import type { LinkPath } from './link.js';
import { awaitsAnswer, channelOf, isRelayed, restartIce, tellWhenLow } from './peer-guts.js';
import type { Wire, WireListener } from './wire.js';

/** How long a dial may take before another way is tried. */
export const DIAL_TIMEOUT_MS: Millis = 20_000;

/**
 * The channel takes frames until so much waits in it, and again when no more than LOW does. More was not faster (measured
 * between two Chromium pages), and an urgent frame waits behind it.
 */
const HIGH_WATER_BYTES = 256 * 1024;
const LOW_WATER_BYTES = 64 * 1024;

/** Where the channel cannot tell that it has drained, it is asked this often. */
const POLL_MS: Millis = 4;

/** Candidates that one dial takes of the other side; real pages have a dozen. */
const MAX_CANDIDATES = 100;

/** What the other side may send before this side listens; it has no more credit. */
const MAX_EARLY_BYTES = 5 * 1024 * 1024;

/**
 * The accepting side's first message, taken by the adapter. What the initiator sends before the other side has seen the
 * channel may be lost (Node's WebRTC does lose it), so it waits for this.
 */
const READY: Bytes = Uint8Array.of(0);

/** A connection that did not come about; `message` says why. */
export class DialError extends Error {
  override name = 'DialError';
}

/** A WebRTC implementation, for where the global one is missing. */
export type WebRtc = NonNullable<SimplePeerTypes.Options['wrtc']>;

export interface PeerWireDeps {
  /** The volunteer's side initiates. */
  readonly initiator: boolean;
  /** Always explicit: the library's default is public servers. */
  readonly iceServers: readonly IceServer[];
  /** Only through a TURN server: the other side does not see this one's address. */
  readonly turnOnly?: boolean;
  readonly clock: Clock;
  readonly dialTimeoutMs?: Millis;
  /** What has to reach `signal` of the other side's dial, at any time of the connection's life. */
  readonly onSignal: (signal: RtcSignal) => void;
  readonly wrtc?: WebRtc;
}

export interface PeerDial {
  /** The connected wire. @throws DialError (rejects); nobody has to listen */
  readonly wire: Promise<Wire>;
  /** Takes a signal of the other side. Late, doubled and senseless ones do nothing. Never throws. */
  signal(signal: RtcSignal): void;
  /** Gives up, or ends the wire, which tells its link why. Idempotent. */
  abandon(why: string): void;
}

/**
 * Dials with simple-peer.
 *
 * 1. `wire` settles once: connected, or failed, abandoned or timed out; in the latter three the peer is destroyed.
 * 2. Frames leave only while connected and while the channel's buffer is under HIGH_WATER_BYTES: beyond that the library
 *    loses data without a word.
 * 3. Frames that come before `listen` wait, within MAX_EARLY_BYTES.
 * 4. The peer has a listener for `error` for ever, and `signal` and `send` are never called on a destroyed one.
 * 5. The initiator sends nothing before the other side has said READY.
 * 6. Only offers, answers and candidates pass, each only in the direction that makes sense.
 */
export function createPeerWire(deps: PeerWireDeps): PeerDial {
  const { initiator, clock } = deps;
  let alive = true;
  let isOpen = false;
  /** The accepting side's messages are safe from the start: its counterpart made the channel. */
  let isHeard = !initiator;
  let connected = false;
  let listener: WireListener | null = null;
  let early: Bytes[] = [];
  let earlyBytes = 0;
  let channel: EventTarget | null = null;
  let cancelPoll = (): void => {};
  let tellsWhenLow = false;
  let path: LinkPath = 'direct';
  let why = 'the peer connection closed';
  let candidatesOut = 0;
  let candidatesIn = 0;
  let connect = (_: Wire): void => {};
  let giveUp = (_: DialError): void => {};
  const dialled = new Promise<Wire>((resolve, reject) => {
    connect = resolve;
    giveUp = reject;
  });
  dialled.catch(() => {});

  const peer = createPeer(deps);
  if (!peer) {
    giveUp(new DialError('this browser makes no WebRTC connection'));
    return { wire: dialled, signal() {}, abandon() {} };
  }

  const cancelTimeout = clock.after(deps.dialTimeoutMs ?? DIAL_TIMEOUT_MS, () =>
    fail('no connection came about in time'),
  );

  /** Ends whatever there is; the link hears of it unless it asked for it. */
  const finish = (reason: string, tell: boolean): void => {
    if (!alive) return;
    alive = false;
    cancelTimeout();
    cancelPoll();
    early = [];
    channel?.removeEventListener('bufferedamountlow', drained);
    giveUp(new DialError(reason));
    peer.destroy();
    if (tell) listener?.end(reason);
  };
  const fail = (reason: string): void => finish(reason, true);

  const drained = (): void => {
    if (alive) listener?.drain();
  };

  const writable = (): boolean => {
    if (!alive || !connected || !peer.connected) return false;
    if (peer.bufferSize < HIGH_WATER_BYTES) return true;
    if (!tellsWhenLow) poll();
    return false;
  };

  const poll = (): void => {
    cancelPoll();
    cancelPoll = clock.after(POLL_MS, () => {
      if (!alive) return;
      if (peer.bufferSize <= LOW_WATER_BYTES) drained();
      else poll();
    });
  };

  const findPath = async (): Promise<void> => {
    const relayed = await isRelayed(peer).catch(() => null);
    if (relayed !== null) path = relayed ? 'turn' : 'direct';
  };

  /** Connected when this side's channel is open and the other side is known to listen. */
  const begin = (what: 'open' | 'heard'): void => {
    if (what === 'open') isOpen = true;
    else isHeard = true;
    if (!alive || connected || !isOpen || !isHeard) return;
    connected = true;
    cancelTimeout();
    if (!initiator) wire.write(READY);
    connect(wire);
  };

  const receive = (chunk: unknown): void => {
    if (!alive) return;
    if (!isHeard) {
      if (chunk instanceof Uint8Array && equalBytes(chunk, READY)) begin('heard');
      else fail('the other side does not speak this protocol');
      return;
    }
    // A string is no frame: an empty one says so to whoever checks frames.
    const frame = chunk instanceof Uint8Array ? bytesOf(chunk) : new Uint8Array(0);
    if (listener) {
      listener.frame(frame);
      return;
    }
    early.push(frame);
    earlyBytes += frame.byteLength;
    if (earlyBytes > MAX_EARLY_BYTES) fail('the other side sent too much too early');
  };

  const restart = (): void => {
    if (alive && connected && initiator) restartIce(peer);
  };

  const wire: Wire = {
    write(frame) {
      if (!alive || !peer.connected) return;
      try {
        peer.send(frame);
      } catch (error) {
        fail(wordsOf(error));
      }
    },
    writable,
    path: () => path,
    destroy: () => finish('destroyed', false),
    recover: restart,
    listen(next) {
      listener = next;
      const frames = early;
      early = [];
      for (const frame of frames) if (alive) next.frame(frame);
    },
  };

  peer.on('signal', (data: unknown) => {
    const signal = v.safeParse(RtcSignal, data);
    if (!alive || !signal.success) return;
    if (signal.output.type === 'candidate') candidatesOut++;
    deps.onSignal(signal.output);
  });
  peer.on('connect', () => {
    channel = channelOf(peer);
    tellsWhenLow = channel !== null && tellWhenLow(channel, LOW_WATER_BYTES);
    channel?.addEventListener('bufferedamountlow', drained);
    void findPath().then(() => begin('open'));
  });
  peer.on('data', receive);
  peer.on('iceStateChange', (connection: unknown, gathering: unknown) => {
    if (!alive) return;
    if (connection === 'disconnected' && connected) {
      listener?.suspect();
      restart();
    }
    if (connected && (connection === 'connected' || connection === 'completed')) void findPath();
    // A machine that has no way to offer (loopback only, say) need not wait for the timeout.
    if (gathering === 'complete' && initiator && candidatesOut === 0) fail('this machine has no network path to offer');
  });
  // For ever: an `error` that nobody listens to is thrown, and one may come after `close`.
  peer.on('error', (error: Error) => {
    why = wordsOf(error);
  });
  peer.on('close', () => fail(why));

  return {
    wire: dialled,
    signal(signal) {
      if (!alive || !makesSense(signal)) return;
      try {
        peer.signal(JSON.stringify(signal));
      } catch {
        // A candidate that cannot even be constructed: the others may do.
      }
    },
    abandon: fail,
  };

  function makesSense(signal: RtcSignal): boolean {
    if (signal.type === 'offer') return !initiator;
    if (signal.type === 'answer') return initiator && peer !== null && awaitsAnswer(peer);
    const { sdpMid, sdpMLineIndex } = signal.candidate;
    return (sdpMid ?? sdpMLineIndex ?? null) !== null && candidatesIn++ < MAX_CANDIDATES;
  }
}

/** null where there is no WebRTC at all, and when the browser makes no more connections. */
function createPeer(deps: PeerWireDeps): SimplePeerTypes.Instance | null {
  const config: RTCConfiguration = {
    iceServers: deps.iceServers.map(({ urls, username, credential }) => ({
      urls,
      ...(username === undefined ? {} : { username }),
      ...(credential === undefined ? {} : { credential }),
    })),
    ...(deps.turnOnly ? { iceTransportPolicy: 'relay' } : {}),
  };
  try {
    return new SimplePeer({
      initiator: deps.initiator,
      config,
      trickle: true,
      // Otherwise messages merge in the stream's buffer, and their bounds are lost.
      objectMode: true,
      ...(deps.wrtc ? { wrtc: deps.wrtc } : {}),
    });
  } catch {
    return null;
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
