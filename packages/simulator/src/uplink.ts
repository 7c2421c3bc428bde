import type { Millis } from '@tabgrid/protocol/ids';
import type { Timeline } from './timeline.js';

/**
 * What the owner's page sends, all over one line.
 *
 * 1. Blobs go in chunks, one chunk of each transfer in turn, so that all that are under way share the line evenly.
 * 2. Messages overtake blobs, as they do on a link; they wait for each other.
 */
export interface Uplink {
  /** @param sent when the last byte has left, the way to the volunteer not counted */
  message(bytes: number, sent: () => void): void;
  /** @param bytesPerMs that the volunteer can take @param chunk after each chunk, with what is still to come */
  blob(bytes: number, bytesPerMs: number, chunk: (left: number) => void): void;
}

const CHUNK_BYTES = 256 * 1024;

/** @param bytesPerMs of the line; Infinity for one that is never the bottleneck */
export function createUplink(timeline: Timeline, bytesPerMs: number): Uplink {
  let messagesUntil: Millis = 0;
  let busy = false;
  const turns: { left: number; readonly bytesPerMs: number; readonly chunk: (left: number) => void }[] = [];

  const next = () => {
    const turn = turns.shift();
    if (!turn) {
      busy = false;
      return;
    }
    busy = true;
    const bytes = Math.min(CHUNK_BYTES, turn.left);
    const now = timeline.now();
    timeline.at(now + bytes / bytesPerMs, next);
    timeline.at(now + bytes / Math.min(bytesPerMs, turn.bytesPerMs), () => {
      turn.left -= bytes;
      if (turn.left > 0) turns.push(turn);
      turn.chunk(turn.left);
      if (!busy) next();
    });
  };

  return {
    message(bytes, sent) {
      messagesUntil = Math.max(messagesUntil, timeline.now()) + bytes / bytesPerMs;
      timeline.at(messagesUntil, sent);
    },
    blob(bytes, rate, chunk) {
      turns.push({ left: bytes, bytesPerMs: rate, chunk });
      if (!busy) next();
    },
  };
}
