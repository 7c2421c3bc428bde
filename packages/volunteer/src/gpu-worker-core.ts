import { type BlobRef, nameBlob } from '@tabgrid/protocol/blob';
import { type Bytes, concatBytes, wordsOf } from '@tabgrid/protocol/bytes';
import { MAX_OUTPUT_BYTES, MAX_TEXT_LENGTH } from '@tabgrid/protocol/limits';
import { makePatch } from '@tabgrid/protocol/patch';
import { type Capabilities, type FailureCode, type KernelVersion, sameKernel } from '@tabgrid/protocol/task';
import type { AnyKernel } from '@tabgrid/webgpu-kernels/erased';
import {
  GpuLostError,
  type GpuSession,
  InvalidTaskError,
  NoGpuError,
  OutOfMemoryError,
} from '@tabgrid/webgpu-kernels/gpu-session';
import type { TaskInput } from '@tabgrid/webgpu-kernels/kernel';
import type { Scores } from '@tabgrid/webgpu-kernels/score/measure';
import type { SlicerFigures } from '@tabgrid/webgpu-kernels/slicer';
import type { VariantMemory } from '@tabgrid/webgpu-kernels/variant-memory';
import * as v from 'valibot';
import { type Alarm, createAlarm } from './alarm.js';
import { createDeferred } from './deferred.js';
import { offered } from './offered.js';
import { inShortSlices } from './short-slices.js';
import {
  type GpuWorkerApi,
  InputAnswer,
  OpenRequest,
  type RunAnswer,
  type RunHooks,
  RunRequest,
} from './worker-port.js';

/**
 * The Worker's half of a volunteer: one GPU session, kernels that run one after the other.
 *
 * Invariants
 *  1. A run begins to submit when the run before it has submitted everything, failed, or been aborted – not when its
 *     results are back: the GPU finds the next work queued. An express one waits for express ones only: its
 *     submissions go before those of a run under way.
 *  2. Every run ends in exactly one answer; nothing is thrown over the port.
 *  3. After a loss the next run gets a fresh session, whose slices begin at a quarter of what they were (the session
 *     quarters its figures when it is lost; they are handed to the next one).
 *  4. `busyMs` never falls: the sessions that ended are counted too.
 *  5. The machine is measured once; a measurement that fails or is cut short by a loss keeps nobody out.
 *  6. A kernel looks for its fastest variant behind a finished run, one kernel at a time, and on GPUs alone: in software,
 *     compiling the variants takes the cores that the work runs on. Runs do not wait for it, and its failure is nobody's.
 *  7. Nothing runs but in a version that was told when it was opened: results of a dialect never pass for the kernel's own.
 */

/** One session and what its adapter can do. */
export interface OpenedSession {
  readonly session: GpuSession & { slicerFigures(): SlicerFigures };
  readonly capabilities: Omit<Capabilities, 'kernels'>;
}

/** A session and the alarm of its loss. */
interface Living extends OpenedSession {
  readonly lost: Alarm<string>;
}

/** An input that the page could not hand over. */
class InputUnavailableError extends Error {}

