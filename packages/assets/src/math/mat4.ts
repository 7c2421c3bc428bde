/** 4×4 matrices, column-major as in glTF, in doubles: sixteen numbers, element (row r, column c) at `c * 4 + r`. */
export type Mat4 = Float64Array;

export const IDENTITY: Mat4 = Float64Array.of(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1);

const at = (m: ArrayLike<number>, i: number): number => m[i] ?? 0;

/** a · b: first b, then a. */
export function multiply(a: ArrayLike<number>, b: ArrayLike<number>): Mat4 {
  const out = new Float64Array(16);
  for (let c = 0; c < 4; c++) {
    for (let r = 0; r < 4; r++) {
      let sum = 0;
      for (let k = 0; k < 4; k++) sum += at(a, k * 4 + r) * at(b, c * 4 + k);
      out[c * 4 + r] = sum;
    }
  }
  return out;
}

/** Translation · rotation (unit quaternion xyzw; normalised here) · scale. */
export function compose(t: ArrayLike<number>, q: ArrayLike<number>, s: ArrayLike<number>): Mat4 {
  const length = Math.hypot(at(q, 0), at(q, 1), at(q, 2), at(q, 3));
  const [x, y, z, w] =
    length > 0 ? [at(q, 0) / length, at(q, 1) / length, at(q, 2) / length, at(q, 3) / length] : [0, 0, 0, 1];
  const [sx, sy, sz] = [at(s, 0), at(s, 1), at(s, 2)];
  return Float64Array.of(
    (1 - 2 * (y * y + z * z)) * sx,
    2 * (x * y + z * w) * sx,
    2 * (x * z - y * w) * sx,
    0,
    2 * (x * y - z * w) * sy,
    (1 - 2 * (x * x + z * z)) * sy,
    2 * (y * z + x * w) * sy,
    0,
    2 * (x * z + y * w) * sz,
    2 * (y * z - x * w) * sz,
    (1 - 2 * (x * x + y * y)) * sz,
    0,
    at(t, 0),
    at(t, 1),
    at(t, 2),
    1,
  );
}

/** Column `c` without its last row: where an axis goes, or (3) the origin. */
export function axis(m: Mat4, c: 0 | 1 | 2 | 3): readonly [number, number, number] {
  return [at(m, c * 4), at(m, c * 4 + 1), at(m, c * 4 + 2)];
}

/** Determinant of the upper left 3×3: negative where the matrix mirrors. */
export function determinant3(m: Mat4): number {
  return (
    at(m, 0) * (at(m, 5) * at(m, 10) - at(m, 6) * at(m, 9)) -
    at(m, 1) * (at(m, 4) * at(m, 10) - at(m, 6) * at(m, 8)) +
    at(m, 2) * (at(m, 4) * at(m, 9) - at(m, 5) * at(m, 8))
  );
}

/**
 * What carries normals: the cofactors of the upper left 3×3, column-major, nine numbers. They are the inverse transpose
 * times the determinant, so they exist for flattened (singular) matrices too; the sign is turned where the matrix
 * mirrors, so that normals keep to the side they were on. The result has to be normalised.
 */
export function normalMatrix(m: Mat4): Float64Array {
  const [a, b, c, d, e, f, g, h, i] = [
    at(m, 0),
    at(m, 1),
    at(m, 2),
    at(m, 4),
    at(m, 5),
    at(m, 6),
    at(m, 8),
    at(m, 9),
    at(m, 10),
  ] as const;
  const sign = determinant3(m) < 0 ? -1 : 1;
  return Float64Array.of(
    sign * (e * i - f * h),
    sign * (f * g - d * i),
    sign * (d * h - e * g),
    sign * (c * h - b * i),
    sign * (a * i - c * g),
    sign * (b * g - a * h),
    sign * (b * f - c * e),
    sign * (c * d - a * f),
    sign * (a * e - b * d),
  );
}

/** Vector `i` of `from` (flat xyz) as a point, through `m`, into vector `j` of `to`. */
export function transformPoint(m: Mat4, from: Float32Array, i: number, to: Float32Array, j: number): void {
  const [x, y, z] = [at(from, i * 3), at(from, i * 3 + 1), at(from, i * 3 + 2)];
  for (let r = 0; r < 3; r++) to[j * 3 + r] = at(m, r) * x + at(m, r + 4) * y + at(m, r + 8) * z + at(m, r + 12);
}

/** Vector `i` of `from` through a {@link normalMatrix} into vector `j` of `to`, made unit (zero where it has no length). */
export function transformNormal(n: Float64Array, from: Float32Array, i: number, to: Float32Array, j: number): void {
  const [x, y, z] = [at(from, i * 3), at(from, i * 3 + 1), at(from, i * 3 + 2)];
  const nx = at(n, 0) * x + at(n, 3) * y + at(n, 6) * z;
  const ny = at(n, 1) * x + at(n, 4) * y + at(n, 7) * z;
  const nz = at(n, 2) * x + at(n, 5) * y + at(n, 8) * z;
  const length = Math.hypot(nx, ny, nz);
  to[j * 3] = length > 0 ? nx / length : 0;
  to[j * 3 + 1] = length > 0 ? ny / length : 0;
  to[j * 3 + 2] = length > 0 ? nz / length : 0;
}

/** How far axes may fall into one plane, as a share of their lengths, before 32-bit floats cannot invert a matrix. */
const LEAST_VOLUME = 1e-6;
/** Axes shorter than the inverse of this, or longer than this, leave the range of 32-bit floats in products. */
const LONGEST_AXIS = 1e9;

/** Whether an affine matrix can be inverted with 32-bit floats. */
export function isInvertible(m: Mat4): boolean {
  if (!m.every((x) => Number.isFinite(Math.fround(x)))) return false;
  const axes = ([0, 1, 2] as const).map((c) => Math.hypot(...axis(m, c)));
  if (!axes.every((length) => length > 1 / LONGEST_AXIS && length < LONGEST_AXIS)) return false;
  return Math.abs(determinant3(m)) > LEAST_VOLUME * axes.reduce((product, length) => product * length, 1);
}

/** The first three rows of each matrix, four numbers each. */
export function affineRows(matrices: readonly Mat4[]): Float32Array {
  const out = new Float32Array(matrices.length * 12);
  matrices.forEach((m, i) => {
    for (let r = 0; r < 3; r++) {
      for (let c = 0; c < 4; c++) out[i * 12 + r * 4 + c] = at(m, c * 4 + r);
    }
  });
  return out;
}
