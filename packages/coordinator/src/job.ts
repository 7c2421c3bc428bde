import type { Bytes } from '@tabgrid/protocol/bytes';
import type { Clock } from '@tabgrid/protocol/clock';
import { type AttemptId, type JobId, type Millis, type TaskId, VolunteerId } from '@tabgrid/protocol/ids';
import { MAX_TEXT_LENGTH } from '@tabgrid/protocol/limits';
import { type JobRecord, RECORDS_VERSION, type ResultRecord } from '@tabgrid/protocol/records';
import type { AdapterClass, TaskSpec } from '@tabgrid/protocol/task';
import type { Interval } from '@tabgrid/scheduler/oracle';
import type { GridState } from '@tabgrid/splitters/planner';
import {
  type Cells,
  type CostSample,
  costOfFilm,
  costOfResult,
  costOfSeen,
} from '@tabgrid/splitters/render/cost-sample';
import { furtherRuns, moreOfEach, type NoiseView, noiseMap, noiseView } from '@tabgrid/splitters/render/noise';
import {
  cellsOf,
  type MoreSamples,
  type RenderJob,
  type RenderState,
  unitsASample,
} from '@tabgrid/splitters/render/planner';
import { sampleCount } from '@tabgrid/splitters/render/samples';
import { GbufferParams, gbufferTask } from '@tabgrid/webgpu-kernels/gbuffer/task';
import { PathtraceParams, pathtraceTask } from '@tabgrid/webgpu-kernels/pathtrace/task';
import type { Verdict } from '@tabgrid/webgpu-kernels/task-kind';
import * as v from 'valibot';
import type { JobShare, JobWork, RenderSpec, TileView } from './api.js';
import { jsonObject } from './job-store.js';
import type { Mark } from './journal.js';
import { createLedger, type GuideTask, type Ledger, type LedgerBefore, type Part } from './ledger.js';
import type { Member, ResultHead } from './member.js';
import { faultOf } from './outputs.js';
import type { Picture } from './picture.js';
import { compareIn, faultIn, PATHTRACED, type Said } from './probes.js';
import { createStage, type Stage } from './stage.js';
import { type AcceptedResult, createTally, type Tally } from './tally.js';

/**
 * One picture: its tasks, its film, its figures. It knows neither links nor the scheduler.
 *
 * 1. The picture, where there is one, holds exactly the accepted results, each once; so does the tally.
 * 2. `state` is `running` or `paused` exactly while the scheduler has tasks of it that are not settled.
 */
export interface Job {
  readonly id: JobId;
  readonly title: string;
  readonly spec: RenderSpec;
  readonly job: RenderJob;
  readonly ledger: Ledger;
  readonly tally: Tally;
  /** ms since 1970. */
  readonly startedAt: number;
  /** null for a job that was cut off and not taken up yet. */
  picture: Picture | null;
  /** What takes the noise out of the picture, from when the picture is whole; null where that is not wanted. */
  readonly stage: Stage | null;
  state: JobRecord['state'];
  sharing: JobShare;
  /** Why it failed; null otherwise. */
  reason: string | null;
  /** The scheduler said that it is settled while nobody had taken it up: it ends as soon as somebody does. */
  settled: boolean;
  /** Of the rounds that are over. */
  attempts: number;
  work: PastWork;
  /** Samples a pixel asked for so far. */
  spp(): number;
  begin(grid: GridState): readonly TaskSpec[];
  /** Further samples (none for 0), and what is missing of the earlier ones. */
  extend(spp: number, grid: GridState): readonly TaskSpec[];
  /** How noisy the picture was when it was looked at last; null where nobody asked for less, or none has looked. */
  readonly noise: NoiseProgress | null;
  /** Looks at the whole picture, and asks for samples where it is noisier than it was to be. @returns whether there are any */
  refine(grid: GridState): boolean;
  /** Whether the task is one of the present round's, or of its stage. */
  has(task: TaskId): boolean;
  /**
   * The stage that the whole picture is to go through next; null when it has been through, is not whole, or is to stay as it
   * is. @param name part of its tasks' names
   */
  beginStage(name: string): Stage | null;
  /** Compares two results of a task, in a part of it. */
  compare(
    task: TaskId,
    pair: readonly [Said, Said],
    how: { readonly sameClass: boolean; readonly secret: number | null },
  ): Verdict['kind'];
  /** An accepted result of its stage; undefined where results are stored. */
  resultOf(task: TaskId): Arrival | undefined;
  /** What is wrong with the structure of a result for this task, or for the part of it that a secret stands for; or null. */
  fault(task: TaskId, head: ResultHead, body: Bytes, secret?: number | null): string | null;
  /** Takes an accepted result in. @returns null for a task that is not open in this job */
  accept(task: TaskId, arrival: Arrival, grid: GridState): Taken | null;
  /** A task that will never be done. */
  fail(task: TaskId, reasons: readonly string[], grid?: GridState): void;
  /** A task was computed to its end: what was said of it when it was handed out, and what it took. */
  ran(task: TaskId, volunteer: VolunteerId, said: Interval, tookMs: Millis): void;
  /** A result that is not believed any more. @returns what the tally had of it, if anything; null when it was not in here */
  retract(task: TaskId): { readonly counted: AcceptedResult | null } | null;
  /** A result of an earlier round whose bytes are gone, and which had to be taken out of the picture. */
  miss(part: Part): void;
  /** Every task is final and nothing is being checked. */
  settle(): void;
  /** Takes a stored result into the picture. @returns what it adds to the tally; null for one that does not belong or is in it */
  restore(record: ResultRecord, how: RestoreHow): AcceptedResult | null;
  stop(): void;
  tileOf(task: TaskId): Part['tile'] | null;
  tiles(): readonly TileView[];
  /** @param mark null while no journal is kept: nobody could take the job up */
  record(mark: Mark | null): JobRecord;
}

