import { halfArea, halves, REFERENCE_WORDS, sides, swapReferences } from './references.js';

/** Splits of a range between references, by binned surface area heuristic (Wald, 2007). */

const BINS = 16;
/** A small range takes fewer bins, for there is less to tell apart: so many, and one for each 16 references. */
const LEAST_BINS = 5;
/** In ranges of at most MODEST references, axes with less than this share of the centroids' longest spread are not tried. */
const THIN = 0.5;
const MODEST = 256;
/** A bin: low xyz, high xyz, count, and a spare word. */
const BIN_WORDS = 8;
const AXIS_WORDS = BINS * BIN_WORDS;

const bins = new Int32Array(3 * AXIS_WORDS);
const rightAreas = new Float64Array(BINS);
/** Of a range's centroids (twice, in cells): lowest xyz, highest xyz. */
const spread = new Int32Array(6);
/** Bins a cell, times 2^20; 0 for an axis that is not tried. */
const factors = new Int32Array(3);

/** The best split that was found: cost (area × references, both sides), axis, last bin of the left side. */
const found = { cost: Number.POSITIVE_INFINITY, axis: 0, bin: 0, bins: BINS };

/** Looks for the cheapest split of a range. @returns its cost, Infinity where the centroids are one point */
export function findSplit(references: Int32Array, first: number, count: number): number {
  measureSpread(references, first, count);
  found.bins = Math.min(BINS, LEAST_BINS + (count >> 4));
  found.cost = Number.POSITIVE_INFINITY;
  chooseAxes(found.bins, count <= MODEST ? THIN : 0);
  fill(references, first, count);
  for (let axis = 0; axis < 3; axis++) if ((factors[axis] ?? 0) > 0) sweep(axis, count);
  return found.cost;
}

/** Writes the boxes of the split that `findSplit` found last to `halves`. */
export function boundSplit(): void {
  gather(0, found.bin, 0);
  gather(found.bin + 1, found.bins - 1, 3);
}

/** Orders the range by the split that `findSplit` found last, and writes `halves`. */
export function applySplit(references: Int32Array, first: number, count: number): void {
  boundSplit();
  const left = partition(references, first, count);
  halves[6] = left;
  halves[7] = count - left;
}

function measureSpread(references: Int32Array, first: number, count: number): void {
  let lx = 0x1ffff;
  let ly = 0x1ffff;
  let lz = 0x1ffff;
  let hx = 0;
  let hy = 0;
  let hz = 0;
  const end = REFERENCE_WORDS * (first + count);
  for (let at = REFERENCE_WORDS * first; at < end; at += REFERENCE_WORDS) {
    const a = references[at] ?? 0;
    const b = references[at + 1] ?? 0;
    const c = references[at + 2] ?? 0;
    const x = (a & 0xffff) + (a >>> 16);
    const y = (b & 0xffff) + (b >>> 16);
    const z = (c & 0xffff) + (c >>> 16);
    if (x < lx) lx = x;
    if (x > hx) hx = x;
    if (y < ly) ly = y;
    if (y > hy) hy = y;
    if (z < lz) lz = z;
    if (z > hz) hz = z;
  }
  spread[0] = lx;
  spread[1] = ly;
  spread[2] = lz;
  spread[3] = hx;
  spread[4] = hy;
  spread[5] = hz;
}

/** Sets `factors`, and empties the bins of the axes that are tried. */
function chooseAxes(count: number, thin: number): void {
  let longest = 0;
  for (let axis = 0; axis < 3; axis++) {
    longest = Math.max(longest, ((spread[axis + 3] ?? 0) - (spread[axis] ?? 0)) * (sides[axis] ?? 0));
  }
  for (let axis = 0; axis < 3; axis++) {
    const cells = (spread[axis + 3] ?? 0) - (spread[axis] ?? 0);
    const tried = cells > 0 && cells * (sides[axis] ?? 0) >= thin * longest;
    // The largest centroid then falls just short of the last bin's end.
    factors[axis] = tried ? Math.floor((count * 2 ** 20) / (cells + 1)) : 0;
    if (!tried) continue;
    const end = axis * AXIS_WORDS + count * BIN_WORDS;
    for (let at = axis * AXIS_WORDS; at < end; at += BIN_WORDS) {
      bins[at] = bins[at + 1] = bins[at + 2] = 0xffff;
      bins[at + 3] = bins[at + 4] = bins[at + 5] = bins[at + 6] = 0;
    }
  }
}

/** One pass puts every reference into a bin along each axis that is tried. */
function fill(references: Int32Array, first: number, count: number): void {
  const [f0, f1, f2] = [factors[0] ?? 0, factors[1] ?? 0, factors[2] ?? 0];
  const [c0, c1, c2] = [spread[0] ?? 0, spread[1] ?? 0, spread[2] ?? 0];
  const end = REFERENCE_WORDS * (first + count);
  for (let at = REFERENCE_WORDS * first; at < end; at += REFERENCE_WORDS) {
    const x = references[at] ?? 0;
    const y = references[at + 1] ?? 0;
    const z = references[at + 2] ?? 0;
    const lx = x & 0xffff;
    const ly = y & 0xffff;
    const lz = z & 0xffff;
    const hx = x >>> 16;
    const hy = y >>> 16;
    const hz = z >>> 16;
    if (f0 > 0) put(wordOf(lx + hx - c0, f0), lx, ly, lz, hx, hy, hz);
    if (f1 > 0) put(wordOf(ly + hy - c1, f1) + AXIS_WORDS, lx, ly, lz, hx, hy, hz);
    if (f2 > 0) put(wordOf(lz + hz - c2, f2) + 2 * AXIS_WORDS, lx, ly, lz, hx, hy, hz);
  }
}

