import { type Bytes, sha256 } from '@tabgrid/protocol/bytes';
import type { Clock } from '@tabgrid/protocol/clock';
import {
  clipText,
  decodeFrame,
  encodeFrame,
  type Frame,
  type Lane,
  MAX_ACKS_A_FRAME,
  MalformedFrameError,
} from '@tabgrid/protocol/frame';
import type { Millis } from '@tabgrid/protocol/ids';
import { CREDIT_WINDOW_BYTES } from '@tabgrid/protocol/limits';
import { createGauge } from './gauge.js';
import { createInbox } from './inbox.js';
import type { Digest } from './lanes.js';
import { type CloseReason, type Link, LinkClosedError, type LinkState } from './link.js';
import { createOutbox } from './outbox.js';
import { createPulse } from './pulse.js';
import type { Wire } from './wire.js';

/** How long a side that leaves waits for the other, and one that was left keeps the wire for its last frame. */
export const GOODBYE_MS: Millis = 2000;

export interface LinkDeps {
  readonly clock: Clock;
  /** SHA-256 unless both ends are in one page. */
  readonly digest?: Digest;
}

/**
 * The life of a link. `closing`: goodbye is to be said, or said, and not yet answered. `left`: the other side said it;
 * the wire is kept until our answer is out.
 */
type Phase =
  | { readonly kind: 'open' }
  | { readonly kind: 'closing'; readonly text: string; byeSent: boolean }
  | { readonly kind: 'left' }
  | { readonly kind: 'ended' };

/** Small frames that are due, each at most once or bounded by the credit: nothing here grows by what the other side does. */
interface Due {
  pong: number | null;
  ping: number | null;
  readonly credit: Map<Lane, number>;
  acks: number[];
  byeAck: boolean;
}

/**
 * A link over a wire.
 *
 * 1. Control frames go before urgent data, urgent before bulk; nothing is written while the wire is not writable.
 * 2. `state` only moves open ⇄ suspect → closed, and `closed` resolves with the move to closed.
 * 3. After the end no timer runs, no promise is open, and the wire is destroyed – after an answered goodbye at most
 *    GOODBYE_MS later.
 * 4. Whatever the other side sends, the link closes at worst: no listener of the wire throws.
 */
