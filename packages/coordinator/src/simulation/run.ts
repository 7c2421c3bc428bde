import { type BlobRef, type NamedBlob, nameBlob } from '@tabgrid/protocol/blob';
import { type Bytes, concatBytes, sha256Hex, toHex } from '@tabgrid/protocol/bytes';
import type { Clock } from '@tabgrid/protocol/clock';
import { BlobId, type JobId, type Millis, type TaskId, type VolunteerId } from '@tabgrid/protocol/ids';
import type { OutputRef, TaskSpec } from '@tabgrid/protocol/task';
import type { SchedulerEvent } from '@tabgrid/scheduler/events';
import { averaged } from '@tabgrid/splitters/physics/average';
import { type Energy, energyOf } from '@tabgrid/splitters/physics/energy';
import { heardOf } from '@tabgrid/splitters/physics/heard';
import { givenIn } from '@tabgrid/splitters/physics/judge';
import { momentumDrift, momentumOf } from '@tabgrid/splitters/physics/ledger';
import {
  type Beginning,
  beginPhysics,
  FROM_THE_START,
  NOTHING,
  type PhysicsJob,
  type PhysicsState,
  type PhysicsStep,
  resumePhysics,
} from '@tabgrid/splitters/physics/planner';
import { merged, ownPoses, type Standing } from '@tabgrid/splitters/physics/standing';
import type { GridState } from '@tabgrid/splitters/planner';
import { encodePart, type Part, type PartResult, readResult } from '@tabgrid/webgpu-kernels/physics/state';
import { framesOf, PhysicsParams } from '@tabgrid/webgpu-kernels/physics/task';
import type { Verdict } from '@tabgrid/webgpu-kernels/task-kind';
import * as v from 'valibot';
import type { Arrival } from '../job.js';
import type { WholeTask } from '../outbound.js';
import { splitOutputs } from '../outputs.js';
import { compareIn, faultIn, PHYSICS, type Said } from '../probes.js';
import { createFrames, type Frames, type KeptFrames } from './frames.js';
import { createShelves, type Given } from './shelves.js';

/**
 * One world on its way: its tasks, their results, its frames. It knows neither links nor the scheduler.
 *
 * 1. The world moves by whole windows, of which the planner said that they are right.
 * 2. A result that is not believed any more takes the world back to before its window, and what came of it goes.
 * 3. `done` is set when all frames are there; the run is over once nothing of it is being checked any more.
 * 4. A run that goes on where another one was believes what it is given: it is never taken back to before that.
 */
export interface Run {
  readonly state: PhysicsState;
  readonly frames: Frames;
  readonly standing: Standing;
  readonly energies: readonly Energy[];
  /** Units of momentum. */
  readonly drift: number;
  readonly done: boolean;
  readonly failed: string | null;
  /** Of the volunteer that computed each region last. */
  readonly makers: ReadonlyMap<number, number>;
  readonly parts: ReadonlyMap<TaskId, { readonly part: Part }>;
  has(task: TaskId): boolean;
  begin(): void;
  /** Completes a task by the part that it is of, which goes along as a patch of what the volunteer has. */
  whole(task: TaskSpec, to: VolunteerId): () => Promise<WholeTask>;
  fault(task: TaskId, outputs: readonly OutputRef[], said: Said): string | null;
  compare(
    task: TaskId,
    pair: readonly [Said, Said],
    how: { readonly sameClass: boolean; readonly secret: number | null },
  ): Verdict['kind'];
  resultOf(task: TaskId): Arrival | null;
  /**
   * The last whole frame that rests on no result that is being checked.
   * @param isChecking asked of windows of which checks may still come
   */
  waypoint(isChecking: (task: TaskId) => boolean): Waypoint;
  accept(task: TaskId, arrival: Arrival): boolean;
  retract(task: TaskId): void;
  /** A result was looked at by somebody else, as the planner had asked, or by nobody, for nobody was there. */
  confirm(task: TaskId): void;
  fail(reason: string): void;
  /** Nothing of it is wanted any more. */
  close(): void;
  /** Of the exact state, by body id. */
  stateSha256(): Promise<string>;
}

