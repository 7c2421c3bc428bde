import type { Bytes } from '@tabgrid/protocol/bytes';
import type { AttemptId, JobId } from '@tabgrid/protocol/ids';
import { type Message, message } from '@tabgrid/protocol/message';
import type { AttemptRef, Failure, OutputRef, RunStats } from '@tabgrid/protocol/task';

/**
 * What a coordinator has to get, whatever happens to the link.
 *
 * Invariants
 *  1. A result is kept until the coordinator has accepted, rejected or cancelled it: that its bytes arrived is not enough.
 *  2. A failure is kept until its message has arrived.
 *  3. On every new link to the same room everything kept is sent again; receivers are idempotent by attempt.
 *  4. Nothing kept for one room is sent to another: `clear` on a change of room.
 */

export interface FinishedResult {
  readonly ref: AttemptRef;
  readonly outputs: readonly OutputRef[];
  readonly stats: RunStats;
  /** The outputs, one after the other. */
  readonly body: Bytes;
}

/** Sends a message over the present link; resolves when it has arrived, rejects when the link closed first. */
export type Send = (message: Message, options?: { readonly urgent?: boolean }) => Promise<void>;

export interface Outbox {
  result(result: FinishedResult): void;
  failure(ref: AttemptRef, failure: Failure): void;
  /** Whether the attempt's result is kept here. */
  has(attempt: AttemptId): boolean;
  /** Accepted, rejected or cancelled. @returns whether a result was kept */
  forget(attempt: AttemptId): boolean;
  forgetJob(job: JobId): void;
  /** Sets the way out and sends everything kept; null when the link is gone. */
  sendThrough(send: Send | null): void;
  clear(): void;
  /** Bytes of results kept. */
  readonly keptBytes: number;
}

export function createOutbox(): Outbox {
  const results = new Map<AttemptId, FinishedResult>();
  const failures = new Map<AttemptId, { readonly ref: AttemptRef; readonly failure: Failure }>();
  let send: Send | null = null;

  const sendResult = ({ ref, outputs, stats, body }: FinishedResult) => {
    // A closed link is no error here: the next link sends it again.
    send?.(message({ type: 'result', ref, outputs, stats }, body)).catch(() => {});
  };

  const sendFailure = (entry: { readonly ref: AttemptRef; readonly failure: Failure }) => {
    send?.(message({ type: 'failed', ...entry }), { urgent: true }).then(
      () => {
        if (failures.get(entry.ref.attempt) === entry) failures.delete(entry.ref.attempt);
      },
      () => {},
    );
  };

  return {
    result(result) {
      results.set(result.ref.attempt, result);
      sendResult(result);
    },
    failure(ref, failure) {
      const entry = { ref, failure };
      failures.set(ref.attempt, entry);
      sendFailure(entry);
    },
    has: (attempt) => results.has(attempt),
    forget: (attempt) => results.delete(attempt),
    forgetJob(job) {
      for (const kept of [results, failures]) {
        for (const [attempt, { ref }] of kept) if (ref.job === job) kept.delete(attempt);
      }
    },
    sendThrough(next) {
      send = next;
      for (const entry of failures.values()) sendFailure(entry);
      for (const result of results.values()) sendResult(result);
    },
    clear() {
      results.clear();
      failures.clear();
    },
    get keptBytes() {
      let sum = 0;
      for (const { body } of results.values()) sum += body.byteLength;
      return sum;
    },
  };
}
