import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { MODEL_NAMES, type ModelName } from '@tabgrid/ml/model';
import { createTfjsTrainer } from '@tabgrid/ml/nn/tfjs-trainer';
import type { Trainer } from '@tabgrid/ml/nn/trainer';
import { earliestFinish } from '@tabgrid/scheduler/policies/earliest-finish';
import type { Profile } from '@tabgrid/simulator/profile';
import { browser, desktop, killWave, lab, thousand, traced } from '@tabgrid/simulator/profiles';
import { referenceOf } from '@tabgrid/simulator/reference';
import { simulate } from '@tabgrid/simulator/simulate';
import type { Outcome } from '@tabgrid/simulator/tally';
import { parseTrace } from '@tabgrid/simulator/trace';
import { createWorld, type World } from '@tabgrid/simulator/world';
import type { BenchResult, Table } from '../../result.js';
import { findTraces } from '../../scheduler/traces.js';
import {
  bootstrap,
  gapOf,
  gapRatio,
  hasGap,
  makespanRatio,
  moreWaste,
  pooledGapRatio,
  type Worlds,
} from './measures.js';
import { createPupil, type Pupil } from './pupil.js';

/**
 * What learning is worth in the simulator: the same worlds with the plain oracle and with learning. A coordinator has done a few jobs
 * on that kind of grid before (worlds that are not measured), and goes on learning from one measured job to the next, as a
 * dashboard does.
 */
export interface WorthOptions {
  readonly quick: boolean;
  readonly say: (line: string) => void;
  /** tfjs on the cpu when absent. */
  readonly trainer?: Trainer;
  /** Names of profiles; all when absent. */
  readonly only?: readonly string[];
}

export type WorthProof = Required<Pick<BenchResult, 'figures' | 'tables' | 'samples' | 'intervals'>>;

interface Grid {
  readonly profile: Profile;
  /** Jobs before the measured ones. */
  readonly before: number;
  readonly quickSeeds: number;
}

/** Worlds that the coordinator begins on are none of those that are measured. */
const FIRST_BEFORE = 10_001;
const SEEDS = 20;
const ABLATION_SEEDS = 5;

export async function worthProof({ quick, say, only, ...given }: WorthOptions): Promise<WorthProof> {
  const trainer = given.trainer ?? (await createTfjsTrainer('cpu'));
  const figures: Record<string, number> = {};
  const samples: Record<string, readonly number[]> = {};
  const tables: Table[] = [];
  const measured: Worlds[] = [];
  const decided: string[][] = [];
  for (const grid of grids(say)) {
    if (only && !only.includes(grid.profile.name)) continue;
    if (quick && grid.quickSeeds === 0) continue;
    const pupil = await schooled(grid, trainer, quick, null);
    const worlds = await measure(grid.profile, pupil, quick ? grid.quickSeeds : SEEDS, say);
    measured.push(worlds);
    decided.push([grid.profile.name, ...MODEL_NAMES.map((name) => pupil.brain().deciding[name])]);
    pupil.close();
    const { profile: name } = worlds;
    figures[`worth.${name}.gapRatio`] = gapRatio(worlds);
    figures[`worth.${name}.makespanRatio`] = makespanRatio(worlds);
    figures[`worth.${name}.moreWaste`] = moreWaste(worlds);
    samples[`worth.${name}.plainOverRef`] = over(worlds.plain, worlds.ref);
    samples[`worth.${name}.learnedOverRef`] = over(worlds.learned, worlds.ref);
  }
  const worst = (all: readonly Worlds[]) => Math.max(...all.map(makespanRatio));
  const waste = (all: readonly Worlds[]) => Math.max(...all.map(moreWaste));
  const open = measured.some(hasGap);
  if (open) figures['worth.gapRatio'] = pooledGapRatio(measured);
  else say('worth: on no profile is the plain oracle more than 5 % above the reference: there is no gap to close');
  figures['worth.worstMakespanRatio'] = worst(measured);
  figures['worth.mostMoreWaste'] = waste(measured);
  tables.push(tableOf(measured));
  tables.push({ title: 'Who decided in the end', header: ['profile', ...MODEL_NAMES], rows: decided });
  if (!only || only.includes('ablation')) {
    const ablation = await ablate(trainer, quick, say);
    Object.assign(figures, ablation.figures);
    tables.push(ablation.table);
  }
  return {
    figures,
    tables,
    samples,
    intervals: {
      ...(open && { 'worth.gapRatio': bootstrap(measured, pooledGapRatio) }),
      'worth.worstMakespanRatio': bootstrap(measured, worst),
      'worth.mostMoreWaste': bootstrap(measured, waste),
    },
  };
}