/** First word of a centroid's bin: (distance × factor) >> 20, times BIN_WORDS. */
function wordOf(distance: number, factor: number): number {
  return (Math.imul(distance, factor) >>> 17) & (AXIS_WORDS - BIN_WORDS);
}

function put(at: number, lx: number, ly: number, lz: number, hx: number, hy: number, hz: number): void {
  if (lx < (bins[at] ?? 0)) bins[at] = lx;
  if (ly < (bins[at + 1] ?? 0)) bins[at + 1] = ly;
  if (lz < (bins[at + 2] ?? 0)) bins[at + 2] = lz;
  if (hx > (bins[at + 3] ?? 0)) bins[at + 3] = hx;
  if (hy > (bins[at + 4] ?? 0)) bins[at + 4] = hy;
  if (hz > (bins[at + 5] ?? 0)) bins[at + 5] = hz;
  bins[at + 6] = (bins[at + 6] ?? 0) + 1;
}

/** Costs of all splits along an axis. */
function sweep(axis: number, count: number): void {
  const base = axis * AXIS_WORDS;
  let lx = 0xffff;
  let ly = 0xffff;
  let lz = 0xffff;
  let hx = 0;
  let hy = 0;
  let hz = 0;
  for (let bin = found.bins - 1; bin > 0; bin--) {
    const at = base + bin * BIN_WORDS;
    if ((bins[at + 6] ?? 0) > 0) {
      lx = lower(lx, bins[at] ?? 0);
      ly = lower(ly, bins[at + 1] ?? 0);
      lz = lower(lz, bins[at + 2] ?? 0);
      hx = higher(hx, bins[at + 3] ?? 0);
      hy = higher(hy, bins[at + 4] ?? 0);
      hz = higher(hz, bins[at + 5] ?? 0);
    }
    rightAreas[bin] = lx > hx ? 0 : halfArea(lx, ly, lz, hx, hy, hz);
  }
  lx = 0xffff;
  ly = 0xffff;
  lz = 0xffff;
  hx = 0;
  hy = 0;
  hz = 0;
  let left = 0;
  for (let bin = 0; bin < found.bins - 1; bin++) {
    const at = base + bin * BIN_WORDS;
    const inBin = bins[at + 6] ?? 0;
    if (inBin === 0) continue;
    lx = lower(lx, bins[at] ?? 0);
    ly = lower(ly, bins[at + 1] ?? 0);
    lz = lower(lz, bins[at + 2] ?? 0);
    hx = higher(hx, bins[at + 3] ?? 0);
    hy = higher(hy, bins[at + 4] ?? 0);
    hz = higher(hz, bins[at + 5] ?? 0);
    left += inBin;
    if (left === count) break;
    const cost = left * halfArea(lx, ly, lz, hx, hy, hz) + (count - left) * (rightAreas[bin + 1] ?? 0);
    if (cost < found.cost) {
      found.cost = cost;
      found.axis = axis;
      found.bin = bin;
    }
  }
}

/** @returns how many references are left of the split; those come first then */
function partition(references: Int32Array, first: number, count: number): number {
  const { axis, bin } = found;
  const low = spread[axis] ?? 0;
  const factor = factors[axis] ?? 0;
  let i = REFERENCE_WORDS * first;
  let j = REFERENCE_WORDS * (first + count - 1);
  for (;;) {
    for (; i <= j; i += REFERENCE_WORDS) {
      const word = references[i + axis] ?? 0;
      if (Math.imul((word & 0xffff) + (word >>> 16) - low, factor) >>> 20 > bin) break;
    }
    for (; i <= j; j -= REFERENCE_WORDS) {
      const word = references[j + axis] ?? 0;
      if (Math.imul((word & 0xffff) + (word >>> 16) - low, factor) >>> 20 <= bin) break;
    }
    if (i >= j) return i / REFERENCE_WORDS - first;
    swapReferences(references, i, j);
    i += REFERENCE_WORDS;
    j -= REFERENCE_WORDS;
  }
}

/** Writes the box of some bins of the chosen axis to `halves`. */
function gather(from: number, to: number, out: number): void {
  let lx = 0xffff;
  let ly = 0xffff;
  let lz = 0xffff;
  let hx = 0;
  let hy = 0;
  let hz = 0;
  for (let bin = from; bin <= to; bin++) {
    const at = found.axis * AXIS_WORDS + bin * BIN_WORDS;
    lx = lower(lx, bins[at] ?? 0);
    ly = lower(ly, bins[at + 1] ?? 0);
    lz = lower(lz, bins[at + 2] ?? 0);
    hx = higher(hx, bins[at + 3] ?? 0);
    hy = higher(hy, bins[at + 4] ?? 0);
    hz = higher(hz, bins[at + 5] ?? 0);
  }
  halves[out] = lx | (hx << 16);
  halves[out + 1] = ly | (hy << 16);
  halves[out + 2] = lz | (hz << 16);
}

/** Of two numbers below 2^31 apart: without a branch, which would be mispredicted half of the time here. */
function lower(a: number, b: number): number {
  const difference = b - a;
  return a + (difference & (difference >> 31));
}

function higher(a: number, b: number): number {
  const difference = b - a;
  return a + (difference & ~(difference >> 31));
}
