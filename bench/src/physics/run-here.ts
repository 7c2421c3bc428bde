import type { Enclosure } from '@tabgrid/coordinator/outbound';
import { createShelves, type Given } from '@tabgrid/coordinator/simulation/shelves';
import { type NamedBlob, nameBlob } from '@tabgrid/protocol/blob';
import { type Bytes, concatBytes, equalBytes, wordsOf } from '@tabgrid/protocol/bytes';
import { type BlobId, JobId, type Millis, type TaskId, VolunteerId } from '@tabgrid/protocol/ids';
import { MAX_ENCLOSED_BYTES } from '@tabgrid/protocol/limits';
import { applyPatch, makePatch } from '@tabgrid/protocol/patch';
import type { Merge } from '@tabgrid/protocol/task';
import { averaged } from '@tabgrid/splitters/physics/average';
import { heardOf } from '@tabgrid/splitters/physics/heard';
import { givenIn } from '@tabgrid/splitters/physics/judge';
import {
  beginPhysics,
  type Heard,
  type PhysicsEvent,
  type PhysicsJob,
  type PhysicsState,
  type PhysicsStep,
  resumePhysics,
} from '@tabgrid/splitters/physics/planner';
import { merged, type Standing, standingOf } from '@tabgrid/splitters/physics/standing';
import type { GridState } from '@tabgrid/splitters/planner';
import { toPosition } from '@tabgrid/webgpu-kernels/physics/scale';
import {
  decodeWorld,
  encodePart,
  encodeWorld,
  type Part,
  type PartResult,
  placesOf,
  readResult,
} from '@tabgrid/webgpu-kernels/physics/state';
import { framesOf, PhysicsParams, physicsTask } from '@tabgrid/webgpu-kernels/physics/task';
import { hasBoxes, type World, worldWords } from '@tabgrid/webgpu-kernels/physics/world';
import * as v from 'valibot';
import type { RunTask, TaskDone } from './run-task.js';
import { FRAME_RATE } from './stepper.js';

/**
 * A world simulated on this machine, task after task, as a coordinator would hand them out: each region to a volunteer of its
 * own, which is told parts by what it has.
 */
export interface RunHere {
  /** Who computes a task: the kernel, or the reference in plain JavaScript. */
  readonly run: RunTask;
  readonly world: World;
  readonly frames: number;
  readonly substeps: number;
  /** Of a substep, s; by default frames are 1/60 s. */
  readonly step?: number;
  readonly regions: number | null;
  /** At least, m. */
  readonly margin?: number;
  readonly daring?: boolean;
  /** By default the owner's word counts. */
  readonly merge?: Merge;
  /** Substeps between exchanges. */
  readonly window?: number;
  readonly grid?: GridState;
  /** Ends after so many windows. */
  readonly rounds?: number;
  /** Changes a result before it is believed. */
  readonly tamper?: (outputs: readonly Bytes[], task: TaskId, params: PhysicsParams) => readonly Bytes[];
  /** Where it begins; by default as the world is launched. */
  readonly from?: Standing;
  /** The world after a window, and before it, which may be where an earlier one was taken back to. */
  readonly moved?: (standing: Standing, state: PhysicsState, before: Standing) => void;
  /** A round that is over, whether the world moved on or not. */
  readonly ran?: (round: RoundRan) => void;
}

export interface RoundRan {
  readonly kept: boolean;
  readonly tasks: readonly TaskRan[];
  /** From handing out the first task to the world put together, one task after the other. */
  readonly wallMs: Millis;
}

export interface TaskRan extends Omit<TaskDone, 'outputs'> {
  readonly part: Part;
  readonly params: PhysicsParams;
  /** Bytes of the part and of what became of it; the world, which goes out once, is apart. */
  readonly sent: number;
  readonly came: number;
  /** What it takes the coordinator to tell the part and to read the result as it comes. */
  readonly tellingMs: Millis;
}

export interface RanHere {
  readonly standing: Standing;
  readonly state: PhysicsState;
}

/** The job, and its world's bytes. */
export async function jobHere(
  it: Omit<RunHere, 'run'>,
): Promise<{ readonly job: PhysicsJob; readonly world: NamedBlob; readonly launched: Standing }> {
  const words = worldWords(it.world, it.step ?? 1 / (FRAME_RATE * it.substeps));
  const world = await nameBlob(encodeWorld(words));
  const job: PhysicsJob = {
    ...{
      id: v.parse(JobId, 'here'),
      world: world.ref,
      frames: it.frames,
      substeps: it.substeps,
      verify: 'none',
      version: physicsTask.version,
    },
    ...{
      regions: it.regions,
      margin: toPosition(it.margin ?? 0),
      daring: it.daring ?? false,
      merge: it.merge ?? 'owner',
    },
    ...(it.window !== undefined && { window: it.window }),
    boxes: hasBoxes(it.world),
  };
  return { job, world, launched: standingOf(decodeWorld(world.bytes), placesOf(words)) };
}

