import { nameBlob } from '@tabgrid/protocol/blob';
import type { Millis } from '@tabgrid/protocol/ids';
import { heardOf } from '@tabgrid/splitters/physics/heard';
import { layoutOf } from '@tabgrid/splitters/physics/layout';
import { beginPhysics, type PhysicsStep } from '@tabgrid/splitters/physics/planner';
import { contactsOf, merged, placeIn, type Standing, standingOf } from '@tabgrid/splitters/physics/standing';
import {
  encodePart,
  joined,
  type Part,
  type PartResult,
  POSE_WORDS,
  readResult,
} from '@tabgrid/webgpu-kernels/physics/state';
import { framesOf, PhysicsParams, physicsTask } from '@tabgrid/webgpu-kernels/physics/task';
import * as v from 'valibot';
import { median } from '../result.js';
import type { Heap } from './heaps.js';
import { jobHere, type RoundRan, runHere, type TaskRan } from './run-here.js';
import type { RunTask, TaskDone } from './run-task.js';
import { processorSince, SUBSTEPS } from './stepper.js';

/** What a round of so many regions and substeps takes where it begins from a given heap, measured once each. */
export interface RoundCost {
  readonly regions: number;
  readonly substeps: number;
  /** Of its largest region: bodies ÷ the world's, work units, and its task's time. */
  readonly largestShare: number;
  readonly units: number;
  readonly taskMs: Millis;
  /** What the coordinator does: cutting, encoding and hashing, making patches, reading and checking, putting together. */
  readonly coordinatorMs: Millis;
  /** Of all parts and all results, as they travel in any window but the first. */
  readonly bytes: number;
  /** Bodies of all parts and all results. */
  readonly carried: number;
}

export interface RoundCosts {
  of(regions: number, substeps: number): Promise<RoundCost>;
  /** All that were measured so far. */
  all(): readonly RoundCost[];
}

/** Rounds after which the planner looks again how the world is best cut; `LOOK_AGAIN` there. */
const ROUNDS_A_LAYOUT = 16;

export interface HowToMeasure {
  readonly tries: number;
  /** In software a task's time is the processor's: that of a volunteer with a core of its own, whatever else runs here. */
  readonly software: boolean;
}

export function roundCosts(run: RunTask, heap: Heap, how: HowToMeasure): RoundCosts {
  const known = new Map<string, RoundCost>();
  const of = async (regions: number, substeps: number): Promise<RoundCost> => {
    const key = `${regions} ${substeps}`;
    // One region does the same frame after frame: whole frames are multiples of one.
    const frames = regions === 1 ? substeps / SUBSTEPS : 1;
    const cost =
      known.get(key) ??
      (frames > 1
        ? longer(await of(1, SUBSTEPS), frames, heap)
        : await measure(run, heap, { regions, substeps, ...how }));
    known.set(key, cost);
    return cost;
  };
  return { of, all: () => [...known.values()] };
}

function longer(frame: RoundCost, frames: number, { world }: Heap): RoundCost {
  return {
    ...frame,
    substeps: frames * frame.substeps,
    units: frames * frame.units,
    taskMs: frames * frame.taskMs,
    bytes: frame.bytes + 4 * POSE_WORDS * world.bodies.length * (frames - 1),
  };
}

async function measure(
  run: RunTask,
  { world, standing }: Heap,
  { regions, substeps, tries, software }: { readonly regions: number; readonly substeps: number } & HowToMeasure,
): Promise<RoundCost> {
  const frames = Math.ceil(substeps / SUBSTEPS);
  const { job, world: named } = await jobHere({ world, frames, substeps: SUBSTEPS, regions, window: substeps });
  const grid = { volunteers: regions, unitsPerSecond: null };
  const [layoutMs] = clocked(() => layoutOf(standing, job, grid, null));
  const [beginMs, [, step]] = clocked(() => beginPhysics(job, standing, grid, 0));
  const tasks = step.add.map(({ spec, part }) => ({ part, params: v.parse(PhysicsParams, spec.params) }));
  const { telling, bytes } = await toldIn(run, { world, standing }, regions, substeps);
  const unitsOf = ({ params }: Task) => physicsTask.workUnits(params);
  const at = tasks.reduce((best, task, i) => (unitsOf(task) > unitsOf(tasks[best] ?? task) ? i : best), 0);
  const largest = tasks[at];
  if (!largest) throw new Error('a world without parts');
  const blob = await nameBlob(encodePart(largest.part));
  const done: TaskDone[] = [];
  const times: Millis[] = [];
  for (let k = 0; k < tries; k++) {
    const cpu = process.cpuUsage();
    const one = await run(largest.params, [named, blob]);
    done.push(one);
    times.push(software ? processorSince(cpu) : one.wallMs);
  }
  const [readMs] = clocked(() => {
    const outputs = done[0]?.outputs ?? [];
    if (physicsTask.fault(largest.params, outputs) !== null) throw new Error('a result that is none');
    return heardOf(standing.world, largest.part, largest.params, readResult(outputs, framesOf(largest.params)), 0);
  });
  const [mergeMs] = clocked(() => merged(standing, returnedOf(step, standing)));
  return {
    ...{ regions, substeps, units: unitsOf(largest) },
    largestShare: largest.params.bodies / world.bodies.length,
    taskMs: median(times),
    // A world is cut anew once in so many rounds; parts are made in each.
    coordinatorMs:
      Math.max(0, beginMs - layoutMs) + layoutMs / ROUNDS_A_LAYOUT + telling + readMs * tasks.length + mergeMs,
    bytes,
    carried: tasks.reduce((sum, { params }) => sum + params.bodies + params.own, 0),
  };
}

interface Task {
  readonly part: Part;
  readonly params: PhysicsParams;
}

/** The second window: each volunteer has its region already. */
async function toldIn(run: RunTask, { world, standing: from }: Heap, regions: number, substeps: number) {
  const kept: RoundRan[] = [];
  await runHere({
    ...{ run, world, from, regions, substeps: SUBSTEPS, window: substeps, frames: 2, rounds: 2 },
    ran: (round) => {
      if (round.kept) kept.push(round);
    },
  });
  const tasks = kept.at(-1)?.tasks ?? [];
  const sum = (of: (task: TaskRan) => number) => tasks.reduce((all, task) => all + of(task), 0);
  return { telling: sum(({ tellingMs }) => tellingMs), bytes: sum(({ sent, came }) => sent + came) };
}

/** As though nothing had moved: what putting together takes does not depend on where bodies are. */
function returnedOf({ add }: PhysicsStep, standing: Standing) {
  return add.map(({ part }) => {
    const whole = standingOf({ ...standing.world, bodies: part.ids.length }, part);
    const own = [...part.ids.keys()].filter((i) => part.owned[i]);
    const nothing = new Int32Array(0);
    const result: PartResult = {
      places: joined(own.map((i) => placeIn(whole, i))),
      contacts: joined(own.map((i) => contactsOf(whole, i))),
      ...{ fastest: 0, around: [0, 0, 0], coarse: nothing, hashes: nothing, poses: nothing, seen: nothing },
    };
    return { part, result };
  });
}

function clocked<T>(work: () => T): readonly [Millis, T] {
  const begun = performance.now();
  const made = work();
  return [performance.now() - begun, made];
}
