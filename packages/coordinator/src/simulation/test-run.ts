import { type BlobRef, nameBlob } from '@tabgrid/protocol/blob';
import { type Bytes, concatBytes, equalBytes, wordsOf } from '@tabgrid/protocol/bytes';
import { AttemptId, type BlobId, JobId, type TaskId, VolunteerId } from '@tabgrid/protocol/ids';
import { applyPatch } from '@tabgrid/protocol/patch';
import type { TaskSpec } from '@tabgrid/protocol/task';
import type { SchedulerEvent } from '@tabgrid/scheduler/events';
import type { PhysicsJob } from '@tabgrid/splitters/physics/planner';
import { standingOf } from '@tabgrid/splitters/physics/standing';
import { simulateInPlain } from '@tabgrid/webgpu-kernels/physics/reference-kernel';
import { decodeWorld, encodeWorld, type Places, placesOf } from '@tabgrid/webgpu-kernels/physics/state';
import { PhysicsParams, physicsTask } from '@tabgrid/webgpu-kernels/physics/task';
import { type Body, type World, worldWords } from '@tabgrid/webgpu-kernels/physics/world';
import * as v from 'valibot';
import type { Arrival } from '../job.js';
import type { Enclosure } from '../outbound.js';
import type { Said } from '../probes.js';
import { type Before, createRun, type Run } from './run.js';

/** For tests: a run of a small world without a grid, and volunteers that do its tasks when they are asked to. */

export const VOLUNTEER = v.parse(VolunteerId, 'v1');
export const SUBSTEPS = 4;
const SURFACE = { friction: 0.4, restitution: 0.4 };

/** Balls in a row that is longer than the ghosts' margin, thrown at each other. */
export function world(apart = 0.35): World {
  const bodies = Array.from({ length: 16 }, (_, i): Body => {
    const velocity = [i % 2 === 0 ? 1.5 : -1.5, 0, 0.1 * (i % 3)] as const;
    const place = { position: [apart * i, 0.11, 0] as const, rotation: [0, 0, 0, 1] as const };
    return {
      shape: { kind: 'sphere', radius: 0.1 },
      mass: 1 + (i % 3),
      ...SURFACE,
      ...place,
      velocity,
      spin: [0, 0, 0],
    };
  });
  return { bodies, planes: [{ normal: [0, 1, 0], offset: 0, ...SURFACE }], statics: [], gravity: [0, -9.81, 0] };
}

export type TestRun = Awaited<ReturnType<typeof begin>>;

