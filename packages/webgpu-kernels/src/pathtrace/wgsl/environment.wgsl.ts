/** Light from outside: one radiance, or an equirectangular map (see packEnvironment for its directions). */

export const CONSTANT_ENVIRONMENT = /* wgsl */ `
// rgb: radiance; w: density with which light sampling chooses the direction.
fn environmentAlong(d: vec3f) -> vec4f {
  return vec4f(task.environment, 0.0);
}
`;

export const MAP_ENVIRONMENT = (texels: number) => /* wgsl */ `
@group(0) @binding(8) var<storage, read> sky: array<vec4u, ${texels}>;

fn skyRadiance(code: u32) -> vec3f {
  let mantissa = vec3f(vec3i(vec3u(code) & vec3u(0x1ffu, 0x3fe00u, 0x7fc0000u))) * vec3f(1.0, 0x1p-9, 0x1p-18);
  return mantissa * (bitcast<f32>(((code >> 27u) + 118u) * 0x800000u) * task.environmentScale);
}

fn skyAt(x: i32, y: i32) -> vec3f {
  let width = i32(task.environmentWidth);
  let column = select(select(x, x - width, x >= width), x + width, x < 0);
  let row = clamp(y, 0, i32(task.environmentHeight) - 1);
  return skyRadiance(sky[u32(row * width + column)].x);
}

// Bilinear between texel centres.
fn skyColour(uv: vec2f) -> vec3f {
  let point = uv * vec2f(f32(task.environmentWidth), f32(task.environmentHeight)) - 0.5;
  let corner = floor(point);
  let f = point - corner;
  let i = vec2i(corner);
  return mix(mix(skyAt(i.x, i.y), skyAt(i.x + 1, i.y), f.x), mix(skyAt(i.x, i.y + 1), skyAt(i.x + 1, i.y + 1), f.x), f.y);
}

fn skyDensity(texel: u32, sine: f32) -> f32 {
  return bitcast<f32>(sky[texel].w) / (2.0 * PI * PI * most(sine, 1e-6));
}

fn environmentAlong(d: vec3f) -> vec4f {
  let flat = sqrt(d.x * d.x + d.z * d.z);
  let u = 0.5 + angle(d.z, d.x) / (2.0 * PI);
  let v = angle(flat, d.y) / PI;
  let uv = clamp(vec2f(u, v), vec2f(0.0), vec2f(1.0));
  let column = min(u32(uv.x * f32(task.environmentWidth)), task.environmentWidth - 1u);
  let row = min(u32(uv.y * f32(task.environmentHeight)), task.environmentHeight - 1u);
  return vec4f(skyColour(uv), skyDensity(row * task.environmentWidth + column, flat));
}

struct SkySample {
  direction: vec3f,
  density: f32,
  radiance: vec3f,
}

// Where in a share of 0 … 2^32 a random word lies; an end of 0 stands for 2^32.
fn withinShare(word: u32, start: u32, end: u32) -> f32 {
  let size = end - start;
  return f32(word - start) / select(f32(size), 0x1p+32, size == 0u);
}

// The last texel whose share begins at or before the word: of a row, or (by 1) the last row.
fn skyShare(word: u32, first: u32, step: u32, count: u32, field: u32) -> u32 {
  var low = 0u;
  var high = count - 1u;
  while (low < high) {
    let middle = (low + high + 1u) / 2u;
    if (sky[first + middle * step][field] <= word) {
      low = middle;
    } else {
      high = middle - 1u;
    }
  }
  return low;
}

fn sampleSky(words: vec2u) -> SkySample {
  let width = task.environmentWidth;
  let height = task.environmentHeight;
  let row = skyShare(words.y, 0u, width, height, 2u);
  let column = skyShare(words.x, row * width, 1u, width, 1u);
  let texel = row * width + column;
  let rowEnd = select(0u, sky[min(row + 1u, height - 1u) * width].z, row + 1u < height);
  let columnEnd = select(0u, sky[texel + select(0u, 1u, column + 1u < width)].y, column + 1u < width);
  let within = vec2f(
    withinShare(words.x, sky[texel].y, columnEnd),
    withinShare(words.y, sky[row * width].z, rowEnd),
  );
  let size = vec2f(f32(width), f32(height));
  let uv = (vec2f(f32(column), f32(row)) + within) / size;
  // v is half a turn from +Y to −Y; u is a whole one that begins at −X.
  let polar = turn(0.5 * uv.y);
  let around = turn(uv.x);
  let d = vec3f(-polar.y * around.x, polar.x, -polar.y * around.y);
  return SkySample(d, skyDensity(texel, polar.y), skyColour(uv));
}
`;
