import type { Clock } from '@tabgrid/protocol/clock';
import type { Millis, PeerId } from '@tabgrid/protocol/ids';

/**
 * Back-pressure between sockets: a receiver that takes its bytes slowly holds back whoever sends to it.
 *
 * Invariants
 *  1. Every byte handed to a receiver counts against it and against the total until the socket has taken it.
 *  2. A sender is paused exactly while a receiver that it sent to is over its bound, or the total is over its own and
 *     the sender has added to it since.
 *  3. A receiver with waiting bytes that takes none of them for `relayStall` is cut off: one tab that has stopped
 *     reading cannot hold back a room.
 */
export interface Flow {
  /** Counts bytes that are on their way; call the result once, when the receiver's socket has taken them. */
  sent(from: PeerId, to: PeerId, bytes: number): () => void;
  /** A socket is gone: nothing waits for it or on it any more. */
  forget(peer: PeerId): void;
  /** Bytes on their way in all. */
  buffered(): number;
}

export interface FlowDeps {
  readonly clock: Clock;
  readonly limits: {
    readonly relayBufferBytes: number;
    readonly relayTotalBufferBytes: number;
    readonly relayStall: Millis;
  };
  readonly pause: (sender: PeerId) => void;
  readonly resume: (sender: PeerId) => void;
  /** The receiver has stalled; it is forgotten already. */
  readonly cut: (receiver: PeerId) => void;
}

interface Receiver {
  bytes: number;
  progressAt: Millis;
  cancelWatch: () => void;
}

export function createFlow({ clock, limits, pause, resume, cut }: FlowDeps): Flow {
  const receivers = new Map<PeerId, Receiver>();
  /** What each paused sender waits for: receivers, or the total. */
  const paused = new Map<PeerId, Set<PeerId | 'total'>>();
  let total = 0;

  const full = (bytes: number) => bytes > limits.relayBufferBytes;
  const over = () => total > limits.relayTotalBufferBytes;

  function hold(sender: PeerId, on: PeerId | 'total'): void {
    const reasons = paused.get(sender);
    if (reasons) reasons.add(on);
    else {
      paused.set(sender, new Set([on]));
      pause(sender);
    }
  }

  function release(on: PeerId | 'total'): void {
    for (const [sender, reasons] of paused) {
      if (!reasons.delete(on) || reasons.size > 0) continue;
      paused.delete(sender);
      resume(sender);
    }
  }

  function watch(id: PeerId, receiver: Receiver): void {
    receiver.cancelWatch = clock.after(receiver.progressAt + limits.relayStall - clock.now(), () => {
      if (clock.now() - receiver.progressAt < limits.relayStall) watch(id, receiver);
      else {
        forget(id);
        cut(id);
      }
    });
  }

  function receiverOf(id: PeerId): Receiver {
    const known = receivers.get(id);
    if (known) return known;
    const receiver: Receiver = { bytes: 0, progressAt: clock.now(), cancelWatch: () => {} };
    receivers.set(id, receiver);
    watch(id, receiver);
    return receiver;
  }

  function forget(peer: PeerId): void {
    const receiver = receivers.get(peer);
    if (receiver) {
      receiver.cancelWatch();
      receivers.delete(peer);
      total -= receiver.bytes;
      release(peer);
      if (!over()) release('total');
    }
    paused.delete(peer);
  }

  return {
    sent(from, to, bytes) {
      const receiver = receiverOf(to);
      receiver.bytes += bytes;
      total += bytes;
      if (full(receiver.bytes)) hold(from, to);
      if (over()) hold(from, 'total');
      return () => {
        if (receivers.get(to) !== receiver) return; // it was forgotten, and its bytes with it
        receiver.bytes -= bytes;
        total -= bytes;
        receiver.progressAt = clock.now();
        if (!full(receiver.bytes)) release(to);
        if (!over()) release('total');
        if (receiver.bytes > 0) return;
        receiver.cancelWatch();
        receivers.delete(to);
      };
    },
    forget,
    buffered: () => total,
  };
}
