import type { Bytes } from '@tabgrid/protocol/bytes';
import type { PeerId } from '@tabgrid/protocol/ids';
import { RELAY_HEADER_BYTES } from '@tabgrid/protocol/signaling';
import type { Wire, WireListener } from './wire.js';

/** After the peer id: the dial's number, u32 little-endian, so that frames of a former link of the same peers are told apart. */
export const RELAY_DIAL_BYTES = 4;

/** Frames that wait for `listen`: more than the other side has credit for. */
const MAX_EARLY_FRAMES = 400;

/** What relayed links need of the signaling client: they share its one WebSocket. */
export interface RelaySocket {
  online(): boolean;
  /** Whether the socket takes another message without buffering more than it should. */
  writable(): boolean;
  /** Calls back once when the socket has drained; those who wait take turns. */
  whenWritable(callback: () => void): void;
  /** A binary message, header included. */
  sendRelayed(message: Bytes): void;
  /** Binary messages from that peer, without its id. Returns the unsubscribe. */
  onRelayed(from: PeerId, listener: (message: Bytes) => void): () => void;
  /** The socket is gone, and with it every relayed link. Returns the unsubscribe. */
  onDown(listener: () => void): () => void;
}

export interface RelayWireDeps {
  readonly socket: RelaySocket;
  readonly peer: PeerId;
  /** The number in the `relay` signal that both sides know. */
  readonly dial: number;
}

/** A wire with a way to end it from outside: the server says that the other side has left. */
export interface RelayWire extends Wire {
  end(reason: string): void;
}

/**
 * A wire through the server.
 *
 * 1. It lives as long as the socket at most.
 * 2. Frames of another dial of the same peer are dropped.
 * 3. Nothing tells the other side of `destroy`: the link says goodbye, or silence does.
 */
export function createRelayWire({ socket, peer, dial }: RelayWireDeps): RelayWire {
  const header = new Uint8Array(RELAY_HEADER_BYTES + RELAY_DIAL_BYTES);
  new TextEncoder().encodeInto(peer, header);
  new DataView(header.buffer).setUint32(RELAY_HEADER_BYTES, dial, true);
  let alive = true;
  let waiting = false;
  let listener: WireListener | null = null;
  let early: Bytes[] = [];

  const stop = (): void => {
    alive = false;
    early = [];
    stopRelayed();
    stopDown();
  };
  const end = (reason: string): void => {
    if (!alive) return;
    stop();
    listener?.end(reason);
  };

  const stopRelayed = socket.onRelayed(peer, (message) => {
    if (!alive || message.byteLength <= RELAY_DIAL_BYTES) return;
    const number = new DataView(message.buffer, message.byteOffset, RELAY_DIAL_BYTES).getUint32(0, true);
    if (number !== dial >>> 0) return;
    const frame = message.subarray(RELAY_DIAL_BYTES);
    if (listener) listener.frame(frame);
    else if (early.push(frame) > MAX_EARLY_FRAMES) end('the other side sent too much too early');
  });
  const stopDown = socket.onDown(() => end('the connection to the server was lost'));

  return {
    write(frame) {
      if (!alive) return;
      const message = new Uint8Array(header.byteLength + frame.byteLength);
      message.set(header);
      message.set(frame, header.byteLength);
      socket.sendRelayed(message);
    },
    writable() {
      if (!alive) return false;
      if (!waiting && socket.writable()) return true;
      if (!waiting && socket.online()) {
        waiting = true;
        socket.whenWritable(() => {
          waiting = false;
          if (alive) listener?.drain();
        });
      }
      return false;
    },
    path: () => 'relay',
    destroy() {
      if (alive) stop();
    },
    end,
    listen(next) {
      listener = next;
      const frames = early;
      early = [];
      for (const frame of frames) if (alive) next.frame(frame);
      // Gone before anybody listened: that must not be lost.
      if (!alive) queueMicrotask(() => next.end('the connection to the server was lost'));
    },
  };
}
