import { type Bytes, bytesOf } from '@tabgrid/protocol/bytes';
import type { Clock } from '@tabgrid/protocol/clock';
import { type JobId, type Millis, type TaskId, VolunteerId } from '@tabgrid/protocol/ids';
import type { JobRecord, PixelRect, ResultRecord } from '@tabgrid/protocol/records';
import { RECORDS_VERSION } from '@tabgrid/protocol/records';
import type { AdapterClass, OutputRef, TaskSpec } from '@tabgrid/protocol/task';
import type { GridState, Step } from '@tabgrid/splitters/planner';
import type { Film } from '@tabgrid/splitters/render/film';
import {
  placeKey,
  type RenderJob,
  type RenderState,
  renderPlanner,
  restingState,
} from '@tabgrid/splitters/render/planner';
import { sampleCount } from '@tabgrid/splitters/render/samples';
import { PathtraceParams, pathtraceTask } from '@tabgrid/webgpu-kernels/pathtrace/task';
import * as v from 'valibot';
import type { RenderSpec, TileView } from './api.js';
import { jsonObject } from './job-store.js';
import { makeFilm } from './launch.js';
import type { Member, ResultHead } from './roster.js';
import { createTally, type Tally } from './tally.js';

/**
 * One picture: its planner's state, its film, its figures. It knows neither links nor the scheduler.
 *
 * 1. The film holds exactly the accepted results, each once.
 * 2. `state` is `running` exactly while the planner waits for tasks.
 */
export interface Job {
  readonly id: JobId;
  readonly title: string;
  readonly spec: RenderSpec;
  readonly job: RenderJob;
  readonly film: Film;
  readonly tally: Tally;
  /** ms since 1970. */
  readonly startedAt: number;
  state: 'running' | 'done' | 'cancelled' | 'failed';
  /** Why it failed; null otherwise. */
  reason: string | null;
  attempts: number;
  retries: number;
  /** Grows with every change of the film. */
  readonly revision: number;
  /** Samples a pixel asked for so far. */
  spp(): number;
  /** Accepted share of all work asked for, the work that is left, and tasks of all rounds. */
  progress(): { readonly share: number; readonly unitsLeft: number; readonly total: number; readonly accepted: number };
  begin(grid: GridState): readonly TaskSpec[];
  /** Further samples, and what is missing of the earlier ones. */
  extend(spp: number, grid: GridState): readonly TaskSpec[];
  /** What is wrong with the structure of a result for this task, or null. */
  fault(task: TaskId, head: ResultHead, body: Bytes): string | null;
  /** Takes an accepted result in. @returns how the store should keep it; null for a task that is not the job's */
  accept(task: TaskId, member: Member, head: ResultHead, body: Bytes): ResultRecord | null;
  /** A task that will never be done. */
  fail(task: TaskId, reasons: readonly string[]): void;
  /** Takes a stored result in. @returns false for one that does not belong */
  restore(record: ResultRecord): boolean;
  stop(): void;
  tileOf(task: TaskId): PixelRect | null;
  acceptedTiles(): readonly TileView[];
  record(): JobRecord;
}

export interface NewJob {
  readonly clock: Clock;
  readonly members: () => readonly Member[];
  readonly job: RenderJob;
  readonly title: string;
  readonly spec: RenderSpec;
  readonly startedAt: number;
  /** Of a job that is taken up from the store. */
  readonly before?: JobRecord;
}

/** What the browser tells of an adapter, in one line. */
export function adapterName({ vendor, architecture, description, browser }: AdapterClass): string {
  const gpu = description || [vendor, architecture].filter(Boolean).join(' ') || 'unknown adapter';
  return `${gpu} (${browser})`;
}