export function createGpuWorker(deps: {
  /** Asks for a fresh adapter and device; slices begin with the figures remembered. @throws NoGpuError */
  openSession(remembered: SlicerFigures): Promise<OpenedSession>;
  readonly kernels: readonly AnyKernel[];
  /** A short benchmark, once in the Worker's life; null when it says nothing. */
  measure(gpu: GpuSession): Promise<Scores | null>;
  /** Which variants of kernels earlier visits found. */
  readonly variants: VariantMemory;
  /** Holds a lock of that name until the Worker ends. */
  holdLock(name: string): void;
}): GpuWorkerApi {
  let current: Promise<Living> | null = null;
  let live: GpuSession | null = null;
  let intensity = 0.5;
  let busyBefore = 0;
  let lane: Promise<void> = Promise.resolve();
  let express: Promise<void> = Promise.resolve();
  const aborts = new Map<number, AbortController>();
  let figures: SlicerFigures = {};
  let scores: Promise<Scores | null> | null = null;
  let tuning = false;
  let told: readonly KernelVersion[] = deps.kernels.map(({ task: { kind, version } }) => ({ kind, version }));

  const busyMs = () => busyBefore + (live?.busyMs() ?? 0);

  const open = async (): Promise<Living> => {
    const opened = await deps.openSession(figures);
    const { session } = opened;
    live = session;
    session.setIntensity(intensity);
    const lost = createAlarm<string>();
    void session.lost.then((reason) => {
      lost.ring(reason);
      busyBefore += session.busyMs();
      if (live === session) live = null;
      figures = session.slicerFigures();
      current = null;
    });
    return { ...opened, lost };
  };

  const session = (): Promise<Living> => {
    current ??= open().catch((error: unknown) => {
      current = null;
      throw error;
    });
    return current;
  };

  /** Never rejects: who cannot be measured joins without scores. */
  const measured = async ({ session: gpu, lost }: Living): Promise<Pick<Capabilities, 'scores'>> => {
    scores ??= lost.during(deps.measure(gpu), () => null).catch(() => null);
    const found = await scores;
    return found === null ? {} : { scores: found };
  };

  /** In the background. What the run has read is on the GPU still, or else there is nothing to be tried on. */
  const tune = (
    kernel: AnyKernel,
    { capabilities, lost, session: gpu }: Living,
    { params, inputs }: RunRequest['task'],
  ) => {
    if (!kernel.tune || tuning || capabilities.software) return;
    tuning = true;
    const held = inputs.map((ref): TaskInput => ({ ref, bytes: () => Promise.reject(new InputUnavailableError()) }));
    lost
      .during(kernel.tune(gpu, params, held, deps.variants), () => undefined)
      .catch(() => {})
      .finally(() => {
        tuning = false;
      });
  };

  const execute = async (
    { task, manner }: RunRequest,
    hooks: RunHooks,
    signal: AbortSignal,
    submitted: () => void,
  ): Promise<RunAnswer> => {
    const { kind, version } = task.kernel;
    const kernel = deps.kernels.find((known) => known.task.kind === kind);
    if (kernel === undefined || !told.some((own) => sameKernel(own, task.kernel))) {
      return failed('unknownKernel', `this page has no kernel ${kind} ${version}`);
    }
    const outputs = kernel.task.outputs(task.params);
    if (outputs.reduce((sum, { bytes }) => sum + bytes, 0) > MAX_OUTPUT_BYTES) {
      return failed('badTask', `outputs beyond ${MAX_OUTPUT_BYTES} bytes`);
    }
    const living = await session();
    const { lost, session: gpu } = living;
    signal.throwIfAborted();
    hooks.started();
    const read = new Map<BlobRef, Bytes>();
    const inputs = task.inputs.map(
      (ref): TaskInput => ({
        ref,
        async bytes() {
          const bytes = await askInput(hooks, ref);
          if (kernel.task.telling) read.set(ref, bytes);
          return bytes;
        },
      }),
    );
    const result = await lost.during(
      kernel.run(manner ? inShortSlices(gpu, manner === 'express') : gpu, task.params, inputs, {
        signal,
        progress: (share) => hooks.progress(share),
        submitted,
      }),
      // Calls to a lost device can be silent no-ops: do not wait for them.
      (reason) => {
        throw new GpuLostError(reason);
      },
    );
    const sent = result.outputs.slice(0, outputs.length);
    const [stays] = result.outputs.slice(outputs.length);
    const fault = kernel.task.fault(task.params, sent);
    if (fault !== null) return failed('kernelError', `the GPU returned a broken result: ${fault}`);
    if (!manner) tune(kernel, living, task);
    const made = sent.map(({ byteLength }, i) => ({ name: outputs[i]?.name ?? '', bytes: byteLength }));
    return {
      ...{ kind: 'done', outputs: made, stats: result.stats, busyMs: busyMs() },
      ...(await bodyOf(kernel, task, sent, read)),
      ...(stays && { kept: await keptOf(stays) }),
    };
  };

  const failed = (code: FailureCode, message: string): RunAnswer => ({
    kind: 'failed',
    failure: { code, message: message.slice(0, MAX_TEXT_LENGTH) },
    busyMs: busyMs(),
  });

  return {
    async open(request) {
      const { intensity: share, lock } = v.parse(OpenRequest, request);
      if (lock !== null) deps.holdLock(lock);
      intensity = share;
      try {
        const opened = await session();
        told = await offered(deps.kernels, opened, deps.variants);
        return {
          kind: 'open',
          capabilities: {
            ...opened.capabilities,
            ...(await measured(opened)),
            kernels: [...told],
          },
        };
      } catch (error) {
        return { kind: 'noGpu', message: messageOf(error) };
      }
    },
    async run(request, hooks) {
      const parsed = v.safeParse(RunRequest, request);
      if (!parsed.success) return failed('badTask', messageOf(new v.ValiError(parsed.issues)));
      const { run, manner } = parsed.output;
      const before = manner === 'express' ? express : Promise.all([lane, express]);
      const submitted = createDeferred<void>();
      if (manner === 'express') express = submitted.promise;
      else lane = submitted.promise;
      const abort = new AbortController();
      try {
        aborts.set(run, abort);
        await before;
        abort.signal.throwIfAborted();
        return await execute(parsed.output, hooks, abort.signal, () => {
          submitted.resolve();
          hooks.submitted();
        });
      } catch (error) {
        if (abort.signal.aborted) return { kind: 'aborted', busyMs: busyMs() };
        return failed(codeOf(error), messageOf(error));
      } finally {
        aborts.delete(run);
        submitted.resolve();
      }
    },
    async abort(run) {
      aborts.get(run)?.abort(new Error('cancelled'));
    },
    async setIntensity(share) {
      intensity = share;
      live?.setIntensity(share);
    },
    busyMs: async () => busyMs(),
  };
}

