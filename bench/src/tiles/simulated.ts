import type { TaskSpec } from '@tabgrid/protocol/task';
import { earliestFinish } from '@tabgrid/scheduler/policies/earliest-finish';
import type { Profile } from '@tabgrid/simulator/profile';
import { MEDIAN_UNITS_PER_SECOND } from '@tabgrid/simulator/profile';
import { lab } from '@tabgrid/simulator/profiles';
import { fluidBound } from '@tabgrid/simulator/reference';
import { simulate } from '@tabgrid/simulator/simulate';
import { type ComputedTask, createWorkload, type Workload } from '@tabgrid/simulator/workload';
import { createWorld, type World } from '@tabgrid/simulator/world';
import type { GridState, Planner } from '@tabgrid/splitters/planner';
import type { CostSample } from '@tabgrid/splitters/render/cost-sample';
import { chooseCut } from '@tabgrid/splitters/render/cut';
import { fakeBase, fakeJob, fakeScene } from '@tabgrid/splitters/render/fixture';
import { cellsOf, type RenderJob, renderPlanner } from '@tabgrid/splitters/render/planner';
import { nextRun } from '@tabgrid/splitters/render/samples';
import { guideOf } from '@tabgrid/splitters/render/specs';
import { type AmountIn, amounts, cellAt } from '@tabgrid/splitters/spatial/density';
import { gbufferTask } from '@tabgrid/webgpu-kernels/gbuffer/task';
import { PathtraceParams, pathtraceTask } from '@tabgrid/webgpu-kernels/pathtrace/task';
import * as v from 'valibot';
import { median, type Table } from '../result.js';
import type { Looked } from './looks.js';
import { wholeOf } from './measures.js';

/**
 * The real planner and the real scheduler on the virtual clock, with volunteers of unequal speed. What a pixel costs in truth is
 * what the kernel measured of the scene, blown up to a film of a usual size; what is looked at in advance is what the kernels saw.
 */

const TIMES = 4;
export const VOLUNTEERS = 8;
/** Standard deviation of the logarithm of their speeds: the fastest of eight is about seven times as fast as the slowest. */
const SPEED_SIGMA = 0.7;
/** Work units of the planner for one of the simulator, so that its median volunteer is a software adapter. */
const UNITS_TIMES = 500;
/** A tile's time differs by so much from what its cost says. */
const NOISE = 0.06;
const BOUNCES = 5;

export const PROFILE: Profile = {
  ...lab,
  volunteers: VOLUNTEERS,
  speedSigma: SPEED_SIGMA,
  roundTripMs: 30,
  limitMs: 3_600_000,
};

/** Ways of cutting that are compared. */
const WAYS = ['even', 'costs', 'formula', 'results'] as const;
type Way = (typeof WAYS)[number];

const ABOUT: Readonly<Record<Way, string>> = {
  even: 'even tiles, as many as suit the grid',
  costs: 'tiles of equal cost: looks in advance, results, cut anew',
  formula: 'the same by the formula alone until results are there',
  results: 'small even tiles, and nothing told in advance: cut anew only once results cover the picture',
};

export interface Simulated {
  readonly figures: Record<string, number>;
  readonly samples: Record<string, readonly number[]>;
  readonly table: Table;
}

