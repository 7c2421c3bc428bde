import { type Bytes, bytesOf } from '@tabgrid/protocol/bytes';
import { ENVIRONMENT_WORDS } from './layout.js';
import { luminance } from './luminance.js';
import type { EnvironmentManifest } from './manifest.js';
import type { EnvironmentSource } from './scene-source.js';

/**
 * An environment map for the kernel: radiance with a shared exponent, and the cumulative chances of its rows, and of the
 * texels within each: by inverting them two even random numbers become an even choice of light (Pharr, Jakob and Humphreys,
 * "Physically based rendering", 2D piecewise-constant distributions). The kernel interpolates bilinearly; a texel's chance
 * follows the exact mean of that interpolation over it, times the solid angle.
 */

type MapSource = Extract<EnvironmentSource, { kind: 'map' }>;
type MapManifest = Extract<EnvironmentManifest, { kind: 'map' }>;

/** Wider maps are halved until they fit: 2048 × 1024 texels are 32 MiB to fetch. */
const MAX_WIDTH_PX = 2048;
/** The largest mantissa times the largest exponent's power: 511 × 2^22. */
const LARGEST_CODE = 511 * 2 ** 22;
/** Exponent of the code's last mantissa bit is the stored exponent − 9. */
const EXPONENT_BIAS = 9;

/** @throws RangeError when a side is 0 or the list's length does not fit */
export function packMap(source: MapSource): { manifest: Omit<MapManifest, 'texels'>; texels: Bytes } {
  const { width, height, rgb } = fitted(source);
  const texelCount = width * height;
  let largest = 0;
  for (const x of rgb) largest = Math.max(largest, x);
  // The brightest channel lands within the highest exponent, so that 31 stops below it keep nine bits.
  const scale = largest > 0 ? 2 ** Math.max(-90, Math.min(90, Math.ceil(Math.log2(largest / LARGEST_CODE)))) : 1;
  const words = new Uint32Array(ENVIRONMENT_WORDS * texelCount);
  const floats = new Float32Array(words.buffer);
  const light = new Float64Array(texelCount);
  for (let i = 0; i < texelCount; i++) {
    const code = encodeShared((rgb[3 * i] ?? 0) / scale, (rgb[3 * i + 1] ?? 0) / scale, (rgb[3 * i + 2] ?? 0) / scale);
    words[ENVIRONMENT_WORDS * i] = code;
    const [r, g, b] = decodeShared(code);
    light[i] = luminance(r, g, b) * scale;
  }
  const weights = new Float64Array(texelCount);
  let mean = 0;
  let solidAngle = 0;
  for (let y = 0; y < height; y++) {
    const sine = Math.sin((Math.PI * (y + 0.5)) / height);
    for (let x = 0; x < width; x++) {
      const smoothed = tent(light, width, height, x, y);
      weights[y * width + x] = smoothed * sine;
      mean += smoothed * sine;
      solidAngle += sine;
    }
  }
  writeChances(words, floats, weights, width, height);
  return { manifest: { kind: 'map', width, height, scale, luminance: mean / solidAngle }, texels: bytesOf(words) };
}

/** Chances in units of 2^-32. A texel's density is that of the rounded chances, which are what is sampled. */
function writeChances(
  words: Uint32Array,
  floats: Float32Array,
  weights: Float64Array,
  width: number,
  height: number,
): void {
  const texels = weights.length;
  const rows = Float64Array.from({ length: height }, (_, y) => sumOf(weights.subarray(y * width, (y + 1) * width)));
  const rowStarts = startsOf(rows);
  for (let y = 0; y < height; y++) {
    const rowChance = chanceAt(rowStarts, y);
    const starts = startsOf(weights.subarray(y * width, (y + 1) * width));
    for (let x = 0; x < width; x++) {
      const at = ENVIRONMENT_WORDS * (y * width + x);
      words[at + 1] = Math.min(starts[x] ?? 0, 0xffff_ffff);
      words[at + 2] = Math.min(rowStarts[y] ?? 0, 0xffff_ffff);
      floats[at + 3] = rowChance * chanceAt(starts, x) * texels;
    }
  }
}

