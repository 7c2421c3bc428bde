import type { Density } from '../spatial/density.js';
import { blurred } from './blur.js';
import type { Cells, CostSample, SeenCell } from './cost-sample.js';
import { overheadOf, type TimedRun } from './overhead.js';
import { ridge } from './ridge.js';

/**
 * What each part of a picture costs, as far as anybody knows.
 *
 * 1. Before anything was measured: the starting formula over what the camera rays meet first.
 * 2. What was measured – first by a few paths a cell in advance, then by every result – corrects it in three ways: the weights of
 *    what is seen are fitted to it, its surroundings' ratio of measured to expected moves a cell that was measured little, and a
 *    cell that was measured much is what was measured.
 * 3. Results' times say how much a sample takes beside what its steps say.
 *
 * Plain data; `learnCost` gives a new value.
 */
export interface CostKnowledge {
  readonly cells: Cells;
  /** null before the G-buffer is there. */
  readonly seen: readonly SeenCell[] | null;
  /** Camera samples that were measured, and their cost: a cell each. */
  readonly samples: readonly number[];
  readonly cost: readonly number[];
  /** The last results. */
  readonly runs: readonly TimedRun[];
}

/** Results whose times are kept. */
const MOST_RUNS = 200;

/** So many measured samples of a cell count as much as what is expected of it. */
const TRUST_SAMPLES = 12;

/** Cells around one whose measurements say something about it; a Gaussian's standard deviation. */
const REACH_CELLS = 1.5;

/** No cell costs less than this share of the mean: something is always to be done. */
const LEAST_SHARE = 1 / 32;

/** Nor more than so many times the middle one: what a stranger says of a cell makes nobody else's nothing. */
const MOST_TIMES = 256;

/** Beyond what any ray can take; what is seen is smaller by far. */
const MOST_COST = 1e7;
/** Beyond what any picture has. */
const MOST_SAMPLES = 2 ** 40;

/** Cells that have to be measured where nothing was seen in advance, as a share. */
const KNOWN_SHARE = 0.8;

/** Of a ridge's penalty. */
const PENALTY = 1e-3;
/** Below so many measured cells nothing is fitted. */
const LEAST_FITTED = 32;

export function knowNothing(cells: Cells): CostKnowledge {
  const none = Array<number>(cells.columns * cells.rows).fill(0);
  return { cells, seen: null, samples: none, cost: none, runs: [] };
}

export function learnCost(before: CostKnowledge, sample: CostSample): CostKnowledge {
  if (sample.kind === 'seen') {
    const seen = sample.cells.map(({ hit, steps, material, lights, bounces }) => ({
      ...{ hit: sane(hit), steps: sane(steps), material: sane(material), lights: sane(lights), bounces: sane(bounces) },
    }));
    return seen.length === before.samples.length ? { ...before, seen } : before;
  }
  const samples = [...before.samples];
  const cost = [...before.cost];
  let [allSamples, allCost] = [0, 0];
  for (const [cell, count, sum] of sample.cells) {
    if (!(count > 0 && count <= MOST_SAMPLES) || samples[cell] === undefined) continue;
    const known = sane(sum / count) * count;
    samples[cell] = (samples[cell] ?? 0) + count;
    cost[cell] = (cost[cell] ?? 0) + known;
    allSamples += count;
    allCost += known;
  }
  if (!sample.run || allSamples === 0) return { ...before, samples, cost };
  const { ms, volunteer } = sample.run;
  const run = { volunteer, cost: allCost / allSamples, ms: ms / allSamples };
  return { ...before, samples, cost, runs: [...before.runs, run].slice(-MOST_RUNS) };
}

/** It comes from strangers. */
const sane = (x: number): number => (x > 0 ? Math.min(x, MOST_COST) : 0);

/** Whether enough is known to cut by: a part of the picture says little of the rest, which nobody has looked at. */
export function knowsCosts({ seen, samples }: CostKnowledge): boolean {
  if (seen !== null) return true;
  const measured = samples.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0);
  return measured >= KNOWN_SHARE * samples.length;
}

