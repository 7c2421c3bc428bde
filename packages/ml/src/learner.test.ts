import { describe, expect, it } from 'vitest';
import { createLearner, hashOf, type Learner, type Models } from './learner.js';
import type { Model, ModelName, Score } from './model.js';
import { createModels } from './models.js';
import { BackendError } from './nn/backend-error.js';
import { createTfjsTrainer } from './nn/tfjs-trainer.js';
import type { Trainer } from './nn/trainer.js';
import type { ConditionsObservation, Observation } from './observation.js';
import { LEAST_SAMPLES } from './standing.js';

const TRAINER: Trainer = {
  backend: 'none',
  open() {
    throw new Error('nobody trains here');
  },
  memory: () => ({ tensors: 0, bytes: 0 }),
};

const CLOCK = { wallAtZero: 0, timeZoneMinutes: 0 };

/** A departure that nobody learns from by itself: it only counts. */
const seen = (at = 0): Observation => ({ type: 'departure', at, others: [] });

interface Told {
  observed: number;
  steps: number[];
  score: Score;
  fail: Error | null;
  choke: boolean;
}

/** Real parts that never change, from models that do as they are told. */
function fakeModels(): { models: Models; told: Record<ModelName, Told> } {
  const told: Record<string, Told> = {};
  const fake = <P>(real: Model<P>): Model<P> => {
    const mine: Told = {
      observed: 0,
      steps: [],
      score: { samples: 0, learned: null, baseline: null, measure: '' },
      fail: null,
      choke: false,
    };
    told[real.name] = mine;
    return {
      ...real,
      observe() {
        if (mine.choke) throw new Error('choked');
        mine.observed++;
      },
      async train(_, steps) {
        if (mine.fail) throw mine.fail;
        mine.steps.push(steps);
      },
      score: () => mine.score,
    };
  };
  const real = createModels(1);
  const models: Models = {
    time: fake(real.time),
    assignment: fake(real.assignment),
    balance: fake(real.balance),
    failure: fake(real.failure),
    latency: fake(real.latency),
  };
  const { time, assignment, balance, failure, latency } = told;
  if (!time || !assignment || !balance || !failure || !latency) throw new Error('a model is missing');
  return { models, told: { time, assignment, balance, failure, latency } };
}

const better: Score = { samples: LEAST_SAMPLES, learned: 0.5, baseline: 1, measure: '' };

async function started(stepsPerRound = 8): Promise<{ learner: Learner; told: Record<ModelName, Told> }> {
  const { models, told } = fakeModels();
  return { learner: await createLearner({ models, context: CLOCK, stepsPerRound }), told };
}

describe('a round', () => {
  it('shows every model every observation, and lets it train a bounded number of steps', async () => {
    const { learner, told } = await started(5);
    learner.observe([seen(), seen()]);
    learner.observe([seen()]);
    await learner.round(TRAINER);
    for (const { observed, steps } of Object.values(told)) {
      expect(observed).toBe(3);
      expect(steps).toEqual([5]);
    }
  });

  it('makes a new brain, and none when there was nothing to learn', async () => {
    const { learner } = await started();
    const before = learner.brain();
    expect(await learner.round(TRAINER)).toBe(before);
    learner.observe([seen()]);
    const after = await learner.round(TRAINER);
    expect(after.revision).toBe(before.revision + 1);
    expect(after.hash).not.toBe(before.hash);
    expect(learner.brain()).toBe(after);
  });

  it('is bounded, however much there is; what is left comes next', async () => {
    const { learner, told } = await started();
    learner.observe(Array.from({ length: 2_500 }, () => seen()));
    await learner.round(TRAINER);
    expect(told.time.observed).toBe(2_000);
    await learner.round(TRAINER);
    expect(told.time.observed).toBe(2_500);
  });

  it('forgets the oldest when nobody learns', async () => {
    const { learner, told } = await started();
    for (let i = 0; i < 30; i++) learner.observe(Array.from({ length: 1_000 }, () => seen()));
    for (let i = 0; i < 30; i++) await learner.round(TRAINER);
    expect(told.time.observed).toBe(20_000);
  });

  it('comes after the one before', async () => {
    const { learner } = await started();
    learner.observe([seen()]);
    const first = learner.round(TRAINER);
    learner.observe([seen()]);
    const [a, b] = await Promise.all([first, learner.round(TRAINER)]);
    expect(a.revision).toBeLessThanOrEqual(b.revision);
  });
});