export async function simulateScenes(
  looked: readonly { readonly name: string; readonly looked: Looked }[],
  { spps, seeds }: { readonly spps: readonly number[]; readonly seeds: number },
): Promise<Simulated> {
  const figures: Record<string, number> = {};
  const samples: Record<string, readonly number[]> = {};
  const rows: string[][] = [];
  const { manifest } = await fakeScene();
  for (const { name, looked: scene } of looked) {
    for (const spp of spps) {
      const film = { width: TIMES * scene.truth.width, height: TIMES * scene.truth.height };
      const job = fakeJob(manifest, { base: fakeBase(manifest, { film, bounces: BOUNCES }), spp });
      const over: Record<Way, number[]> = { even: [], costs: [], formula: [], results: [] };
      const tasks: Record<Way, number[]> = { even: [], costs: [], formula: [], results: [] };
      for (let seed = 1; seed <= seeds; seed++) {
        const world = createWorld(PROFILE, seed);
        for (const way of WAYS) {
          const run = runOne(world, seed, job, scene, way);
          over[way].push(run.overFluid);
          tasks[way].push(run.tasks);
        }
      }
      for (const way of WAYS) samples[`${name}.${spp}spp.${way}.makespanOverFluid`] = over[way];
      const ratio = median(over.costs.map((x, i) => x / (over.even[i] ?? Number.NaN)));
      figures[`${name}.${spp}spp.makespanOverEven`] = ratio;
      rows.push([
        `${name}, ${spp} samples`,
        ...WAYS.map((way) => `${median(over[way]).toFixed(3)} (${Math.max(...over[way]).toFixed(2)})`),
        ratio.toFixed(3),
        WAYS.map((way) => median(tasks[way])).join(', '),
      ]);
    }
  }
  const ratios = Object.values(figures);
  figures['simulated.makespanOverEven'] = median(ratios);
  figures['simulated.makespanOverEvenWorst'] = Math.max(...ratios);
  return {
    figures,
    samples,
    table: {
      title: `${VOLUNTEERS} simulated volunteers of unequal speed: makespan ÷ fluid bound, median (worst) of ${seeds} worlds – ${WAYS.map((way) => `${way}: ${ABOUT[way]}`).join('; ')}`,
      header: ['scene', ...WAYS, 'costs ÷ even', 'tasks'],
      rows,
    },
  };
}

function runOne(
  world: World,
  seed: number,
  job: RenderJob,
  scene: Looked,
  way: Way,
): { readonly overFluid: number; readonly tasks: number } {
  const { width, height } = job.base.film;
  const truth = amounts({ ...scene.truth, width, height });
  const whole = truth(wholeOf(job.base.film));
  /** Work units of all, in the simulator's own. */
  const all = (width * height * job.spp * (1 + BOUNCES)) / UNITS_TIMES;
  const even = way === 'even' ? evenSide(job) : null;
  const workload = workloadOf({ ...job, tile: even }, scene, way, truth);
  const outcome = simulate(PROFILE, seed, {
    policy: earliestFinish,
    world,
    workload,
    trueUnits: (spec) => trueUnits(spec, job, truth, all / (whole * job.spp)) * noiseOf(seed, spec.id),
    capabilities: {
      features: [],
      limits: { maxStorageBufferBindingSize: 2 ** 30, maxBufferSize: 2 ** 30 },
      cpuCores: 4,
      kernels: [pathtraceTask, gbufferTask].map(({ kind, version }) => ({ kind, version })),
    },
  });
  if (!outcome.settled) throw new Error(`${way} did not end`);
  return { overFluid: outcome.makespanMs / fluidBound(world, all), tasks: outcome.tasks };
}

/** The side that even tiles would have for this grid. */
function evenSide({ base, spp }: RenderJob): number {
  const grid = { volunteers: VOLUNTEERS, unitsPerSecond: MEDIAN_UNITS_PER_SECOND * UNITS_TIMES };
  return chooseCut({ ...base.film, run: nextRun([], spp), tile: null, unitsASample: 1 + BOUNCES }, grid).side;
}

