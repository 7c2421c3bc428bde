/**
 * What a range of the tree under construction holds: references to triangles, REFERENCE_WORDS each. Words 0–2 are the box
 * of the triangle, or of the part of it that is meant, on the tree's grid: x, y, z as `low | high << 16`, just as nodes
 * have it. Word 3 is the triangle. They are moved along when ranges are ordered, so that every pass reads memory in order.
 *
 * The scratch lists of these modules are the whole program's: a build does not yield, so no two of them ever meet.
 */

export const REFERENCE_WORDS = 4;

/** Areas, in metres², of a cell's faces: xy, yz, zx. Set for each build. */
export const faces = new Float64Array(3);
/** Sides of a cell, and where the grid begins (m): x, y, z. Set for each build. */
export const sides = new Float64Array(3);
export const origin = new Float64Array(3);

/** What a split made: box of the left part (3 words), box of the right part, their numbers of references. */
export const halves = new Int32Array(8);

/** Half the surface (m²) of a box that is given in cells. */
export function halfArea(lx: number, ly: number, lz: number, hx: number, hy: number, hz: number): number {
  const x = hx - lx;
  const y = hy - ly;
  const z = hz - lz;
  return x * y * (faces[0] ?? 0) + y * z * (faces[1] ?? 0) + z * x * (faces[2] ?? 0);
}

/** Of a box in words. */
export function wordsArea(x: number, y: number, z: number): number {
  return halfArea(x & 0xffff, y & 0xffff, z & 0xffff, x >>> 16, y >>> 16, z >>> 16);
}

/** Writes the box of a range (not empty) to `halves`, from word `out` on. */
export function boundRange(references: Int32Array, first: number, count: number, out: 0 | 3): void {
  let lx = 0xffff;
  let ly = 0xffff;
  let lz = 0xffff;
  let hx = 0;
  let hy = 0;
  let hz = 0;
  const end = REFERENCE_WORDS * (first + count);
  for (let at = REFERENCE_WORDS * first; at < end; at += REFERENCE_WORDS) {
    const x = references[at] ?? 0;
    const y = references[at + 1] ?? 0;
    const z = references[at + 2] ?? 0;
    if ((x & 0xffff) < lx) lx = x & 0xffff;
    if ((y & 0xffff) < ly) ly = y & 0xffff;
    if ((z & 0xffff) < lz) lz = z & 0xffff;
    if (x >>> 16 > hx) hx = x >>> 16;
    if (y >>> 16 > hy) hy = y >>> 16;
    if (z >>> 16 > hz) hz = z >>> 16;
  }
  halves[out] = lx | (hx << 16);
  halves[out + 1] = ly | (hy << 16);
  halves[out + 2] = lz | (hz << 16);
}

/** Cuts a range in the middle, as it lies. */
export function halveRange(references: Int32Array, first: number, count: number): void {
  const left = count >> 1;
  boundRange(references, first, left, 0);
  boundRange(references, first + left, count - left, 3);
  halves[6] = left;
  halves[7] = count - left;
}

export function swapReferences(references: Int32Array, a: number, b: number): void {
  for (let word = 0; word < REFERENCE_WORDS; word++) {
    const kept = references[a + word] ?? 0;
    references[a + word] = references[b + word] ?? 0;
    references[b + word] = kept;
  }
}
