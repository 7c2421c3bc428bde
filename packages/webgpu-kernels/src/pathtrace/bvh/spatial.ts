import { above, below, type Corners, cutReference } from './clip.js';
import { halves, REFERENCE_WORDS, sides, swapReferences, wordsArea } from './references.js';

/**
 * Splits of a range in space (Stich et al., "Spatial splits in bounding volume hierarchies", 2009): triangles that a plane
 * cuts go to both sides, each time with the box of that part alone. The boxes then overlap less, for more references.
 */

const BINS = 16;
/** A bin: low xyz, high xyz, references that begin in it, references that end in it. */
const BIN_WORDS = 8;

const bins = new Int32Array(BINS * BIN_WORDS);
const rightAreas = new Float64Array(BINS);
/** Of bin b and all that lie above it, in words. */
const rightBoxes = new Int32Array(3 * BINS);

/** The best split that was found, with both sides' numbers of references. */
const found = { cost: Number.POSITIVE_INFINITY, axis: 0, plane: 0, left: 0, right: 0 };
/** Its sides' boxes, in words. */
const foundBoxes = new Int32Array(6);

/**
 * Looks for the cheapest split of a range in space, along the two longest sides of its box.
 * @param x, y, z its box, in words
 * @returns its cost, Infinity where there is none
 */
export function findSpatialSplit(
  references: Int32Array,
  first: number,
  count: number,
  box: readonly [x: number, y: number, z: number],
  corners: Corners,
): number {
  found.cost = Number.POSITIVE_INFINITY;
  const lengths = box.map((word, axis) => ((word >>> 16) - (word & 0xffff)) * (sides[axis] ?? 0));
  const skipped = lengths.lastIndexOf(Math.min(...lengths));
  for (let axis = 0; axis < 3; axis++) {
    if (axis === skipped) continue;
    chooseBins(box[axis] ?? 0);
    if (binning.count < 2) continue;
    fill(references, first, count, axis, corners);
    sweep(axis);
  }
  return found.cost;
}

/** References that the split found last would add. */
export function spatialGrowth(count: number): number {
  return found.left + found.right - count;
}

/** Bins are 2^shift cells wide and begin at multiples of that, so that no division is needed; `base` is the first's number. */
const binning = { shift: 0, base: 0, count: 0 };

function chooseBins(interval: number): void {
  const low = interval & 0xffff;
  const last = Math.max(low, (interval >>> 16) - 1);
  let shift = 0;
  while ((last >> shift) - (low >> shift) >= BINS) shift++;
  binning.shift = shift;
  binning.base = low >> shift;
  binning.count = (last >> shift) - binning.base + 1;
}

/** The plane above a bin, in cells. */
function planeAbove(bin: number): number {
  return (binning.base + bin + 1) << binning.shift;
}

function fill(references: Int32Array, first: number, count: number, axis: number, corners: Corners): void {
  for (let at = 0; at < bins.length; at += BIN_WORDS) {
    bins[at] = bins[at + 1] = bins[at + 2] = 0xffff;
    bins[at + 3] = bins[at + 4] = bins[at + 5] = bins[at + 6] = bins[at + 7] = 0;
  }
  const { shift, base } = binning;
  const end = REFERENCE_WORDS * (first + count);
  for (let at = REFERENCE_WORDS * first; at < end; at += REFERENCE_WORDS) {
    const word = references[at + axis] ?? 0;
    const from = ((word & 0xffff) >> shift) - base;
    const to = Math.max(from, (((word >>> 16) - 1) >> shift) - base);
    const enters = BIN_WORDS * from + 6;
    const leaves = BIN_WORDS * to + 7;
    bins[enters] = (bins[enters] ?? 0) + 1;
    bins[leaves] = (bins[leaves] ?? 0) + 1;
    if (from === to) put(from, references[at] ?? 0, references[at + 1] ?? 0, references[at + 2] ?? 0);
    else chop(references, at, axis, from, to, corners);
  }
}

/** What is left of a reference while it is cut bin by bin. */
const rest = new Int32Array(REFERENCE_WORDS);

function chop(references: Int32Array, at: number, axis: number, from: number, to: number, corners: Corners): void {
  for (let word = 0; word < REFERENCE_WORDS; word++) rest[word] = references[at + word] ?? 0;
  for (let bin = from; bin < to; bin++) {
    const there = cutReference(rest, 0, axis, planeAbove(bin), corners);
    if ((there & 1) !== 0) put(bin, below[0] ?? 0, below[1] ?? 0, below[2] ?? 0);
    if ((there & 2) === 0) return;
    rest.set(above);
  }
  put(to, rest[0] ?? 0, rest[1] ?? 0, rest[2] ?? 0);
}

function put(bin: number, x: number, y: number, z: number): void {
  const at = BIN_WORDS * bin;
  if ((x & 0xffff) < (bins[at] ?? 0)) bins[at] = x & 0xffff;
  if ((y & 0xffff) < (bins[at + 1] ?? 0)) bins[at + 1] = y & 0xffff;
  if ((z & 0xffff) < (bins[at + 2] ?? 0)) bins[at + 2] = z & 0xffff;
  if (x >>> 16 > (bins[at + 3] ?? 0)) bins[at + 3] = x >>> 16;
  if (y >>> 16 > (bins[at + 4] ?? 0)) bins[at + 4] = y >>> 16;
  if (z >>> 16 > (bins[at + 5] ?? 0)) bins[at + 5] = z >>> 16;
}

