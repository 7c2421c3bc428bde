import { onGrid } from './grid.js';
import { origin, sides } from './references.js';

/** Where the corners of the tree's triangles are, for those who cut them. */
export interface Corners {
  /** xyz a vertex. */
  readonly positions: Float32Array;
  /** Three vertices a triangle. */
  readonly indices: Uint32Array;
  /** Which of `indices`' triangles each of the tree's is. */
  readonly triangles: Uint32Array;
}

/** Boxes of what a reference means below and above of a plane, in words. */
export const below = new Int32Array(3);
export const above = new Int32Array(3);

/** Boxes of a whole triangle below and above of a plane (m): low xyz, high xyz each. */
const ABOVE = 6;
const parts = new Float64Array(12);

/**
 * Cuts a reference by a plane across an axis: its triangle is cut, then both parts are kept to the reference's box.
 * Writes `below` and `above`, rounded outwards but for the plane itself: a ray that comes through the plane leaves one box
 * where it enters the other.
 * @param at first word of the reference
 * @param plane cells; inside of the reference's box
 * @returns 1 when there is a part below, plus 2 when there is one above
 */
export function cutReference(
  references: Int32Array,
  at: number,
  axis: number,
  plane: number,
  corners: Corners,
): number {
  cutTriangle(corners, references[at + 3] ?? 0, axis, (origin[axis] ?? 0) + plane * (sides[axis] ?? 0));
  let there = 3;
  for (let k = 0; k < 3; k++) {
    const word = references[at + k] ?? 0;
    const low = k === axis ? plane : word & 0xffff;
    const high = k === axis ? plane : word >>> 16;
    below[k] = overlap(partOnGrid(0, k), word & 0xffff, high);
    above[k] = overlap(partOnGrid(ABOVE, k), low, word >>> 16);
    if (isEmpty(below[k] ?? 0)) there &= 2;
    if (isEmpty(above[k] ?? 0)) there &= 1;
  }
  return there;
}

function cutTriangle({ positions, indices, triangles }: Corners, triangle: number, axis: number, plane: number): void {
  parts.fill(Number.POSITIVE_INFINITY);
  parts.fill(Number.NEGATIVE_INFINITY, 3, 6);
  parts.fill(Number.NEGATIVE_INFINITY, 9, 12);
  const first = 3 * (triangles[triangle] ?? 0);
  let p = 3 * (indices[first + 2] ?? 0);
  for (let corner = 0; corner < 3; corner++) {
    const q = 3 * (indices[first + corner] ?? 0);
    const x = positions[q] ?? 0;
    const y = positions[q + 1] ?? 0;
    const z = positions[q + 2] ?? 0;
    const from = positions[p + axis] ?? 0;
    const to = positions[q + axis] ?? 0;
    if (to <= plane) growPart(0, x, y, z);
    if (to >= plane) growPart(ABOVE, x, y, z);
    if ((from < plane && to > plane) || (from > plane && to < plane)) {
      const share = (plane - from) / (to - from);
      const u = (positions[p] ?? 0) * (1 - share) + x * share;
      const v = (positions[p + 1] ?? 0) * (1 - share) + y * share;
      const w = (positions[p + 2] ?? 0) * (1 - share) + z * share;
      growPart(0, u, v, w);
      growPart(ABOVE, u, v, w);
    }
    p = q;
  }
}

function growPart(part: number, x: number, y: number, z: number): void {
  if (x < (parts[part] ?? 0)) parts[part] = x;
  if (y < (parts[part + 1] ?? 0)) parts[part + 1] = y;
  if (z < (parts[part + 2] ?? 0)) parts[part + 2] = z;
  if (x > (parts[part + 3] ?? 0)) parts[part + 3] = x;
  if (y > (parts[part + 4] ?? 0)) parts[part + 4] = y;
  if (z > (parts[part + 5] ?? 0)) parts[part + 5] = z;
}

function partOnGrid(part: number, axis: number): number {
  const low = parts[part + axis] ?? 0;
  const high = parts[part + 3 + axis] ?? 0;
  return low > high ? EMPTY : onGrid(low, high, origin[axis] ?? 0, 1 / (sides[axis] ?? 1));
}

/** An interval whose low end lies above its high one. */
const EMPTY = 1;

function overlap(word: number, low: number, high: number): number {
  return Math.max(word & 0xffff, low) | (Math.min(word >>> 16, high) << 16);
}

function isEmpty(word: number): boolean {
  return (word & 0xffff) > word >>> 16;
}