/** The planner with its units made the simulator's, told of results what the kernels would have said. */
function workloadOf(job: RenderJob, scene: Looked, way: Way, truth: AmountIn): Workload {
  const cells = cellsOf(job);
  const { columns, rows } = scene.seen.cells;
  if (columns !== cells.columns || rows !== cells.rows) throw new Error('the looks are of other cells than the job’s');
  const scaled: Planner<unknown, RenderJob, never, null, null, CostSample> = {
    kind: 'scaled',
    begin(of, grid) {
      const [state, step] = renderPlanner.begin(of, enlarged(grid));
      return [{ state }, { ...step, add: step.add.map(reduced) }];
    },
    resume(held, event, grid) {
      const { state } = v.parse(
        v.object({ state: v.custom<Parameters<typeof renderPlanner.resume>[0]>(() => true) }),
        held,
      );
      const [next, step] = renderPlanner.resume(state, event, enlarged(grid));
      return [{ state: next }, { ...step, add: step.add.map(reduced) }];
    },
    merge: () => null,
  };
  const measure = ({ spec, volunteer, ms }: ComputedTask): CostSample | undefined => {
    switch (guideOf(spec.id)) {
      case 'seen':
        return way === 'results' ? undefined : { kind: 'seen', cells: scene.seen.seen ?? [] };
      case 'pilot': {
        const { samples, cost } = scene.pilot;
        const told = samples.map((count, i) => [i, count, cost[i] ?? 0] as const);
        return way === 'costs' ? { kind: 'measured', cells: told, run: null } : undefined;
      }
      case null:
        return measuredOf(spec, cells, truth, { ms, volunteer });
    }
  };
  return createWorkload(scaled, job, measure);
}

const reduced = (spec: TaskSpec): TaskSpec => ({ ...spec, workUnits: spec.workUnits / UNITS_TIMES });

function enlarged({ volunteers, unitsPerSecond, speeds }: GridState): GridState {
  return {
    volunteers,
    unitsPerSecond: unitsPerSecond === null ? null : unitsPerSecond * UNITS_TIMES,
    ...(speeds && { speeds: speeds.map((speed) => speed * UNITS_TIMES) }),
  };
}

/** What a result of these pixels would tell. */
function measuredOf(
  spec: TaskSpec,
  cells: ReturnType<typeof cellsOf>,
  truth: AmountIn,
  run: { readonly ms: number; readonly volunteer: ComputedTask['volunteer'] },
): CostSample {
  const { tile, samples } = v.parse(PathtraceParams, spec.params);
  const sums = new Map<number, [count: number, cost: number]>();
  for (let y = tile.y; y < tile.y + tile.height; y += TIMES) {
    for (let x = tile.x; x < tile.x + tile.width; x += TIMES) {
      const width = Math.min(TIMES, tile.x + tile.width - x);
      const height = Math.min(TIMES, tile.y + tile.height - y);
      const cell = cellAt(cells, x, y);
      const at = sums.get(cell) ?? [0, 0];
      at[0] += width * height * samples.count;
      at[1] += truth({ x, y, width, height }) * samples.count;
      sums.set(cell, at);
    }
  }
  return { kind: 'measured', cells: [...sums].map(([cell, [count, cost]]) => [cell, count, cost]), run };
}

/** What a task takes in truth. A look in advance: its rays, or its paths. */
function trueUnits(spec: TaskSpec, job: RenderJob, truth: AmountIn, price: number): number {
  if (guideOf(spec.id) === 'seen') return spec.workUnits;
  const { film, tile, samples } = v.parse(PathtraceParams, spec.params);
  if (guideOf(spec.id) === null) return truth(tile) * samples.count * price;
  const share = (film.width * film.height * samples.count) / (job.base.film.width * job.base.film.height);
  return truth(wholeOf(job.base.film)) * price * share;
}

/** Log-normal, by a hash of the task's name. */
export function noiseOf(seed: number, name: string): number {
  let h = Math.imul(seed, 0x9e37_79b1);
  for (const letter of name) h = Math.imul(h ^ letter.charCodeAt(0), 0x0100_0193);
  const unit = (salt: number) => {
    let x = Math.imul(h ^ salt, 0x2c1b_3c6d);
    x = Math.imul(x ^ (x >>> 15), 0x297a_2d39);
    return (((x ^ (x >>> 13)) >>> 8) + 0.5) / 2 ** 24;
  };
  return Math.exp(NOISE * Math.sqrt(-2 * Math.log(unit(1))) * Math.cos(2 * Math.PI * unit(2)));
}