function sumOf(list: Float64Array): number {
  return list.reduce((sum, x) => sum + x, 0);
}

/** Where each one's share of 0 … 2^32 begins, and where the last one's ends; all 0 where there is nothing to choose. */
function startsOf(weights: Float64Array): Float64Array {
  const sum = sumOf(weights);
  const starts = new Float64Array(weights.length + 1);
  if (!(sum > 0)) return starts;
  let before = 0;
  for (let i = 0; i < weights.length; i++) {
    starts[i] = Math.min(Math.round((before / sum) * 2 ** 32), 2 ** 32);
    before += weights[i] ?? 0;
  }
  starts[weights.length] = 2 ** 32;
  return starts;
}

function chanceAt(starts: Float64Array, i: number): number {
  return ((starts[i + 1] ?? 0) - (starts[i] ?? 0)) / 2 ** 32;
}

function fitted(source: MapSource): MapSource {
  const { width, height, rgb } = source;
  if (!(Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0)) {
    throw new RangeError(`an environment map of ${width} × ${height}`);
  }
  if (rgb.length !== 3 * width * height) {
    throw new RangeError(`an environment map of ${width} × ${height} with ${rgb.length} numbers`);
  }
  let map: MapSource = {
    ...source,
    rgb: rgb.map((x) => (x > 0 && x < Number.POSITIVE_INFINITY ? Math.min(x, 1e30) : 0)),
  };
  while (map.width > MAX_WIDTH_PX || map.height > MAX_WIDTH_PX) map = halved(map);
  return map;
}

function halved({ width, height, rgb }: MapSource): MapSource {
  const w = Math.max(1, width >> 1);
  const h = Math.max(1, height >> 1);
  const out = new Float32Array(3 * w * h);
  for (let y = 0; y < h; y++) {
    const [top, bottom] = [Math.floor((y * height) / h), Math.floor(((y + 1) * height) / h)];
    for (let x = 0; x < w; x++) {
      const [left, right] = [Math.floor((x * width) / w), Math.floor(((x + 1) * width) / w)];
      for (let c = 0; c < 3; c++) {
        let sum = 0;
        for (let sy = top; sy < bottom; sy++) {
          for (let sx = left; sx < right; sx++) sum += rgb[3 * (sy * width + sx) + c] ?? 0;
        }
        out[3 * (y * w + x) + c] = sum / ((bottom - top) * (right - left));
      }
    }
  }
  return { kind: 'map', width: w, height: h, rgb: out };
}

/** Mean over a texel of the bilinear interpolation: weights ⅛, ¾, ⅛ each way; columns wrap, rows end at the poles. */
function tent(light: Float64Array, width: number, height: number, x: number, y: number): number {
  const row = (sy: number) => {
    const at = Math.max(0, Math.min(height - 1, sy)) * width;
    const value = (sx: number) => light[at + ((sx + width) % width)] ?? 0;
    return 0.125 * value(x - 1) + 0.75 * value(x) + 0.125 * value(x + 1);
  };
  return 0.125 * row(y - 1) + 0.75 * row(y) + 0.125 * row(y + 1);
}

/** Nine bits a channel, red lowest, and the exponent e in the top five: channel = mantissa × 2^(e − 9). */
export function encodeShared(r: number, g: number, b: number): number {
  const largest = Math.max(r, g, b);
  if (!(largest > 0)) return 0;
  let exponent = Math.max(0, Math.min(31, Math.floor(Math.log2(largest)) - 8 + EXPONENT_BIAS));
  if (Math.round(largest * 2 ** (EXPONENT_BIAS - exponent)) > 511) exponent = Math.min(31, exponent + 1);
  const mantissa = (x: number) => Math.min(511, Math.round(x * 2 ** (EXPONENT_BIAS - exponent)));
  return (mantissa(r) | (mantissa(g) << 9) | (mantissa(b) << 18) | (exponent << 27)) >>> 0;
}

export function decodeShared(code: number): [number, number, number] {
  const unit = 2 ** ((code >>> 27) - EXPONENT_BIAS);
  return [(code & 511) * unit, ((code >>> 9) & 511) * unit, ((code >>> 18) & 511) * unit];
}
