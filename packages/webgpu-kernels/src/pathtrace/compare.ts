import { type Bytes, equalBytes } from '@tabgrid/protocol/bytes';
import type { Verdict } from '../task-kind.js';
import { PIXEL_FLOATS } from './film.js';

/*
 * Calibrated on films of the built-in scenes against films by the same kernel with its arithmetic changed, as other compilers
 * and GPUs may change it (`npm run bench -- trust`, part tolerance): with fused products up to 0.03 % of the pixel sums lay further
 * apart than PIXEL_TOLERANCE, with every product sum and root off by up to 3.5 units in the last place up to 0.52 %, and 2 % in the
 * worst tile of 256; means lay 0.02 % apart. An NVIDIA H100 and the software adapter differ by that much in 0.07 % of the pixels of
 * the worst of four scenes. Many times that is left for what could not be measured.
 */

/** Relative difference of a pixel that rounding explains. */
const PIXEL_TOLERANCE = 1e-3;
/** Share of pixels that may lie further apart, and some more: they took another branch somewhere along a path. */
const SHARE_BEYOND = 0.05;
const SOME_BEYOND = 3;
/** Relative difference of the means of all pixels, each cut to CUT times the mean, beside what one pixel can make. */
const MEAN_TOLERANCE = 0.01;
const CUT = 8;
/** Below this many pixel sums, as in a probe, one in FEW_BEYOND may lie further apart, and means say nothing. */
const FEW = 16;
const FEW_BEYOND = 4;

/**
 * Compares two results of one task. Within one adapter class only equal bits acquit. Across classes compilers may fuse
 * and reorder, and one flipped branch changes a path and so a pixel by any amount: the share of close pixels and the cut
 * mean decide, never the maximum. A tile dimmed by as little as a thousandth has no close pixel left.
 */
export function compareResults(a: Bytes, b: Bytes, sameClass: boolean): Verdict {
  if (equalBytes(a, b)) return { kind: 'equal' };
  if (a.byteLength !== b.byteLength) return { kind: 'different', detail: `${a.byteLength} and ${b.byteLength} bytes` };
  if (sameClass) return { kind: 'different', detail: 'other bits from the same adapter class' };
  const left = luminances(a);
  const right = luminances(b);
  let close = 0;
  for (let i = 0; i < left.length; i++) {
    const x = left[i] ?? 0;
    const y = right[i] ?? 0;
    if (Math.abs(x - y) <= PIXEL_TOLERANCE * Math.max(x, y)) close++;
  }
  const { length } = left;
  const few = length < FEW;
  const mean = few ? 0 : meanDifference(left, right);
  const beyond = few ? Math.floor(length / FEW_BEYOND) : SHARE_BEYOND * length + SOME_BEYOND;
  const detail = `${length - close} of ${length} pixels further apart than ${PIXEL_TOLERANCE}, means ${(100 * mean).toFixed(2)} %`;
  return length - close <= beyond && mean <= MEAN_TOLERANCE + CUT / length
    ? { kind: 'within', detail }
    : { kind: 'different', detail };
}

function luminances(result: Bytes): Float64Array {
  const view = new DataView(result.buffer, result.byteOffset, result.byteLength);
  const pixels = Math.floor((result.byteLength - 4) / (4 * PIXEL_FLOATS));
  const out = new Float64Array(pixels);
  for (let i = 0; i < pixels; i++) {
    const at = 4 * PIXEL_FLOATS * i;
    out[i] = view.getFloat32(at, true) + view.getFloat32(at + 4, true) + view.getFloat32(at + 8, true);
  }
  return out;
}

function meanDifference(left: Float64Array, right: Float64Array): number {
  const mean = (list: Float64Array) => list.reduce((sum, x) => sum + x, 0) / list.length;
  const limit = CUT * Math.min(mean(left), mean(right));
  const cut = (list: Float64Array) => mean(list.map((x) => Math.min(x, limit)));
  const a = cut(left);
  const b = cut(right);
  return a === b ? 0 : Math.abs(a - b) / Math.max(a, b);
}
