import type { Brain } from '@tabgrid/ml/brain';
import { failureFeatures } from '@tabgrid/ml/failure/features';
import { createPieces } from '@tabgrid/ml/failure/predict';
import { latencyFeatures } from '@tabgrid/ml/latency/features';
import { createResiduals } from '@tabgrid/ml/latency/predict';
import { createCandidateOracle } from '@tabgrid/ml/learned-oracle';
import { measureSteps } from '@tabgrid/ml/nn/probe';
import { createTfjsTrainer } from '@tabgrid/ml/nn/tfjs-trainer';
import { toPortable } from '@tabgrid/ml/portable';
import { timeFeatures } from '@tabgrid/ml/time/features';
import { MEMBERS } from '@tabgrid/ml/time/part';
import { createNetQuantiles } from '@tabgrid/ml/time/predict';
import { createPlainOracle, type Oracle, type TaskView, type VolunteerView } from '@tabgrid/scheduler/oracle';
import { earliestFinish } from '@tabgrid/scheduler/policies/earliest-finish';
import { MEDIAN_UNITS_PER_SECOND } from '@tabgrid/simulator/profile';
import { browser } from '@tabgrid/simulator/profiles';
import { simulate } from '@tabgrid/simulator/simulate';
import { KERNEL } from '@tabgrid/simulator/workload';
import type { BenchResult } from '../result.js';
import { createPupil } from './worth/pupil.js';

/** What learning costs: an answer of the oracle, a step of training, and what is kept. */

type Costs = Required<Pick<BenchResult, 'figures' | 'tables'>>;

/** A world that no other part of the benchmark measures. */
const SEED = 20_001;
/** The first ones compile. */
const ROUNDS = 15;

export async function costs(say: (line: string) => void): Promise<Costs> {
  const trainer = await createTfjsTrainer('cpu');
  const pupil = await createPupil({ trainer, seed: 1 });
  await pupil.job(browser, SEED);
  const brain = pupil.brain();
  pupil.close();
  const views = someViews();
  const plain = createPlainOracle(() => MEDIAN_UNITS_PER_SECOND);
  const figures: Record<string, number> = { 'cost.brainBytes': JSON.stringify(toPortable(brain)).length };
  const rows: string[][] = [];
  for (const [name, ask] of QUESTIONS) {
    // A new oracle each time: it remembers its answers to the same question.
    const learned = median(ROUNDS, () => {
      const oracle = createCandidateOracle(brain, plain);
      return perCall(views, (v) => ask(oracle, v));
    });
    const simple = median(ROUNDS, () => perCall(views, (v) => ask(plain, v)));
    figures[`cost.${name}Us`] = learned;
    rows.push([name, learned.toFixed(2), simple.toFixed(2)]);
  }
  for (const [name, count, ask, features] of networks(brain)) {
    const given = views.map(features);
    const us = median(ROUNDS, () => perCall(given, ask)) / count;
    figures[`cost.network.${name}Us`] = us;
    rows.push([`${name}: ${count === 1 ? 'its network' : `each of its ${count} networks`}`, us.toFixed(2), '']);
  }
  const steps: string[][] = [];
  for (const backend of ['cpu', 'wasm'] as const) {
    try {
      const other = await createTfjsTrainer(backend);
      figures[`cost.stepMs.${backend}`] = await measureSteps(other, () => performance.now());
    } catch (error) {
      say(`cost: no ${backend} backend here (${String(error)})`);
      continue;
    }
    steps.push([backend, (figures[`cost.stepMs.${backend}`] ?? Number.NaN).toFixed(2)]);
  }
  return {
    figures,
    tables: [
      {
        title: `microseconds an answer, features included, over ${views.length} volunteers`,
        header: ['question', 'learned', 'plain'],
        rows,
      },
      { title: 'milliseconds a training step, in Node', header: ['backend', 'ms'], rows: steps },
    ],
  };
}

/** One evaluation of each network, its features given. */
function networks({ time, failure, latency }: Brain) {
  const context = { wallAtZero: 0, timeZoneMinutes: 0, usualLoad: () => null };
  const quantiles = createNetQuantiles(time);
  const pieces = createPieces(failure);
  const residuals = latency.net && createResiduals(latency.net);
  type Network = readonly [
    name: string,
    count: number,
    ask: (features: readonly number[]) => unknown,
    features: (v: VolunteerView) => readonly number[],
  ];
  const all: Network[] = [
    ['time', MEMBERS, quantiles, (v) => timeFeatures(v, TASK, context)],
    ['failure', 1, (features) => pieces(features, 60_000), failureFeatures],
  ];
  if (residuals) all.push(['latency', 1, residuals, (v) => latencyFeatures(v, context)]);
  return all;
}

function perCall<T>(all: readonly T[], call: (one: T) => unknown): number {
  const began = performance.now();
  for (const one of all) call(one);
  return ((performance.now() - began) * 1000) / all.length;
}

const TASK: TaskView = { kernel: KERNEL, workUnits: 15_000, inputBytes: 0, outputBytes: 65_536 };

const QUESTIONS: readonly (readonly [name: string, ask: (oracle: Oracle, v: VolunteerView) => unknown])[] = [
  ['duration', (oracle, v) => oracle.duration(v, TASK)],
  ['failure', (oracle, v) => oracle.failure(v, 15_000)],
  ['roundTrip', (oracle, v) => oracle.roundTrip(v)],
];

/** Volunteers as they were at some moments of a job. */
function someViews(): readonly VolunteerView[] {
  const views: VolunteerView[] = [];
  let events = 0;
  simulate(browser, SEED + 1, {
    policy: earliestFinish,
    inspect(scheduler) {
      // The views hold running statistics, which go on.
      if (events++ % 400 === 0) views.push(...scheduler.views().map((v) => ({ ...v, speeds: new Map(v.speeds) })));
    },
  });
  return views;
}

function median(rounds: number, measure: () => number): number {
  const found = Array.from({ length: rounds }, measure).sort((a, b) => a - b);
  return found[rounds >> 1] ?? Number.NaN;
}
