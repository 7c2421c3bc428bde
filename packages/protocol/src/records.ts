import * as v from 'valibot';
import { AttemptId, JobId, TaskId, VolunteerId } from './ids.js';
import { JsonObject } from './json.js';
import { MAX_FILM_SIDE_PX, MAX_NAME_LENGTH, MAX_OUTPUT_BYTES, MAX_TEXT_LENGTH } from './limits.js';
import { AdapterClass, KernelVersion, Merge, Verification } from './task.js';

/**
 * Stored records: what a dashboard keeps of its jobs, and the report that people take away. Every record carries the
 * version of its form; `records-migration.ts` reads older ones, one of an unknown version is refused, never guessed at.
 *
 * History of RECORDS_VERSION
 *  1  render jobs, results, reports
 *  2  paused jobs; what a job needs to be taken up again: its planner's state, its share of the grid, its place in the
 *     journal; the attempt of a result; what was done beside first attempts
 *  3  parts of results that were computed again, and results that nobody could check; a round says nothing of tiles: what is
 *     missing is found from the results that are there, however they were cut; tasks of a round under way have their work
 *     units
 */
export const RECORDS_VERSION = 3;

/** Camera samples a pixel that one picture may have. */
export const MAX_SPP = 65_536;

const Version = v.literal(RECORDS_VERSION);
const Name = v.pipe(v.string(), v.maxLength(MAX_NAME_LENGTH));
const Text = v.pipe(v.string(), v.maxLength(MAX_TEXT_LENGTH));
const Count = v.pipe(v.number(), v.integer(), v.minValue(0));
const Amount = v.pipe(v.number(), v.finite(), v.minValue(0));
const Share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const Side = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MAX_FILM_SIDE_PX));
const Coordinate = v.pipe(v.number(), v.finite());
const Spp = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MAX_SPP));

export const JobState = v.picklist(['running', 'paused', 'done', 'cancelled', 'failed']);

/** Rectangle of pixels from the film's top left. */
export const PixelRect = v.strictObject({
  x: v.pipe(Count, v.maxValue(MAX_FILM_SIDE_PX - 1)),
  y: v.pipe(Count, v.maxValue(MAX_FILM_SIDE_PX - 1)),
  width: Side,
  height: Side,
});
export type PixelRect = v.InferOutput<typeof PixelRect>;

/** A run of samples; `block` of them are summed together, and `first` is a multiple of `block`. */
export const SampleRun = v.strictObject({
  first: v.pipe(Count, v.maxValue(2 ** 24)),
  count: v.pipe(Count, v.minValue(1), v.maxValue(MAX_SPP)),
  block: v.pipe(Count, v.minValue(1), v.maxValue(4096)),
});
export type SampleRun = v.InferOutput<typeof SampleRun>;

/** Samples asked for at one time; `rects` says of which pixels, absent: of all. */
export const RenderRun = v.strictObject({
  samples: SampleRun,
  rects: v.exactOptional(v.pipe(v.array(PixelRect), v.minLength(1), v.maxLength(4096), v.readonly())),
});
export type RenderRun = v.InferOutput<typeof RenderRun>;

const Point = v.pipe(v.tuple([Coordinate, Coordinate, Coordinate]), v.readonly());

/** Where a picture is seen from, in world space: a position, and three axes of length 1. */
const StoredViewpoint = v.strictObject({
  position: Point,
  right: Point,
  up: Point,
  forward: Point,
  /** Full vertical field of view, radians. */
  yfov: v.pipe(Amount, v.maxValue(Math.PI)),
  /** Height of what an orthographic camera sees, metres. */
  orthographicHeight: v.exactOptional(Amount),
});

/** What an owner launched. */
export const StoredRenderSpec = v.strictObject({
  width: Side,
  height: Side,
  spp: Spp,
  bounces: v.pipe(Count, v.maxValue(64)),
  seed: v.pipe(Count, v.maxValue(0xffff_ffff)),
  camera: v.nullable(v.pipe(v.string(), v.maxLength(200))),
  /** f-number; absent: everything is sharp. */
  aperture: v.exactOptional(v.pipe(Amount, v.gtValue(0))),
  /** Metres along the view at which things are sharp; absent: at what the middle of the picture shows. */
  focus: v.exactOptional(v.pipe(Amount, v.gtValue(0))),
  /** In the place of `camera`. */
  viewpoint: v.exactOptional(StoredViewpoint),
  /** Noise up to which parts of the picture get more samples, `spp` at most; absent: all get `spp`. */
  noise: v.exactOptional(v.pipe(Amount, v.gtValue(0), v.maxValue(1))),
  /** Largest radiance of what a sample brings from more than one surface; absent: no limit. */
  clamp: v.exactOptional(v.pipe(Amount, v.gtValue(0))),
  /** Whether noise is taken out of the finished picture; absent: it is not. */
  denoise: v.exactOptional(v.boolean()),
  tile: v.nullable(Side),
  verify: Verification,
});
export type StoredRenderSpec = v.InferOutput<typeof StoredRenderSpec>;

