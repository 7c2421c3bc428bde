import { sha256Hex } from '@tabgrid/protocol/bytes';
import type { Brain } from './brain.js';
import type { ContextValue } from './context.js';
import { MODEL_NAMES, type Model, type ModelName, type Score } from './model.js';
import { BackendError } from './nn/backend-error.js';
import type { Trainer } from './nn/trainer.js';
import { FEATURE_VERSION, type Observation } from './observation.js';
import { toPortable } from './portable.js';
import { ALL_BASELINE, type Standing, standingAfter } from './standing.js';
import { createUsualLoad } from './usual-load.js';

/**
 * All that learns: five models behind one queue of observations.
 *
 * 1. Rounds are one after the other. A round takes at most `MOST_A_ROUND` observations and `stepsPerRound` steps a model, so that
 *    it is over soon, whatever came in meanwhile; what is left waits for the next.
 * 2. A brain is a function of the models' seeds and of what was observed between which rounds.
 * 3. A model that fails keeps its last part and hands the decision back to its baseline until it has trained again; the others go on.
 * 4. A backend that fails ends the round: nothing is lost, the next round may have another trainer.
 */
export interface Learner {
  /** Takes observations in the order in which they came. */
  observe(observations: readonly Observation[]): void;
  /** Learns from them. The brain stays the same when there was nothing to learn. @throws BackendError when the trainer is gone */
  round(trainer: Trainer): Promise<Brain>;
  brain(): Brain;
  scores(): Readonly<Record<ModelName, Score>>;
  /** Goes on from an earlier brain. @param kept outcomes that are in it already, to be repeated now and then */
  restore(brain: Brain, kept: readonly Observation[]): Promise<void>;
  close(): void;
}

/** The parts of a brain by the models that make them. */
export interface Models {
  readonly time: Model<Brain['time']>;
  readonly assignment: Model<Brain['assignment']>;
  readonly balance: Model<Brain['balance']>;
  readonly failure: Model<Brain['failure']>;
  readonly latency: Model<Brain['latency']>;
}

export interface LearnerDeps {
  readonly models: Models;
  readonly context: Pick<ContextValue, 'wallAtZero' | 'timeZoneMinutes'>;
  /** A model. Eight take about 0.1 s on a slow machine. */
  readonly stepsPerRound?: number;
}

const MOST_A_ROUND = 2_000;
/** Beyond, the oldest that nobody has learned from yet are forgotten. */
const MOST_WAITING = 20_000;

export async function createLearner({ models, context, stepsPerRound = 8 }: LearnerDeps): Promise<Learner> {
  const all: readonly Model<unknown>[] = MODEL_NAMES.map((name) => models[name]);
  const load = createUsualLoad(context);
  let waiting: Observation[] = [];
  let standing: Standing = ALL_BASELINE;
  let broken: ReadonlySet<ModelName> = new Set();
  let revision = 0;
  /** Something was observed that no brain holds yet: a round was cut off. */
  let unfinished = false;
  let queue: Promise<unknown> = Promise.resolve();

  const take = async (): Promise<Brain> => {
    const deciding = { ...standing };
    for (const name of broken) deciding[name] = 'baseline';
    const body = {
      features: FEATURE_VERSION,
      revision,
      context: { ...context, usualLoad: load.value() },
      time: models.time.part(),
      failure: models.failure.part(),
      latency: models.latency.part(),
      assignment: models.assignment.part(),
      balance: models.balance.part(),
      deciding,
    };
    return { ...body, hash: await hashOf(body) };
  };

  let brain = await take();

  const scores = (): Record<ModelName, Score> => ({
    time: models.time.score(),
    assignment: models.assignment.score(),
    balance: models.balance.score(),
    failure: models.failure.score(),
    latency: models.latency.score(),
  });

  const round = async (trainer: Trainer): Promise<Brain> => {
    const observed = waiting.slice(0, MOST_A_ROUND);
    waiting = waiting.slice(MOST_A_ROUND);
    if (observed.length === 0 && !unfinished) return brain;
    unfinished = true;
    const failed = new Set<ModelName>();
    for (const model of all) {
      // An observation that one model chokes on is lost for that one only.
      for (const observation of observed)
        attempt(
          () => model.observe(observation),
          () => failed.add(model.name),
        );
    }
    for (const observation of observed) load.observe(observation);
    for (const model of all) {
      try {
        await model.train(trainer, stepsPerRound);
      } catch (error) {
        if (error instanceof BackendError) throw error;
        failed.add(model.name);
      }
    }
    broken = failed;
    standing = standingAfter(standing, scores());
    revision++;
    brain = await take();
    unfinished = false;
    return brain;
  };

  /** One after the other, whatever became of the one before. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = queue.then(work, work);
    queue = mine.catch(() => {});
    return mine;
  };

  return {
    observe(observations) {
      waiting = [...waiting, ...observations].slice(-MOST_WAITING);
    },
    round: (trainer) => inTurn(() => round(trainer)),
    brain: () => brain,
    scores,
    restore: (from, kept) =>
      inTurn(async () => {
        models.time.restore(from.time);
        models.failure.restore(from.failure);
        models.latency.restore(from.latency);
        models.assignment.restore(from.assignment);
        models.balance.restore(from.balance);
        load.restore(from.context.usualLoad);
        // Only the time model knows what it has had: see its `restore`.
        for (const observation of kept) if (observation.type === 'run') models.time.observe(observation);
        standing = from.deciding;
        revision = from.revision + 1;
        brain = await take();
      }),
    close() {
      for (const model of all) model.close();
    },
  };
}

/** SHA-256 of a brain's portable text, in hex. */
export async function hashOf(brain: Omit<Brain, 'hash'>): Promise<string> {
  return await sha256Hex(new TextEncoder().encode(JSON.stringify(toPortable(brain))));
}

function attempt(work: () => void, failed: () => void): void {
  try {
    work();
  } catch {
    failed();
  }
}
