import type { Message } from '@tabgrid/protocol/message';

/** How the bytes travel. `local` is a link inside one page. */
export type LinkPath = 'direct' | 'turn' | 'relay' | 'local';

export interface LinkStats {
  readonly path: LinkPath;
  /** Smoothed time of a heartbeat and its echo; null before the first echo. */
  readonly roundTripMs: number | null;
  /** EWMA of the difference between one round trip and the next (RFC 3550); 0 before the second. */
  readonly jitterMs: number;
  /** Share of the last heartbeats (16 or so) whose echo took over a second or never came: 0 to 1. */
  readonly lateShare: number;
  /** Unacknowledged bytes as a share of what may be on its way (CREDIT_WINDOW_BYTES), at most 1. */
  readonly congestion: number;
  /** Since anything was heard of the other side; time in which this page stood still does not count. */
  readonly silentMs: number;
  /** Bytes on the wire, frames and acknowledgements included. */
  readonly bytesSent: number;
  readonly bytesReceived: number;
  /** Bytes of messages handed to `send` that the other side has not acknowledged. */
  readonly unacknowledgedBytes: number;
}

/** `suspect`: silent for longer than a heartbeat should take; it may come back as `open`, or end as `closed`. */
export type LinkState = 'open' | 'suspect' | 'closed';

/** Why a link ended: who or what ended it, in words for a log or a page. */
export interface CloseReason {
  readonly by: 'us' | 'them' | 'lost' | 'hostile';
  readonly text: string;
}

/** The link is gone; whatever `send` was waiting for may or may not have arrived. */
export class LinkClosedError extends Error {
  override name = 'LinkClosedError';
}

/**
 * A reliable connection to one other page, whole messages both ways. Above it nobody can tell what carries it.
 *
 * Guarantees: a message arrives whole and unaltered or not at all; messages of one lane arrive in the order of their
 * `send` calls; a slow reader holds back the sender, and neither side buffers more than CREDIT_WINDOW_BYTES for it (or
 * one message, where that is longer); a dead other side is noticed within 6 s. What was acknowledged to the other side
 * reaches the reader even after `closed`, unless the other side was hostile.
 */
export interface Link {
  /**
   * Resolves when the other side has the whole message and has checked its hash – not when its reader has acted on it.
   * `urgent` messages overtake others: for small control messages only (under 512 KiB). The body must stay as it is
   * until then. A rejection that nobody listens to does not count as unhandled.
   * @throws LinkClosedError (rejects) when the link closes first; RangeError (rejects) when the message is over a bound.
   */
  send(message: Message, options?: { readonly urgent?: boolean }): Promise<void>;
  /**
   * Sets the only reader. Messages that came before wait for it. While the promise that it returns is pending, the
   * next message of that lane waits too, and its bytes count against the sender's credit. A reader that throws or
   * rejects closes the link.
   */
  onMessage(reader: (message: Message) => void | Promise<void>): void;
  /** Calls back on every later change of state. Returns the unsubscribe. */
  onState(listener: (state: LinkState) => void): () => void;
  readonly state: LinkState;
  /** Resolves once, when the link is closed from whichever side. Never rejects. */
  readonly closed: Promise<CloseReason>;
  stats(): LinkStats;
  /** Says goodbye, waits (at most 2 s) until the other side has everything sent before, then closes. Idempotent. */
  close(reason: string): Promise<void>;
}
