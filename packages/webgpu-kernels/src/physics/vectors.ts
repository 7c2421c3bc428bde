import { scaled, UNIT_BITS, unitOf } from './fixed.js';

/** Vectors of 32-bit integers; `wgsl/vectors.wgsl.ts` is the same in WGSL. */
export type Vector = readonly [x: number, y: number, z: number];

export const ZERO: Vector = [0, 0, 0];
export const ONE = 2 ** UNIT_BITS;

export const plus = (a: Vector, b: Vector): Vector => [(a[0] + b[0]) | 0, (a[1] + b[1]) | 0, (a[2] + b[2]) | 0];
export const minus = (a: Vector, b: Vector): Vector => [(a[0] - b[0]) | 0, (a[1] - b[1]) | 0, (a[2] - b[2]) | 0];
export const negated = (a: Vector): Vector => minus(ZERO, a);

/** a · b, of which one is in 2^-UNIT_BITS. */
export const dotUnit = (a: Vector, b: Vector): number =>
  (scaled(a[0], b[0], UNIT_BITS) + scaled(a[1], b[1], UNIT_BITS) + scaled(a[2], b[2], UNIT_BITS)) | 0;

export const timesScaled = (a: Vector, factor: number, shift: number): Vector => [
  scaled(a[0], factor, shift),
  scaled(a[1], factor, shift),
  scaled(a[2], factor, shift),
];

export const timesUnit = (a: Vector, factor: number): Vector => timesScaled(a, factor, UNIT_BITS);

export const crossScaled = (a: Vector, b: Vector, shift: number): Vector => [
  (scaled(a[1], b[2], shift) - scaled(a[2], b[1], shift)) | 0,
  (scaled(a[2], b[0], shift) - scaled(a[0], b[2], shift)) | 0,
  (scaled(a[0], b[1], shift) - scaled(a[1], b[0], shift)) | 0,
];

/** v ÷ length in 2^-UNIT_BITS. @param length v's, positive */
export const unitAlong = (v: Vector, length: number): Vector => [
  unitOf(v[0], length),
  unitOf(v[1], length),
  unitOf(v[2], length),
];

/** Three unit vectors at right angles: a body's own axes, in the world's. */
export type Axes = readonly [Vector, Vector, Vector];

/** A vector of the world in a body's own axes. */
export const within = (v: Vector, axes: Axes): Vector => [
  dotUnit(v, axes[0]),
  dotUnit(v, axes[1]),
  dotUnit(v, axes[2]),
];

/** A vector of a body's own axes in the world's. */
export const outOf = (v: Vector, axes: Axes): Vector =>
  plus(plus(timesUnit(axes[0], v[0]), timesUnit(axes[1], v[1])), timesUnit(axes[2], v[2]));

/** Quaternions count 2^-30. */
export const QUATERNION_BITS = 30;
export type Quaternion = readonly [x: number, y: number, z: number, w: number];

/** The axes of a body of this orientation. */
export function axesOf([x, y, z, w]: Quaternion): Axes {
  const of = (a: number, b: number) => scaled(a, b, QUATERNION_BITS);
  const [xx, yy, zz] = [of(x, x), of(y, y), of(z, z)];
  const [xy, xz, yz] = [of(x, y), of(x, z), of(y, z)];
  const [wx, wy, wz] = [of(w, x), of(w, y), of(w, z)];
  // 2 × in 2^-30, as 2^-UNIT_BITS.
  const unit = (doubled: number) => (doubled + 64) >> 7;
  const rest = (a: number, b: number) => (ONE - unit((a + b) | 0)) | 0;
  return [
    [rest(yy, zz), unit((xy + wz) | 0), unit((xz - wy) | 0)],
    [unit((xy - wz) | 0), rest(xx, zz), unit((yz + wx) | 0)],
    [unit((xz + wy) | 0), unit((yz - wx) | 0), rest(xx, yy)],
  ];
}

/** Turned on by a turn of up to 1 rad, in 2^-30, and of length 1 again to the first order. */
export function turned(q: Quaternion, [x, y, z]: Vector): Quaternion {
  const of = (a: number, b: number) => scaled(a, b, QUATERNION_BITS + 1);
  const [qx, qy, qz, qw] = q;
  const next: Quaternion = [
    (qx + of(x, qw) + of(y, qz) - of(z, qy)) | 0,
    (qy + of(y, qw) + of(z, qx) - of(x, qz)) | 0,
    (qz + of(z, qw) + of(x, qy) - of(y, qx)) | 0,
    (qw - of(x, qx) - of(y, qy) - of(z, qz)) | 0,
  ];
  const square = next.reduce((sum, c) => (sum + scaled(c, c, QUATERNION_BITS)) | 0, 0);
  // (3 − q²) ÷ 2, Newton's step towards 1 ÷ |q|.
  const factor = (3 * 2 ** (QUATERNION_BITS - 1) - (square >> 1)) | 0;
  return next.map((c) => scaled(c, factor, QUATERNION_BITS)) as unknown as Quaternion;
}
