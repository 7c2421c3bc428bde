import type { PathtraceParams } from './task.js';
import type { TestRay } from './test-reference.js';

/** The kernel's camera rays in JavaScript, for tests: the same numbers, the same jitter. */

function lowbias32(word: number): number {
  let h = word;
  h = Math.imul(h ^ (h >>> 16), 0x7feb_352d);
  h = Math.imul(h ^ (h >>> 15), 0x846c_a68b);
  return (h ^ (h >>> 16)) >>> 0;
}

function reversed(word: number): number {
  let out = 0;
  for (let i = 0; i < 32; i++) out |= ((word >>> i) & 1) << (31 - i);
  return out >>> 0;
}

/** Owen's scrambling of a number whose bits stand in reverse order. */
function scramble(bits: number, seed: number): number {
  let x = bits ^ Math.imul(bits, 0x3d20_adea);
  x = Math.imul(x + seed, (seed >>> 16) | 1);
  x ^= Math.imul(x, 0x0552_6c56);
  return (x ^ Math.imul(x, 0x53a2_2864)) >>> 0;
}

/** Sobol's second dimension by its direction numbers: each is the one before, XOR half of it. */
function sobolSecond(index: number): number {
  let [out, direction] = [0, 0x8000_0000];
  for (let i = 0; i < 32; i++) {
    if ((index >>> i) & 1) out ^= direction;
    direction = (direction ^ (direction >>> 1)) >>> 0;
  }
  return out >>> 0;
}

/** A pair of numbers as random.wgsl's sobolPair gives it, 32-bit fixed point. */
export function sobolPair(sample: number, pixelSeed: number, pair: number): [number, number] {
  const seed = lowbias32((pixelSeed ^ Math.imul(pair, 0x9e37_79b9)) >>> 0);
  const index = reversed(scramble(reversed(sample), seed));
  const own = (factor: number, offset: number) => (Math.imul(seed, factor) + offset) >>> 0;
  return [
    reversed(scramble(index, own(0x8da6_b343, 0x68bc_21eb))),
    reversed(scramble(reversed(sobolSecond(index)), own(0xd816_3841, 0x02e5_be93))),
  ];
}

export function pixelSeedOf(pixel: number, seed: number): number {
  return lowbias32((pixel ^ lowbias32(seed)) >>> 0);
}

/** Of a pinhole camera. */
export function cameraRay({ camera, film, seed }: PathtraceParams, x: number, y: number, sample: number): TestRay {
  const [jx, jy] = sobolPair(sample, pixelSeedOf(y * film.width + x, seed), 0);
  const unit = (word: number) => (word >>> 8) / 2 ** 24;
  const half = Math.tan(camera.yfov / 2);
  const s = (((x + unit(jx)) / film.width) * 2 - 1) * half * (film.width / film.height);
  const t = (((y + unit(jy)) / film.height) * 2 - 1) * half;
  const d = [0, 1, 2].map((k) => (camera.forward[k] ?? 0) + s * (camera.right[k] ?? 0) - t * (camera.up[k] ?? 0));
  const length = Math.hypot(...d);
  return { origin: camera.position, direction: [(d[0] ?? 0) / length, (d[1] ?? 0) / length, (d[2] ?? 0) / length] };
}
