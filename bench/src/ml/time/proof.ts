import { existsSync, readFileSync } from 'node:fs';
import type { Trainer } from '@tabgrid/ml/nn/trainer';
import { TIME_FEATURES } from '@tabgrid/ml/time/features';
import { createTimeModel } from '@tabgrid/ml/time/model';
import { createRandom } from '@tabgrid/scheduler/random';
import { inOrder, parseResults, type Results } from '@tabgrid/simulator/trace';
import type { BenchResult, Table } from '../../result.js';
import { fastTrainer } from '../fast-trainer.js';
import { without } from '../overlap.js';
import { createBaselines } from './baselines.js';
import { gradientBoosting } from './gbr.js';
import { type Bounds, type Centre, coverage, maeLog, mdape, slicesOf, widthLog, winkler } from './measures.js';
import { nodioStream } from './nodio.js';
import { prequential, type Row } from './prequential.js';
import { readRecording, recordedStream } from './recorded.js';
import { simulatedStream } from './simulated.js';
import type { Stream } from './stream.js';

/**
 * How good predicted completion times are: on traces of real volunteers, on a recorded run of real tabs, and in the simulator. Every
 * figure is of predictions that were made before the outcome, on a part of the data (another trace, a later time, other
 * worlds) than the model began on; it goes on learning there, as it does in a grid.
 */
export interface ProofOptions {
  readonly quick: boolean;
  readonly say: (line: string) => void;
  /** Where the traces and recordings lie. */
  readonly data?: string;
  readonly recordings?: string;
  /** The fast one when absent. */
  readonly trainer?: Trainer;
}

export type Proof = Required<Pick<BenchResult, 'figures' | 'samples' | 'tables'>>;

/** One way to split a data set. */
interface Split {
  readonly name: string;
  /** Made anew for each use. */
  train(): Stream;
  test(): Stream;
}

interface DataSet {
  readonly name: string;
  readonly splits: readonly Split[];
}

const COLD_AFTER = [50, 100, 200, 500] as const;
/** Outcomes that an error after so many results is taken over. */
const COLD_SPAN = 50;

export async function timeProof({ quick, say, ...where }: ProofOptions): Promise<Proof> {
  const data = where.data ?? '../shared/data';
  const recordings = where.recordings ?? 'bench/recordings';
  const trainer = where.trainer ?? (await fastTrainer());
  const proof = { figures: {} as Record<string, number>, samples: {}, tables: [] as Table[] };
  const unused = new Set(TIME_FEATURES.keys());
  const sets = [nodio(data, quick, say), recorded(recordings, quick, say), simulated(quick)].filter(
    (set) => set !== null,
  );
  for (const set of sets) {
    const found = await prove(set, trainer, quick, say);
    for (const [name, value] of Object.entries(found.figures)) proof.figures[`${set.name}.time.${name}`] = value;
    Object.assign(proof.samples, found.samples);
    proof.tables.push(...found.tables);
    if (set.name !== 'simulator') for (const i of exercised(found.rows)) unused.delete(i);
  }
  Object.assign(proof.figures, worst(proof.figures, ['nodio', 'recorded']));
  proof.tables.push({
    title: 'Inputs of the time model that no real data exercises',
    header: ['input'],
    rows: [...unused].map((i) => [TIME_FEATURES[i] ?? '']),
  });
  return proof;
}

function nodio(folder: string, quick: boolean, say: (line: string) => void): DataSet | null {
  const [first, second] = ['nodio-128', 'nodio-64'].map((name) => `${folder}/${name}.csv`);
  if (!first || !second || !existsSync(first) || !existsSync(second)) {
    say(`NodIO: skipped, there is no ${folder}/nodio-64.csv and nodio-128.csv`);
    return null;
  }
  const [earlier, later] = [first, second].map((file) => parseResults(readFileSync(file, 'utf8')));
  if (!earlier || !later) return null;
  const most = quick ? 2000 : Number.POSITIVE_INFINITY;
  const split = (from: readonly [string, Results], to: readonly [string, Results]): Split => {
    const { results, removed } = without(from[1], to[1]);
    if (removed > 0) say(`NodIO: ${removed} results of ${from[0]} are in ${to[0]} too: left out of what is learned`);
    return {
      name: `${from[0]} → ${to[0]}`,
      train: () => nodioStream(from[0], inOrder(results).slice(0, most)),
      test: () => nodioStream(to[0], inOrder(to[1]).slice(0, most)),
    };
  };
  const one = ['nodio-128', earlier] as const;
  const other = ['nodio-64', later] as const;
  return { name: 'nodio', splits: [split(one, other), split(other, one)] };
}