export function createLink(wire: Wire, { clock, digest = sha256 }: LinkDeps): Link {
  let state: LinkState = 'open';
  let phase: Phase = { kind: 'open' };
  let pumping = false;
  let bytesSent = 0;
  let bytesReceived = 0;
  let nonce = 0;
  const gauge = createGauge(clock);
  let cancelGoodbye = (): void => {};
  const due: Due = { pong: null, ping: null, credit: new Map(), acks: [], byeAck: false };
  const listeners = new Set<(state: LinkState) => void>();
  let resolveClosed = (_: CloseReason): void => {};
  const closed = new Promise<CloseReason>((resolve) => {
    resolveClosed = resolve;
  });

  const enter = (next: LinkState): void => {
    if (state === next || state === 'closed') return;
    state = next;
    for (const listener of [...listeners]) listener(next);
  };

  /** Ends the link for its users; the wire stays when `keepWire`, for a last frame. */
  const end = (reason: CloseReason, keepWire = false): void => {
    if (state === 'closed') return;
    phase = keepWire ? { kind: 'left' } : { kind: 'ended' };
    cancelGoodbye();
    pulse.stop();
    inbox.stop(reason.by === 'hostile');
    outbox.fail(new LinkClosedError(reason.text));
    if (!keepWire) wire.destroy();
    resolveClosed(reason);
    enter('closed');
  };

  /** Tells the other side in one last frame, if the wire takes it, and is gone. */
  const abort = (reason: CloseReason, last: Frame): void => {
    if (phase.kind !== 'open' && phase.kind !== 'closing') return;
    if (wire.writable()) write(encodeFrame(last));
    end(reason);
  };
  const hostile = (text: string, alteredId?: number): void =>
    abort(
      { by: 'hostile', text },
      alteredId === undefined
        ? { type: 'bye', text: clipText(`protocol broken: ${text}`) }
        : { type: 'nack', id: alteredId },
    );

  const inbox = createInbox(digest, {
    acknowledge(id) {
      due.acks.push(id);
      pump();
    },
    credit(lane, limit) {
      due.credit.set(lane, limit);
      pump();
    },
    hostile,
    gap: (text) => abort({ by: 'lost', text }, { type: 'bye', text: clipText(text) }),
    failed: (what, error) => void close(`${what} failed: ${wordsOf(error)}`),
  });

  const outbox = createOutbox(
    digest,
    () => pump(),
    (error) => void close(`hashing failed: ${wordsOf(error)}`),
  );

  const pulse = createPulse(clock, {
    beat: ping,
    suspect() {
      enter('suspect');
      wire.recover?.();
    },
    dead: () =>
      end({ by: phase.kind === 'closing' ? 'us' : 'lost', text: 'nothing was heard of the other side for 6 s' }),
  });

  function ping(): void {
    nonce = (nonce + 1) >>> 0;
    due.ping = nonce;
    pump();
  }

  function nextFrame(): Bytes | null {
    if (phase.kind === 'left') return takeAcks() ?? takeByeAck();
    if (due.pong !== null) {
      const frame = encodeFrame({ type: 'pong', nonce: due.pong });
      due.pong = null;
      return frame;
    }
    if (due.ping !== null) {
      const beat = due.ping;
      due.ping = null;
      gauge.beat(beat);
      return encodeFrame({ type: 'ping', nonce: beat });
    }
    for (const [lane, limit] of due.credit) {
      due.credit.delete(lane);
      return encodeFrame({ type: 'credit', lane, limit });
    }
    return takeAcks() ?? takeData() ?? takeBye();
  }

  /** What is sent while we close puts the end off: there is only so much of it, and it is getting through. */
  function takeData(): Bytes | null {
    const frame = outbox.next();
    if (frame && phase.kind === 'closing') leaveSoon(phase.text);
    return frame;
  }

  function takeAcks(): Bytes | null {
    const ids = due.acks.splice(0, MAX_ACKS_A_FRAME);
    return ids.length > 0 ? encodeFrame({ type: 'ack', ids }) : null;
  }

  function takeByeAck(): Bytes | null {
    if (!due.byeAck) return null;
    due.byeAck = false;
    return encodeFrame({ type: 'byeAck' });
  }

  /** Our goodbye, and our answer to one that crossed it, wait until the other side has all that we sent. */
  function takeBye(): Bytes | null {
    if (phase.kind !== 'closing' || outbox.unacknowledgedBytes() > 0) return null;
    if (phase.byeSent) return takeByeAck();
    phase.byeSent = true;
    return encodeFrame({ type: 'bye', text: clipText(phase.text) });
  }

  function write(frame: Bytes): void {
    bytesSent += frame.byteLength;
    wire.write(frame);
  }

  function pump(): void {
    if (pumping) return;
    pumping = true;
    try {
      while (phase.kind !== 'ended' && wire.writable()) {
        const frame = nextFrame();
        if (!frame) break;
        write(frame);
      }
    } finally {
      pumping = false;
    }
  }

  function close(text: string): Promise<void> {
    if (phase.kind === 'open') {
      phase = { kind: 'closing', text, byeSent: false };
      leaveSoon(text);
      pump();
    }
    return closed.then(() => {});
  }

  /** Without a goodbye that is answered. */
  function leaveSoon(text: string): void {
    cancelGoodbye();
    cancelGoodbye = clock.after(GOODBYE_MS, () => abort({ by: 'us', text }, { type: 'bye', text: clipText(text) }));
  }

  function handle(frame: Frame): void {
    switch (frame.type) {
      case 'open':
      case 'more':
      case 'seal':
        inbox.frame(frame);
        break;
      case 'ack':
        if (outbox.acknowledged(frame.ids)) pump();
        else hostile('an acknowledgement of nothing');
        break;
      case 'nack':
        end({ by: 'lost', text: 'a message of ours arrived altered' });
        break;
      case 'credit':
        outbox.credit(frame.lane, frame.limit);
        pump();
        break;
      case 'ping':
        due.pong = frame.nonce;
        pump();
        break;
      case 'pong':
        gauge.echo(frame.nonce);
        break;
      case 'bye':
        goodbye(frame.text);
        break;
      case 'byeAck':
        if (phase.kind === 'closing' && phase.byeSent) end({ by: 'us', text: phase.text });
        else hostile('an answer to no goodbye');
        break;
    }
  }

  function goodbye(text: string): void {
    due.byeAck = true;
    if (phase.kind === 'open') {
      end({ by: 'them', text }, true);
      // Destroying now could drop the answer: the one who left destroys first.
      cancelGoodbye = clock.after(GOODBYE_MS, release);
    }
    pump();
  }

  function release(): void {
    cancelGoodbye();
    phase = { kind: 'ended' };
    wire.destroy();
  }

  wire.listen({
    frame(bytes) {
      if (phase.kind === 'left' || phase.kind === 'ended') return;
      bytesReceived += bytes.byteLength;
      let frame: Frame;
      try {
        frame = decodeFrame(bytes);
      } catch (error) {
        hostile(error instanceof MalformedFrameError ? error.message : 'an unreadable frame');
        return;
      }
      pulse.heard();
      enter('open');
      handle(frame);
    },
    drain: pump,
    suspect() {
      if (state === 'closed') return;
      enter('suspect');
      ping();
    },
    end(reason) {
      if (phase.kind === 'left') release();
      else end(phase.kind === 'closing' ? { by: 'us', text: phase.text } : { by: 'lost', text: reason });
    },
  });
  ping();

  return {
    send: (message, options) =>
      phase.kind === 'open'
        ? outbox.send(message, options?.urgent ? 'urgent' : 'bulk')
        : rejected(new LinkClosedError('the link is closed')),
    onMessage: inbox.onMessage,
    onState(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    get state() {
      return state;
    },
    closed,
    stats: () => ({
      path: wire.path(),
      roundTripMs: gauge.roundTripMs,
      jitterMs: gauge.jitterMs,
      lateShare: gauge.lateShare,
      congestion: Math.min(1, outbox.unacknowledgedBytes() / CREDIT_WINDOW_BYTES),
      silentMs: pulse.silentMs(),
      bytesSent,
      bytesReceived,
      unacknowledgedBytes: outbox.unacknowledgedBytes(),
    }),
    close,
  };
}

/** A rejection that nobody has to listen to. */
function rejected(error: Error): Promise<never> {
  const promise = Promise.reject(error);
  promise.catch(() => {});
  return promise;
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
