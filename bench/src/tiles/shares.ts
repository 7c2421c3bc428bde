import { JobId, TaskId } from '@tabgrid/protocol/ids';
import type { TaskSpec } from '@tabgrid/protocol/task';
import { earliestFinish } from '@tabgrid/scheduler/policies/earliest-finish';
import { fluidBound } from '@tabgrid/simulator/reference';
import { simulate } from '@tabgrid/simulator/simulate';
import { createWorkload, KERNEL } from '@tabgrid/simulator/workload';
import { createWorld, type World } from '@tabgrid/simulator/world';
import type { Planner } from '@tabgrid/splitters/planner';
import { taskSizes } from '@tabgrid/splitters/render/sizes';
import * as v from 'valibot';
import { median, type Table } from '../result.js';
import { noiseOf, PROFILE, VOLUNTEERS } from './simulated.js';

/**
 * How large tiles should be, when what they cost and how fast everybody is were known exactly: equal ones, ones of the volunteers'
 * speeds, and either of them shorter towards the end.
 */

const SECONDS = [6, 20] as const;
const ROUND_SECONDS = 0.5;
const WAYS = ['equal', 'weighted', 'factoring', 'weighted factoring'] as const;
type Way = (typeof WAYS)[number];

const JOB = v.parse(JobId, 'shares');

/** Tasks that are there from the beginning. */
const listPlanner: Planner<number, readonly TaskSpec[], never, null, null> = {
  kind: 'list',
  begin: (tasks) => [tasks.length, { add: tasks, withdraw: [] }],
  resume(open, event) {
    const left = event.type === 'accepted' || event.type === 'failed' ? open - 1 : open;
    return [left, { add: [], withdraw: [], ...(left === 0 && { done: { failed: 0 } }) }];
  },
  merge: () => null,
};

export function compareShares(seeds: number): { readonly figures: Record<string, number>; readonly table: Table } {
  const figures: Record<string, number> = {};
  const rows = SECONDS.map((seconds) => {
    const over: Record<Way, number[]> = { equal: [], weighted: [], factoring: [], 'weighted factoring': [] };
    for (let seed = 1; seed <= seeds; seed++) {
      const world = createWorld(PROFILE, seed);
      for (const way of WAYS) over[way].push(runOne(world, seed, seconds, way));
    }
    for (const way of WAYS) figures[`shares.${seconds}s.${way.replace(' ', '-')}`] = median(over[way]);
    return [
      `${seconds} s`,
      ...WAYS.map((way) => `${median(over[way]).toFixed(3)} (${Math.max(...over[way]).toFixed(2)})`),
    ];
  });
  return {
    figures,
    table: {
      title: `Sizes of tiles: makespan ÷ fluid bound, median (worst) of ${seeds} worlds`,
      header: ['work', ...WAYS],
      rows,
    },
  };
}

function runOne(world: World, seed: number, seconds: number, way: Way): number {
  const speeds = Array.from({ length: VOLUNTEERS }, (_, i) => 1000 * (world.session(i)?.speed.value[0] ?? 1));
  const together = speeds.reduce((sum, speed) => sum + speed, 0);
  const units = seconds * together;
  const rounds = taskSizes([{ units, most: 20_000 }], { hands: VOLUNTEERS, unitsPerSecond: together }, 20_000)[0] ?? [];
  const lengths = rounds.filter((_, i) => i % VOLUNTEERS === 0).map((size) => (size * VOLUNTEERS) / together);
  const even = Array<number>(Math.round(seconds / Math.min(ROUND_SECONDS, seconds / 6))).fill(1);
  const of = way.endsWith('factoring') ? lengths : even;
  const share = (speed: number) => (way.startsWith('weighted') ? speed / together : 1 / VOLUNTEERS);
  const sizes = of.flatMap((length) => speeds.map((speed) => length * share(speed)));
  const scale = units / sizes.reduce((sum, size) => sum + size, 0);
  const tasks = sizes.map(
    (size, i): TaskSpec => ({
      id: v.parse(TaskId, `share-${i}`),
      job: JOB,
      kernel: KERNEL,
      params: {},
      inputs: [],
      requires: {},
      workUnits: size * scale,
      outputBytes: 65_536,
      verify: 'none',
    }),
  );
  const outcome = simulate(PROFILE, seed, {
    policy: earliestFinish,
    world,
    workload: createWorkload(listPlanner, tasks),
    trueUnits: (spec) => spec.workUnits * noiseOf(seed, spec.id),
  });
  return outcome.makespanMs / fluidBound(world, units);
}
