import type { Bytes } from '@tabgrid/protocol/bytes';
import * as v from 'valibot';
import type { Brain } from './brain.js';
import { BrainSchema } from './brain-schema.js';
import { KEPT_LIMITS, type Kept } from './history.js';
import { FEATURE_VERSION } from './observation.js';
import { KEPT_SCHEMAS } from './observation-schema.js';
import { fromPortable, toPortable } from './portable.js';

/** All that was learned, and what it was learned from, as one file: JSON, its typed arrays in base64. */
export interface LearningFile {
  /** null when nothing was learned yet. */
  readonly brain: Brain | null;
  readonly kept: Kept;
}

/** A file that is none of ours, damaged, or of another version; the message says which. */
export class LearningFileError extends Error {
  override name = 'LearningFileError';
}

const FORMAT = 'tabgrid-learning';
/** Of the file; features have a version of their own. */
const VERSION = 1;

/** Ten thousand outcomes are about 12 MB. */
const MOST_BYTES = 64 * 1024 * 1024;

const Header = v.looseObject({ format: v.literal(FORMAT), version: v.number(), features: v.number() });

const list = <T>(schema: v.GenericSchema<unknown, T>, limit: number) => v.pipe(v.array(schema), v.maxLength(2 * limit));

const Body = v.strictObject({
  format: v.literal(FORMAT),
  version: v.literal(VERSION),
  features: v.literal(FEATURE_VERSION),
  brain: v.nullable(BrainSchema),
  kept: v.strictObject({
    run: list(KEPT_SCHEMAS.run, KEPT_LIMITS.run),
    presence: list(KEPT_SCHEMAS.presence, KEPT_LIMITS.presence),
    trip: list(KEPT_SCHEMAS.trip, KEPT_LIMITS.trip),
    conditions: list(KEPT_SCHEMAS.conditions, KEPT_LIMITS.conditions),
  }),
});

export function writeLearningFile({ brain, kept }: LearningFile): Bytes {
  const file = { format: FORMAT, version: VERSION, features: FEATURE_VERSION, brain, kept };
  return new TextEncoder().encode(JSON.stringify(toPortable(file)));
}

/** @throws LearningFileError */
export function readLearningFile(bytes: Bytes): LearningFile {
  if (bytes.byteLength > MOST_BYTES) throw new LearningFileError('The file is too large to be one of learning.');
  const value = parsed(bytes);
  const header = v.safeParse(Header, value);
  if (!header.success) throw new LearningFileError('This is not a file of what a grid has learned.');
  const { version, features } = header.output;
  if (version !== VERSION || features !== FEATURE_VERSION) {
    throw new LearningFileError(
      `The file is of version ${version}.${features}; this page reads ${VERSION}.${FEATURE_VERSION}: what it holds has another meaning.`,
    );
  }
  const body = v.safeParse(Body, value);
  if (!body.success) {
    const [issue] = body.issues;
    throw new LearningFileError(`The file is damaged (${v.getDotPath(issue) ?? 'somewhere'}: ${issue.message}).`);
  }
  return { brain: body.output.brain, kept: body.output.kept };
}

function parsed(bytes: Bytes): unknown {
  try {
    return fromPortable(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
  } catch {
    throw new LearningFileError('This is not a file of what a grid has learned: it is no JSON, or cut off.');
  }
}
