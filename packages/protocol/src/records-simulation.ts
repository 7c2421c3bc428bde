import * as v from 'valibot';
import { BlobRef } from './blob.js';
import { JobId, VolunteerId } from './ids.js';
import { MAX_NAME_LENGTH, MAX_TEXT_LENGTH } from './limits.js';
import { JobState, RECORDS_VERSION, SimulationRow } from './records.js';
import { Merge, Verification } from './task.js';

/**
 * Stored records of the collection `simulations`: what a dashboard keeps of the world that it simulated last. Their version is
 * that of all records. Records of one moment are written together: frames are those up to the head's, the state is at that frame.
 */

const Version = v.literal(RECORDS_VERSION);
const Name = v.pipe(v.string(), v.maxLength(MAX_NAME_LENGTH));
const Count = v.pipe(v.number(), v.integer(), v.minValue(0));
const Amount = v.pipe(v.number(), v.finite(), v.minValue(0));

/** Key `head/JOB`. */
export const SimulationRecord = v.strictObject({
  version: Version,
  id: JobId,
  title: Name,
  state: JobState,
  /** A file's bytes are in the record `world/JOB`. */
  input: v.variant('kind', [
    v.strictObject({ kind: v.literal('builtin'), name: Name, bodies: v.exactOptional(Count) }),
    v.strictObject({ kind: v.literal('file'), name: v.pipe(v.string(), v.maxLength(1000)) }),
  ]),
  spec: v.strictObject({
    seconds: Amount,
    substeps: v.pipe(Count, v.minValue(1)),
    regions: v.nullable(v.pipe(Count, v.minValue(1))),
    /** m */
    margin: Amount,
    merge: Merge,
    realTime: v.boolean(),
    verify: Verification,
  }),
  /** What volunteers read of the input: another one is another world. */
  world: BlobRef,
  kernelVersion: Name,
  /** How often a page began with it: part of its tasks' names. */
  life: v.pipe(Count, v.maxValue(100_000_000)),
  bodies: Count,
  /** Asked for, of 1/60 s. */
  frames: Count,
  /** That are there: the world stands at the end of this one. */
  framesDone: Count,
  /** Of so many frames the poses of one are kept. */
  every: v.pipe(Count, v.minValue(1)),
  /** A frame that needs finer substeps. */
  finer: v.nullable(v.strictObject({ frame: Count, halvings: v.pipe(Count, v.minValue(1)) })),
  /** Units of momentum. */
  drift: Amount,
  figures: v.strictObject({
    conflicts: Count,
    resimulated: Count,
    rounds: Count,
    bodies: Count,
    ghosts: Count,
    kernelMs: Amount,
    roundMs: Amount,
    longestMs: Amount,
  }),
  /** How it was cut last; the margin in m. */
  cut: v.strictObject({ regions: v.pipe(Count, v.minValue(1)), margin: Amount, window: Count }),
  /** ms since 1970. */
  startedAt: Amount,
  wallMs: Amount,
  notice: v.nullable(v.pipe(v.string(), v.maxLength(MAX_TEXT_LENGTH))),
  tally: v.pipe(v.array(v.strictObject({ ...SimulationRow.entries, session: VolunteerId })), v.maxLength(20_000)),
});
export type SimulationRecord = v.InferOutput<typeof SimulationRecord>;

/** Key `world/JOB`: the file that the world was read from. */
export const SimulationWorldRecord = v.strictObject({
  version: Version,
  bytes: v.custom<Uint8Array<ArrayBuffer>>((x) => x instanceof Uint8Array && x.buffer instanceof ArrayBuffer, 'bytes'),
});
export type SimulationWorldRecord = v.InferOutput<typeof SimulationWorldRecord>;

const Words = v.custom<Int32Array<ArrayBuffer>>(
  (x) => x instanceof Int32Array && x.buffer instanceof ArrayBuffer,
  'words',
);

/** Key `state/JOB`: the world exactly as it stands. */
export const SimulationStateRecord = v.strictObject({ version: Version, places: Words, contacts: Words });
export type SimulationStateRecord = v.InferOutput<typeof SimulationStateRecord>;

/** Key `frame/JOB/FRAME`. */
export const SimulationFrameRecord = v.strictObject({
  version: Version,
  /** Units of energy. */
  kinetic: v.pipe(v.number(), v.finite()),
  potential: v.pipe(v.number(), v.finite()),
  /** For showing, 7 floats a body; null for a frame that is left out. */
  poses: v.nullable(
    v.custom<Float32Array<ArrayBuffer>>(
      (x) => x instanceof Float32Array && x.buffer instanceof ArrayBuffer,
      'an array of floats',
    ),
  ),
});
export type SimulationFrameRecord = v.InferOutput<typeof SimulationFrameRecord>;
