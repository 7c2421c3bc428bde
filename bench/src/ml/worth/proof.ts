import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { MODEL_NAMES } from '@tabgrid/ml/model';
import * as v from 'valibot';
import type { BenchResult, Table } from '../../result.js';
import { type Assignment, type Measured, profilesThereAre } from './measure.js';
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

/**
 * What learning is worth in the simulator: the same worlds with the plain oracle and with learning. A coordinator has done a few jobs
 * on that kind of grid before (worlds that are not measured), and goes on learning from one measured job to the next, as a
 * dashboard does. Every grid is measured in a process of its own, as many at once as there are cores.
 */
export interface WorthOptions {
  readonly quick: boolean;
  readonly say: (line: string) => void;
}

export type WorthProof = Required<Pick<BenchResult, 'figures' | 'tables' | 'samples' | 'intervals'>>;

const WORLDS = 20;
const ABLATION_WORLDS = 5;
const BEFORE = 4;
/** A job of ten thousand tasks teaches as much as several others. */
const BEFORE_THOUSAND = 1;
/** Of a quick run: profiles, and their worlds. */
const QUICK: ReadonlyMap<string, number> = new Map([
  ['browser', 3],
  ['telemetry', 2],
]);

export async function worthProof({ quick, say }: WorthOptions): Promise<WorthProof> {
  const grids = profilesThereAre(say)
    .filter(({ name }) => !quick || QUICK.has(name))
    .map(({ name }): Assignment => {
      const before = name === 'thousand' ? BEFORE_THOUSAND : quick ? 2 : BEFORE;
      return { profile: name, before, worlds: quick ? (QUICK.get(name) ?? 1) : WORLDS, without: null };
    });
  const ablated = (quick ? [] : [null, ...MODEL_NAMES]).map(
    (without): Assignment => ({
      ...{ profile: 'browser', before: BEFORE, without },
      worlds: ABLATION_WORLDS,
    }),
  );
  // The longest first, so that no core is left with it at the end.
  const order = [...grids].reverse();
  const found = await inParallel([...order, ...ablated], say);
  const measured = grids.flatMap((grid) => found.get(grid) ?? []);
  return summary(
    measured,
    ablated.flatMap((assignment) => {
      const one = found.get(assignment);
      return one
        ? [{ name: assignment.without === null ? 'all' : `without.${assignment.without}`, worlds: one.worlds }]
        : [];
    }),
    say,
  );
}

async function inParallel(
  assignments: readonly Assignment[],
  say: (line: string) => void,
): Promise<ReadonlyMap<Assignment, Measured>> {
  const left = [...assignments];
  const found = new Map<Assignment, Measured>();
  const lane = async (): Promise<void> => {
    for (let next = left.shift(); next; next = left.shift()) {
      const measured = await elsewhere(next);
      found.set(next, measured);
      const { worlds, seconds } = measured;
      const what = next.without === null ? next.profile : `${next.profile} without ${next.without}`;
      say(
        `worth, ${what}: ${worlds.ref.length} worlds, learned ÷ plain ${makespanRatio(worlds).toFixed(3)}, ${seconds.toFixed(0)} s`,
      );
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, lane));
  return found;
}

const Numbers = v.array(v.number());
const Found: v.GenericSchema<unknown, Measured> = v.strictObject({
  worlds: v.strictObject({
    profile: v.string(),
    ...{ ref: Numbers, plain: Numbers, learned: Numbers, plainWasted: Numbers, learnedWasted: Numbers },
  }),
  decided: v.array(v.string()),
  seconds: v.number(),
});

/** @throws Error when the process ends without an answer */
function elsewhere(assignment: Assignment): Promise<Measured> {
  return new Promise((resolve, reject) => {
    const child = fork(new URL('./worker.ts', import.meta.url));
    child.once('message', (message) => resolve(v.parse(Found, message)));
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`measuring ${assignment.profile} ended with ${code}`)));
    child.send(assignment);
  });
}

function summary(
  found: readonly Measured[],
  ablated: readonly { readonly name: string; readonly worlds: Worlds }[],
  say: (line: string) => void,
): WorthProof {
  const figures: Record<string, number> = {};
  const samples: Record<string, readonly number[]> = {};
  const measured = found.map(({ worlds }) => worlds);
  for (const worlds of measured) {
    const { profile: name, plain, learned, ref } = worlds;
    figures[`worth.${name}.gapRatio`] = gapRatio(worlds);
    figures[`worth.${name}.makespanRatio`] = makespanRatio(worlds);
    figures[`worth.${name}.moreWaste`] = moreWaste(worlds);
    samples[`worth.${name}.plainOverRef`] = over(plain, ref);
    samples[`worth.${name}.learnedOverRef`] = over(learned, ref);
  }
  const worst = (all: readonly Worlds[]) => Math.max(...all.map(makespanRatio));
  const waste = (all: readonly Worlds[]) => Math.max(...all.map(moreWaste));
  const open = measured.some(hasGap);
  if (open) figures['worth.gapRatio'] = pooledGapRatio(measured);
  else say('worth: on no profile is the plain oracle more than 5 % above the reference: there is no gap to close');
  figures['worth.worstMakespanRatio'] = worst(measured);
  figures['worth.mostMoreWaste'] = waste(measured);
  for (const { name, worlds } of ablated) figures[`worth.ablation.${name}.makespanRatio`] = makespanRatio(worlds);
  return {
    figures,
    samples,
    tables: [
      gridTable(measured),
      {
        title: 'Who decided in the end',
        header: ['profile', ...MODEL_NAMES],
        rows: found.map(({ worlds, decided }) => [worlds.profile, ...decided]),
      },
      ...(ablated.length > 0 ? [ablationTable(ablated)] : []),
    ],
    intervals: {
      ...(open && { 'worth.gapRatio': bootstrap(measured, pooledGapRatio) }),
      'worth.worstMakespanRatio': bootstrap(measured, worst),
      'worth.mostMoreWaste': bootstrap(measured, waste),
    },
  };
}

const over = (values: readonly number[], ref: readonly number[]) => values.map((x, i) => x / (ref[i] ?? Number.NaN));
const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

function ablationTable(ablated: readonly { readonly name: string; readonly worlds: Worlds }[]): Table {
  return {
    title: `Each model switched off in turn (browser, ${ablated[0]?.worlds.ref.length ?? 0} worlds)`,
    header: ['learning', 'makespan ÷ plain', 'above ref', 'more waste'],
    rows: ablated.map(({ name, worlds }) => [
      name,
      makespanRatio(worlds).toFixed(3),
      percent(gapOf(worlds.learned, worlds.ref)),
      percent(moreWaste(worlds)),
    ]),
  };
}

function gridTable(measured: readonly Worlds[]): Table {
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
