import type { Bytes } from '@tabgrid/protocol/bytes';
import type { EnvironmentSource } from '@tabgrid/webgpu-kernels/pathtrace/scene-source';
import { AssetError } from './asset-error.js';

/** A Radiance picture as an equirectangular environment. */
export type EnvironmentMap = Extract<EnvironmentSource, { kind: 'map' }>;

/** Larger maps are refused: 8192×4096, which is 384 MiB as floats. */
const MAX_PIXELS = 8192 * 4096;
const MAX_SIDE_PX = 16_384;
/** Header lines are text; a file without an end of the header within this is none. */
const MAX_HEADER_BYTES = 64 * 1024;
/** New-style runs are defined for these widths only. */
const MIN_RLE_WIDTH = 8;
const MAX_RLE_WIDTH = 0x7fff;

interface Header {
  readonly width: number;
  readonly height: number;
  /** Where the pixels begin. */
  readonly end: number;
}

/**
 * Reads a Radiance .hdr picture (also named .pic): flat, or run-length encoded in the old or the new style, after Greg
 * Ward's format description ("Real Pixels", Graphics Gems II, and the Radiance reference manual's file formats). Texels
 * are what the file stores, as other renderers take them: EXPOSURE and COLORCORR lines are not divided out.
 * @throws AssetError
 */
export function readHdr(file: Bytes): EnvironmentMap {
  const { width, height, end } = readHeader(file);
  const rgbe = new Uint8Array(width * height * 4);
  let at = end;
  for (let y = 0; y < height; y++) {
    const row = rgbe.subarray(y * width * 4, (y + 1) * width * 4);
    at = isNewStyle(file, at, width) ? readNewStyle(file, at + 4, row, width, y) : readOldStyle(file, at, row, y);
  }
  return { kind: 'map', width, height, rgb: toFloats(rgbe) };
}

function readHeader(file: Bytes): Header {
  const text = String.fromCharCode(...file.subarray(0, 2));
  if (text !== '#?') {
    throw new AssetError('This is not a Radiance HDR picture: it does not begin with "#?RADIANCE". Use a .hdr file.');
  }
  const lines = createLineReader(file);
  for (let line = lines.next(); line !== ''; line = lines.next()) {
    const format = /^FORMAT=\s*(.*?)\s*$/.exec(line)?.[1];
    if (format !== undefined && format !== '32-bit_rle_rgbe') {
      throw new AssetError(
        `The HDR picture has the format "${format.slice(0, 40)}"; only 32-bit_rle_rgbe is read. Convert it to RGBE.`,
      );
    }
  }
  const resolution = lines.next();
  const match = /^([+-][XY])\s+(\d{1,9})\s+([+-][XY])\s+(\d{1,9})\s*$/.exec(resolution);
  if (!match) throw broken('its header has no resolution line');
  const [, major = '', rows = '', minor = '', columns = ''] = match;
  if (major !== '-Y' || minor !== '+X') {
    throw new AssetError(
      `The HDR picture is stored in the orientation "${major} ${minor}"; only "-Y +X" is read. Save it upright.`,
    );
  }
  const [width, height] = [Number(columns), Number(rows)];
  if (width < 1 || height < 1) throw broken(`it has ${width}×${height} pixels`);
  if (width > MAX_SIDE_PX || height > MAX_SIDE_PX || width * height > MAX_PIXELS) {
    throw new AssetError(
      `The HDR picture has ${width}×${height} pixels; up to 8192×4096 are read. Scale it down to 4096×2048.`,
    );
  }
  return { width, height, end: lines.position() };
}

function createLineReader(file: Bytes) {
  let at = 0;
  return {
    position: () => at,
    next(): string {
      const limit = Math.min(file.byteLength, MAX_HEADER_BYTES);
      const start = at;
      while (at < limit && file[at] !== 0x0a) at++;
      if (at >= limit) throw broken('its header does not end');
      const line = new TextDecoder('latin1').decode(file.subarray(start, at));
      at++;
      return line.endsWith('\r') ? line.slice(0, -1) : line;
    },
  };
}

function isNewStyle(file: Bytes, at: number, width: number): boolean {
  if (width < MIN_RLE_WIDTH || width > MAX_RLE_WIDTH) return false;
  return file[at] === 2 && file[at + 1] === 2 && (file[at + 2] ?? 128) < 128;
}

/** Four planes a row, each in runs (count over 128, one value) and literals (count, values). */
function readNewStyle(file: Bytes, start: number, row: Uint8Array, width: number, y: number): number {
  const stated = ((file[start - 2] ?? 0) << 8) | (file[start - 1] ?? 0);
  if (stated !== width) throw broken(`row ${y} is ${stated} pixels wide instead of ${width}`);
  let at = start;
  for (let channel = 0; channel < 4; channel++) {
    for (let x = 0; x < width; ) {
      const code = byteAt(file, at++, y);
      const run = code > 128;
      const length = run ? code - 128 : code;
      if (length === 0 || x + length > width) throw broken(`row ${y} has a run past its end`);
      for (let k = 0; k < length; k++, x++) row[x * 4 + channel] = byteAt(file, run ? at : at++, y);
      if (run) at++;
    }
  }
  return at;
}

/** Whole pixels; one of 1, 1, 1, n repeats the pixel before it n times, and one after another count higher digits. */
function readOldStyle(file: Bytes, start: number, row: Uint8Array, y: number): number {
  let at = start;
  let shift = 0;
  for (let x = 0; x < row.length; ) {
    byteAt(file, at + 3, y);
    const pixel = file.subarray(at, at + 4);
    at += 4;
    if (pixel[0] !== 1 || pixel[1] !== 1 || pixel[2] !== 1) {
      row.set(pixel, x);
      x += 4;
      shift = 0;
      continue;
    }
    const bytes = (pixel[3] ?? 0) * 2 ** shift * 4;
    if (x === 0 || shift > 24 || x + bytes > row.length) throw broken(`row ${y} has a run past its end`);
    for (let k = 0; k < bytes; k++, x++) row[x] = row[x - 4] ?? 0;
    shift += 8;
  }
  return at;
}

function byteAt(file: Bytes, at: number, y: number): number {
  const byte = file[at];
  if (byte === undefined) {
    throw new AssetError(`The HDR picture is truncated: it ends in row ${y}. Download or copy it again.`);
  }
  return byte;
}

/** A channel is mantissa · 2^(exponent − 136); an exponent of 0 is black. Always finite and never negative. */
function toFloats(rgbe: Uint8Array): Float32Array {
  const rgb = new Float32Array((rgbe.length / 4) * 3);
  const scale = Float64Array.from({ length: 256 }, (_, exponent) => (exponent === 0 ? 0 : 2 ** (exponent - 136)));
  for (let from = 0, to = 0; from < rgbe.length; from += 4, to += 3) {
    const factor = scale[rgbe[from + 3] ?? 0] ?? 0;
    rgb[to] = (rgbe[from] ?? 0) * factor;
    rgb[to + 1] = (rgbe[from + 1] ?? 0) * factor;
    rgb[to + 2] = (rgbe[from + 2] ?? 0) * factor;
  }
  return rgb;
}

function broken(why: string): AssetError {
  return new AssetError(`The HDR picture is broken: ${why}. Download or export it again.`);
}
