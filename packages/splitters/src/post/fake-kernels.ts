import type { Bytes } from '@tabgrid/protocol/bytes';
import * as denoise from '@tabgrid/webgpu-kernels/denoise/film';
import type { DenoiseParams } from '@tabgrid/webgpu-kernels/denoise/task';
import * as gbuffer from '@tabgrid/webgpu-kernels/gbuffer/film';
import type { GbufferParams } from '@tabgrid/webgpu-kernels/gbuffer/task';

/** For tests: results of the right form, of which each pixel says where it is. */

export function fakeGuides(params: GbufferParams): Bytes {
  const { tile } = params;
  const out = new Uint8Array(gbuffer.resultBytes(params));
  const floats = gbuffer.pixelsOf(params, out);
  const size = gbuffer.pixelFloats(params);
  for (let i = 0; i < tile.width * tile.height; i++) {
    const [x, y] = [tile.x + (i % tile.width), tile.y + Math.floor(i / tile.width)];
    floats.set([x, y, 0.5, 3, 0, 1, 0, 1], i * size);
  }
  new DataView(out.buffer).setUint32(out.byteLength - 4, gbuffer.canary(params), true);
  return out;
}

/** @param shade third number of each pixel */
export function fakeDenoised(params: DenoiseParams, shade = 0.25): Bytes {
  const { tile } = params;
  const out = new Uint8Array(denoise.resultBytes(params));
  const floats = denoise.pixelsOf(params, out);
  for (let i = 0; i < tile.width * tile.height; i++) {
    const [x, y] = [tile.x + (i % tile.width), tile.y + Math.floor(i / tile.width)];
    floats.set([x, y, shade], 3 * i);
  }
  new DataView(out.buffer).setUint32(out.byteLength - 4, denoise.canary(params), true);
  return out;
}