describe('who decides', () => {
  it('is the baseline, until a model was better', async () => {
    const { learner, told } = await started();
    expect(new Set(Object.values(learner.brain().deciding))).toEqual(new Set(['baseline']));
    told.latency.score = better;
    learner.observe([seen()]);
    expect((await learner.round(TRAINER)).deciding).toMatchObject({ latency: 'learned', time: 'baseline' });
    told.latency.score = { ...better, learned: 1.1 };
    learner.observe([seen()]);
    expect((await learner.round(TRAINER)).deciding.latency).toBe('baseline');
  });

  it('is the baseline while a model cannot train, and the others go on', async () => {
    const { learner, told } = await started();
    told.time.score = better;
    told.failure.score = better;
    told.time.fail = new Error('a model with a fault');
    learner.observe([seen()]);
    const brain = await learner.round(TRAINER);
    expect(brain.deciding).toMatchObject({ time: 'baseline', failure: 'learned' });
    expect(told.failure.steps).toHaveLength(1);
    told.time.fail = null;
    learner.observe([seen()]);
    expect((await learner.round(TRAINER)).deciding.time).toBe('learned');
  });

  it('is the baseline while a model chokes on what was observed', async () => {
    const { learner, told } = await started();
    told.balance.score = better;
    told.balance.choke = true;
    learner.observe([seen(), seen()]);
    expect((await learner.round(TRAINER)).deciding.balance).toBe('baseline');
    expect(told.latency.observed).toBe(2);
  });
});

describe('a backend that fails', () => {
  it('ends the round and nothing else: the next one goes on', async () => {
    const { learner, told } = await started();
    told.failure.fail = new BackendError('gone');
    learner.observe([seen()]);
    await expect(learner.round(TRAINER)).rejects.toThrow(BackendError);
    told.failure.fail = null;
    learner.observe([seen()]);
    const brain = await learner.round(TRAINER);
    expect(brain.revision).toBe(1);
    expect(told.failure.observed).toBe(2);
  });
});

describe('the brain', () => {
  it('is named by what is in it', async () => {
    const { learner } = await started();
    const { hash, ...body } = learner.brain();
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(await hashOf(body)).toBe(hash);
    expect(await hashOf({ ...body, revision: 7 })).not.toBe(hash);
  });

  it('knows how busy each hour usually is', async () => {
    const { learner } = await started();
    const minute = (hour: number, busyShare: number): ConditionsObservation => ({
      ...{ type: 'conditions', at: hour * 3_600_000, busyShare, volunteers: 3, waiting: 0 },
      ...{ roundTripMs: null, jitterMs: null, lateShare: null },
    });
    learner.observe([minute(5, 0.5), minute(6, 0.25), minute(6, Number.NaN), minute(7, 3)]);
    const { usualLoad } = (await learner.round(TRAINER)).context;
    expect(usualLoad).toHaveLength(24);
    expect([usualLoad[5], usualLoad[6], usualLoad[7]]).toEqual([0.5, 0.25, null]);
  });

  it('of an earlier page goes on in another learner', async () => {
    const { learner, told } = await started();
    told.latency.score = better;
    learner.observe([seen()]);
    const brain = await learner.round(TRAINER);
    const later = await createLearner({ models: createModels(2), context: { ...CLOCK, wallAtZero: 77 } });
    await later.restore(brain, []);
    expect(later.brain().deciding).toEqual(brain.deciding);
    expect(later.brain().revision).toBe(brain.revision + 1);
    expect(later.brain().context.wallAtZero).toBe(77);
    expect(later.brain().time).toEqual(brain.time);
  });
});

describe('the real models', () => {
  it('give the same brain for the same seed and observations', async () => {
    const trainer = await createTfjsTrainer('cpu');
    const run = async () => {
      const learner = await createLearner({ models: createModels(9), context: CLOCK });
      for (let i = 0; i < 3; i++) {
        learner.observe([{ type: 'departure', at: i, others: [{ bonds: 1, left: i % 2 === 0 }] }]);
        await learner.round(trainer);
      }
      learner.close();
      return learner.brain().hash;
    };
    expect(await run()).toBe(await run());
  });
});