function recorded(folder: string, quick: boolean, say: (line: string) => void): DataSet | null {
  const file = `${folder}/tiles.jsonl.gz`;
  if (!existsSync(file)) {
    say(`recorded tiles: skipped, there is no ${file} (npm run bench -- ml --record ${file})`);
    return null;
  }
  const sights = readRecording(file).slice(0, quick ? 2000 : Number.POSITIVE_INFINITY);
  const half = sights.length >> 1;
  return {
    name: 'recorded',
    splits: [
      {
        name: 'first half → second half',
        train: () => recordedStream(sights.slice(0, half)),
        test: () => recordedStream(sights.slice(half)),
      },
    ],
  };
}

function simulated(quick: boolean): DataSet {
  const split = (profile: 'browser' | 'desktop'): Split => ({
    name: `${profile}: other worlds`,
    train: () => simulatedStream(profile, quick ? [1] : [1, 2, 3]),
    test: () => simulatedStream(profile, quick ? [11] : [11, 12, 13]),
  });
  return { name: 'simulator', splits: [split('browser'), split('desktop')] };
}

interface Found {
  readonly figures: Record<string, number>;
  readonly samples: Record<string, readonly number[]>;
  readonly tables: readonly Table[];
  readonly rows: readonly Row[];
}

const ours: Bounds = ({ said }) => [said.p025, said.p975];
const plain: Bounds = ({ asked }) => [asked.plain.p025, asked.plain.p975];
const aci: Bounds = ({ others }) => others.aci;
const aciScaled: Bounds = ({ others }) => others.aciScaled;
const ewma: Centre = ({ asked }) => asked.plain.median;

async function prove(set: DataSet, trainer: Trainer, quick: boolean, say: (line: string) => void): Promise<Found> {
  const all: Row[] = [];
  const boosted = new Map<Row, { readonly residual: number; readonly time: number }>();
  const covered: number[] = [];
  const samples: Record<string, readonly number[]> = {};
  const tables: Table[] = [];
  for (const [i, split] of set.splits.entries()) {
    const random = createRandom(1);
    const model = createTimeModel({ random: () => random.next() });
    const baselines = createBaselines();
    const before = await prequential(split.train(), model, baselines, trainer);
    const rows = await prequential(split.test(), model, baselines, trainer);
    model.close();
    say(`${set.name}, ${split.name}: ${before.length} outcomes, then ${rows.length}`);
    if (i === 0) tables.push(coldTable(set.name, before));
    const boosting = gradientBoosting(quick ? before.slice(0, 5000) : before, rows, say);
    for (const [k, row] of rows.entries()) {
      const [residual, time] = [boosting?.residual[k], boosting?.time[k]];
      if (residual !== undefined && time !== undefined) boosted.set(row, { residual, time });
    }
    covered.push(coverage(rows, ours));
    all.push(...rows);
    tables.push(intervalTable(`${set.name}, ${split.name}`, rows));
  }
  const shown = all.filter((_, i) => i % Math.ceil(all.length / MOST_SHOWN) === 0);
  samples[`${set.name}.time.said`] = shown.map(({ said }) => said.median);
  samples[`${set.name}.time.took`] = shown.map(({ ms }) => ms);
  samples[`${set.name}.time.rollingCoverage`] = rolling(all, ours);
  const slices = slicesOf(all);
  const figures: Record<string, number> = {
    outcomes: all.length,
    coverage: coverage(all, ours),
    // Of the splits, the furthest from what is meant.
    coverageWorstSplit: covered.reduce((a, b) => (Math.abs(b - 0.95) > Math.abs(a - 0.95) ? b : a), 0.95),
    winklerOverAci: winkler(all, ours) / winkler(all, aci),
    widthOverAci: widthLog(all, ours) / widthLog(all, aci),
    mdape: mdape(all, ({ said }) => said.median),
    mdapeEwma: mdape(all, ewma),
    mdapeBoinc: mdape(all, ({ others }) => others.boinc),
    mdapeGlobalMean: mdape(all, ({ others }) => others.globalMean),
    maeLog: maeLog(all, ({ said }) => said.median),
    maeLogEwma: maeLog(all, ewma),
    maeLogBoinc: maeLog(all, ({ others }) => others.boinc),
    maeLogGlobalMean: maeLog(all, ({ others }) => others.globalMean),
  };
  if (slices.length > 0) figures['worstSliceCoverage'] = Math.min(...slices.map(({ rows }) => coverage(rows, ours)));
  if (boosted.size === all.length) {
    const by =
      (target: 'residual' | 'time'): Centre =>
      (row) =>
        boosted.get(row)?.[target] ?? Number.NaN;
    figures['mdapeGbr'] = mdape(all, by('time'));
    figures['maeLogGbr'] = maeLog(all, by('time'));
    // Told what the EWMA says, as ours is.
    figures['mdapeGbrOnEwma'] = mdape(all, by('residual'));
    figures['maeLogGbrOnEwma'] = maeLog(all, by('residual'));
  }
  tables.push({
    title: `${set.name}: coverage of the 95 % interval by slices of 500 and more`,
    header: ['slice', 'outcomes', 'ours', 'ACI on EWMA'],
    rows: slices.map(({ name, rows }) => [
      name,
      `${rows.length}`,
      share(coverage(rows, ours)),
      share(coverage(rows, aci)),
    ]),
  });
  return { figures, samples, tables, rows: all };
}

