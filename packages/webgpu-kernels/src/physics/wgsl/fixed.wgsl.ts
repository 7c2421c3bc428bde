import { UNIT_BITS } from '../fixed.js';

/**
 * The arithmetic of fixed.ts, word by word. What may go beyond a word is unsigned: there every compiler lets it wrap, while some
 * take signed numbers for never doing so, and then compare wrongly.
 */
export const FIXED = /* wgsl */ `
fn mulHigh(a: i32, b: i32) -> i32 {
  let a0 = bitcast<u32>(a) & 0xffffu;
  let a1 = a >> 16u;
  let b0 = bitcast<u32>(b) & 0xffffu;
  let b1 = b >> 16u;
  let middle = a1 * bitcast<i32>(b0) + bitcast<i32>((a0 * b0) >> 16u);
  let other = bitcast<i32>(a0) * b1 + (middle & 0xffff);
  return a1 * b1 + (middle >> 16u) + (other >> 16u);
}

// a·b ÷ 2^shift to the nearest integer, halves up. shift: 1 to 31.
fn scaled(a: i32, b: i32, shift: u32) -> i32 {
  let low = bitcast<u32>(a) * bitcast<u32>(b);
  let rounded = low + (1u << (shift - 1u));
  let high = bitcast<u32>(mulHigh(a, b)) + select(0u, 1u, rounded < low);
  return bitcast<i32>((high << (32u - shift)) | (rounded >> shift));
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

// Length, rounded down: guessed within a few units, then corrected. Coordinates up to 2^24. (Of 0 a driver may take the root by way of 1 ÷ 0.)
fn lengthOf(v: vec3i) -> i32 {
  let a = vec3u(abs(v));
  let square = plus(plus(squareOf(a.x), squareOf(a.y)), squareOf(a.z));
  var root = u32(sqrt(max(1.0, f32(square.high) * 4294967296.0 + f32(square.low))));
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
    let rest = (bitcast<u32>(x) << ${UNIT_BITS}u) - bitcast<u32>(quotient) * bitcast<u32>(length);
    if (rest < bitcast<u32>(length)) {
      break;
    }
    quotient = quotient + select(-1, 1, rest < 0x80000000u);
  }
  return quotient;
}
`;
