import { UNIT_BITS } from '../fixed.js';

/** The arithmetic of fixed.ts, word by word. */
export const FIXED = /* wgsl */ `
fn mulHigh(a: i32, b: i32) -> i32 {
  let a0 = a & 0xffff;
  let a1 = a >> 16u;
  let b0 = b & 0xffff;
  let b1 = b >> 16u;
  let low = i32(bitcast<u32>(a0 * b0) >> 16u);
  let middle = a1 * b0 + low;
  let other = a0 * b1 + (middle & 0xffff);
  return a1 * b1 + (middle >> 16u) + (other >> 16u);
}

// a·b ÷ 2^shift to the nearest integer, halves up. shift: 1 to 31.
fn scaled(a: i32, b: i32, shift: u32) -> i32 {
  let low = bitcast<u32>(a * b);
  let rounded = low + (1u << (shift - 1u));
  let carry = select(0, 1, rounded < low);
  return ((mulHigh(a, b) + carry) << (32u - shift)) | bitcast<i32>(rounded >> shift);
}

struct Wide {
  high: u32,
  low: u32,
}

fn squareOf(a: u32) -> Wide {
  let a0 = a & 0xffffu;
  let a1 = a >> 16u;
  let cross = a0 * a1;
  let add = (cross & 0x7fffu) << 17u;
  let low = a0 * a0;
  let sum = low + add;
  return Wide(a1 * a1 + (cross >> 15u) + select(0u, 1u, sum < low), sum);
}

fn plus(a: Wide, b: Wide) -> Wide {
  let low = a.low + b.low;
  return Wide(a.high + b.high + select(0u, 1u, low < a.low), low);
}

fn exceeds(a: Wide, b: Wide) -> bool {
  return (a.high > b.high) | ((a.high == b.high) & (a.low > b.low));
}

// Length, rounded down: guessed within a few units, then corrected. Coordinates up to 2^24.
fn lengthOf(v: vec3i) -> i32 {
  let a = vec3u(abs(v));
  let square = plus(plus(squareOf(a.x), squareOf(a.y)), squareOf(a.z));
  var root = u32(sqrt(f32(square.high) * 4294967296.0 + f32(square.low)));
  for (var i = 0u; i < 8u; i++) {
    let low = exceeds(squareOf(root), square);
    let high = !exceeds(squareOf(root + 1u), square);
    if (low == high) {
      break;
    }
    root = root + u32(high) - u32(low);
  }
  return i32(root);
}

// x ÷ length in 2^-${UNIT_BITS}, rounded down. length: positive, at least |x|.
fn unitOf(x: i32, length: i32) -> i32 {
  var quotient = i32(floor(f32(x) / f32(length) * ${2 ** UNIT_BITS}.0));
  for (var i = 0u; i < 8u; i++) {
    // The remainder's low word tells: it is small once the guess is near.
    let rest = (x << ${UNIT_BITS}u) - quotient * length;
    if ((rest >= 0) & (rest < length)) {
      break;
    }
    quotient = quotient + select(0, 1, rest >= length) - select(0, 1, rest < 0);
  }
  return quotient;
}
`;