/** Box of the bins that a sweep has passed, in words. */
const swept = new Int32Array(3);

/** @returns half the area of the swept bins' box, grown by one more */
function growSweep(bin: number): number {
  const at = BIN_WORDS * bin;
  for (let k = 0; k < 3; k++) {
    swept[k] = join(swept[k] ?? 0, (bins[at + k] ?? 0) | ((bins[at + k + 3] ?? 0) << 16));
  }
  return emptyOr(swept[0] ?? 0, swept[1] ?? 0, swept[2] ?? 0);
}

function emptyOr(x: number, y: number, z: number): number {
  return (x & 0xffff) > x >>> 16 ? 0 : wordsArea(x, y, z);
}

function sweep(axis: number): void {
  swept.fill(EMPTY);
  let right = 0;
  for (let bin = binning.count - 1; bin > 0; bin--) {
    rightAreas[bin] = growSweep(bin);
    rightBoxes.set(swept, 3 * bin);
    right += bins[BIN_WORDS * bin + 7] ?? 0;
  }
  right += bins[7] ?? 0;
  swept.fill(EMPTY);
  let left = 0;
  for (let bin = 0; bin < binning.count - 1; bin++) {
    const leftArea = growSweep(bin);
    left += bins[BIN_WORDS * bin + 6] ?? 0;
    right -= bins[BIN_WORDS * bin + 7] ?? 0;
    const rightArea = rightAreas[bin + 1] ?? 0;
    const cost = left * leftArea + right * rightArea;
    if (left === 0 || right === 0 || !(cost < found.cost)) continue;
    found.cost = cost;
    found.axis = axis;
    found.plane = planeAbove(bin);
    found.left = left;
    found.right = right;
    foundBoxes.set(swept);
    for (let k = 0; k < 3; k++) foundBoxes[3 + k] = rightBoxes[3 * (bin + 1) + k] ?? 0;
  }
}

/**
 * Orders the range by the split that `findSpatialSplit` found last, and writes `halves`. References that are cut grow the
 * range at its end, by `spatialGrowth` at most: those that are cheaper to keep whole on one side stay whole.
 * @returns false, with the range as it was, where all would stay on one side
 */
export function applySpatialSplit(references: Int32Array, first: number, count: number, corners: Corners): boolean {
  const { axis, plane } = found;
  halves[0] = halves[1] = halves[2] = halves[3] = halves[4] = halves[5] = EMPTY;
  let i = REFERENCE_WORDS * first;
  let rights = REFERENCE_WORDS * (first + count);
  let end = rights;
  while (i < rights) {
    const word = references[i + axis] ?? 0;
    const side = word >>> 16 <= plane ? 1 : (word & 0xffff) >= plane ? 2 : cut(references, i, corners);
    if (side === 3) {
      for (let k = 0; k < 3; k++) {
        references[i + k] = below[k] ?? 0;
        references[end + k] = above[k] ?? 0;
      }
      references[end + 3] = references[i + 3] ?? 0;
      growHalf(3, references, end);
      end += REFERENCE_WORDS;
    }
    if (side === 2) {
      growHalf(3, references, i);
      rights -= REFERENCE_WORDS;
      swapReferences(references, i, rights);
    } else {
      growHalf(0, references, i);
      i += REFERENCE_WORDS;
    }
  }
  halves[6] = i / REFERENCE_WORDS - first;
  halves[7] = (end - i) / REFERENCE_WORDS;
  return i > REFERENCE_WORDS * first && end > i;
}

/** Which sides a reference that the plane cuts goes to: 1 left, 2 right, 3 both. Where a side is empty it shrinks. */
function cut(references: Int32Array, at: number, corners: Corners): number {
  const there = cutReference(references, at, found.axis, found.plane, corners);
  if (there === 3) return bestSide(references, at);
  if (there !== 0) for (let k = 0; k < 3; k++) references[at + k] = (there === 1 ? below : above)[k] ?? 0;
  return there === 2 ? 2 : 1;
}

/** One side alone where that costs less: its box then grows, but the other side has one reference less. */
function bestSide(references: Int32Array, at: number): number {
  const { left, right, cost } = found;
  const leftArea = grownArea(0, null, 0);
  const rightArea = grownArea(3, null, 0);
  const onlyLeft = left * grownArea(0, references, at) + (right - 1) * rightArea;
  const onlyRight = (left - 1) * leftArea + right * grownArea(3, references, at);
  if (Math.min(onlyLeft, onlyRight) >= cost) return 3;
  return onlyLeft <= onlyRight ? 1 : 2;
}

/** An empty box's word: low 65535, high 0. */
const EMPTY = 0xffff;

function join(a: number, b: number): number {
  return Math.min(a & 0xffff, b & 0xffff) | (Math.max(a >>> 16, b >>> 16) << 16);
}

/** Half the area of a side's box, when a whole reference joins it. */
function grownArea(side: 0 | 3, references: Int32Array | null, at: number): number {
  const word = (k: number) => {
    const own = foundBoxes[side + k] ?? 0;
    return references ? join(own, references[at + k] ?? 0) : own;
  };
  return emptyOr(word(0), word(1), word(2));
}

function growHalf(side: 0 | 3, references: Int32Array, at: number): void {
  for (let k = 0; k < 3; k++) halves[side + k] = join(halves[side + k] ?? 0, references[at + k] ?? 0);
}