/** The outputs, or a patch of what was read that makes them, where the kernel knows one and it is shorter. */
async function bodyOf(
  kernel: AnyKernel,
  task: RunRequest['task'],
  sent: readonly Bytes[],
  read: ReadonlyMap<BlobRef, Bytes>,
): Promise<{ readonly body: ArrayBuffer; readonly packed?: BlobRef[] }> {
  const body = concatBytes(sent);
  const inputs = task.inputs.map((ref) => read.get(ref) ?? null);
  const told = kernel.task.telling?.(task.params, sent, inputs);
  const bases = told?.bases.flatMap((at) => inputs[at] ?? []) ?? [];
  if (!told || bases.length < told.bases.length) return { body: body.buffer };
  const patch = await makePatch(wordsOf(body), bases.map(wordsOf), told.plan);
  if (patch.byteLength >= body.byteLength) return { body: body.buffer };
  return { body: patch.buffer, packed: told.bases.flatMap((at) => task.inputs[at] ?? []) };
}

async function keptOf(stays: Bytes): Promise<{ readonly ref: BlobRef; readonly bytes: ArrayBuffer }> {
  const bytes = concatBytes([stays]);
  return { ref: (await nameBlob(bytes)).ref, bytes: bytes.buffer };
}

async function askInput(hooks: RunHooks, ref: TaskInput['ref']): Promise<Bytes> {
  const answer = v.parse(InputAnswer, await hooks.input(ref));
  if (answer.kind === 'missing') throw new InputUnavailableError(answer.message);
  if (answer.bytes.byteLength !== ref.bytes) throw new InputUnavailableError('an input of a wrong length');
  return new Uint8Array(answer.bytes);
}

function codeOf(error: unknown): FailureCode {
  if (error instanceof GpuLostError || error instanceof NoGpuError) return 'deviceLost';
  if (error instanceof OutOfMemoryError) return 'outOfMemory';
  if (error instanceof InvalidTaskError || v.isValiError(error)) return 'badTask';
  if (error instanceof InputUnavailableError) return 'inputMissing';
  return 'kernelError';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
