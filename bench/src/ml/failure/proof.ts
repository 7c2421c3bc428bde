import { existsSync, readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { createTfjsTrainer } from '@tabgrid/ml/nn/tfjs-trainer';
import type { Trainer } from '@tabgrid/ml/nn/trainer';
import { parseResults } from '@tabgrid/simulator/trace';
import type { BenchResult, Table } from '../../result.js';
import { ageAndRecency, baseRate, type Rule, type Sample, weibull } from './baselines.js';
import { type Deployed, deployModel, deployRule } from './deploy.js';
import { brier, createAuc, ece, type Forecast, groupBootstrap, reliability } from './metrics.js';
import { without } from './overlap.js';
import { looksOf, type Results, type TraceLook } from './trace-looks.js';

/** Failure within a minute on recorded volunteers: learned on one trace, tried on the other, both ways. */

export interface FailureProofOptions {
  readonly quick: boolean;
  readonly say: (line: string) => void;
  /** Other traces than the two that lie beside the project: learned on the first and tried on the second alone. */
  readonly traceTrain?: string | undefined;
  readonly traceTest?: string | undefined;
}

export type FailureProof = Required<Pick<BenchResult, 'figures' | 'tables' | 'samples' | 'intervals'>>;

const SHARED = '../shared/data';

const RULES: Readonly<Record<string, (samples: readonly Sample[]) => Rule>> = {
  'base rate': baseRate,
  'age (Weibull)': weibull,
  'age + recency': ageAndRecency,
};

interface Direction {
  readonly name: string;
  readonly train: Results;
  readonly test: Results;
}

export async function failureProof(options: FailureProofOptions): Promise<FailureProof> {
  const { quick, say } = options;
  const directions = directionsOf(options);
  if (directions.length === 0) {
    say(
      `failure: skipped, there is no ${SHARED}/nodio-64.csv and nodio-128.csv; --trace-train and --trace-test name others`,
    );
    return { figures: {}, tables: [], samples: {}, intervals: {} };
  }
  const trainer = await createTfjsTrainer('cpu');
  const seeds = quick ? [1] : [1, 2, 3];
  const steps = 600;
  const tried: Tried[] = [];
  for (const { name, train, test } of directions) {
    const { results, removed } = without(train, test);
    if (removed > 0)
      say(`failure, ${name}: ${removed} results of the training trace are in the other one too: left out`);
    tried.push(await tryDirection(name, results, test, trainer, seeds, steps));
  }
  const asGiven: Tried[] = [];
  if (!quick) {
    for (const { name, train, test } of directions) {
      asGiven.push(await tryDirection(name, train, test, trainer, [1], steps));
    }
  }
  return summary(tried, asGiven, quick ? 200 : 1000);
}

function directionsOf({ traceTrain, traceTest, say }: FailureProofOptions): readonly Direction[] {
  const read = (file: string): Results => parseResults(readFileSync(file, 'utf8'));
  if (traceTrain !== undefined || traceTest !== undefined) {
    if (traceTrain === undefined || traceTest === undefined) {
      say('failure: --trace-train and --trace-test come together');
      return [];
    }
    return [
      { name: `${basename(traceTrain)} → ${basename(traceTest)}`, train: read(traceTrain), test: read(traceTest) },
    ];
  }
  const files = ['nodio-64.csv', 'nodio-128.csv'].map((name) => resolve(SHARED, name));
  if (!files.every(existsSync)) return [];
  const [a, b] = files.map(read);
  if (!a || !b) return [];
  return [
    { name: '64 → 128', train: a, test: b },
    { name: '128 → 64', train: b, test: a },
  ];
}

interface Tried {
  readonly name: string;
  /** Volunteer of each forecast. */
  readonly groups: readonly string[];
  /** One a seed. */
  readonly learned: readonly Outcome[];
  readonly rules: ReadonlyMap<string, Outcome>;
}

interface Outcome {
  readonly calibrated: readonly Forecast[];
  readonly frozen: readonly Forecast[];
}

/** Longer than any trace, so that what is tried comes after what was learned. */
const LATER_MS = 365 * 86_400_000;

async function tryDirection(
  name: string,
  trainResults: Results,
  testResults: Results,
  trainer: Trainer,
  seeds: readonly number[],
  steps: number,
): Promise<Tried> {
  const train = looksOf(trainResults);
  const test = looksOf(testResults, LATER_MS);
  const judged = test.flatMap(({ left }, i) => (left === null ? [] : [i]));
  const outcome = ({ chances, frozen }: Deployed): Outcome => {
    const of = (all: readonly number[]) =>
      judged.map((i): Forecast => ({ chance: all[i] ?? Number.NaN, happened: test[i]?.left === true }));
    return { calibrated: of(chances), frozen: of(frozen) };
  };
  const learned: Outcome[] = [];
  for (const seed of seeds) learned.push(outcome(await deployModel(train, test, trainer, { seed, steps })));
  const rules = new Map<string, Outcome>();
  for (const [rule, fit] of Object.entries(RULES)) {
    rules.set(rule, outcome(await deployRule(train, test, fit(samplesOf(train)))));
  }
  return { name, groups: judged.map((i) => test[i]?.observation.volunteer ?? ''), learned, rules };
}

function samplesOf(looks: readonly TraceLook[]): readonly Sample[] {
  return looks.flatMap(({ observation: { ageMs }, recencyMs, left }) =>
    left === null ? [] : [{ ageMs, recencyMs, left }],
  );
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const aucOf = (forecasts: readonly Forecast[]): number => createAuc(forecasts)(() => 1);

/**
 * A direction in figures. Who is told apart from whom (AUC) is asked of what was learned on the other trace alone, how far a chance
 * is true (ECE, Brier) of the forecasts that a page makes, whose calibration follows; the AUC of those stands beside it.
 */
function figuresOf({ learned, rules }: Tried) {
  const variants = [...rules].map(([rule, { calibrated, frozen }]) => ({
    rule,
    ...{ frozen, calibrated },
    auc: aucOf(frozen),
    aucCalibrated: aucOf(calibrated),
  }));
  const best = variants.reduce((a, b) => (b.auc > a.auc ? b : a));
  const base = rules.get('base rate');
  return {
    auc: mean(learned.map(({ frozen }) => aucOf(frozen))),
    aucCalibrated: mean(learned.map(({ calibrated }) => aucOf(calibrated))),
    best,
    bestCalibrated: Math.max(...variants.map(({ aucCalibrated }) => aucCalibrated)),
    skill: 1 - mean(learned.map(({ calibrated }) => brier(calibrated))) / brier(base?.frozen ?? []),
    ece: mean(learned.map(({ calibrated }) => ece(calibrated))),
    eceFrozen: mean(learned.map(({ frozen }) => ece(frozen))),
    variants,
  };
}

function summary(tried: readonly Tried[], asGiven: readonly Tried[], resamples: number): FailureProof {
  const all = tried.map((t) => ({ t, f: figuresOf(t) }));
  const gains = all.map(({ f }) => f.auc - f.best.auc);
  const figures: Record<string, number> = {
    'failure.auc': mean(all.map(({ f }) => f.auc)),
    'failure.aucBestBaseline': mean(all.map(({ f }) => f.best.auc)),
    'failure.worstDirection': Math.min(...gains),
    'failure.brierSkill': mean(all.map(({ f }) => f.skill)),
    'failure.ece': mean(all.map(({ f }) => f.ece)),
    'failure.calibrated.auc': mean(all.map(({ f }) => f.aucCalibrated)),
    'failure.calibrated.aucBestBaseline': mean(all.map(({ f }) => f.bestCalibrated)),
    'failure.eceFrozen': mean(all.map(({ f }) => f.eceFrozen)),
  };
  const given = asGiven.map(figuresOf);
  if (given.length > 0) {
    figures['failure.asGiven.auc'] = mean(given.map(({ auc }) => auc));
    figures['failure.asGiven.aucBestBaseline'] = mean(given.map(({ best }) => best.auc));
    figures['failure.asGiven.worstDirection'] = Math.min(...given.map(({ auc, best }) => auc - best.auc));
    figures['failure.asGiven.ece'] = mean(given.map((f) => f.ece));
  }
  const drawn = all.map(({ t, f }) => {
    const learned = createAuc(t.learned[0]?.frozen ?? []);
    const rule = createAuc(f.best.frozen);
    return {
      name: t.name,
      auc: groupBootstrap(t.groups, learned, resamples),
      gain: groupBootstrap(t.groups, (weight) => learned(weight) - rule(weight), resamples),
    };
  });
  const intervals: Record<string, readonly [number, number]> = {};
  for (const { name, auc, gain } of drawn) {
    intervals[`failure.auc, ${name}`] = auc;
    intervals[`failure.gain, ${name}`] = gain;
  }
  for (const [i, { t, f }] of all.entries()) {
    figures[`failure.auc, ${t.name}`] = f.auc;
    figures[`failure.gain, ${t.name}`] = gains[i] ?? Number.NaN;
  }
  return {
    figures,
    intervals,
    samples: Object.fromEntries(
      all.flatMap(({ t }) => {
        const bins = reliability(t.learned[0]?.calibrated ?? []);
        return [
          [`failure.auc, ${t.name}`, t.learned.map((l) => aucOf(l.frozen))],
          [`failure.predicted, ${t.name}`, bins.map(({ predicted }) => predicted)],
          [`failure.observed, ${t.name}`, bins.map(({ observed }) => observed)],
        ];
      }),
    ),
    tables: [comparison(all), ...all.map(({ t }) => reliabilityOf(t))],
  };
}

const show = (x: number): string => x.toFixed(4);

function comparison(all: readonly { readonly t: Tried; readonly f: ReturnType<typeof figuresOf> }[]): Table {
  const rows = all.flatMap(({ t, f }) => [
    [t.name, 'learned', show(f.auc), show(f.eceFrozen), show(f.aucCalibrated), show(f.ece)],
    ...f.variants.map((r) => [t.name, r.rule, ...[r.auc, ece(r.frozen), r.aucCalibrated, ece(r.calibrated)].map(show)]),
  ]);
  return {
    title: 'Failure within 60 s',
    header: ['traces', 'rule', 'AUC', 'ECE', 'AUC, calibrated on', 'ECE, calibrated on'],
    rows,
  };
}

function reliabilityOf({ name, learned }: Tried): Table {
  const rows = reliability(learned[0]?.calibrated ?? []).map((bin) => [
    show(bin.predicted),
    show(bin.observed),
    String(bin.count),
  ]);
  return { title: `Failure, ${name}: said and seen`, header: ['said', 'seen', 'looks'], rows };
}
