import type { BlobRef } from '@tabgrid/protocol/blob';
import { type Bytes, bytesOf } from '@tabgrid/protocol/bytes';
import type { Clock } from '@tabgrid/protocol/clock';
import type { AttemptId, BlobId, JobId, Millis } from '@tabgrid/protocol/ids';
import { MAX_TEXT_LENGTH } from '@tabgrid/protocol/limits';
import type { Enclosed, JobInfo } from '@tabgrid/protocol/link';
import type { AttemptRef, Failure, FailureCode, TaskSpec } from '@tabgrid/protocol/task';
import { type BlobFetcher, InputMissingError } from './blob-fetcher.js';
import { takeOut } from './enclosed.js';
import type { GpuHost } from './gpu-host.js';
import { PROGRESS_MS, type VolunteerLimits, WORKER_DEPTH } from './limits.js';
import type { FinishedResult } from './outbox.js';
import type { InputAnswer, RunAnswer, RunManner } from './worker-port.js';

/**
 * The attempts that a volunteer holds, from their arrival to their outputs.
 *
 * Invariants
 *  1. An attempt is held at most once, and ends in exactly one of: `done`, `gaveUp`, or silence after `cancel` and `drop`.
 *  2. Inputs of all held attempts are taken from what came with them, or fetched at once, in the order of arrival; an attempt enters the Worker with its inputs at hand.
 *  3. At most WORKER_DEPTH attempts are in the Worker without having submitted everything: one runs, one is next. One
 *     that reads its results back does not count, so that the GPU never waits for a read-back.
 *  4. Attempts enter the Worker in the order of arrival, but none waits for the inputs of another.
 *  5. For what goes by express 3 and 4 hold apart from all other work, so that it never waits behind it.
 */

/** Where an attempt is. `running` from the first submission, `reading` after the last. */
type Phase =
  | { readonly kind: 'fetching' }
  | { readonly kind: 'ready' }
  | { readonly kind: 'waitsForGpu' }
  | { readonly kind: 'running'; readonly share: number }
  | { readonly kind: 'reading' };

interface Held {
  readonly ref: AttemptRef;
  readonly task: TaskSpec;
  readonly info: JobInfo;
  readonly abort: AbortController;
  phase: Phase;
  toldAt: Millis;
}

export interface Attempts {
  /** @param body patches of what is enclosed */
  add(offer: Offer, body?: Bytes): void;
  has(attempt: AttemptId): boolean;
  /** Ends one without a word: its coordinator asked for that. */
  cancel(attempt: AttemptId): void;
  cancelJob(job: JobId): void;
  /** Ends all, each with `gaveUp`. */
  giveBack(failure: Failure): void;
  /** Ends all without a word: their coordinator is gone. */
  drop(): void;
  /** What is on the GPU now: the oldest attempt that runs or reads back. */
  now(): { readonly info: JobInfo; readonly share: number } | null;
  /** Blobs that held attempts need. */
  inputs(): ReadonlySet<BlobId>;
}

export interface Offer {
  readonly attempt: AttemptId;
  readonly task: TaskSpec;
  readonly info: JobInfo;
  readonly enclosed?: readonly Enclosed[];
}

export interface AttemptsDeps {
  readonly gpu: Pick<GpuHost, 'run'>;
  readonly blobs: Pick<BlobFetcher, 'ensure' | 'read' | 'held' | 'keep'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly limits: VolunteerLimits;
  /** Why no attempt is taken now, or null. */
  refusal(): Failure | null;
  started(attempt: AttemptId): void;
  progress(attempt: AttemptId, share: number): void;
  done(result: FinishedResult): void;
  gaveUp(ref: AttemptRef, failure: Failure): void;
  changed(): void;
}

