import type { Table } from '../result.js';
import { type Estimate, estimate } from './bootstrap.js';
import type { Comparison, Result } from './compare.js';
import { OURS, PULL } from './contenders.js';

/** What a comparison comes to: figures by name, and a table to read. */

const places = (value: number, digits: number) => (Number.isFinite(value) ? value.toFixed(digits) : '–');
const seconds = (ms: number) => places(ms / 1000, 1);
const interval = ({ median, low, high }: Estimate, digits: number, factor = 1) =>
  `${places(factor * median, digits)} [${places(factor * low, digits)}, ${places(factor * high, digits)}]`;
const sum = (values: readonly number[]) => values.reduce((total, x) => total + x, 0);

/** Makespan ÷ reference, one a world. */
export function overReference({ references, results }: Comparison, name: string): readonly number[] {
  return (results.get(name) ?? []).map((r, i) => r.makespanMs / (references[i]?.makespanMs ?? Number.NaN));
}

/** (ours − reference) ÷ (pull − reference), one a world. */
export function gapOverPull({ references, results }: Comparison): readonly number[] {
  const pulls = results.get(PULL) ?? [];
  return (results.get(OURS) ?? []).map((ours, i) => {
    const ref = references[i]?.makespanMs ?? Number.NaN;
    return (ours.makespanMs - ref) / ((pulls[i]?.makespanMs ?? Number.NaN) - ref);
  });
}

/** Wrong results that are accepted in the end ÷ tasks, over all worlds. */
export function escapedShare(results: readonly Result[]): number {
  return sum(results.map((r) => r.escaped)) / sum(results.map((r) => r.tasks));
}

/** Our figures for a profile, by names that begin with its own. */
export function figuresOf(comparison: Comparison): {
  readonly figures: Readonly<Record<string, number>>;
  readonly intervals: Readonly<Record<string, readonly [low: number, high: number]>>;
} {
  const { profile, results, references } = comparison;
  const ours = results.get(OURS);
  const figures: Record<string, number> = {};
  const intervals: Record<string, readonly [low: number, high: number]> = {};
  if (!ours || ours.length === 0) return { figures, intervals };
  const put = (name: string, values: readonly number[]) => {
    const { median, low, high } = estimate(values);
    figures[`${profile.name}.${name}`] = median;
    intervals[`${profile.name}.${name}`] = [low, high];
  };
  put('makespanOverRef', overReference(comparison, OURS));
  put(
    'makespanOverFluid',
    ours.map((r, i) => r.makespanMs / (references[i]?.fluidMs ?? Number.NaN)),
  );
  if (results.has(PULL)) put('gapOverPull', gapOverPull(comparison));
  put(
    'wastedShare',
    ours.map((r) => r.wastedShare),
  );
  put(
    'jain',
    ours.map((r) => r.jain),
  );
  for (const p of ['p50', 'p95', 'p99'] as const) {
    put(
      `latency.${p}`,
      ours.map((r) => r.latencyMs[p]),
    );
  }
  figures[`${profile.name}.tasksLost`] = sum(ours.map((r) => r.lost));
  return { figures, intervals };
}

export function tableOf(comparison: Comparison): Table {
  const { profile, seeds, references, results } = comparison;
  const ref = estimate(references.map((r) => r.makespanMs));
  const fluid = estimate(references.map((r) => r.fluidMs));
  const rows = [...results].map(([name, list]) => [
    name,
    interval(estimate(overReference(comparison, name)), 3),
    interval(estimate(list.map((r) => r.wastedShare)), 1, 100),
    ...(['p50', 'p95', 'p99'] as const).map((p) => seconds(estimate(list.map((r) => r.latencyMs[p])).median)),
    places(estimate(list.map((r) => r.jain)).median, 3),
    String(sum(list.map((r) => r.escaped))),
    String(sum(list.map((r) => r.lost))),
  ]);
  return {
    title: `${profile.name}: ${seeds.length} worlds, ${profile.volunteers} volunteers, ${profile.tasks} tasks of ${profile.taskMs / 1000} s; ref ${seconds(ref.median)} s, fluid bound ${seconds(fluid.median)} s`,
    header: ['policy', 'makespan ÷ ref', 'wasted %', 'p50 s', 'p95 s', 'p99 s', 'Jain', 'escaped', 'lost'],
    rows,
  };
}
