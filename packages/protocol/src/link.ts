import * as v from 'valibot';
import { BlobRef } from './blob.js';
import { AttemptId, BlobId, JobId, VolunteerId } from './ids.js';
import { MAX_CHUNKS_A_REQUEST, MAX_ENCLOSED, MAX_ENCLOSED_BYTES, MAX_NAME_LENGTH, MAX_TEXT_LENGTH } from './limits.js';
import { AttemptRef, Capabilities, Failure, OutputRef, RunStats, TaskSpec } from './task.js';

/**
 * The link family: heads of the messages that a coordinator and a volunteer exchange, whatever carries them.
 * Comments say what the body holds; every other body is empty.
 */

const Text = v.pipe(v.string(), v.maxLength(MAX_TEXT_LENGTH));
const Name = v.pipe(v.string(), v.maxLength(MAX_NAME_LENGTH));
const Version = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_000_000));
const Share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const Millis = v.pipe(v.number(), v.finite(), v.minValue(0));
const ChunkIndex = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1023));

/** What a volunteer tells of itself whenever it changes, and every 10 s. */
export const Telemetry = v.strictObject({
  visibility: v.picklist(['visible', 'hidden']),
  paused: v.boolean(),
  /** Share of GPU time lent: 0.1 to 1. */
  intensity: v.pipe(v.number(), v.minValue(0.01), v.maxValue(1)),
  /** null where the browser does not tell. */
  battery: v.nullable(v.strictObject({ level: Share, charging: v.boolean() })),
  /** GPU-busy time since the volunteer joined. */
  gpuBusyMs: Millis,
});
export type Telemetry = v.InferOutput<typeof Telemetry>;

/** First message of a volunteer on a fresh link. */
const Hello = v.strictObject({
  type: v.literal('hello'),
  protocol: Version,
  /** Chosen by the volunteer's page at random, kept for its lifetime, so that a reconnect is recognised. */
  session: VolunteerId,
  name: Name,
  capabilities: Capabilities,
  telemetry: Telemetry,
});

export const FromVolunteer = v.variant('type', [
  Hello,
  v.strictObject({ type: v.literal('telemetry'), telemetry: Telemetry }),
  /** Asks for the chunk list and some chunks of a blob. */
  v.strictObject({
    type: v.literal('need'),
    blob: BlobId,
    /** Whether the chunk list is wanted too. */
    list: v.boolean(),
    chunks: v.pipe(v.array(ChunkIndex), v.maxLength(MAX_CHUNKS_A_REQUEST)),
  }),
  v.strictObject({ type: v.literal('started'), attempt: AttemptId }),
  v.strictObject({ type: v.literal('progress'), attempt: AttemptId, share: Share }),
  /** Body: the outputs, one after the other, or a patch that makes them of the task's inputs. Repeated after a reconnect until it is acknowledged. */
  v.strictObject({
    type: v.literal('result'),
    ref: AttemptRef,
    outputs: v.pipe(v.array(OutputRef), v.maxLength(16)),
    stats: RunStats,
    /** Inputs that the body is a patch of. */
    packed: v.exactOptional(v.pipe(v.array(BlobRef), v.maxLength(MAX_ENCLOSED))),
    /** What stayed with the volunteer beside them, as a base of patches. */
    kept: v.exactOptional(BlobRef),
  }),
  v.strictObject({ type: v.literal('failed'), ref: AttemptRef, failure: Failure }),
  v.strictObject({ type: v.literal('goodbye'), reason: Text }),
]);
export type FromVolunteer = v.InferOutput<typeof FromVolunteer>;

/** What a volunteer shows of the job that it works for; the owner's words, unverified. */
export const JobInfo = v.strictObject({ job: JobId, kind: Name, title: Name });
export type JobInfo = v.InferOutput<typeof JobInfo>;

/** An input that comes along with its task: a patch (see `patch.ts`) of blobs that the volunteer is thought to have. */
export const Enclosed = v.strictObject({
  blob: BlobId,
  /** Of the patch. */
  bytes: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(MAX_ENCLOSED_BYTES)),
  bases: v.pipe(v.array(BlobRef), v.maxLength(MAX_ENCLOSED)),
});
export type Enclosed = v.InferOutput<typeof Enclosed>;

export const FromCoordinator = v.variant('type', [
  v.strictObject({ type: v.literal('welcome'), protocol: Version, volunteer: VolunteerId, owner: Name }),
  /** The volunteer cannot take part; `reason` says why and what to do. */
  v.strictObject({ type: v.literal('refused'), reason: Text }),
  /** Body: the patches of what is enclosed, one after the other. Whatever does not come of them is asked for. */
  v.strictObject({
    type: v.literal('task'),
    attempt: AttemptId,
    task: TaskSpec,
    info: JobInfo,
    enclosed: v.exactOptional(v.pipe(v.array(Enclosed), v.maxLength(MAX_ENCLOSED))),
  }),
  v.strictObject({ type: v.literal('cancel'), attempt: AttemptId, reason: Text }),
  /** The result is safe with the coordinator: the volunteer may forget it. */
  v.strictObject({ type: v.literal('accepted'), attempt: AttemptId }),
  v.strictObject({ type: v.literal('rejected'), attempt: AttemptId, reason: Text }),
  /** Body: the blob's chunk hashes, 32 bytes each. */
  v.strictObject({ type: v.literal('list'), blob: BlobRef }),
  /** Body: the chunk. */
  v.strictObject({ type: v.literal('chunk'), blob: BlobId, index: ChunkIndex }),
  /** The coordinator does not have that blob. */
  v.strictObject({ type: v.literal('noBlob'), blob: BlobId }),
  /** The job is over: its inputs need not be kept. */
  v.strictObject({ type: v.literal('jobOver'), job: JobId }),
  v.strictObject({ type: v.literal('goodbye'), reason: Text }),
]);
export type FromCoordinator = v.InferOutput<typeof FromCoordinator>;
