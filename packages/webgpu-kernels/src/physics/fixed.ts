/**
 * Exact arithmetic on 32-bit integers: the same bits in JavaScript and in WGSL (fixed.wgsl.ts), on every adapter. Floats only
 * guess here, and integers correct the guess.
 */

/** Upper word of the signed 64-bit product (Warren, "Hacker's Delight", 8-2). */
export function mulHigh(a: number, b: number): number {
  const a0 = a & 0xffff;
  const a1 = a >> 16;
  const b0 = b & 0xffff;
  const b1 = b >> 16;
  const low = Math.imul(a0, b0) >>> 16;
  const middle = (Math.imul(a1, b0) + low) | 0;
  const other = (Math.imul(a0, b1) + (middle & 0xffff)) | 0;
  return (Math.imul(a1, b1) + (middle >> 16) + (other >> 16)) | 0;
}

/** a·b ÷ 2^shift to the nearest integer, halves up; wrong where that does not fit 32 bits. @param shift 1 to 31 */
export function scaled(a: number, b: number, shift: number): number {
  const low = Math.imul(a, b) >>> 0;
  const rounded = (low + 2 ** (shift - 1)) >>> 0;
  const carry = rounded < low ? 1 : 0;
  return ((mulHigh(a, b) + carry) << (32 - shift)) | (rounded >>> shift) | 0;
}

/** Largest coordinate of vectors that `lengthOf` and `unitOf` take: squares of three fit 53 bits. */
export const MOST_COORDINATE = 2 ** 24;

/** Length, rounded down. */
export function lengthOf(x: number, y: number, z: number): number {
  const square = x * x + y * y + z * z;
  let root = Math.floor(Math.sqrt(square));
  while (root * root > square) root--;
  while ((root + 1) * (root + 1) <= square) root++;
  return root;
}

/** Bits after the point of a unit vector's coordinates. */
export const UNIT_BITS = 22;

/** x ÷ length, rounded down. @param length positive, at least |x| */
export function unitOf(x: number, length: number): number {
  return Math.floor((x * 2 ** UNIT_BITS) / length);
}
