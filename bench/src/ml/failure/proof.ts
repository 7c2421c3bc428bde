import { existsSync, readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { telemetry } from '@tabgrid/simulator/profiles';
import { parseResults, type Results } from '@tabgrid/simulator/trace';
import type { BenchResult, Table } from '../../result.js';
import { fastTrainer } from '../fast-trainer.js';
import { without } from '../overlap.js';
import { brier, createAuc, ece, type Forecast, groupBootstrap, reliability } from './metrics.js';
import { simulatedLooks } from './simulated.js';
import { looksOf } from './trace-looks.js';
import { type Effort, type Tried, tryLooks } from './try.js';

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

/** Longer than any trace, so that what is tried comes after what was learned. */
const LATER_MS = 365 * 86_400_000;

/** Worlds of the simulator to learn from, and to be tried on. */
const WORLDS = 16;

interface Direction {
  readonly name: string;
  readonly train: Results;
  readonly test: Results;
}

export async function failureProof(options: FailureProofOptions): Promise<FailureProof> {
  const { quick, say } = options;
  const effort = await effortOf(quick);
  const directions = directionsOf(options);
  if (directions.length === 0) {
    say(
      `failure: skipped, there is no ${SHARED}/nodio-64.csv and nodio-128.csv; --trace-train and --trace-test name others`,
    );
    return NOTHING;
  }
  const tried: Tried[] = [];
  for (const { name, train, test } of directions) {
    const { results, removed } = without(train, test);
    if (removed > 0)
      say(`failure, ${name}: ${removed} results of the training trace are in the other one too: left out`);
    tried.push(await tryLooks(name, looksOf(results), looksOf(test, LATER_MS), effort));
  }
  const asGiven: Tried[] = [];
  if (!quick) {
    for (const { name, train, test } of directions) {
      asGiven.push(await tryLooks(name, looksOf(train), looksOf(test, LATER_MS), { ...effort, seeds: [1] }));
    }
  }
  return summary(tried, asGiven, resamplesOf(quick));
}

/** The same on simulated volunteers that show everything there is to show. */
export async function telemetryProof({
  quick,
  say,
}: Pick<FailureProofOptions, 'quick' | 'say'>): Promise<FailureProof> {
  const count = quick ? WORLDS / 4 : WORLDS;
  const worlds = Array.from({ length: 2 * count }, (_, i) => i + 1);
  const [train, test] = [worlds.slice(0, count), worlds.slice(count)].map((seeds) => simulatedLooks(telemetry, seeds));
  if (!train || !test) return NOTHING;
  say(`failure, telemetry: ${train.length} looks to learn from, ${test.length} to be tried on`);
  const t = await tryLooks('simulated telemetry', train, test, await effortOf(quick));
  const f = figuresOf(t);
  return {
    figures: {
      'failure.telemetry.auc': f.auc,
      'failure.telemetry.aucBestBaseline': f.best.auc,
      'failure.telemetry.gain': f.auc - f.best.auc,
      'failure.telemetry.brierSkill': f.skill,
      'failure.telemetry.ece': f.ece,
    },
    intervals: { 'failure.telemetry.gain': gainInterval(t, f.best.frozen, resamplesOf(quick)) },
    samples: {},
    tables: [comparison([{ t, f }]), reliabilityOf(t)],
  };
}

async function effortOf(quick: boolean): Promise<Effort> {
  return { trainer: await fastTrainer(), seeds: quick ? [1] : [1, 2, 3], steps: 600 };
}

const resamplesOf = (quick: boolean): number => (quick ? 200 : 1000);

const NOTHING: FailureProof = { figures: {}, tables: [], samples: {}, intervals: {} };

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
    return {
      name: t.name,
      auc: groupBootstrap(t.groups, createAuc(t.learned[0]?.frozen ?? []), resamples),
      gain: gainInterval(t, f.best.frozen, resamples),
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

function gainInterval({ groups, learned }: Tried, best: readonly Forecast[], resamples: number) {
  const [ours, rule] = [createAuc(learned[0]?.frozen ?? []), createAuc(best)];
  return groupBootstrap(groups, (weight) => ours(weight) - rule(weight), resamples);
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
