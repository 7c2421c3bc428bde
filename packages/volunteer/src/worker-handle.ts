import * as Comlink from 'comlink';
import { createDeferred } from './deferred.js';
import type { GpuWorkerApi, RunHooks } from './worker-port.js';

/** A Worker as the runtime needs it: comlink's endpoint, its end, and its crash. */
export interface WorkerLike extends Comlink.Endpoint {
  terminate(): void;
}

/** A living Worker and what it offers. */
export interface GpuWorkerHandle {
  readonly api: GpuWorkerApi;
  /** The lock that the Worker is to hold while it lives; null where nobody watches one. */
  readonly lock: string | null;
  /** Ends it at once, in mid-submission if need be. Resolves when it is gone (as far as that can be observed). Idempotent. */
  terminate(): Promise<void>;
  /** Resolves with the reason when the Worker ended by itself: its script did not load, or threw at its top level. */
  readonly crashed: Promise<string>;
}

/** How the end of a Worker's thread is observed. */
export interface WorkerWatch {
  readonly lock: string;
  /** Resolves when nobody holds the lock. */
  released(): Promise<void>;
}

/** Speaks comlink with a Worker. Without a watch, `terminate` resolves at once. */
export function createWorkerHandle(worker: WorkerLike, watch: WorkerWatch | null = null): GpuWorkerHandle {
  const remote = Comlink.wrap<GpuWorkerApi>(worker);
  const crash = createDeferred<string>();
  worker.addEventListener('error', (event) => {
    crash.resolve('message' in event && typeof event.message === 'string' ? event.message : 'the Worker could not run');
  });
  let ended: Promise<void> | null = null;
  return {
    lock: watch?.lock ?? null,
    api: {
      open: (request) => remote.open(request),
      run: (request, hooks) => remote.run(request, Comlink.proxy(transferring(hooks))),
      abort: (run) => remote.abort(run),
      setIntensity: (share) => remote.setIntensity(share),
      busyMs: () => remote.busyMs(),
    },
    terminate() {
      if (ended === null) {
        worker.terminate();
        ended = watch?.released() ?? Promise.resolve();
      }
      return ended;
    },
    crashed: crash.promise,
  };
}

/** Hooks whose input buffers move to the Worker instead of being copied. */
function transferring(hooks: RunHooks): RunHooks {
  return {
    started: () => hooks.started(),
    progress: (share) => hooks.progress(share),
    submitted: () => hooks.submitted(),
    async input(ref) {
      const answer = await hooks.input(ref);
      return answer.kind === 'bytes' ? Comlink.transfer(answer, [answer.bytes]) : answer;
    },
  };
}

/** Offers the Worker's half on an endpoint: by default the Worker's global scope. Results move instead of being copied. */
export function exposeGpuWorker(api: GpuWorkerApi, endpoint?: Comlink.Endpoint): void {
  Comlink.expose(
    {
      ...api,
      async run(request: Parameters<GpuWorkerApi['run']>[0], hooks: Comlink.Remote<RunHooks>) {
        try {
          const answer = await api.run(request, {
            started: () => void hooks.started(),
            progress: (share) => void hooks.progress(share),
            submitted: () => void hooks.submitted(),
            input: (ref) => hooks.input(ref),
          });
          if (answer.kind !== 'done') return answer;
          return Comlink.transfer(answer, [answer.body, ...(answer.kept ? [answer.kept.bytes] : [])]);
        } finally {
          hooks[Comlink.releaseProxy]();
        }
      },
    },
    endpoint,
  );
}