/** From where another run can go on. */
export interface Waypoint extends Omit<Beginning, 'made'> {
  /** Of which it is the end. */
  readonly frame: number;
  readonly standing: Standing;
}

/** What was before a run that goes on. */
export interface Before {
  readonly at: Beginning;
  /** Of all frames so far. */
  readonly energies: readonly Energy[];
  /** Units of momentum. */
  readonly drift: number;
  readonly frames: KeptFrames;
}

export interface RunDeps {
  readonly job: PhysicsJob;
  /** At the beginning, or where it goes on. */
  readonly standing: Standing;
  /** Absent: it begins. */
  readonly before?: Before;
  readonly clock: Pick<Clock, 'now'>;
  gridState(): GridState;
  tell(event: SchedulerEvent): void;
  /** Makes a part's bytes available to whom the task is sent. */
  serve(task: TaskId, blobs: readonly NamedBlob[]): void;
  unserve(task: TaskId): void;
}

interface Entry {
  readonly part: Part;
  readonly params: PhysicsParams;
  readonly region: number;
  named: Promise<Given> | null;
  arrival: Arrival | null;
  result: PartResult | null;
}

/** Where the world can be taken back to. */
interface Snapshot {
  readonly state: PhysicsState;
  readonly standing: Standing;
  readonly energies: number;
}

/** Of whose parts checks may still come. */
const MOST_WINDOWS = 16;
/** Each a world's exact state. */
const MOST_SNAPSHOTS = 24;