export function createAttempts(deps: AttemptsDeps): Attempts {
  const { blobs, clock, gpu, limits } = deps;
  const held = new Map<AttemptId, Held>();
  /** What came along is taken out in the order of arrival: a patch may be of what came before it. */
  let taking: Promise<unknown> = Promise.resolve();

  const fail = (attempt: Held, code: FailureCode, message: string) => {
    if (!release(attempt)) return;
    deps.gaveUp(attempt.ref, { code, message: message.slice(0, MAX_TEXT_LENGTH) });
  };

  /** Takes an attempt off the table. @returns whether it was still on it */
  const release = (attempt: Held): boolean => {
    if (held.get(attempt.ref.attempt) !== attempt) return false;
    held.delete(attempt.ref.attempt);
    attempt.abort.abort(new Error('no longer wanted'));
    pump();
    deps.changed();
    return true;
  };

  /** Ends many at once: all off the table first, so that none of them enters the Worker in the place of another. */
  const sweep = (why: string, which: (attempt: Held) => boolean): readonly Held[] => {
    const swept = [...held.values()].filter(which);
    for (const { ref } of swept) held.delete(ref.attempt);
    for (const { abort } of swept) abort.abort(new Error(why));
    pump();
    deps.changed();
    return swept;
  };

  const enter = (attempt: Held, phase: Phase) => {
    attempt.phase = phase;
    pump();
    deps.changed();
  };

  function pump(): void {
    const all = [...held.values()];
    for (const express of [true, false]) {
      const alike = all.filter(({ info }) => (mannerOf(info) === 'express') === express);
      let inWorker = alike.filter(({ phase }) => phase.kind === 'waitsForGpu' || phase.kind === 'running').length;
      for (const attempt of alike) {
        if (inWorker >= WORKER_DEPTH) break;
        if (attempt.phase.kind !== 'ready') continue;
        attempt.phase = { kind: 'waitsForGpu' };
        inWorker++;
        void run(attempt);
      }
    }
  }

  const run = async (attempt: Held): Promise<void> => {
    const { ref, task, abort } = attempt;
    const here = () => held.get(ref.attempt) === attempt;
    const answer = await gpu.run(
      task,
      {
        started() {
          if (!here() || attempt.phase.kind !== 'waitsForGpu') return;
          enter(attempt, { kind: 'running', share: 0 });
          deps.started(ref.attempt);
        },
        progress(share) {
          if (!here() || attempt.phase.kind !== 'running') return;
          attempt.phase = { kind: 'running', share: Math.min(1, Math.max(0, share)) };
          deps.changed();
          if (clock.now() - attempt.toldAt < PROGRESS_MS) return;
          attempt.toldAt = clock.now();
          deps.progress(ref.attempt, attempt.phase.share);
        },
        submitted() {
          if (here()) enter(attempt, { kind: 'reading' });
        },
        input: (blob) => input(blob, abort.signal),
      },
      abort.signal,
      mannerOf(attempt.info),
    );
    if (here()) conclude(attempt, answer);
  };

  const conclude = (attempt: Held, answer: RunAnswer) => {
    if (answer.kind === 'aborted') return fail(attempt, 'stopped', 'the run was ended');
    if (answer.kind === 'failed') return fail(attempt, answer.failure.code, answer.failure.message);
    const listed = answer.outputs.reduce((sum, { bytes }) => sum + bytes, 0);
    const here = answer.packed ? listed : answer.body.byteLength;
    if (listed !== here || listed > attempt.task.outputBytes) {
      return fail(attempt, 'badTask', `the kernel gave ${listed} bytes, the task allows ${attempt.task.outputBytes}`);
    }
    release(attempt);
    const { kept, packed } = answer;
    if (kept) blobs.keep(kept.ref, bytesOf(new Uint8Array(kept.bytes)), attempt.task.job);
    deps.done({
      ...(kept && { kept: kept.ref }),
      ...(packed && { packed }),
      ref: attempt.ref,
      outputs: answer.outputs,
      stats: answer.stats,
      body: bytesOf(new Uint8Array(answer.body)),
    });
  };

  const input = async (ref: BlobRef, signal: AbortSignal): Promise<InputAnswer> => {
    try {
      const bytes = await blobs.read(ref, signal);
      // The buffer is transferred: it must hold these bytes and nothing else.
      const whole = bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice();
      return { kind: 'bytes', bytes: whole.buffer };
    } catch (error) {
      return { kind: 'missing', message: error instanceof Error ? error.message : String(error) };
    }
  };

  const fetchInputs = async (attempt: Held, enclosed: readonly Enclosed[], body: Bytes): Promise<void> => {
    try {
      if (enclosed.length > 0) {
        // What is taken out after its job is over is for nobody.
        const keep: BlobFetcher['keep'] = (...blob) => {
          if (!attempt.abort.signal.aborted) blobs.keep(...blob);
        };
        taking = taking.then(() => takeOut(enclosed, body, attempt.task, { held: blobs.held, keep })).catch(() => {});
        await taking;
      }
      await Promise.all(attempt.task.inputs.map((ref) => blobs.ensure(ref, attempt.abort.signal)));
    } catch (error) {
      const missing =
        error instanceof InputMissingError ? error.message : `an input could not be had: ${String(error)}`;
      fail(attempt, 'inputMissing', missing);
      return;
    }
    if (held.get(attempt.ref.attempt) === attempt) enter(attempt, { kind: 'ready' });
  };

  return {
    has: (attempt) => held.has(attempt),
    add({ attempt, task, info, enclosed = [] }, body = NOTHING) {
      if (held.has(attempt)) return;
      const ref: AttemptRef = { attempt, task: task.id, job: task.job };
      const refusal = deps.refusal() ?? tooMuch(task, held.size, limits);
      if (refusal !== null) return deps.gaveUp(ref, refusal);
      const taken: Held = {
        ref,
        task,
        info,
        abort: new AbortController(),
        phase: { kind: 'fetching' },
        toldAt: Number.NEGATIVE_INFINITY,
      };
      held.set(attempt, taken);
      void fetchInputs(taken, enclosed, body);
      deps.changed();
    },
    cancel(attempt) {
      const found = held.get(attempt);
      if (found) release(found);
    },
    cancelJob(job) {
      sweep('the job is over', ({ ref }) => ref.job === job);
    },
    giveBack(failure) {
      for (const { ref } of sweep(failure.message, () => true)) deps.gaveUp(ref, failure);
    },
    drop() {
      sweep('the coordinator is gone', () => true);
    },
    now() {
      for (const { info, phase } of held.values()) {
        if (phase.kind === 'running') return { info, share: phase.share };
        if (phase.kind === 'reading') return { info, share: 1 };
      }
      return null;
    },
    inputs: () => new Set([...held.values()].flatMap(({ task }) => task.inputs.map(({ id }) => id))),
  };
}

const NOTHING: Bytes = new Uint8Array(0);

/** The owner's word, which costs nobody anything: it only says what of its own work goes first. */
function mannerOf({ kind }: JobInfo): RunManner | null {
  return kind === 'view' ? 'express' : kind === 'refinement' ? 'stoppable' : null;
}

/** Why a task is beyond what the volunteer agreed to, or null. */
function tooMuch(task: TaskSpec, heldNow: number, limits: VolunteerLimits): Failure | null {
  if (heldNow >= limits.heldAttempts) {
    return { code: 'stopped', message: `this volunteer holds ${heldNow} tasks already` };
  }
  const largest = Math.max(0, ...task.inputs.map(({ bytes }) => bytes));
  if (largest > limits.blobBytes) {
    return { code: 'outOfMemory', message: `an input of ${largest} bytes, this volunteer takes ${limits.blobBytes}` };
  }
  const total = task.inputs.reduce((sum, { bytes }) => sum + bytes, task.outputBytes);
  if (total > limits.taskBytes) {
    return { code: 'outOfMemory', message: `a task of ${total} bytes, this volunteer takes ${limits.taskBytes}` };
  }
  return null;
}
