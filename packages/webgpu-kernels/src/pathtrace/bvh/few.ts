import { halfArea, halves, REFERENCE_WORDS, swapReferences } from './references.js';

/** Ranges of so few references that every way of splitting them is tried. */

export const FEW = 4;

const SETS = 2 ** FEW;
/** Box of each set of references, sets as bit masks: low xyz, high xyz. */
const boxes = new Int32Array(6 * SETS);
const areas = new Float64Array(SETS);
const SIZES = Int32Array.from({ length: SETS }, (_, set) => [0, 1, 2, 3].filter((bit) => set & (1 << bit)).length);

/**
 * The best split of 2 to FEW references, into `halves`, where it costs less than the limit.
 * @returns whether it does
 */
export function splitFew(references: Int32Array, first: number, count: number, limit: number): boolean {
  const all = (1 << count) - 1;
  boundSets(references, first, all);
  let best = limit;
  let left = 0;
  // The last reference is always on the right: half of all sets, and their complements.
  for (let set = 1; set <= all >> 1; set++) {
    const size = SIZES[set] ?? 0;
    const cost = size * (areas[set] ?? 0) + (count - size) * (areas[all ^ set] ?? 0);
    if (cost < best) {
      best = cost;
      left = set;
    }
  }
  if (left === 0) return false;
  writeBox(left, 0);
  writeBox(all ^ left, 3);
  let next = first;
  for (let k = 0; k < count; k++) {
    if ((left & (1 << k)) === 0) continue;
    if (next !== first + k) swapReferences(references, REFERENCE_WORDS * next, REFERENCE_WORDS * (first + k));
    next++;
  }
  halves[6] = next - first;
  halves[7] = count - (next - first);
  return true;
}

/** Each set's box is that of the set without its lowest bit, grown by that one reference. */
function boundSets(references: Int32Array, first: number, all: number): void {
  for (let set = 1; set < all; set++) {
    const rest = set & (set - 1);
    const bit = set ^ rest;
    const from = REFERENCE_WORDS * (first + (bit === 8 ? 3 : bit >> 1));
    const x = references[from] ?? 0;
    const y = references[from + 1] ?? 0;
    const z = references[from + 2] ?? 0;
    let lx = x & 0xffff;
    let ly = y & 0xffff;
    let lz = z & 0xffff;
    let hx = x >>> 16;
    let hy = y >>> 16;
    let hz = z >>> 16;
    if (rest !== 0) {
      const other = 6 * rest;
      lx = Math.min(lx, boxes[other] ?? 0);
      ly = Math.min(ly, boxes[other + 1] ?? 0);
      lz = Math.min(lz, boxes[other + 2] ?? 0);
      hx = Math.max(hx, boxes[other + 3] ?? 0);
      hy = Math.max(hy, boxes[other + 4] ?? 0);
      hz = Math.max(hz, boxes[other + 5] ?? 0);
    }
    const at = 6 * set;
    boxes[at] = lx;
    boxes[at + 1] = ly;
    boxes[at + 2] = lz;
    boxes[at + 3] = hx;
    boxes[at + 4] = hy;
    boxes[at + 5] = hz;
    areas[set] = halfArea(lx, ly, lz, hx, hy, hz);
  }
}

function writeBox(set: number, out: number): void {
  for (let axis = 0; axis < 3; axis++) {
    halves[out + axis] = (boxes[6 * set + axis] ?? 0) | ((boxes[6 * set + 3 + axis] ?? 0) << 16);
  }
}