/** @throws Error where the planner gives up */
export async function runHere(it: RunHere): Promise<RanHere> {
  const { job, world, launched } = await jobHere(it);
  const shelves = createShelves();
  const volunteers = new Map<number, Has>();
  const grid = it.grid ?? { volunteers: it.regions ?? 1, unitsPerSecond: null };
  let left = it.rounds ?? Number.POSITIVE_INFINITY;
  let standing = it.from ?? launched;
  let wholeFrame = standing;
  const now = () => performance.now();
  let [state, step] = beginPhysics(job, standing, grid, now());
  for (;;) {
    const begun = now();
    const results = new Map<TaskId, { readonly part: Part; readonly result: PartResult }>();
    const tasks: TaskRan[] = [];
    /** What the honest come to, of those who lied. */
    const honest = new Map<TaskId, { readonly result: PartResult; readonly heard: Heard }>();
    let after: PhysicsStep = step;
    for (const { spec, part, region } of step.add) {
      const params = v.parse(PhysicsParams, spec.params);
      const telling = now();
      const given = { region, part, blob: await nameBlob(encodePart(part)) };
      const volunteer = v.parse(VolunteerId, `v${region}`);
      const has: Has = volunteers.get(region) ?? new Map();
      volunteers.set(region, has);
      const enclosed = await shelves.enclose(volunteer, given);
      const toldMs = now() - telling;
      const sent = await tell(enclosed, given, has);
      const { outputs: made, kernelMs, wallMs } = await it.run(params, [world, given.blob]);
      const outputs = made.slice(0, physicsTask.outputs(params).length);
      const said = it.tamper?.(outputs, spec.id, params) ?? outputs;
      const fault = physicsTask.fault(params, said);
      if (fault !== null) throw new Error(fault);
      const result = readResult(said, framesOf(params));
      results.set(spec.id, { part, result });
      const { came, readMs } = await tellBack(params, said, given.blob.bytes);
      tasks.push({ part, params, kernelMs, wallMs, sent, came, tellingMs: toldMs + readMs });
      const [kept] = await Promise.all(made.slice(outputs.length).map(nameBlob));
      if (kept) {
        has.set(kept.ref.id, kept.bytes);
        shelves.became(volunteer, part, result, kept.ref);
      }
      const hear = (of: PartResult) => heardOf(standing.world, part, params, of, kernelMs);
      if (said !== outputs) {
        const right = readResult(outputs, framesOf(params));
        honest.set(spec.id, { result: right, heard: hear(right) });
      }
      const heard = hear(result);
      [state, after] = resumePhysics(state, { type: 'accepted', task: spec.id, heard, now: now() }, standing, grid);
    }
    // Others look at what is questioned: they confirm it, or what they come to is taken instead.
    for (let asked = after.question; asked.length > 0; asked = after.question) {
      for (const task of asked) {
        const right = honest.get(task);
        const part = results.get(task)?.part;
        const answer = (event: PhysicsEvent) => {
          [state, after] = resumePhysics(state, event, standing, grid);
        };
        if (right && part) {
          answer({ type: 'retracted', task });
          results.set(task, { part, result: right.result });
          honest.delete(task);
          answer({ type: 'accepted', task, heard: right.heard, now: now() });
        } else answer({ type: 'confirmed', task, now: now() });
      }
    }
    if (after.failed !== null) throw new Error(after.failed);
    if (!after.keep) it.ran?.({ kept: false, tasks, wallMs: now() - begun });
    if (after.keep || after.back) {
      if (after.keep) {
        const returned = [...results.values()];
        const before = standing;
        standing =
          job.merge === 'average'
            ? averaged(standing, returned, givenIn(standing.world, state.round))
            : merged(standing, returned);
        it.ran?.({ kept: true, tasks, wallMs: now() - begun });
        it.moved?.(standing, state, before);
      } else standing = wholeFrame;
      [state, after] = resumePhysics(state, { type: 'merged', now: now() }, standing, grid);
      if (state.gone % job.substeps === 0) wholeFrame = standing;
      if (after.done || --left <= 0) return { standing, state };
    }
    step = after;
  }
}

/** What a volunteer keeps. */
type Has = Map<BlobId, Bytes>;

/** @returns bytes that go out for it: all of it once more where its volunteer makes another part of its patch */
async function tell(enclosed: Enclosure | null, { blob: { ref, bytes } }: Given, has: Has): Promise<number> {
  if (!enclosed || enclosed.patch.byteLength > MAX_ENCLOSED_BYTES) {
    has.set(ref.id, bytes);
    return bytes.byteLength;
  }
  const bases = enclosed.bases.map(({ id }) => wordsOf(has.get(id) ?? new Uint8Array(0)));
  const rebuilt = await applyPatch(enclosed.patch, bases, ref.bytes);
  has.set(ref.id, bytes);
  return enclosed.patch.byteLength + (equalBytes(rebuilt, bytes) ? 0 : bytes.byteLength);
}

/** @returns bytes that come back, and the time that it takes to read them. @throws Error where they are not the result */
async function tellBack(params: PhysicsParams, outputs: readonly Bytes[], part: Bytes) {
  const told = physicsTask.telling?.(params, outputs, [null, part]);
  if (!told) throw new Error('a result that is not told by its part');
  const body = concatBytes(outputs);
  const patch = await makePatch(wordsOf(body), [wordsOf(part)], told.plan);
  const begun = performance.now();
  const read = await applyPatch(patch, [wordsOf(part)], body.byteLength);
  const readMs = performance.now() - begun;
  if (!equalBytes(read, body)) throw new Error('another result');
  return { came: patch.byteLength, readMs };
}
