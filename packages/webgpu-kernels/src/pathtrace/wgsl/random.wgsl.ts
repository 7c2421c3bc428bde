/**
 * Random numbers as integer hashes: equal on every GPU. pcg4d by Jarzynski and Olano ("Hash functions for GPU rendering",
 * 2020), lowbias32 by Chris Wellons. A float keeps 24 bits, so that 1.0 cannot come out.
 */
export const RANDOM = /* wgsl */ `
fn pcg4d(words: vec4u) -> vec4u {
  var v = words * 1664525u + 1013904223u;
  v.x += v.y * v.w;
  v.y += v.z * v.x;
  v.z += v.x * v.y;
  v.w += v.y * v.z;
  v ^= v >> vec4u(16u);
  v.x += v.y * v.w;
  v.y += v.z * v.x;
  v.z += v.x * v.y;
  v.w += v.y * v.z;
  return v;
}

fn lowbias32(word: u32) -> u32 {
  var h = word;
  h = (h ^ (h >> 16u)) * 0x7feb352du;
  h = (h ^ (h >> 15u)) * 0x846ca68bu;
  return h ^ (h >> 16u);
}

fn unit(word: u32) -> f32 {
  return f32(word >> 8u) * 0x1p-24;
}

fn unit4(words: vec4u) -> vec4f {
  return vec4f(words >> vec4u(8u)) * 0x1p-24;
}

// The high word of a product: spreads a random word over 0 … count − 1, evenly to count ÷ 2^32.
fn spread(word: u32, count: u32) -> u32 {
  let wordHigh = word >> 16u;
  let wordLow = word & 0xffffu;
  let countHigh = count >> 16u;
  let countLow = count & 0xffffu;
  let middle = wordHigh * countLow + ((wordLow * countLow) >> 16u);
  let other = wordLow * countHigh + (middle & 0xffffu);
  return wordHigh * countHigh + (middle >> 16u) + (other >> 16u);
}
`;