export function createRun(deps: RunDeps): Run {
  const { job, standing: start, before: earlier, clock, gridState, tell, serve, unserve } = deps;
  const beginning = earlier?.at ?? FROM_THE_START;
  const firstFrame = beginning.gone / job.substeps;
  const frames = createFrames(start.world.bodies, earlier?.frames);
  let standing = start;
  let wholeFrame = start;
  /** Of the window under way. */
  const entries = new Map<TaskId, Entry>();
  /** Of windows that are over: what checks of them need, while they may come. */
  const before = new Map<TaskId, Entry>();
  /** Where the windows of all tasks that are over began. */
  const past = new Map<TaskId, number>();
  let snapshots: Snapshot[] = [];
  const energies: Energy[] = [...(earlier?.energies ?? [energyOf(start.world, start, null)])];
  const makers = new Map<number, number>();
  const shelves = createShelves();
  let drift = earlier?.drift ?? 0;
  let failed: string | null = null;
  let state: PhysicsState;
  let first: PhysicsStep;
  [state, first] = beginPhysics(job, start, gridState(), clock.now(), beginning);
  let { done } = first;
  frames.addPlaces(firstFrame, start.places);

  const now = (): Millis => clock.now();

  const forget = (tasks: Iterable<TaskId>): void => {
    for (const task of [...tasks]) {
      entries.delete(task);
      before.delete(task);
      unserve(task);
    }
  };

  const entryOf = (task: TaskId): Entry | undefined => entries.get(task) ?? before.get(task);

  /** The window is over: checks of its results may still come, for a while. */
  const putBehind = (tasks: readonly TaskId[], gone: number): void => {
    for (const task of tasks) {
      const entry = entries.get(task);
      if (!entry) continue;
      past.set(task, gone);
      before.set(task, entry);
      entries.delete(task);
    }
    const windows = [...new Set([...before.keys()].map((task) => past.get(task) ?? 0))];
    const oldest = windows.slice(0, -MOST_WINDOWS);
    forget([...before.keys()].filter((task) => oldest.includes(past.get(task) ?? 0)));
  };

  const follow = (step: PhysicsStep): void => {
    if (step.drop.length > 0) {
      tell({ type: 'tasksCancelled', tasks: step.drop, reason: 'the window is done again' });
      forget(step.drop);
    }
    if (step.failed !== null) {
      failed = step.failed;
      return;
    }
    if (step.question.length > 0) tell({ type: 'questioned', tasks: step.question });
    if (step.keep) keep();
    if (step.back) standing = wholeFrame;
    if (step.keep || step.back) {
      const [next, after] = resumePhysics(state, { type: 'merged', now: now() }, standing, gridState());
      if (goneAfter(state) % job.substeps === 0) snapshots.push({ state, standing, energies: energies.length });
      if (snapshots.length > MOST_SNAPSHOTS)
        snapshots = snapshots.filter((_, k) => k % 2 === 0 || k > MOST_SNAPSHOTS / 2);
      state = next;
      if (state.gone % job.substeps === 0) wholeFrame = standing;
      follow(after);
      return;
    }
    done = step.done;
    if (step.add.length === 0) return;
    for (const { spec, part, region } of step.add) {
      const params = v.parse(PhysicsParams, spec.params);
      entries.set(spec.id, { part, params, region, named: null, arrival: null, result: null });
    }
    tell({
      type: 'tasksAdded',
      tasks: step.add.map(({ spec, part, region }) => ({
        spec: { ...spec, inputs: [...spec.inputs, standIn(job.id, region, part)] },
      })),
    });
  };

  /** The window is right: it becomes the world. */
  const keep = (): void => {
    const { round, gone } = state;
    const returned = round.regions.flatMap(({ task }) => {
      const entry = entries.get(task);
      return entry?.result ? [{ part: entry.part, result: entry.result }] : [];
    });
    const next = Math.floor(gone / job.substeps) + 1;
    for (const { part, result } of returned) {
      const { ids, poses } = ownPoses(part, result);
      poses.forEach((words, k) => {
        frames.addPoses(next + k, ids, words);
      });
    }
    const given = givenIn(start.world, round);
    const had = momentumOf(standing);
    standing = job.merge === 'average' ? averaged(standing, returned, given) : merged(standing, returned);
    drift = Math.max(drift, ...momentumDrift(had, momentumOf(standing), given).map(Math.abs));
    putBehind(
      round.regions.map(({ task }) => task),
      gone,
    );
    const after = gone + round.substeps;
    if (after % job.substeps !== 0) return;
    const frame = after / job.substeps;
    frames.addPlaces(frame, standing.places);
    energies.length = Math.min(energies.length, next);
    const energy = energyOf(start.world, standing, null);
    while (energies.length <= frame) energies.push(energy);
  };

  const self: Run = {
    get state() {
      return state;
    },
    frames,
    get standing() {
      return standing;
    },
    energies,
    get drift() {
      return drift;
    },
    get done() {
      return done;
    },
    get failed() {
      return failed;
    },
    makers,
    get parts() {
      return entries;
    },
    has: (task) => task.startsWith(`${job.id}:`),
    begin: () => follow(first),
    whole: (spec, to) => async () => {
      const entry = entryOf(spec.id);
      if (!entry) throw new Error('the window is long over');
      const { part, region } = entry;
      entry.named ??= nameBlob(encodePart(part)).then((blob) => ({ region, part, blob }));
      const given = await entry.named;
      serve(spec.id, [given.blob]);
      const task = { ...spec, inputs: [job.world, given.blob.ref] };
      const enclosed = await shelves.enclose(to, given);
      return { task, ...(enclosed && { enclosed: [enclosed] }) };
    },
    fault(task, outputs, said) {
      const entry = entryOf(task);
      // Nothing is said against who was asked too late.
      return entry ? faultIn(PHYSICS, entry.params, outputs, said) : null;
    },
    compare(task, pair, how) {
      const entry = entryOf(task);
      return entry ? compareIn(PHYSICS, entry.params, pair, how) : 'within';
    },
    resultOf: (task) => entryOf(task)?.arrival ?? null,
    waypoint(isChecking) {
      const doubted = [...before.keys()].filter(isChecking).map((task) => past.get(task) ?? 0);
      const found = snapshots.findLast((one) => doubted.every((began) => goneAfter(one.state) <= began));
      if (!found) return { ...beginning, frame: firstFrame, standing: start };
      const gone = goneAfter(found.state);
      const { finer, figures } = found.state;
      return { frame: gone / job.substeps, gone, finer, figures, standing: found.standing };
    },
    accept(task, arrival) {
      const entry = entries.get(task);
      if (!entry || failed !== null) return false;
      const { params, part } = entry;
      entry.arrival = arrival;
      entry.result = readResult(splitOutputs(arrival.head.outputs, arrival.body), framesOf(params));
      if (arrival.head.kept) shelves.became(arrival.member.id, part, entry.result, arrival.head.kept);
      const region = state.round.regions.find((one) => one.task === task)?.region;
      if (region !== undefined) makers.set(region, arrival.member.ordinal);
      const heard = heardOf(start.world, part, params, entry.result, arrival.head.stats.kernelMs);
      const [next, step] = resumePhysics(state, { type: 'accepted', task, heard, now: now() }, standing, gridState());
      state = next;
      follow(step);
      return true;
    },
    retract(task) {
      const entry = entries.get(task);
      if (entry) {
        entry.arrival = null;
        entry.result = null;
        [state] = resumePhysics(state, { type: 'retracted', task }, standing, gridState());
        return;
      }
      const began = past.get(task);
      if (began === undefined || failed !== null) {
        // Of a window that was done again, or taken back: nobody is to compute it once more.
        tell({ type: 'tasksCancelled', tasks: [task], reason: 'its window is over' });
        return;
      }
      const open = [...entries.keys(), task];
      tell({ type: 'tasksCancelled', tasks: open, reason: 'what it rests on was wrong' });
      forget(entries.keys());
      for (const [other, gone] of [...past]) {
        if (gone < began) continue;
        past.delete(other);
        forget([other]);
      }
      // Each snapshot holds the world after its window; the beginning is before all.
      const kept = snapshots.filter((one) => goneAfter(one.state) <= began);
      snapshots = kept.slice(0, -1);
      const back = kept.at(-1);
      done = false;
      standing = back?.standing ?? start;
      wholeFrame = standing;
      const { made, figures } = state;
      const told = {
        made,
        figures: { ...figures, resimulated: figures.resimulated + 1, conflicts: figures.conflicts + 1 },
      };
      if (back) {
        state = { ...back.state, ...told };
        frames.cut(Math.floor(goneAfter(back.state) / job.substeps) + 1);
        energies.length = Math.min(energies.length, back.energies);
        follow({ ...NOTHING, back: true });
      } else {
        frames.cut(firstFrame + 1);
        energies.length = firstFrame + 1;
        // Names of tasks are not given twice.
        const [next, step] = beginPhysics(job, start, gridState(), now(), { ...beginning, ...told });
        state = next;
        follow(step);
      }
    },
    confirm(task) {
      if (!entries.has(task) || failed !== null) return;
      const [next, step] = resumePhysics(state, { type: 'confirmed', task, now: now() }, standing, gridState());
      state = next;
      follow(step);
    },
    fail(reason) {
      failed = reason;
    },
    close: () => forget([...entries.keys(), ...before.keys()]),
    stateSha256: () => sha256Hex(concatBytes([bytes(standing.places), bytes(standing.contacts)])),
  };
  return self;
}

/** Usual substeps that the world has gone when a window is in it. */
const goneAfter = ({ gone, round }: PhysicsState): number => gone + (round.regions.length > 0 ? round.substeps : 0);

/** What a part takes for who has nothing of it, deflated, of what it takes as it is. */
const DEFLATED = 1 / 7;

/**
 * What stands for a part in the scheduler's eyes, until it is sent: one blob a region, of which who had the region's last part has
 * nearly all, so that it gets the next one unless somebody else is free sooner by more than the part takes to get there.
 */
function standIn(job: JobId, region: number, part: Part): BlobRef {
  const name = toHex(new TextEncoder().encode(`region ${region} of ${job}`));
  const bytes = Math.ceil(DEFLATED * 4 * (part.places.length + part.contacts.length));
  return { id: v.parse(BlobId, name.padEnd(64, '0').slice(0, 64)), bytes };
}

const bytes = (words: Int32Array<ArrayBuffer>): Bytes =>
  new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