function grids(say: (line: string) => void): readonly Grid[] {
  const traces = findTraces(null, say).map((file) =>
    traced(`trace.${basename(file, '.csv')}`, parseTrace(readFileSync(file, 'utf8'))),
  );
  return [
    { profile: browser, before: 4, quickSeeds: 3 },
    { profile: lab, before: 4, quickSeeds: 0 },
    { profile: desktop, before: 4, quickSeeds: 2 },
    { profile: killWave, before: 4, quickSeeds: 0 },
    ...traces.map((profile) => ({ profile, before: 4, quickSeeds: 0 })),
    { profile: thousand, before: 1, quickSeeds: 0 },
  ];
}

/** A coordinator with some jobs behind it. */
async function schooled(grid: Grid, trainer: Trainer, quick: boolean, without: ModelName | null): Promise<Pupil> {
  const pupil = await createPupil({ trainer, seed: 1, without });
  for (let i = 0; i < (quick ? Math.min(2, grid.before) : grid.before); i++)
    await pupil.job(grid.profile, FIRST_BEFORE + i);
  return pupil;
}

async function measure(profile: Profile, pupil: Pupil, seeds: number, say: (line: string) => void): Promise<Worlds> {
  const began = performance.now();
  const [ref, plain, learned]: [number[], Outcome[], Outcome[]] = [[], [], []];
  for (let seed = 1; seed <= seeds; seed++) {
    const world: World = createWorld(profile, seed);
    ref.push(referenceOf(world).makespanMs);
    plain.push(simulate(profile, seed, { policy: earliestFinish, world }));
    learned.push(await pupil.job(profile, seed, world));
  }
  const makespans = (all: readonly Outcome[]) => all.map((o) => o.makespanMs);
  const wasted = (all: readonly Outcome[]) => all.map((o) => o.wastedShare);
  const worlds = {
    profile: profile.name,
    ...{ ref, plain: makespans(plain), learned: makespans(learned) },
    ...{ plainWasted: wasted(plain), learnedWasted: wasted(learned) },
  };
  const seconds = (performance.now() - began) / 1000;
  say(
    `worth, ${profile.name}: ${seeds} worlds, learned ÷ plain ${makespanRatio(worlds).toFixed(3)}, ${seconds.toFixed(0)} s`,
  );
  return worlds;
}

/** Each of the five switched off in turn. */
async function ablate(trainer: Trainer, quick: boolean, say: (line: string) => void) {
  const figures: Record<string, number> = {};
  const rows: string[][] = [];
  for (const without of [null, ...MODEL_NAMES]) {
    const pupil = await schooled({ profile: browser, before: 4, quickSeeds: 1 }, trainer, quick, without);
    const worlds = await measure(browser, pupil, quick ? 1 : ABLATION_SEEDS, () => {});
    pupil.close();
    const name = without === null ? 'all' : `without.${without}`;
    figures[`worth.ablation.${name}.makespanRatio`] = makespanRatio(worlds);
    rows.push([
      name,
      makespanRatio(worlds).toFixed(3),
      percent(gapOf(worlds.learned, worlds.ref)),
      percent(moreWaste(worlds)),
    ]);
  }
  say('worth: ablations done');
  const table: Table = {
    title: `Each model switched off in turn (browser, ${quick ? 1 : ABLATION_SEEDS} worlds)`,
    header: ['learning', 'makespan ÷ plain', 'above ref', 'more waste'],
    rows,
  };
  return { figures, table };
}

const over = (values: readonly number[], ref: readonly number[]) => values.map((x, i) => x / (ref[i] ?? Number.NaN));
const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

function tableOf(measured: readonly Worlds[]): Table {
  return {
    title: 'Learning on against off, in the same worlds (means; a gap that counts is above 5 %)',
    header: ['profile', 'worlds', 'plain above ref', 'learned above ref', 'gap ratio', 'learned ÷ plain', 'more waste'],
    rows: measured.map((w) => [
      w.profile,
      String(w.ref.length),
      `${percent(gapOf(w.plain, w.ref))}${hasGap(w) ? '' : ' (–)'}`,
      percent(gapOf(w.learned, w.ref)),
      gapRatio(w).toFixed(2),
      makespanRatio(w).toFixed(3),
      percent(moreWaste(w)),
    ]),
  };
}
