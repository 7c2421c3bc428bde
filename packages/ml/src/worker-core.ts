import { createLearner, type Learner } from './learner.js';
import { createModels } from './models.js';
import { BackendError } from './nn/backend-error.js';
import { measureSteps } from './nn/probe.js';
import type { Backend } from './nn/tfjs-trainer.js';
import type { Trainer } from './nn/trainer.js';
import { watchedTrainer } from './nn/watched-trainer.js';
import type { LearnerApi, Started } from './worker-api.js';

/**
 * What the Worker does, apart from being one.
 *
 * 1. The backend is the fastest in a measured probe of real steps, unless an earlier page found it out already.
 * 2. One that fails is not tried again by this page: the next one goes on from the models' last weights. Only when none is left does
 *    learning fail.
 */
export interface WorkerDeps {
  /** @throws BackendError when it cannot be had */
  createTrainer(backend: Backend): Promise<Trainer>;
  readonly backends: readonly Backend[];
  /** ms, any origin. */
  readonly now: () => number;
  readonly after: (ms: number) => Promise<void>;
}

export function createWorkerCore({ createTrainer, backends, now, after }: WorkerDeps): LearnerApi {
  const dead = new Set<Backend>();
  const opened = new Map<Backend, Trainer>();
  let current: Backend | null = null;
  let learner: Learner | null = null;

  /** @throws BackendError */
  const open = async (backend: Backend): Promise<Trainer> => {
    const trainer = opened.get(backend) ?? watchedTrainer(await createTrainer(backend), after);
    opened.set(backend, trainer);
    return trainer;
  };

  const measure = async (backend: Backend): Promise<number | null> => {
    try {
      return await measureSteps(await open(backend), now);
    } catch {
      dead.add(backend);
      return null;
    }
  };

  /** Measures all that may be left, and takes the fastest. @throws BackendError when none works */
  const choose = async (): Promise<Started['measured']> => {
    const measured: { backend: Backend; stepMs: number | null }[] = [];
    for (const backend of backends) {
      if (!dead.has(backend)) measured.push({ backend, stepMs: await measure(backend) });
    }
    const alive = measured.filter(({ stepMs }) => stepMs !== null);
    alive.sort((a, b) => (a.stepMs ?? 0) - (b.stepMs ?? 0));
    current = alive[0]?.backend ?? null;
    if (current === null) throw new BackendError('this browser has nothing to train with');
    return measured;
  };

  const remembered = async (backend: Backend): Promise<boolean> => {
    if (dead.has(backend) || !backends.includes(backend)) return false;
    try {
      await open(backend);
      current = backend;
      return true;
    } catch {
      dead.add(backend);
      return false;
    }
  };

  /** The current backend's; after a failure that of the next one. @throws BackendError when none is left */
  const training = async <T>(work: (trainer: Trainer) => Promise<T>): Promise<{ result: T; backend: Backend }> => {
    for (;;) {
      if (current === null) await choose();
      const backend = current;
      if (backend === null) throw new BackendError('nothing to train with');
      try {
        return { result: await work(await open(backend)), backend };
      } catch (error) {
        if (!(error instanceof BackendError)) throw error;
        dead.add(backend);
        current = null;
      }
    }
  };

  return {
    async start({ seed, context, brain, kept, backend }) {
      learner?.close();
      learner = await createLearner({ models: createModels(seed), context });
      if (brain) await learner.restore(brain, kept);
      const measured = backend !== null && (await remembered(backend)) ? [] : await choose();
      return { brain: learner.brain(), backend: current ?? 'cpu', measured };
    },
    async learn(observations) {
      const mine = learner;
      if (!mine) throw new Error('learning has not been started');
      mine.observe(observations);
      const from = now();
      const { result, backend } = await training(async (trainer) => ({
        brain: await mine.round(trainer),
        tensors: trainer.memory().tensors,
      }));
      return { ...result, scores: mine.scores(), backend, roundMs: now() - from };
    },
  };
}
