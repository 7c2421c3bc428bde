import { type Bytes, bytesOf, concatBytes } from '@tabgrid/protocol/bytes';
import * as v from 'valibot';
import { AssetError, reasonOf } from '../asset-error.js';
import { MOST_BODIES } from './limits.js';

/** Where the bodies of a world are, frame by frame. The first frame is the start. */

export interface TrajectoryFrame {
  /** x, y, z of each body, m. */
  readonly positions: Float32Array;
  /** x, y, z, w of each body, of length 1. */
  readonly rotations: Float32Array;
}

export interface Trajectory {
  /** From one frame to the next. */
  readonly frameSeconds: number;
  readonly bodies: number;
  readonly frames: readonly TrajectoryFrame[];
}

/**
 * The binary form, little-endian: "TGTR", the version and the header's length in bytes (two 32-bit words), the header (JSON:
 * frameSeconds, bodies, frames; spaces behind it to a multiple of 4), then each frame as 32-bit floats: first all
 * positions, then all rotations. 28 bytes a body and frame.
 */
const MAGIC = 0x52544754; // "TGTR"
const VERSION = 1;
const HEAD_BYTES = 12;
const FLOATS_A_BODY = 7;
/** What is left of a header that is not one. */
const MOST_HEADER_BYTES = 4096;
export const MOST_FRAMES = 1_000_000;

const count = (least: number, most: number) => v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most));
export const TrajectoryHeader = v.object({
  frameSeconds: v.pipe(v.number(), v.finite(), v.minValue(1e-6)),
  bodies: count(1, MOST_BODIES),
  frames: count(0, MOST_FRAMES),
});

/** @throws AssetError where frames do not have as many numbers as bodies ask for */
export function writeTrajectory({ frameSeconds, bodies, frames }: Trajectory): Bytes {
  frames.forEach((frame, i) => {
    checkFrame(frame, bodies, i);
  });
  const header = JSON.stringify({ frameSeconds, bodies, frames: frames.length });
  const json = new TextEncoder().encode(header.padEnd(Math.ceil(header.length / 4) * 4, ' '));
  const head = words(MAGIC, VERSION, json.byteLength);
  return concatBytes([
    head,
    json,
    ...frames.flatMap(({ positions, rotations }) => [littleEndian(positions), littleEndian(rotations)]),
  ]);
}

/** @throws AssetError that says what is wrong with the file, and nothing else */
export function readTrajectory(file: Uint8Array): Trajectory {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (file.byteLength < HEAD_BYTES || view.getUint32(0, true) !== MAGIC) {
    throw new AssetError(
      'This is not a trajectory: it does not begin with "TGTR". Choose a file that was saved as one.',
    );
  }
  const version = view.getUint32(4, true);
  if (version !== VERSION) {
    throw new AssetError(`This trajectory is of version ${version}; version ${VERSION} can be read. Save it again.`);
  }
  const headerBytes = view.getUint32(8, true);
  if (headerBytes > MOST_HEADER_BYTES || headerBytes % 4 !== 0) throw headerError(`it has ${headerBytes} bytes`);
  if (HEAD_BYTES + headerBytes > file.byteLength) throw truncated(HEAD_BYTES + headerBytes, file.byteLength);
  const { frameSeconds, bodies, frames } = readHeader(file.subarray(HEAD_BYTES, HEAD_BYTES + headerBytes));
  const start = HEAD_BYTES + headerBytes;
  const frameBytes = 4 * FLOATS_A_BODY * bodies;
  const expected = start + frames * frameBytes;
  if (file.byteLength < expected) throw truncated(expected, file.byteLength);
  if (file.byteLength > expected) {
    throw new AssetError(
      `The trajectory has ${file.byteLength} bytes; ${frames} frames of ${bodies} bodies have ${expected}. Save it again.`,
    );
  }
  return {
    frameSeconds,
    bodies,
    frames: Array.from({ length: frames }, (_, i): TrajectoryFrame => {
      const at = start + i * frameBytes;
      const frame = {
        positions: floatsAt(file, at, 3 * bodies),
        rotations: floatsAt(file, at + 12 * bodies, 4 * bodies),
      };
      checkFrame(frame, bodies, i);
      return frame;
    }),
  };
}

/** @throws AssetError for numbers that are missing, too many or not finite, and rotations without a length */
export function checkFrame({ positions, rotations }: TrajectoryFrame, bodies: number, frame: number): void {
  if (positions.length !== 3 * bodies || rotations.length !== 4 * bodies) {
    throw new AssetError(
      `Frame ${frame} of the trajectory has ${positions.length} and ${rotations.length} numbers; ${bodies} bodies have ${3 * bodies} and ${4 * bodies}. Simulate it again.`,
    );
  }
  const odd = firstNotFinite(positions, 3) ?? firstNotFinite(rotations, 4) ?? firstWithoutLength(rotations);
  if (odd === null) return;
  throw new AssetError(
    `In frame ${frame} of the trajectory body ${odd} has no sound place: a number is not finite, or its rotation has no length. Simulate it again.`,
  );
}

function firstNotFinite(list: Float32Array, size: number): number | null {
  const at = list.findIndex((x) => !Number.isFinite(x));
  return at < 0 ? null : Math.floor(at / size);
}

/** Rotations may be rounded, but not far from length 1. */
const LEAST_LENGTH = 0.5;

function firstWithoutLength(rotations: Float32Array): number | null {
  for (let i = 0; i < rotations.length; i += 4) {
    let squared = 0;
    for (let k = i; k < i + 4; k++) squared += (rotations[k] ?? 0) ** 2;
    if (squared < LEAST_LENGTH ** 2 || squared > 1 / LEAST_LENGTH ** 2) return i / 4;
  }
  return null;
}

function readHeader(bytes: Uint8Array) {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw headerError(reasonOf(error).slice(0, 120));
  }
  const result = v.safeParse(TrajectoryHeader, json, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw headerError(`${v.getDotPath(issue) ?? 'it'}: ${issue.message.slice(0, 120)}`);
}

function headerError(what: string): AssetError {
  return new AssetError(`The trajectory’s header is broken (${what}). Save it again.`);
}

function truncated(expected: number, actual: number): AssetError {
  return new AssetError(
    `The trajectory is truncated: it should have ${expected} bytes and has ${actual}. Copy or save it again.`,
  );
}

const LITTLE_ENDIAN = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

function words(...values: number[]): Bytes {
  const out = new Uint8Array(4 * values.length);
  const view = new DataView(out.buffer);
  values.forEach((value, i) => {
    view.setUint32(4 * i, value, true);
  });
  return out;
}

function littleEndian(list: Float32Array): Bytes {
  return LITTLE_ENDIAN ? bytesOf(list) : turned(bytesOf(list).slice());
}

function floatsAt(file: Uint8Array, at: number, length: number): Float32Array {
  const bytes = new Uint8Array(file.subarray(at, at + 4 * length));
  return new Float32Array((LITTLE_ENDIAN ? bytes : turned(bytes)).buffer);
}

/** Each four bytes the other way round. */
function turned(bytes: Bytes): Bytes {
  for (let i = 0; i < bytes.byteLength; i += 4) bytes.subarray(i, i + 4).reverse();
  return bytes;
}
