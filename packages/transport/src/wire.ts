import type { Bytes } from '@tabgrid/protocol/bytes';
import type { LinkPath } from './link.js';

/**
 * What an adapter has to offer: whole frames of at most MAX_FRAME_BYTES, in order, best effort. Everything else –
 * messages, credit, acknowledgement, heartbeats, goodbye – is `createLink`'s.
 */
export interface Wire {
  /** Hands one frame to the wire. Call only while `writable()`. */
  write(frame: Bytes): void;
  /** Whether the wire takes another frame now without buffering more than it should. */
  writable(): boolean;
  /** The path as far as it is known by now. */
  path(): LinkPath;
  /** Ends the wire at once. Idempotent; calls no listener of its own afterwards. */
  destroy(): void;
  /** The link suspects the other side to be gone: a wire that can look for another way (an ICE restart) does so now. */
  recover?(): void;
  /** Set once by the link before anything else. */
  listen(listener: WireListener): void;
}

export interface WireListener {
  frame(bytes: Bytes): void;
  /** The wire takes frames again. */
  drain(): void;
  /** The wire may be broken (ICE disconnected, for example). */
  suspect(): void;
  /** The wire is gone; nothing follows. */
  end(reason: string): void;
}
