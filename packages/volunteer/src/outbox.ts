import type { BlobRef } from '@tabgrid/protocol/blob';
import type { Bytes } from '@tabgrid/protocol/bytes';
import type { AttemptId, JobId, RoomId } from '@tabgrid/protocol/ids';
import { type Message, message } from '@tabgrid/protocol/message';
import type { AttemptRef, Failure, OutputRef, RunStats } from '@tabgrid/protocol/task';

/**
 * What coordinators have to get, whatever happens to the links.
 *
 * Invariants
 *  1. A result is kept until its coordinator has accepted, rejected or cancelled it: that its bytes arrived is not enough,
 *     and that the coordinator's page was closed or reloaded is no answer.
 *  2. A failure is kept until its message has arrived.
 *  3. On every new link to the same room everything kept for it is sent again; receivers are idempotent by attempt.
 *  4. Nothing kept for one room is sent to another.
 *  5. What is kept for other rooms than the present one, together with its own, is at most `mostBytes`, of MOST_ROOMS rooms: the
 *     oldest goes first.
 */

export interface FinishedResult {
  readonly ref: AttemptRef;
  readonly outputs: readonly OutputRef[];
  readonly stats: RunStats;
  /** The outputs, one after the other; or a patch that makes them. */
  readonly body: Bytes;
  /** Inputs that the body is a patch of. */
  readonly packed?: readonly BlobRef[];
  /** What stays here beside them, as a base of patches. */
  readonly kept?: BlobRef;
}

/** Sends a message over the present link; resolves when it has arrived, rejects when the link closed first. */
export type Send = (message: Message, options?: { readonly urgent?: boolean }) => Promise<void>;

export interface Outbox {
  /** From now on everything is about this room. The way out is closed until `sendThrough`. */
  enter(room: RoomId | undefined): void;
  result(result: FinishedResult): void;
  failure(ref: AttemptRef, failure: Failure): void;
  /** Whether the attempt's result is kept here, for the present room. */
  has(attempt: AttemptId): boolean;
  /** Accepted, rejected or cancelled. @returns whether a result was kept */
  forget(attempt: AttemptId): boolean;
  forgetJob(job: JobId): void;
  /** Sets the way out and sends everything kept for the present room; null when the link is gone. */
  sendThrough(send: Send | null): void;
  clear(): void;
  /** Bytes of results kept for the present room. */
  readonly keptBytes: number;
}

interface Kept {
  readonly results: Map<AttemptId, FinishedResult>;
  readonly failures: Map<AttemptId, { readonly ref: AttemptRef; readonly failure: Failure }>;
}

/** A page of the pool may see many rooms in its life. */
const MOST_ROOMS = 8;

/** @param mostBytes of results, over all rooms; those of the present room are kept whatever they are */
export function createOutbox(mostBytes: number): Outbox {
  /** The room that was entered last stands last. */
  const rooms = new Map<RoomId | undefined, Kept>();
  let present: Kept = enterRoom(undefined);
  let send: Send | null = null;

  function enterRoom(room: RoomId | undefined): Kept {
    const kept: Kept = rooms.get(room) ?? { results: new Map(), failures: new Map() };
    rooms.delete(room);
    rooms.set(room, kept);
    return kept;
  }

  /** Drops what is kept for rooms that may never come back, the longest unseen room first. */
  const bound = () => {
    let total = [...rooms.values()].reduce((sum, kept) => sum + bytesIn(kept), 0);
    for (const [room, kept] of rooms) {
      if (kept === present) continue;
      for (const [attempt, { body }] of kept.results) {
        if (total <= mostBytes) break;
        kept.results.delete(attempt);
        total -= body.byteLength;
      }
      if (kept.results.size + kept.failures.size === 0 || rooms.size > MOST_ROOMS) rooms.delete(room);
    }
  };

  const sendResult = ({ ref, outputs, stats, body, kept, packed }: FinishedResult) => {
    // A closed link is no error here: the next link sends it again.
    send?.(
      message({ type: 'result', ref, outputs, stats, ...(packed && { packed }), ...(kept && { kept }) }, body),
    ).catch(() => {});
  };

  const sendFailure = (entry: { readonly ref: AttemptRef; readonly failure: Failure }) => {
    const { failures } = present;
    send?.(message({ type: 'failed', ...entry }), { urgent: true }).then(
      () => {
        if (failures.get(entry.ref.attempt) === entry) failures.delete(entry.ref.attempt);
      },
      () => {},
    );
  };

  return {
    enter(room) {
      send = null;
      present = enterRoom(room);
      bound();
    },
    result(result) {
      present.results.set(result.ref.attempt, result);
      bound();
      sendResult(result);
    },
    failure(ref, failure) {
      const entry = { ref, failure };
      present.failures.set(ref.attempt, entry);
      sendFailure(entry);
    },
    has: (attempt) => present.results.has(attempt),
    forget: (attempt) => present.results.delete(attempt),
    forgetJob(job) {
      for (const kept of [present.results, present.failures]) {
        for (const [attempt, { ref }] of kept) if (ref.job === job) kept.delete(attempt);
      }
    },
    sendThrough(next) {
      send = next;
      for (const entry of present.failures.values()) sendFailure(entry);
      for (const result of present.results.values()) sendResult(result);
    },
    clear() {
      rooms.clear();
      present = enterRoom(undefined);
    },
    get keptBytes() {
      return bytesIn(present);
    },
  };
}

function bytesIn({ results }: Kept): number {
  let sum = 0;
  for (const { body } of results.values()) sum += body.byteLength;
  return sum;
}
