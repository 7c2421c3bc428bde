import type { Bytes } from '@tabgrid/protocol/bytes';
import type { Lane } from '@tabgrid/protocol/frame';
import { CREDIT_WINDOW_BYTES } from '@tabgrid/protocol/limits';

/** Lanes in the order in which a link serves them. */
export const LANES: readonly Lane[] = ['urgent', 'bulk'];

const URGENT_WINDOW_BYTES = 512 * 1024;

/**
 * Credit a lane has before the reader has read anything. Together they are the link's window; each lane has its own, so
 * that a reader who is busy with bulk does not hold up what is urgent.
 */
export const WINDOW_BYTES: Readonly<Record<Lane, number>> = {
  urgent: URGENT_WINDOW_BYTES,
  bulk: CREDIT_WINDOW_BYTES - URGENT_WINDOW_BYTES,
};

/** A hash of 32 bytes over a whole message; equal on both sides of a link. */
export type Digest = (bytes: Bytes) => Bytes | Promise<Bytes>;

/** Runs `done` with a digest as soon as it is there: at once when it is. */
export function withDigest(
  digest: Digest,
  bytes: Bytes,
  done: (hash: Bytes) => void,
  failed: (error: unknown) => void,
): void {
  const hash = digest(bytes);
  if (hash instanceof Promise) void hash.then(done, failed);
  else done(hash);
}
