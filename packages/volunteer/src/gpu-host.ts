import { MAX_TEXT_LENGTH } from '@tabgrid/protocol/limits';
import type { TaskSpec } from '@tabgrid/protocol/task';
import * as v from 'valibot';
import { type Alarm, createAlarm } from './alarm.js';
import { createDeferred } from './deferred.js';
import type { GpuWorkerHandle } from './worker-handle.js';
import { OpenAnswer, RunAnswer, type RunHooks, type RunManner } from './worker-port.js';

/**
 * The page's half of the GPU Worker.
 *
 * Invariants
 *  1. No Worker exists before `open` and after `terminate`; at most one exists at a time.
 *  2. Every run ends, also when its Worker crashed or was ended: comlink alone would wait for ever.
 *  3. A crashed Worker is replaced by the next run, and given up after CRASHES in a row.
 */
export interface GpuHost {
  open(): Promise<OpenAnswer>;
  /** Never rejects; answers `aborted` after the signal or `terminate`. */
  run(task: TaskSpec, hooks: RunHooks, signal: AbortSignal, manner: RunManner | null): Promise<RunAnswer>;
  /** Share of GPU time, 0.1 to 1; at once, and for Workers to come. */
  setIntensity(share: number): void;
  /** As last told by the Worker; ended Workers are counted too. */
  busyMs(): number;
  /** Asks the Worker for the present figure. */
  refreshBusyMs(): Promise<number>;
  /** Ends the Worker before it returns; resolves when it is gone. */
  terminate(): Promise<void>;
}

/** Crashes in a row, without a finished run in between, after which the host gives up. */
const CRASHES = 3;

const ABORTED: RunAnswer = { kind: 'aborted', busyMs: 0 };

interface Living {
  readonly handle: GpuWorkerHandle;
  /** Resolves when this Worker is over: with the reason of its crash, or null when it was ended on purpose. */
  readonly over: Alarm<string | null>;
  readonly opened: Promise<OpenAnswer>;
  busyMs: number;
}

export function createGpuHost(deps: {
  spawn(): GpuWorkerHandle;
  readonly intensity: number;
  /** Called once, when crashes made it give up. */
  onDead(message: string): void;
}): GpuHost {
  let intensity = deps.intensity;
  let living: Living | null = null;
  let terminated = false;
  let crashes = 0;
  let nextRun = 1;
  let busyBefore = 0;

  const spawn = (): Living => {
    const handle = deps.spawn();
    const over = createAlarm<string | null>();
    const born: Living = {
      handle,
      over,
      busyMs: 0,
      opened: over
        .during(
          handle.api.open({ intensity, lock: handle.lock }).then((answer) => v.parse(OpenAnswer, answer)),
          (crash): OpenAnswer => ({ kind: 'noGpu', message: crash ?? 'The Worker was ended.' }),
        )
        .catch((error: unknown): OpenAnswer => ({ kind: 'noGpu', message: messageOf(error) })),
    };
    void handle.crashed.then((message) => end(born, `the Worker crashed: ${message}`));
    living = born;
    return born;
  };

  const end = (worker: Living, message: string) => {
    worker.over.ring(message);
    if (living !== worker) return;
    living = null;
    busyBefore += worker.busyMs;
    void worker.handle.terminate();
    if (terminated) return;
    crashes++;
    if (crashes >= CRASHES) {
      terminated = true;
      deps.onDead(`${message} (${crashes} times). Reload the page; if it happens again, update the browser.`);
    }
  };

  return {
    async open() {
      try {
        return await (living ?? spawn()).opened;
      } catch (error) {
        return { kind: 'noGpu', message: `The Worker cannot start: ${messageOf(error)}` };
      }
    },
    async run(task, hooks, signal, manner) {
      if (terminated || signal.aborted) return ABORTED;
      let worker: Living;
      try {
        worker = living ?? spawn();
      } catch (error) {
        return { kind: 'failed', failure: { code: 'deviceLost', message: messageOf(error) }, busyMs: 0 };
      }
      const { api } = worker.handle;
      const run = nextRun++;
      const aborted = createDeferred<RunAnswer>();
      const onAbort = () => {
        aborted.resolve(ABORTED);
        void api.abort(run).catch(() => {});
      };
      signal.addEventListener('abort', onAbort);
      try {
        const answer = await Promise.race([
          worker.over.during(
            api.run({ run, task, ...(manner && { manner }) }, hooks).then((raw) => v.parse(RunAnswer, raw)),
            (crash): RunAnswer =>
              crash === null
                ? ABORTED
                : { kind: 'failed', failure: { code: 'deviceLost', message: crash }, busyMs: worker.busyMs },
          ),
          aborted.promise,
        ]);
        worker.busyMs = Math.max(worker.busyMs, answer.busyMs);
        if (answer.kind === 'done') crashes = 0;
        return answer;
      } catch (error) {
        return {
          kind: 'failed',
          failure: { code: 'kernelError', message: `the Worker's answer cannot be read: ${messageOf(error)}` },
          busyMs: worker.busyMs,
        };
      } finally {
        signal.removeEventListener('abort', onAbort);
      }
    },
    setIntensity(share) {
      intensity = share;
      void living?.handle.api.setIntensity(share).catch(() => {});
    },
    busyMs: () => busyBefore + (living?.busyMs ?? 0),
    async refreshBusyMs() {
      const worker = living;
      if (worker !== null) {
        const told = await worker.over
          .during(worker.handle.api.busyMs(), () => worker.busyMs)
          .catch(() => worker.busyMs);
        if (Number.isFinite(told)) worker.busyMs = Math.max(worker.busyMs, told);
      }
      return this.busyMs();
    },
    terminate() {
      const worker = living;
      terminated = true;
      living = null;
      if (worker === null) return Promise.resolve();
      const gone = worker.handle.terminate();
      busyBefore += worker.busyMs;
      worker.over.ring(null);
      return gone;
    },
  };
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, MAX_TEXT_LENGTH - 100);
}
