import * as Comlink from 'comlink';
import type { LearnerApi } from './worker-api.js';

/** The page's side of the Worker that learns. */
export interface LearnerClient extends LearnerApi {
  /** Ends the Worker; what it was at never resolves. */
  close(): void;
}

/** The little of a Worker that is needed here. */
export interface LearnerWorker extends Comlink.Endpoint {
  terminate(): void;
}

/** The Worker starts with the first question. Once it has died, every question is rejected with the reason. */
export function createLearnerWorker(spawn: () => LearnerWorker = spawnLearnerWorker): LearnerClient {
  let running: { readonly worker: LearnerWorker; readonly api: Comlink.Remote<LearnerApi> } | null = null;
  let die: (why: Error) => void = () => {};
  const died = new Promise<never>((_, reject) => {
    die = reject;
  });
  died.catch(() => {});

  const api = (): Comlink.Remote<LearnerApi> => {
    if (running) return running.api;
    const worker = spawn();
    worker.addEventListener('error', (event: Event) => {
      const told = 'message' in event && typeof event.message === 'string' ? event.message : '';
      worker.terminate();
      die(new Error(told || 'the Worker that learns ran out of memory'));
    });
    running = { worker, api: Comlink.wrap<LearnerApi>(worker) };
    return running.api;
  };

  return {
    start: (start) => Promise.race([api().start(start), died]),
    learn: (observations) => Promise.race([api().learn(observations), died]),
    close() {
      running?.worker.terminate();
      running = null;
    },
  };
}

/** Written so that bundlers see the Worker's module. */
function spawnLearnerWorker(): Worker {
  return new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'learning' });
}