/** Outcomes that a plot shows. */
const MOST_SHOWN = 1000;

/** Coverage of each hundredth of the outcomes, in their order. */
function rolling(rows: readonly Row[], bounds: Bounds): readonly number[] {
  const size = Math.max(1, Math.floor(rows.length / 100));
  return Array.from({ length: Math.floor(rows.length / size) }, (_, i) =>
    coverage(rows.slice(i * size, (i + 1) * size), bounds),
  );
}

const share = (value: number) => value.toFixed(3);

function intervalTable(title: string, rows: readonly Row[]): Table {
  const line = (name: string, bounds: Bounds) => [
    name,
    share(coverage(rows, bounds)),
    widthLog(rows, bounds).toFixed(2),
    winkler(rows, bounds).toFixed(2),
  ];
  return {
    title: `${title}: 95 % intervals (in log time)`,
    header: ['interval', 'coverage', 'mean width', 'Winkler score'],
    rows: [
      line('ours', ours),
      line('ACI on EWMA', aci),
      line('ACI on EWMA, by its own error', aciScaled),
      line('plain oracle', plain),
    ],
  };
}

/** How an empty model does at first. */
function coldTable(name: string, rows: readonly Row[]): Table {
  return {
    title: `${name}: a model that begins with nothing`,
    header: ['after results', 'MdAPE', 'EWMA', 'MAE(log)', 'EWMA', 'coverage', 'Winkler ÷ ACI'],
    rows: COLD_AFTER.flatMap((after) => {
      const span = rows.slice(after, after + COLD_SPAN);
      if (span.length < COLD_SPAN) return [];
      const centre: Centre = ({ said }) => said.median;
      return [
        [
          `${after}`,
          share(mdape(span, centre)),
          share(mdape(span, ewma)),
          share(maeLog(span, centre)),
          share(maeLog(span, ewma)),
          share(coverage(span, ours)),
          (winkler(span, ours) / winkler(span, aci)).toFixed(2),
        ],
      ];
    }),
  };
}

/** Features that were not the same in all rows. */
function exercised(rows: readonly Row[]): readonly number[] {
  const first = rows[0]?.asked.features ?? [];
  return [...first.keys()].filter((i) =>
    rows.some(({ asked }) => Math.abs((asked.features[i] ?? 0) - (first[i] ?? 0)) > 1e-9),
  );
}

/** Figures without a data set's name: the worst of those that count. */
function worst(figures: Readonly<Record<string, number>>, sets: readonly string[]): Record<string, number> {
  const of = (name: string) =>
    sets.flatMap((set) => {
      const value = figures[`${set}.time.${name}`];
      return value === undefined ? [] : [value];
    });
  const found: Record<string, number> = {};
  const put = (name: string, choose: (values: readonly number[]) => number) => {
    const values = of(name);
    if (values.length > 0) found[`time.${name}`] = choose(values);
  };
  put('coverage', (values) => values.reduce((a, b) => (Math.abs(b - 0.95) > Math.abs(a - 0.95) ? b : a)));
  put('worstSliceCoverage', (values) => Math.min(...values));
  put('winklerOverAci', (values) => Math.max(...values));
  // The data set on which ours gains least on the EWMA, for all four.
  const ratios = sets.map((set) => (figures[`${set}.time.mdape`] ?? 0) / (figures[`${set}.time.mdapeEwma`] ?? 1));
  const hardest = sets[ratios.indexOf(Math.max(...ratios))];
  for (const name of ['mdape', 'mdapeEwma', 'mdapeGbr', 'mdapeGbrOnEwma']) {
    const value = figures[`${hardest}.time.${name}`];
    if (value !== undefined) found[`time.${name}`] = value;
  }
  return found;
}