/** What became of an accepted result. */
export type Taken =
  /** It is a part of the picture: how the store should keep it. */
  | { readonly kind: 'part'; readonly record: ResultRecord }
  /** It looked at the picture in advance: what it told is known, and its bytes are needed no more. */
  | { readonly kind: 'guide' };

export interface NoiseProgress extends NoiseView {
  /** Work units that are likely to be wanted beyond those asked for. */
  readonly laterUnits: number;
}

/** A result as it came. */
export interface Arrival {
  readonly attempt: AttemptId;
  readonly member: Member;
  /** Its own at that time: a member may come back with another browser. */
  readonly adapter: AdapterClass;
  readonly software: boolean;
  readonly head: ResultHead;
  readonly body: Bytes;
}

export type PastWork = Omit<JobWork, 'checking'>;

export const NO_WORK: PastWork = {
  ...{ again: 0, backups: 0, clones: 0, replicas: 0, probes: 0 },
  ...{ rejected: 0, retracted: 0, unseen: 0 },
};

export interface RestoreHow {
  /** Whether volunteers have the ids that they had then. */
  readonly sameIds: boolean;
  /** Whether the ledger does not know of the result yet. */
  readonly count: boolean;
}

export interface NewJob {
  readonly clock: Clock;
  readonly members: () => readonly Member[];
  readonly title: string;
  readonly spec: RenderSpec;
  readonly sharing: JobShare;
  readonly startedAt: number;
  /** The planner's state: at rest, or in the middle of the round that `round` describes. */
  readonly planner: RenderState;
  readonly round?: LedgerBefore;
  /** Of a job that is not new. */
  readonly before?: JobRecord;
}

/** What the browser tells of an adapter, in one line. */
export function adapterName({ vendor, architecture, description, browser }: AdapterClass): string {
  const gpu = description || [vendor, architecture].filter(Boolean).join(' ') || 'unknown adapter';
  return `${gpu} (${browser})`;
}