/** @throws UserError when there is no memory for its film */
export function createJob({ clock, members, job, title, spec, startedAt, before }: NewJob): Job {
  const film = makeFilm(spec.width, spec.height);
  const tally = createTally(clock, members, before?.wallMs ?? 0);
  let state: RenderState = restingState(job, before?.runs ?? [], before?.generation ?? 0);
  const tasks = new Map<TaskId, { readonly spec: TaskSpec; readonly params: PathtraceParams }>();
  const accepted = new Map<string, TileView>();
  const whole = { total: 0, accepted: 0, units: 0, unitsDone: 0 };
  let revision = 0;

  const add = (step: Step): readonly TaskSpec[] => {
    tasks.clear();
    // What an earlier round left undone is part of this one.
    whole.total = whole.accepted + step.add.length;
    whole.units = whole.unitsDone;
    for (const task of step.add) {
      tasks.set(task.id, { spec: task, params: v.parse(PathtraceParams, task.params) });
      whole.units += task.workUnits;
    }
    self.state = 'running';
    self.reason = null;
    return step.add;
  };

  const follow = (step: Step): void => {
    if (!step.done) return;
    self.state = step.done.failed > 0 ? 'failed' : 'done';
    tally.stop();
  };

  const fold = (key: string, part: Pick<PathtraceParams, 'tile' | 'samples'>, result: Bytes, ordinal: number): void => {
    renderPlanner.merge(film, { key, tile: part.tile, samples: part.samples, result });
    accepted.set(placeKey(part.tile, part.samples), { ...part.tile, state: 'accepted', volunteer: ordinal });
    revision++;
  };

  const self: Job = {
    id: job.id,
    title,
    spec,
    job,
    film,
    tally,
    startedAt,
    state: before?.state === 'running' ? 'cancelled' : (before?.state ?? 'running'),
    reason: before?.notice ?? null,
    attempts: before?.attempts ?? 0,
    retries: before?.retries ?? 0,
    get revision() {
      return revision;
    },
    spp: () => sampleCount(state.runs.map((run) => run.samples)),
    progress: () => ({
      share: self.state === 'done' ? 1 : whole.units > 0 ? whole.unitsDone / whole.units : 0,
      unitsLeft: whole.units - whole.unitsDone,
      total: whole.total,
      accepted: whole.accepted,
    }),
    begin(grid) {
      const [next, step] = renderPlanner.begin(job, grid);
      state = next;
      return add(step);
    },
    extend(spp, grid) {
      const more = self.state === 'done' ? { spp } : { spp, have: [...accepted.keys()] };
      const [next, step] = renderPlanner.resume(state, { type: 'extended', more }, grid);
      state = next;
      return add(step);
    },
    fault(task, head, body) {
      const found = tasks.get(task);
      return found ? faultOf(found.params, head.outputs, body) : 'a task that this job does not have';
    },
    accept(task, member, head, body) {
      const found = tasks.get(task);
      if (!found) return null;
      const { params, spec: taskSpec } = found;
      fold(task, params, body, member.ordinal);
      whole.accepted++;
      whole.unitsDone += taskSpec.workUnits;
      const { adapter, software } = member.capabilities;
      const { kernelMs } = head.stats;
      const row = { volunteer: member.id, name: member.name, adapter: adapterName(adapter), software, kernelMs };
      const { tile, samples } = params;
      tally.accepted({ ...row, samples: tile.width * tile.height * samples.count, units: taskSpec.workUnits });
      const [next, step] = renderPlanner.resume(state, { type: 'accepted', task }, NO_GRID);
      state = next;
      follow(step);
      const kept = { version: RECORDS_VERSION, job: job.id, task, tile, samples } as const;
      return { ...kept, volunteer: member.id, name: member.name, adapter, software, kernelMs, result: body };
    },
    fail(task, reasons) {
      const [next, step] = renderPlanner.resume(state, { type: 'failed', task }, NO_GRID);
      state = next;
      const parts = next.failed.length === 1 ? 'One part' : `${next.failed.length} parts`;
      const why = reasons.at(-1) ?? 'no reason was given';
      self.reason = `${parts} of the picture could not be rendered (${why}). More samples try it again.`.slice(0, 500);
      follow(step);
    },
    restore(record) {
      const params = v.safeParse(PathtraceParams, { ...job.base, tile: record.tile, samples: record.samples });
      if (!params.success) return false;
      const { result, kernelMs, name, adapter, software, volunteer } = record;
      const outputs = pathtraceTask.outputs(params.output);
      if (faultOf(params.output, outputs, result) !== null) return false;
      fold(record.task, params.output, result, Math.max(0, Number(volunteer.slice(1)) - 1) || 0);
      const { tile, samples } = params.output;
      // Ids are given anew by every visit of the page: those of an earlier one are other volunteers.
      const past = v.parse(VolunteerId, volunteer.startsWith('past-') ? volunteer : `past-${volunteer}`);
      const units = pathtraceTask.workUnits(params.output);
      const row = { volunteer: past, name, adapter: adapterName(adapter), software, kernelMs };
      tally.accepted({ ...row, samples: tile.width * tile.height * samples.count, units });
      whole.total++;
      whole.accepted++;
      whole.units += units;
      whole.unitsDone += units;
      return true;
    },
    stop() {
      if (self.state === 'running') self.state = 'cancelled';
      tally.stop();
    },
    tileOf: (task) => tasks.get(task)?.params.tile ?? null,
    acceptedTiles: () => [...accepted.values()],
    record: () => ({
      version: RECORDS_VERSION,
      id: job.id,
      kind: 'render',
      title,
      state: self.state,
      spec: { ...spec },
      runs: [...state.runs],
      generation: state.generation,
      base: jsonObject(job.base),
      kernelVersion: pathtraceTask.version,
      startedAt,
      wallMs: wholeMs(tally.wallMs()),
      attempts: self.attempts,
      retries: self.retries,
      notice: self.reason,
    }),
  };
  return self;
}

/** Accepting and failing never cut anything. */
const NO_GRID: GridState = { volunteers: 0, unitsPerSecond: null };

const wholeMs = (ms: Millis): Millis => Math.max(0, Math.round(ms));

function faultOf(params: PathtraceParams, outputs: readonly OutputRef[], body: Bytes): string | null {
  const expected = pathtraceTask.outputs(params);
  const listed = outputs.reduce((sum, output) => sum + output.bytes, 0);
  if (outputs.length !== expected.length || listed !== body.byteLength) return 'outputs that do not add up';
  let at = 0;
  const parts: Bytes[] = [];
  for (const [i, output] of expected.entries()) {
    if (outputs[i]?.name !== output.name || outputs[i]?.bytes !== output.bytes)
      return `the output ${output.name} is not as agreed`;
    parts.push(bytesOf(body.subarray(at, at + output.bytes)));
    at += output.bytes;
  }
  return pathtraceTask.fault(params, parts);
}
