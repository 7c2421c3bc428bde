import type { LearningView, ModelView, RunningPrediction, Series } from '@tabgrid/coordinator/api';

/** What a coordinator might have learned, for tests and for looking at the page. Always the same numbers. */

const MODELS = ['time', 'assignment', 'balance', 'failure', 'latency'] as const;

export const NOTHING_LEARNED: LearningView = {
  mode: 'on',
  problem: null,
  backend: null,
  measured: [],
  outcomes: 0,
  revision: 0,
  models: MODELS.map((name) => ({
    name,
    deciding: 'baseline',
    samples: 0,
    learned: null,
    baseline: null,
    measure: 'mean loss',
  })),
  predicted: { saidMs: [], tookMs: [] },
  coverage: { at: [], value: [] },
  reliability: [],
  error: { learned: { at: [], value: [] }, baseline: { at: [], value: [] } },
  reward: { raw: { at: [], value: [] }, shaped: { at: [], value: [] } },
  running: [],
};

/** Uniform in [0, 1): mulberry32. */
function createDice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Roughly normal, mean 0, deviation 1. */
const bell = (dice: () => number) => (dice() + dice() + dice() + dice() - 2) * Math.sqrt(3);

export const LEARNING_START = Date.UTC(2026, 10, 3, 9, 40);

/** @param value of a step from 0 to `count` − 1; a minute lies between two */
function series(count: number, value: (step: number) => number): Series {
  const steps = Array.from({ length: count }, (_, i) => i);
  return { at: steps.map((i) => LEARNING_START + i * 60_000), value: steps.map(value) };
}

export function aModel(change: Partial<ModelView> = {}): ModelView {
  return {
    name: 'time',
    deciding: 'learned',
    samples: 300,
    learned: 0.081,
    baseline: 0.124,
    measure: 'mean pinball loss of log time',
    ...change,
  };
}

export function aPrediction(change: Partial<RunningPrediction> = {}): RunningPrediction {
  return {
    task: 'job-1:12',
    volunteer: 'Ada’s laptop',
    backups: ['Kitchen PC', 'This computer'],
    finish: { p025: 2_100, median: 3_400, p975: 7_900 },
    risk: 0.02,
    ...change,
  };
}

/** Tasks as predicted, and as long as they took: two clusters of machines, one much slower, and a few that went astray. */
function predicted(count: number, dice: () => number): LearningView['predicted'] {
  const pairs = Array.from({ length: count }, () => {
    const said = (dice() < 0.65 ? 1_500 : 14_000) * Math.exp(0.45 * bell(dice));
    const astray = dice() < 0.04 ? 1 + 2 * dice() : 1;
    return [said, said * astray * Math.exp(0.11 * bell(dice))] as const;
  });
  return { saidMs: pairs.map(([said]) => said), tookMs: pairs.map(([, took]) => took) };
}

/** A morning's learning: most of it better than its baseline, one not. */
export function aLearningView(change: Partial<LearningView> = {}): LearningView {
  const dice = createDice(7);
  return {
    mode: 'on',
    problem: null,
    backend: 'wasm',
    measured: [
      { backend: 'webgpu', stepMs: null },
      { backend: 'wasm', stepMs: 3.14 },
      { backend: 'cpu', stepMs: 4.9 },
    ],
    outcomes: 2_412,
    revision: 188,
    models: [
      aModel(),
      aModel({ name: 'assignment', learned: 0.31, baseline: 0.36, measure: 'log time over the best choice’s' }),
      aModel({ name: 'balance', deciding: 'baseline', learned: 1.42, baseline: 1.31, measure: 'shaped reward lost' }),
      aModel({ name: 'failure', samples: 840, learned: 0.182, baseline: 0.211, measure: 'log loss' }),
      aModel({ name: 'latency', learned: 0.094, baseline: 0.101, measure: 'pinball loss of log delay' }),
    ],
    predicted: predicted(500, dice),
    coverage: series(90, (i) =>
      Math.min(1, Math.round(100 * (0.95 - 0.13 * Math.exp(-i / 9) + 0.013 * bell(dice))) / 100),
    ),
    reliability: [
      { predicted: 0.018, observed: 0.014, count: 361 },
      { predicted: 0.046, observed: 0.053, count: 208 },
      { predicted: 0.092, observed: 0.084, count: 131 },
      { predicted: 0.151, observed: 0.174, count: 69 },
      { predicted: 0.247, observed: 0.219, count: 41 },
      { predicted: 0.362, observed: 0.417, count: 24 },
      { predicted: 0.53, observed: 0.5, count: 6 },
    ],
    error: {
      learned: series(90, (i) => 0.078 + 0.11 * Math.exp(-i / 14) + 0.004 * bell(dice)),
      baseline: series(90, (i) => 0.121 + 0.05 * Math.exp(-i / 20) + 0.005 * bell(dice)),
    },
    reward: {
      raw: series(90, (i) => -310 + 170 * (1 - Math.exp(-i / 30)) + 24 * bell(dice)),
      shaped: series(90, (i) => 5.2 + 4.4 * (1 - Math.exp(-i / 25)) + 0.5 * bell(dice)),
    },
    running: [
      aPrediction(),
      aPrediction({
        task: 'job-1:13',
        volunteer: 'Kitchen PC',
        backups: ['Ada’s laptop', 'This computer'],
        finish: { p025: 400, median: 900, p975: 2_300 },
        risk: 0.01,
      }),
      aPrediction({
        task: 'job-1:9',
        volunteer: 'Volunteer 4',
        backups: ['This computer', 'Ada’s laptop'],
        finish: { p025: -6_200, median: -4_100, p975: 3_800 },
        risk: 0.34,
      }),
      aPrediction({
        task: 'job-1:14',
        volunteer: 'Volunteer 5',
        backups: ['Kitchen PC'],
        finish: { p025: 9_000, median: 14_200, p975: 24_000 },
        risk: 0.11,
      }),
      aPrediction({
        task: 'job-1:15',
        volunteer: 'This computer',
        backups: [],
        finish: { p025: 3_300, median: 4_600, p975: 6_500 },
        risk: 0,
      }),
    ],
    ...change,
  };
}

/** The first minutes: a few dots, nothing decides yet. */
export function aYoungLearningView(): LearningView {
  const whole = aLearningView();
  const first = ({ at, value }: Series, count: number): Series => ({
    at: at.slice(0, count),
    value: value.slice(0, count),
  });
  return {
    ...whole,
    outcomes: 31,
    revision: 3,
    models: whole.models.map((model) => ({
      ...model,
      deciding: 'baseline',
      ...(model.name === 'time'
        ? { samples: 31, learned: 0.19, baseline: 0.17 }
        : { samples: 0, learned: null, baseline: null }),
    })),
    predicted: { saidMs: whole.predicted.saidMs.slice(0, 31), tookMs: whole.predicted.tookMs.slice(0, 31) },
    coverage: first(whole.coverage, 3),
    reliability: [{ predicted: 0.08, observed: 0, count: 12 }],
    error: { learned: first(whole.error.learned, 3), baseline: first(whole.error.baseline, 3) },
    reward: { raw: first(whole.reward.raw, 1), shaped: first(whole.reward.shaped, 1) },
    running: whole.running.slice(0, 2),
  };
}
