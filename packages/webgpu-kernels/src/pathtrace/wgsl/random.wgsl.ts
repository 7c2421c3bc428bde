/**
 * Random numbers as integer arithmetic: equal on every GPU. A float keeps 24 bits, so that 1.0 cannot come out.
 *
 * What shapes the light comes in pairs from Sobol's first two dimensions, Owen-scrambled and shuffled by hashes of pixel
 * and pair (Burley, "Practical hash-based Owen scrambling", 2020; the hash after Laine and Karras 2011, with Vegdahl's
 * constants). Small choices take pcg4d (Jarzynski and Olano, "Hash functions for GPU rendering", 2020). lowbias32 is by
 * Chris Wellons.
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

// Owen's scrambling of a number whose bits stand in reverse order.
fn scramble(reversed: u32, seed: u32) -> u32 {
  var x = reversed;
  x ^= x * 0x3d20adeau;
  x += seed;
  x *= (seed >> 16u) | 1u;
  x ^= x * 0x05526c56u;
  return x ^ (x * 0x53a22864u);
}

// Two numbers of a pixel's sample: over all samples of the pixel they fill the square evenly.
fn sobolPair(sample: u32, pixelSeed: u32, pair: u32) -> vec2u {
  let seed = lowbias32(pixelSeed ^ (pair * 0x9e3779b9u));
  let index = reverseBits(scramble(reverseBits(sample), seed));
  // Sobol's second dimension, reversed: the index as a polynomial over GF(2), at x + 1.
  var second = index;
  second ^= second >> 16u;
  second ^= (second >> 8u) & 0x00ff00ffu;
  second ^= (second >> 4u) & 0x0f0f0f0fu;
  second ^= (second >> 2u) & 0x33333333u;
  second ^= (second >> 1u) & 0x55555555u;
  return vec2u(
    reverseBits(scramble(index, seed * 0x8da6b343u + 0x68bc21ebu)),
    reverseBits(scramble(second, seed * 0xd8163841u + 0x02e5be93u)),
  );
}

fn unit(word: u32) -> f32 {
  return f32(word & 0xffffff00u) * 0x1p-32;
}

fn unit2(words: vec2u) -> vec2f {
  return vec2f(words & vec2u(0xffffff00u)) * 0x1p-32;
}

fn unit4(words: vec4u) -> vec4f {
  return vec4f(words & vec4u(0xffffff00u)) * 0x1p-32;
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