/** @param on where it goes on */
export async function begin(
  regions: number,
  frames = 6,
  rest: Partial<PhysicsJob> = {},
  of = world(),
  on: { readonly places: Places; readonly before: Before } | null = null,
) {
  const words = worldWords(of, 1 / (60 * SUBSTEPS));
  const named = await nameBlob(encodeWorld(words));
  const job: PhysicsJob = {
    ...{
      id: v.parse(JobId, 'p1'),
      world: named.ref,
      frames,
      substeps: SUBSTEPS,
      regions,
      margin: 0,
      merge: 'owner',
      boxes: false,
    },
    ...{ version: physicsTask.version, verify: 'spot', window: SUBSTEPS, ...rest },
  };
  const todo: TaskSpec[] = [];
  const specs = new Map<TaskId, TaskSpec>();
  const questioned: TaskId[] = [];
  const cancelled = new Set<TaskId>();
  const served = new Map<TaskId, Bytes>();
  let at = 0;
  const run = createRun({
    job,
    standing: standingOf(decodeWorld(named.bytes), on?.places ?? placesOf(words)),
    ...(on && { before: on.before }),
    clock: { now: () => at++ },
    gridState: () => ({ volunteers: regions, unitsPerSecond: null }),
    tell(event: SchedulerEvent) {
      if (event.type === 'tasksAdded') todo.push(...event.tasks.map(({ spec }) => spec));
      if (event.type === 'tasksAdded') for (const { spec } of event.tasks) specs.set(spec.id, spec);
      if (event.type === 'questioned') questioned.push(...event.tasks);
      if (event.type === 'tasksCancelled') for (const task of event.tasks) cancelled.add(task);
    },
    serve: (task, [part]) => void (part && served.set(task, part.bytes)),
    unserve: (task) => void served.delete(task),
  });
  run.begin();
  const done: TaskId[] = [];
  const told: Told[] = [];
  const has = new Map<BlobId, Bytes>();
  const step = async (lie: Lie = () => {}): Promise<TaskId | null> => {
    const spec = todo.shift();
    if (!spec) return null;
    if (cancelled.has(spec.id)) return spec.id;
    const { enclosed } = await run.whole(spec, VOLUNTEER)();
    const part = served.get(spec.id);
    if (!part || !enclosed?.[0]) throw new Error('no part was served');
    told.push(await takenOut(enclosed[0], has, part));
    has.set(enclosed[0].blob, part);
    const outputs = simulateInPlain([named.bytes, part], v.parse(PhysicsParams, spec.params));
    const [marks, poses, seen, states, stays] = outputs.map((bytes) => bytes.slice());
    if (!marks || !poses || !seen || !states || !stays) throw new Error('a result without its outputs');
    lie(new Int32Array(states.buffer), new Int32Array(marks.buffer));
    const kept = await nameBlob(stays);
    has.set(kept.ref.id, stays);
    run.accept(spec.id, arrivalOf(spec, [marks, poses, seen, states], kept.ref));
    done.push(spec.id);
    return spec.id;
  };
  /** Somebody honest computes what is questioned, whole. @returns tasks whose results were lies, which are to be done again */
  const look = async (): Promise<readonly TaskId[]> => {
    const lies: TaskId[] = [];
    for (let task = questioned.shift(); task; task = questioned.shift()) {
      const spec = specs.get(task);
      const [part, made] = [served.get(task), run.resultOf(task)];
      if (!spec || !part || !made) throw new Error('nothing is kept of what is questioned');
      const params = v.parse(PhysicsParams, spec.params);
      const outputs = simulateInPlain([named.bytes, part], params).slice(0, physicsTask.outputs(params).length);
      const [told, right] = [made.body, concatBytes(outputs)].map((body) => ({ body, secret: null })) as [Said, Said];
      if (run.compare(task, [told, right], { sameClass: true, secret: null }) === 'equal') {
        run.confirm(task);
      } else {
        lies.push(task);
        run.retract(task);
        todo.unshift(spec);
      }
    }
    return lies;
  };
  /** Everybody comes to the same, whatever it is. */
  const nod = (): void => {
    for (let task = questioned.shift(); task; task = questioned.shift()) run.confirm(task);
  };
  return { run, todo, done, served, step, look, nod, questioned, cancelled, told, world: named.bytes };
}

export type Lie = (states: Int32Array, marks: Int32Array) => void;

interface Told {
  readonly bases: number;
  readonly bytes: number;
  readonly whole: number;
}

/** A volunteer's part, by what it has. @throws Error where that is not the one that is served */
async function takenOut({ bases, patch }: Enclosure, has: ReadonlyMap<BlobId, Bytes>, part: Bytes): Promise<Told> {
  const words = bases.map(({ id }) => wordsOf(has.get(id) ?? new Uint8Array(0)));
  const made = await applyPatch(patch, words, part.byteLength);
  // Where a result was a lie, what is kept is not what it seems: the hash says so, and the part is asked for.
  const right = equalBytes(made, part);
  return { bases: bases.length, bytes: right ? patch.byteLength : part.byteLength, whole: part.byteLength };
}

function arrivalOf(spec: TaskSpec, outputs: readonly Bytes[], kept: BlobRef): Arrival {
  const names = physicsTask.outputs(v.parse(PhysicsParams, spec.params)).map(({ name }) => name);
  const head = {
    type: 'result',
    ref: { attempt: v.parse(AttemptId, 'a1'), task: spec.id, job: spec.job },
    outputs: outputs.map(({ byteLength }, i) => ({ name: names[i] ?? '', bytes: byteLength })),
    stats: { kernelMs: 1, wallMs: 2, submissions: 1 },
    kept,
  };
  // Of a member and its adapter only the names are looked at here.
  const member = { id: VOLUNTEER, ordinal: 0 };
  return {
    attempt: head.ref.attempt,
    member,
    adapter: {},
    software: true,
    head,
    body: concatBytes(outputs),
  } as unknown as Arrival;
}

export async function toTheEnd({ run, step, look }: TestRun): Promise<Run> {
  for (let left = 1000; !run.done && run.failed === null; left--) {
    if (left === 0 || (await step()) === null) throw new Error('it does not end');
    await look();
  }
  return run;
}