/** A fault that a test made happen in mid-job. */
const ChaosRow = v.strictObject({
  kind: Name,
  /** Volunteers that it happened to. */
  count: Count,
  /** Share of the work at which it was to happen. */
  at: Share,
  /** Share accepted when it had happened, and the job's time then. */
  share: Share,
  atMs: Amount,
});

const VolunteerRow = v.strictObject({
  id: VolunteerId,
  name: Name,
  /** What the browser tells of the adapter, for people. */
  adapter: v.pipe(v.string(), v.maxLength(400)),
  software: v.boolean(),
  /** Accepted results. */
  tiles: Count,
  kernelMs: Amount,
  /** Camera samples a second of its own accepted results; null without one. */
  samplesPerSecond: v.nullable(Amount),
  /** The last path; null when its link never opened in this job. */
  path: v.nullable(v.picklist(['direct', 'turn', 'relay', 'local'])),
  bytesTo: Count,
  bytesFrom: Count,
  state: Name,
});

/** Attempts beside the first ones, and results that did not last. */
const WorkCounts = {
  /** Attempts because an earlier one was lost, failed or rejected. */
  again: Count,
  /** Attempts beside one that was late, silent or about to be lost. */
  backups: Count,
  /** Attempts of idle volunteers near the end. */
  clones: Count,
  /** Attempts to compare a result with. */
  replicas: Count,
  /** Secret parts of results that were computed again to compare; no attempts at whole tasks. */
  probes: Count,
  /** Results found wrong. */
  rejected: Count,
  /** Accepted results taken out again. */
  retracted: Count,
  /** Results that were due to be checked while nobody was there who could do it. */
  unseen: Count,
};

/** What happened in a job. */
/** Results whose predictions a report holds. */
export const MAX_PREDICTIONS = 10_000;

export const JobReport = v.strictObject({
  version: Version,
  job: JobId,
  title: Name,
  state: JobState,
  /** How results were checked beyond their structure. */
  verify: Verification,
  /** Filled in by who made it happen. */
  chaos: v.pipe(v.array(ChaosRow), v.maxLength(1000)),
  /** Of the linear 32-bit float RGB film, row-major from the top, little-endian. */
  filmSha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  /** Of the picture without its noise, in the same form; absent where that was not made. */
  denoisedSha256: v.exactOptional(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))),
  width: Side,
  height: Side,
  /** Samples a pixel that the job is to have; the mean, where some get more than others. */
  spp: v.pipe(Amount, v.gtValue(0), v.maxValue(MAX_SPP)),
  /** Of a picture with a noise target: see the job's spec; how noisy it is (root mean square), and the share that meets the target. */
  noise: v.exactOptional(v.strictObject({ target: Amount, level: v.nullable(Amount), met: Share })),
  /** Accepted results; a tile with many samples takes several. */
  tiles: Count,
  wallMs: Amount,
  /** Time on volunteers' GPUs, summed. */
  kernelMs: Amount,
  cameraSamplesPerSecond: Amount,
  bytesToVolunteers: Count,
  bytesFromVolunteers: Count,
  attempts: Count,
  /** `again` and `backups` together. */
  retries: Count,
  ...WorkCounts,
  volunteers: v.pipe(v.array(VolunteerRow), v.maxLength(20_000)),
  /** The last results: what was expected when their tiles were handed out (with a 95 % interval), and what they took. */
  predictions: v.pipe(
    v.array(
      v.strictObject({
        volunteer: VolunteerId,
        tile: PixelRect,
        p025Ms: Amount,
        medianMs: Amount,
        p975Ms: Amount,
        tookMs: Amount,
      }),
    ),
    v.maxLength(MAX_PREDICTIONS),
  ),
});
export type JobReport = v.InferOutput<typeof JobReport>;

/** What a volunteer did for a simulation. */
export const SimulationRow = v.strictObject({
  id: VolunteerId,
  name: Name,
  adapter: v.pipe(v.string(), v.maxLength(400)),
  software: v.boolean(),
  results: Count,
  kernelMs: Amount,
  /** Of its results. */
  bytes: Count,
});

