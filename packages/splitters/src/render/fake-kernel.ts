import type { Bytes } from '@tabgrid/protocol/bytes';
import {
  AT,
  pixelFloats,
  pixelsOf,
  resultBytes as seenBytes,
  canary as seenCanary,
} from '@tabgrid/webgpu-kernels/gbuffer/film';
import type { GbufferParams } from '@tabgrid/webgpu-kernels/gbuffer/task';
import { blockCount, canary, PIXEL_FLOATS, resultBytes, samplesInBlock } from '@tabgrid/webgpu-kernels/pathtrace/film';
import type { PathtraceParams } from '@tabgrid/webgpu-kernels/pathtrace/task';

/** For tests: results of the right form whose pixels are a hash of (pixel, sample, seed), as a path tracer's would be. */
export function fakeResult(params: PathtraceParams): Bytes {
  const { film, tile, samples } = params;
  const out = new Uint8Array(resultBytes(params));
  const view = new DataView(out.buffer);
  let at = 0;
  for (let b = 0; b < blockCount(samples); b++) {
    for (let y = 0; y < tile.height; y++) {
      for (let x = 0; x < tile.width; x++) {
        const pixel = (tile.y + y) * film.width + tile.x + x;
        const sums = new Float32Array(PIXEL_FLOATS);
        for (let s = 0; s < samplesInBlock(samples, b); s++) {
          const sample = samples.first + b * samples.block + s;
          for (let c = 0; c < 3; c++) sums[c] = (sums[c] ?? 0) + fakeRadiance(pixel, sample, c, params.seed);
          sums[3] = (sums[3] ?? 0) + 10;
        }
        for (const value of sums) {
          view.setFloat32(at, value, true);
          at += 4;
        }
      }
    }
  }
  view.setUint32(at, canary(params), true);
  return out;
}

function fakeRadiance(pixel: number, sample: number, channel: number, seed: number): number {
  let h =
    Math.imul(pixel + 1, 0x9e37_79b1) ^ Math.imul(sample + 1, 0x85eb_ca6b) ^ Math.imul(channel + seed + 1, 0xc2b2_ae35);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b_3c6d);
  h = Math.imul(h ^ (h >>> 12), 0x297a_2d39);
  return ((h ^ (h >>> 15)) >>> 8) * 2 ** -24;
}

/** A G-buffer of the right form: everything is hit, and costs more to the right. */
export function fakeSeen(params: GbufferParams): Bytes {
  const out = new Uint8Array(seenBytes(params));
  const floats = pixelsOf(params, out);
  const size = pixelFloats(params);
  for (let i = 0; i * size < floats.length; i++) {
    const x = params.tile.x + (i % params.tile.width);
    floats.set([0.5, 0.5, 0.5, 1, 0, 0, 1, 1], i * size);
    if (params.costs) floats.set([10 + x, 1, 1, 3], i * size + AT.steps);
  }
  new DataView(out.buffer).setUint32(out.byteLength - 4, seenCanary(params), true);
  return out;
}