/** The cost of a camera sample in each cell, in the path tracer's steps; relative only, while nothing was measured. */
export function costMap(known: CostKnowledge): Density {
  const expected = expectedCosts(known);
  const { samples, cost, cells } = known;
  const ratio = surroundings(known, expected);
  const found = expected.map((e, i) => {
    const guess = e * (ratio[i] ?? 1);
    const count = samples[i] ?? 0;
    return (count * (count > 0 ? (cost[i] ?? 0) / count : 0) + TRUST_SAMPLES * guess) / (count + TRUST_SAMPLES);
  });
  const middle = [...found].sort((a, b) => a - b)[found.length >> 1] ?? 0;
  const bounded = found.map((c) => (middle > 0 ? Math.min(c, MOST_TIMES * middle) : c));
  const mean = meanOf(bounded);
  if (!(mean > 0)) return { ...cells, cells: found.map(() => 1) };
  const extra = overheadOf(known.runs) * mean;
  return { ...cells, cells: bounded.map((c) => Math.max(c, LEAST_SHARE * mean) + extra) };
}

/** The starting formula. */
export function formulaCost({ steps, material, lights, bounces }: SeenCell): number {
  return (0.1 * steps + material + lights) * (1 + 0.5 * bounces);
}

function featuresOf(cell: SeenCell): readonly number[] {
  const { hit, steps, material, lights, bounces } = cell;
  return [1, steps, hit, material, lights, bounces, steps * bounces, formulaCost(cell)];
}

/** What each cell would cost by what is seen there. */
function expectedCosts({ seen, samples, cost }: CostKnowledge): readonly number[] {
  const measured = samples.flatMap((count, i) => (count > 0 ? [{ i, count, mean: (cost[i] ?? 0) / count }] : []));
  const mean = measured.length > 0 ? sum(cost) / sum(samples) : 1;
  if (!seen) return samples.map(() => mean);
  const formula = seen.map(formulaCost);
  const least = LEAST_SHARE * meanOf(formula);
  if (measured.length < LEAST_FITTED) {
    const scale = measured.length > 0 ? mean / Math.max(1e-300, meanOf(formula)) : 1;
    return formula.map((c) => Math.max(c, least) * scale);
  }
  const rows = measured.flatMap(({ i, count, mean: value }) => {
    const cell = seen[i];
    // Much measured is hardly better than enough measured: what is left is the cell's own.
    return cell ? [{ features: featuresOf(cell), value, weight: Math.min(count, TRUST_SAMPLES) }] : [];
  });
  const weights = ridge(rows, PENALTY);
  const fitted = seen.map((cell) => featuresOf(cell).reduce((all, x, i) => all + x * (weights[i] ?? 0), 0));
  return fitted.map((c) => Math.max(c, LEAST_SHARE * mean));
}

/** Measured ÷ expected around each cell: what was measured there, in the balance with that nothing is wrong. */
function surroundings({ cells, samples, cost }: CostKnowledge, expected: readonly number[]): readonly number[] {
  const there = samples.map((count, i) => Math.min(count, TRUST_SAMPLES) * (expected[i] ?? 0));
  const seen = samples.map((count, i) => (count > 0 ? (Math.min(count, TRUST_SAMPLES) * (cost[i] ?? 0)) / count : 0));
  const overall = sum(there) > 0 ? sum(seen) / sum(there) : 1;
  const [above, below] = [blurred(seen, cells, REACH_CELLS), blurred(there, cells, REACH_CELLS)];
  // As much as a few samples say that it is as everywhere.
  const doubt = 2 * meanOf(expected);
  return expected.map((_, i) => ((above[i] ?? 0) + doubt * overall) / ((below[i] ?? 0) + doubt));
}

const sum = (list: readonly number[]): number => list.reduce((all, x) => all + x, 0);
const meanOf = (list: readonly number[]): number => sum(list) / Math.max(1, list.length);
