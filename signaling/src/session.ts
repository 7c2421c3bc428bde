import type { Clock } from '@tabgrid/protocol/clock';
import type { PeerId } from '@tabgrid/protocol/ids';
import type { FromServer, SignalingErrorCode, ToServer } from '@tabgrid/protocol/signaling';
import { type RawData, WebSocket } from 'ws';
import type { Limits } from './limits.js';
import { frameProblem, parseText } from './parse.js';
import { createBucket } from './rate.js';
import { CLOSE_CODES, errorText } from './refusal.js';

/**
 * One socket: what comes in is measured and parsed, whatever is wrong is answered with a typed error and the end.
 *
 * Invariants
 *  1. After `ended` was called nothing more comes from this socket, whatever it still sends.
 *  2. A socket that says no hello in time, or that does not answer two pings, ends. A paused one is not judged: its
 *     answers lie unread.
 *  3. At most one error is sent, as the last message.
 */
export interface Session {
  readonly peer: PeerId;
  send(message: FromServer): void;
  /** Sends a relayed frame, header included; `taken` is called when the socket has it, or is gone. */
  sendFrame(frame: Buffer, taken: () => void): void;
  /** Stops reading, so that TCP holds the sender back. */
  pause(): void;
  resume(): void;
  /** Sends the error, closes, and forgets. Idempotent. */
  refuse(code: SignalingErrorCode, why: string): void;
  /** Ends a socket that would not listen to an error. */
  cut(): void;
}

export interface SessionEvents {
  message(message: ToServer): void;
  /** A relayed frame, its header unread. */
  frame(bytes: Buffer): void;
  /** Called once. */
  ended(why: SignalingErrorCode | 'left' | 'silent' | 'stalled'): void;
}

export interface SessionDeps {
  readonly socket: WebSocket;
  readonly peer: PeerId;
  readonly clock: Clock;
  readonly limits: Limits;
  /** How many times a single volunteer's message rate this socket may send. */
  readonly rateFactor: () => number;
  readonly events: SessionEvents;
}

/** How long a refused socket gets to close by itself. */
const GOODBYE_MS = 2000;

/** JSON that may wait for a socket on top of relayed frames. */
const JSON_BACKLOG_BYTES = 4 * 2 ** 20;

export function createSession({ socket, peer, clock, limits, rateFactor, events }: SessionDeps): Session {
  let state: 'new' | 'greeted' | 'ended' = 'new';
  let alive = true;
  const messages = createBucket();
  const frames = createBucket();
  let cancelHeartbeat = () => {};

  function end(why: Parameters<SessionEvents['ended']>[0]): void {
    if (state === 'ended') return;
    state = 'ended';
    cancelHello();
    cancelHeartbeat();
    events.ended(why);
  }

  function refuse(code: SignalingErrorCode, why: string): void {
    if (state === 'ended') return;
    if (socket.readyState === WebSocket.OPEN) socket.send(errorText(code, why));
    socket.close(CLOSE_CODES[code], code);
    socket.resume(); // the closing handshake must be read
    const cancel = clock.after(GOODBYE_MS, () => socket.terminate());
    socket.once('close', cancel);
    end(code);
  }

  function cut(why: 'silent' | 'stalled'): void {
    socket.terminate();
    end(why);
  }

  function heartbeat(): void {
    cancelHeartbeat = clock.after(limits.heartbeat, () => {
      if (!alive && !socket.isPaused) {
        cut('silent');
        return;
      }
      alive = false;
      socket.ping();
      heartbeat();
    });
  }

  function readText(data: RawData): void {
    const rate = limits.messagesPerSecond * rateFactor();
    const read = messages.take(clock.now(), rate, Math.max(1, (rate * limits.messageBurst) / 1000))
      ? parseText(data.toString(), limits.maxMessageBytes, state === 'new')
      : { code: 'tooFast' as const, why: `more than ${rate} messages a second` };
    if ('code' in read) {
      refuse(read.code, read.why);
      return;
    }
    if (state === 'new') {
      state = 'greeted';
      cancelHello();
    }
    events.message(read.message);
  }

  function readFrame(data: RawData): void {
    const bytes = Buffer.isBuffer(data) ? data : Buffer.concat(Array.isArray(data) ? data : [Buffer.from(data)]);
    const problem = frames.take(clock.now(), limits.relayFramesPerSecond, limits.relayFramesPerSecond)
      ? frameProblem(bytes.byteLength, state === 'new')
      : { code: 'tooFast' as const, why: `more than ${limits.relayFramesPerSecond} relayed frames a second` };
    if (problem) refuse(problem.code, problem.why);
    else events.frame(bytes);
  }

  const cancelHello = clock.after(limits.helloTimeout, () =>
    refuse('unexpected', `no hello within ${limits.helloTimeout} ms`),
  );
  heartbeat();
  socket.on('pong', () => {
    alive = true;
  });
  socket.on('message', (data: RawData, isBinary: boolean) => {
    alive = true;
    if (state === 'ended') return;
    if (isBinary) readFrame(data);
    else readText(data);
  });
  socket.on('error', (error: Error & { code?: string }) => {
    // `ws` refused it, and TypedErrorSocket has said why.
    end(error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH' ? 'tooLarge' : 'malformed');
    const cancel = clock.after(GOODBYE_MS, () => socket.terminate());
    socket.once('close', cancel);
  });
  socket.on('close', () => end('left'));

  return {
    peer,
    send(message) {
      if (state === 'ended' || socket.readyState !== WebSocket.OPEN) return;
      if (socket.bufferedAmount > limits.relayBufferBytes + JSON_BACKLOG_BYTES) cut('stalled');
      else socket.send(JSON.stringify(message));
    },
    sendFrame(frame, taken) {
      if (state === 'ended' || socket.readyState !== WebSocket.OPEN) taken();
      else socket.send(frame, { binary: true }, taken);
    },
    pause: () => socket.pause(),
    resume() {
      alive = true; // its answers have lain unread
      socket.resume();
    },
    refuse,
    cut: () => cut('stalled'),
  };
}