export function createJob({ clock, members, title, spec, sharing, startedAt, planner, round, before }: NewJob): Job {
  const { job } = planner;
  const ledger = createLedger(planner, round);
  const cells = cellsOf(job);
  const tally = createTally(clock, members, before?.wallMs ?? 0);
  /** What is in the tally, by task. */
  const given = new Map<TaskId, AcceptedResult>();
  let missing = 0;
  let stage: Stage | null = null;
  let noise: NoiseProgress | null = null;

  const costsNow = (): CostSample | undefined => {
    const film = self.picture?.film;
    return film && job.tile === null ? costOfFilm(cells, film) : undefined;
  };

  const give = (task: TaskId, result: AcceptedResult): void => {
    given.set(task, result);
    tally.accepted(result);
  };

  const self: Job = {
    id: job.id,
    title,
    spec,
    job,
    ledger,
    tally,
    startedAt,
    picture: null,
    get stage() {
      return stage;
    },
    state: before?.state ?? 'running',
    sharing,
    reason: before?.notice ?? null,
    settled: before?.settled ?? false,
    attempts: before?.attempts ?? 0,
    work: before?.work ?? NO_WORK,
    spp: () => sampleCount(ledger.state.runs, job.base.film),
    begin: (grid) => started(ledger.begin(grid)),
    extend(spp, grid) {
      // What is whole needs no look at what is there.
      const whole = self.state === 'done' && spp > 0;
      const costs = costsNow();
      const uneven = spec.noise !== undefined && spp > 0;
      const more: MoreSamples = {
        ...{ spp, ...(costs && { costs }), ...(!whole && { have: self.picture?.parts() ?? [] }) },
        ...(uneven && { runs: moreOfEach(job.base.film, ledger.state.runs, spp) }),
      };
      return started(ledger.extend(more, grid));
    },
    get noise() {
      return noise;
    },
    refine(grid) {
      const { picture } = self;
      if (spec.noise === undefined || !picture || ledger.done?.failed !== 0 || missing > 0) return false;
      const map = noiseMap(picture.film);
      const { runs, later } = furtherRuns(map, ledger.state.runs, { target: spec.noise, most: spec.spp });
      noise = { ...noiseView(map, spec.noise), laterUnits: later * unitsASample(job.base) };
      if (runs.length === 0) return false;
      stage = null;
      self.settled = false;
      ledger.refine(runs, costsNow(), grid);
      return true;
    },
    has: (task) => ledger.has(task) || stage?.has(task) === true,
    beginStage(name) {
      const { picture } = self;
      const whole = ledger.done?.failed === 0 && missing === 0;
      if (!spec.denoise || !whole || stage !== null || !picture) return null;
      const rendered = ledger.round().parts.filter(({ task }) => ledger.isAccepted(task));
      const radiance = async () => {
        await picture.settled();
        return picture.film.rgb;
      };
      stage = createStage({ job, name, rendered, radiance });
      return stage;
    },
    resultOf: (task) => stage?.resultOf(task) ?? undefined,
    compare(task, pair, how) {
      if (stage?.has(task)) return stage.compare(task, pair, how);
      const params = ledger.paramsOf(task);
      return params ? compareIn(PATHTRACED, params, pair, how) : 'different';
    },
    fault(task, head, body, secret = null) {
      if (stage?.has(task)) return stage.fault(task, head.outputs, { body, secret });
      const params = ledger.paramsOf(task);
      if (params) return faultIn(PATHTRACED, params, head.outputs, { body, secret });
      const guide = ledger.guide(task);
      return guide ? faultOf(guide.kind, guide.params, head.outputs, body) : 'a task that this job does not have';
    },
    accept(task, { attempt, member, adapter, software, head, body }, grid) {
      const guide = ledger.guide(task);
      if (guide) {
        ledger.accepted(task, costOfGuide(cells, guide, body), grid);
        return { kind: 'guide' };
      }
      const params = ledger.paramsOf(task);
      const { kernelMs } = head.stats;
      const run = { ms: kernelMs, volunteer: member.id };
      const measured = params && ledger.state.plan ? costOfResult(cells, params, body, run) : undefined;
      if (!params || !ledger.accepted(task, measured, grid)) return null;
      const { tile, samples } = params;
      self.picture?.add(task, params, body, member.ordinal);
      const row = { volunteer: member.id, name: member.name, adapter: adapterName(adapter), software, kernelMs };
      give(task, { ...row, ...sizeOf(task, params) });
      const kept = { version: RECORDS_VERSION, job: job.id, task, attempt, tile, samples } as const;
      const record = { ...kept, volunteer: member.id, name: member.name, adapter, software, kernelMs, result: body };
      return { kind: 'part', record };
    },
    ran(task, volunteer, { p025, median, p975 }, tookMs) {
      const tile = ledger.paramsOf(task)?.tile;
      if (tile) tally.ran({ volunteer, tile, p025Ms: p025, medianMs: median, p975Ms: p975, tookMs });
    },
    fail(task, reasons, grid) {
      if (stage?.has(task)) {
        stage.fail(reasons);
        return;
      }
      const isPart = ledger.paramsOf(task) !== undefined;
      ledger.failed(task, grid);
      if (!isPart) return;
      const { failed } = ledger.state;
      const parts = failed.length === 1 ? 'One part' : `${failed.length} parts`;
      const why = reasons.at(-1) ?? 'no reason was given';
      self.reason = `${parts} of the picture could not be rendered (${why}). More samples try it again.`.slice(
        0,
        MAX_TEXT_LENGTH,
      );
    },
    retract(task) {
      if (!ledger.retracted(task)) return null;
      self.settled = false;
      self.picture?.remove(task);
      const counted = given.get(task) ?? null;
      if (counted) tally.retracted(counted);
      given.delete(task);
      return { counted };
    },
    miss(part) {
      ledger.uncounted(part);
      missing++;
      self.reason = 'A part of the picture had to be taken out, and its samples are gone. More samples make it again.';
      if (self.state === 'done') self.state = 'failed';
    },
    settle() {
      if (!ledger.done) return;
      stage?.settle();
      self.reason ??= stage?.reason ?? stillNoisy();
      self.state = ledger.done.failed > 0 || missing > 0 ? 'failed' : 'done';
      tally.stop();
    },
    restore(record, how) {
      if (self.picture?.has(record.task)) return null;
      const { tile, samples, result, name, adapter, software, kernelMs } = record;
      const parsed = v.safeParse(PathtraceParams, { ...job.base, tile, samples });
      if (!parsed.success) return null;
      const params = parsed.output;
      if (faultOf(pathtraceTask, params, pathtraceTask.outputs(params), result) !== null) return null;
      self.picture?.add(record.task, params, result, Math.max(0, Number(record.volunteer.slice(1)) - 1) || 0);
      if (how.count) ledger.counted(params);
      if (given.has(record.task)) return null;
      const volunteer = how.sameIds ? record.volunteer : formerId(record.volunteer);
      const row = {
        volunteer,
        name,
        adapter: adapterName(adapter),
        software,
        kernelMs,
        ...sizeOf(record.task, params),
      };
      give(record.task, row);
      return row;
    },
    stop() {
      // A picture that is whole stays so, with or without its noise.
      if (stage && ledger.done) {
        self.settle();
        return;
      }
      stage?.settle();
      if (self.state === 'running' || self.state === 'paused') self.state = 'cancelled';
      tally.stop();
    },
    tileOf: (task) => ledger.paramsOf(task)?.tile ?? stage?.tileOf(task) ?? null,
    tiles: () => self.picture?.tiles() ?? [],
    record(mark) {
      const { runs, generation, open, failed } = ledger.state;
      const live = self.state === 'running' || self.state === 'paused';
      return {
        version: RECORDS_VERSION,
        id: job.id,
        kind: 'render',
        title,
        // Without a journal a job that is cut off is a stopped one.
        state: live && mark === null ? 'cancelled' : self.state,
        spec: { ...spec },
        runs: [...runs],
        generation,
        planner: { open, failed: [...failed] },
        settled: self.settled,
        progress: { ...ledger.progress },
        base: jsonObject(job.base),
        kernelVersion: pathtraceTask.version,
        startedAt,
        wallMs: wholeMs(tally.wallMs()),
        attempts: self.attempts,
        work: { ...self.work },
        sharing: { ...self.sharing },
        journal: mark && { ...mark },
        notice: self.reason,
      };
    },
  };

  function sizeOf(task: TaskId, part: Part): Pick<AcceptedResult, 'samples' | 'units'> {
    const { tile, samples } = part;
    return { samples: tile.width * tile.height * samples.count, units: ledger.unitsOf(task, part) };
  }

  /** A picture that has all the samples that it may have and is not as good as it was to be. */
  function stillNoisy(): string | null {
    if (!noise || spec.noise === undefined || noise.met === 1) return null;
    const share = Math.min(99, Math.round(100 * noise.met));
    return `${share} % of the picture is as good as asked for; the rest has all the ${spec.spp} samples a pixel that it may have. More samples make it better.`;
  }

  function started(tasks: readonly TaskSpec[]): readonly TaskSpec[] {
    missing = 0;
    stage = null;
    self.settled = false;
    self.state = 'running';
    self.reason = null;
    return tasks;
  }

  return self;
}

const wholeMs = (ms: Millis): Millis => Math.max(0, Math.round(ms));

/** What a look at the picture in advance tells; nothing where it is not of a form that is known. */
function costOfGuide(cells: Cells, { kind, params }: GuideTask, body: Bytes): CostSample | undefined {
  if (kind.kind === gbufferTask.kind) return costOfSeen(v.parse(GbufferParams, params), body);
  if (kind.kind === pathtraceTask.kind) return costOfResult(cells, v.parse(PathtraceParams, params), body, null);
  return undefined;
}

/** Ids are given anew by a visit that does not go on with the one before: those of an earlier one are other volunteers. */
function formerId(id: VolunteerId): VolunteerId {
  return v.parse(VolunteerId, id.startsWith('past-') ? id : `past-${id}`);
}
