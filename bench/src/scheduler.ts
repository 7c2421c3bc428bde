import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Profile } from '@tabgrid/simulator/profile';
import { browser, desktop, killWave, lab, lied, narrow, noWave, thousand, traced } from '@tabgrid/simulator/profiles';
import { simulate } from '@tabgrid/simulator/simulate';
import { parseTrace } from '@tabgrid/simulator/trace';
import { createWorld } from '@tabgrid/simulator/world';
import type { BenchOptions } from './options.js';
import { type BenchResult, median, type Table } from './result.js';
import { type Comparison, compare } from './scheduler/compare.js';
import { ABLATIONS, CONTENDERS, type Contender, OURS, PULL } from './scheduler/contenders.js';
import { ganttChart } from './scheduler/gantt.js';
import { escapedShare, figuresOf, overReference, tableOf } from './scheduler/summary.js';
import { findTraces } from './scheduler/traces.js';

/**
 * The scheduler against the policies that others use, and against a schedule that knows everything, in simulated grids.
 */
export async function scheduler(options: BenchOptions): Promise<BenchResult> {
  const { quick, say, flags } = options;
  const wanted = flags.only?.split(',');
  const names = flags.policies?.split(',');
  const contenders = names ? names.map(contenderNamed) : CONTENDERS;
  const few = contenders.filter(({ name }) => name === OURS || name === PULL);
  const ours = contenders.filter(({ name }) => name === OURS);
  const figures: Record<string, number> = {};
  const intervals: Record<string, readonly [low: number, high: number]> = {};
  const samples: Record<string, readonly number[]> = {};
  const tables: Table[] = [];

  /** Runs one profile, unless others were asked for. */
  const run = (
    profile: Profile,
    among: readonly Contender[],
    count: number,
    group = profile.name,
  ): Comparison | null => {
    if ((wanted && !wanted.includes(group) && !wanted.includes(profile.name)) || among.length === 0) return null;
    const seeds = Array.from({ length: flags.seeds ?? count }, (_, i) => (flags.firstSeed ?? 1) + i);
    const comparison = compare(profile, among, seeds, say);
    const found = figuresOf(comparison);
    Object.assign(figures, found.figures);
    Object.assign(intervals, found.intervals);
    for (const { name } of among) {
      samples[`${profile.name}.${name}.makespanOverRef`] = overReference(comparison, name);
    }
    tables.push(tableOf(comparison));
    return comparison;
  };

  run(browser, contenders, quick ? 8 : 40);
  run(lab, contenders, quick ? 3 : 20);
  run(desktop, contenders, quick ? 3 : 20);
  waves(figures, run(noWave, ours, quick ? 4 : 20, killWave.name), run(killWave, contenders, quick ? 4 : 20));
  for (const file of findTraces(flags.trace, say)) {
    const profile = traced(`trace.${basename(file, '.csv')}`, parseTrace(readFileSync(file, 'utf8')));
    run(profile, contenders, quick ? 4 : 20, 'trace');
  }
  run(thousand, quick ? few : contenders, quick ? 1 : 20);
  lies(figures, (kind, wrongShare, name) => run({ ...lied(kind, wrongShare), name }, ours, quick ? 2 : 20, 'liars'));
  for (const mbit of [5, 20, 100]) run(narrow(mbit), few, quick ? 2 : 20, 'uplink');

  run({ ...browser, name: 'ablation' }, ours.length > 0 ? ABLATIONS : [], quick ? 4 : 20);

  if (flags.gantt) {
    const profile = [browser, lab, desktop, killWave, thousand].find(({ name }) => wanted?.includes(name)) ?? browser;
    const [first] = contenders;
    if (first) {
      const world = createWorld(profile, flags.firstSeed ?? 1);
      const { policy, config } = first;
      const outcome = simulate(profile, world.seed, { policy, config: config(world), world });
      writeFileSync(flags.gantt, ganttChart(outcome, `${first.name}, ${profile.name}`));
      say(`Wrote ${flags.gantt}`);
    }
  }
  return { figures, intervals, where: { simulated: true }, samples, tables };
}

function contenderNamed(name: string): Contender {
  const found = CONTENDERS.find((c) => c.name === name);
  if (!found) throw new RangeError(`no policy “${name}”; there are ${CONTENDERS.map((c) => c.name).join(', ')}`);
  return found;
}

/** What a wave costs in time: each world with it ÷ the same world without. */
function waves(figures: Record<string, number>, calm: Comparison | null, hit: Comparison | null): void {
  const undisturbed = calm?.results.get(OURS);
  const disturbed = hit?.results.get(OURS);
  if (!undisturbed || !disturbed) return;
  figures['killWave.makespanOverUndisturbed'] = median(
    disturbed.map((r, i) => r.makespanMs / (undisturbed[i]?.makespanMs ?? Number.NaN)),
  );
}

type Lie = (kind: 'independent' | 'sleeper' | 'colluder', wrongShare: number, name: string) => Comparison | null;

/** Escaped wrong results under replication: the worse of two kinds of liars, and colluders apart. */
function lies(figures: Record<string, number>, run: Lie): void {
  const kinds = [
    ['independent', 1, 'liars.independent'],
    ['sleeper', 1, 'liars.sleeper'],
    ['sleeper', 0.1, 'liars.seldom'],
    ['colluder', 1, 'colluders'],
  ] as const;
  for (const [kind, wrongShare, name] of kinds) {
    const results = run(kind, wrongShare, name)?.results.get(OURS);
    if (!results) continue;
    const share = escapedShare(results);
    figures[`${name}.escapedShare`] = share;
    if (name === 'liars.independent' || name === 'liars.sleeper') {
      figures['liars.escapedShare'] = Math.max(figures['liars.escapedShare'] ?? 0, share);
    }
  }
}