/** What happened in a simulation of a world of bodies. */
export const SimulationReport = v.strictObject({
  version: Version,
  job: JobId,
  title: Name,
  state: JobState,
  verify: Verification,
  chaos: v.pipe(v.array(ChaosRow), v.maxLength(1000)),
  /** Equal worlds have equal states where this is equal: a dialect of the kernel has bits of its own. */
  kernel: KernelVersion,
  /** Of the exact integer state at the end, by body id: places, then contacts; little-endian words. */
  stateSha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  bodies: Count,
  /** Of 1/60 s, that are there. */
  frames: Count,
  /** Of a frame. */
  substeps: Count,
  merge: Merge,
  regions: Count,
  /** Of the ghosts, m. */
  margin: Amount,
  /** Substeps between two exchanges. */
  window: Count,
  /** Of the bodies in all parts those that were another region's. */
  ghostShare: Share,
  /** Pairs of regions that disagreed, and parts that were simulated again for whatever reason. */
  conflicts: Count,
  resimulated: Count,
  /** kg·m/s that came from nowhere in any window. */
  momentumDrift: Amount,
  /** Of the energy at the beginning, potential from height 0 on: what came to it (contacts take it away). */
  energyDrift: v.pipe(v.number(), v.finite()),
  wallMs: Amount,
  /** Time on volunteers' GPUs, summed. */
  kernelMs: Amount,
  /** Of the time of all windows, what was not the longest kernel of each. */
  exchangeShare: Share,
  volunteers: v.pipe(v.array(SimulationRow), v.maxLength(20_000)),
});
export type SimulationReport = v.InferOutput<typeof SimulationReport>;

/** Collection `jobs`, by job id. */
export const JobRecord = v.strictObject({
  version: Version,
  id: JobId,
  kind: v.literal('render'),
  title: Name,
  state: JobState,
  spec: StoredRenderSpec,
  /** All samples asked for, in the order of asking. */
  runs: v.pipe(v.array(RenderRun), v.minLength(1), v.maxLength(1000)),
  /** How often tasks were made for it: part of their names. */
  generation: v.pipe(Count, v.maxValue(1_000_000)),
  /** The rest of the planner's state: tasks that are neither accepted nor failed, and those that failed for good. */
  planner: v.strictObject({ open: Count, failed: v.pipe(v.array(TaskId), v.maxLength(100_000)) }),
  /** Whether all tasks of the round are final and nothing of it is being checked. */
  settled: v.boolean(),
  /** Tasks and work units asked for and accepted, of all rounds. */
  progress: v.strictObject({ tasks: Count, accepted: Count, units: Amount, unitsDone: Amount }),
  /** The kernel's parameters but for tile and samples; the kernel's own schema reads them. */
  base: JsonObject,
  kernelVersion: Name,
  /** ms since 1970. */
  startedAt: Amount,
  wallMs: Amount,
  /** Of the rounds that are over; the scheduler counts the present one. */
  attempts: Count,
  work: v.strictObject(WorkCounts),
  sharing: v.strictObject({ weight: v.pipe(Amount, v.gtValue(0)), priority: v.pipe(v.number(), v.finite()) }),
  /** Events of the journal up to `upTo` are in this record; `at` is the scheduler's time then. null: in no journal. */
  journal: v.nullable(v.strictObject({ upTo: Count, at: Amount })),
  notice: v.nullable(Text),
});
export type JobRecord = v.InferOutput<typeof JobRecord>;

/** Collection `results`, by `JOB/TASK`: an accepted result. */
export const ResultRecord = v.strictObject({
  version: Version,
  job: JobId,
  task: TaskId,
  /** Whose result it is; null where a version before did not say. */
  attempt: v.nullable(AttemptId),
  tile: PixelRect,
  samples: SampleRun,
  volunteer: VolunteerId,
  name: Name,
  adapter: AdapterClass,
  software: v.boolean(),
  kernelMs: Amount,
  /** As it came, canary included. */
  result: v.pipe(
    v.custom<Uint8Array<ArrayBuffer>>((x) => x instanceof Uint8Array && x.buffer instanceof ArrayBuffer, 'bytes'),
    v.check((bytes) => bytes.byteLength <= MAX_OUTPUT_BYTES, `at most ${MAX_OUTPUT_BYTES} bytes`),
  ),
});
export type ResultRecord = v.InferOutput<typeof ResultRecord>;
