import { CANARY_SEED, FILTER_RADIUS_PX, NOISE_RADIUS_PX, SMOOTH_RADIUS_PX } from './film.js';

/**
 * A joint filter in four steps, after non-local means with feature buffers (Rousselle, Knaus, Zwicker 2012, 2013) and the
 * spatial filter of Schied et al. (2017), without time:
 *
 *   light   what the picture shows, divided by the surfaces' colour, so that textures are no part of what is filtered; and how
 *           far each pixel is from its neighbours: from those on the side, or the line, that it is like most (as Kuwahara's
 *           filter chooses sides), so that edges and slopes of light are no noise
 *   noise   the variance of the light around each pixel, from these distances
 *   smooth  light smoothed a little, but not over edges that stand out from the noise; and the variance of that,
 *           from the same pixels
 *   filter  each pixel's mean of the light of those around it that show the like: by normal, depth, colour, and by smoothed
 *           light as far as its variance tells two pixels apart; times the surface's colour
 *
 * The variance is measured in the picture itself: a film that has one block of samples a pixel knows no other. Where there is
 * none, the picture stays as it is.
 *
 * All loops go row by row through the film's own pixels, so that a pixel's bits depend on nothing but the film around it.
 */

const head = /* wgsl */ `
struct Task {
  film: vec4u,
  window: vec4u,
  // All pixels of the tile and those that they take in, with what these take in.
  region: vec4u,
  tile: vec4u,
}
struct Slice { firstLane: u32, lanes: u32, last: u32, unused: u32 }
@group(0) @binding(0) var<uniform> task: Task;
@group(0) @binding(1) var<uniform> slice: Slice;
@group(0) @binding(3) var<storage, read> guides: array<vec4f>;

// Less than this share of the light's square is rounding.
const ROUNDING = 1e-10;

struct Guide { colour: vec3f, depth: f32, normal: vec3f, hit: f32 }

fn within(p: vec2i, rect: vec4u) -> bool {
  let at = p - vec2i(rect.xy);
  return all(at >= vec2i(0)) && all(at < vec2i(rect.zw));
}

fn indexIn(p: vec2i, rect: vec4u) -> u32 {
  let at = vec2u(p - vec2i(rect.xy));
  return at.y * rect.z + at.x;
}

fn pixelOf(lane: u32, rect: vec4u) -> vec2i {
  return vec2i(rect.xy + vec2u(lane % rect.z, lane / rect.z));
}

fn guideAt(p: vec2i) -> Guide {
  let at = 2u * indexIn(p, task.window);
  let first = guides[at];
  let second = guides[at + 1u];
  return Guide(first.xyz, first.w, second.xyz, second.w);
}

// What the light was multiplied by. What comes straight from outside was not.
fn reflectance(g: Guide) -> vec3f {
  return max(g.colour + vec3f(1.0 - g.hit), vec3f(0.02));
}

// Change of depth a pixel to the right and down: the smaller one of both sides', so that an edge does not count as a slope.
fn slopeAt(p: vec2i, depth: f32) -> vec2f {
  var slope = vec2f(0.0);
  for (var axis = 0; axis < 2; axis++) {
    let step = select(vec2i(0, 1), vec2i(1, 0), axis == 0);
    let film = vec4u(0u, 0u, task.film.xy);
    let after = within(p + step, film);
    let before = within(p - step, film);
    var change = 0.0;
    if (after) {
      change = guideAt(p + step).depth - depth;
    }
    if (before) {
      let other = depth - guideAt(p - step).depth;
      if (!after || abs(other) < abs(change)) {
        change = other;
      }
    }
    slope[axis] = change;
  }
  return slope;
}

// How far two pixels show the like, 0 to 1.
fn likeness(g: Guide, slope: vec2f, other: Guide, offset: vec2i) -> f32 {
  let normal = g.normal - other.normal;
  let colour = g.colour - other.colour;
  let hit = g.hit - other.hit;
  let expected = 1.5 * abs(dot(slope, vec2f(offset)));
  let depth = max(0.0, abs(g.depth - other.depth) - expected) / (0.01 * max(g.depth, other.depth) + 1e-9);
  return exp(-(dot(normal, normal) * 8.0 + dot(colour, colour) * 5.0 + hit * hit * 50.0 + depth));
}
`;

/** Light a pixel of the region, and the square of its distance from its neighbours, as a measure of its variance. */
export const LIGHT_WGSL = /* wgsl */ `${head}
@group(0) @binding(2) var<storage, read> radiance: array<f32>;
@group(0) @binding(4) var<storage, read_write> light: array<vec4f>;

// The least of eight normal variates' squares, each the distance from a side's mean over its expectation, is so much of what
// one is: between what one and three independent channels make of it (0.23 and 0.42).
const LEAST_OF_SIDES = 0.3;

// A pixel's neighbours on one side: three around a corner, or the two on a line with it.
fn sideOffset(side: i32, i: i32) -> vec2i {
  if (side < 4) {
    return vec2i(select(-1, 1, (side & 1) == 1), select(-1, 1, (side & 2) == 2)) * vec2i(i & 1, i >> 1u);
  }
  let lines = array<vec2i, 4>(vec2i(1, 0), vec2i(0, 1), vec2i(1, 1), vec2i(1, -1));
  return lines[side - 4] * select(-1, 1, i == 1);
}

fn lightAt(p: vec2i, g: Guide) -> vec3f {
  let at = 3u * indexIn(p, task.window);
  return vec3f(radiance[at], radiance[at + 1u], radiance[at + 2u]) / reflectance(g);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= slice.lanes) {
    return;
  }
  let lane = slice.firstLane + id.x;
  let p = pixelOf(lane, task.region);
  let g = guideAt(p);
  let slope = slopeAt(p, g.depth);
  let here = lightAt(p, g);
  var least = 3e38;
  for (var side = 0; side < 8; side++) {
    var sum = vec3f(0.0);
    var weights = 0.0;
    var squares = 0.0;
    for (var i = 1; i <= select(2, 3, side < 4); i++) {
      let offset = sideOffset(side, i);
      let q = p + offset;
      if (!within(q, vec4u(0u, 0u, task.film.xy))) {
        continue;
      }
      let other = guideAt(q);
      let weight = likeness(g, slope, other, offset);
      sum += weight * lightAt(q, other);
      weights += weight;
      squares += weight * weight;
    }
    if (weights > 0.1) {
      let difference = here - sum / weights;
      // The mean's own variance adds to the pixel's.
      least = min(least, dot(difference, difference) / (3.0 * (1.0 + squares / (weights * weights))));
    }
  }
  light[lane] = vec4f(here, select(0.0, least / LEAST_OF_SIDES, least < 3e38));
}
`;

/** The light's variance a pixel of the region. */
export const NOISE_WGSL = /* wgsl */ `${head}
@group(0) @binding(4) var<storage, read> light: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> noise: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= slice.lanes) {
    return;
  }
  let lane = slice.firstLane + id.x;
  let p = pixelOf(lane, task.region);
  let g = guideAt(p);
  let slope = slopeAt(p, g.depth);
  var variance = 0.0;
  var weights = 0.0;
  for (var dy = -${NOISE_RADIUS_PX}; dy <= ${NOISE_RADIUS_PX}; dy++) {
    for (var dx = -${NOISE_RADIUS_PX}; dx <= ${NOISE_RADIUS_PX}; dx++) {
      let offset = vec2i(dx, dy);
      let q = p + offset;
      // What lies outside of the region, but within the film, is missed by pixels only that no pixel of the tile takes in.
      if (!within(q, task.region)) {
        continue;
      }
      let weight = likeness(g, slope, guideAt(q), offset);
      variance += weight * light[indexIn(q, task.region)].w;
      weights += weight;
    }
  }
  // The pixel itself has the weight 1.
  noise[lane] = variance / weights;
}
`;

/** Smoothed light a pixel of the region, and the variance of that. */
export const SMOOTH_WGSL = /* wgsl */ `${head}
@group(0) @binding(4) var<storage, read> light: array<vec4f>;
@group(0) @binding(5) var<storage, read> noise: array<f32>;
@group(0) @binding(6) var<storage, read_write> smoothed: array<vec4f>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= slice.lanes) {
    return;
  }
  let lane = slice.firstLane + id.x;
  let p = pixelOf(lane, task.region);
  let g = guideAt(p);
  let slope = slopeAt(p, g.depth);
  let here = light[lane].xyz;
  let around = noise[lane];
  var variance = 0.0;
  var sum = vec3f(0.0);
  var weights = 0.0;
  var squares = 0.0;
  for (var dy = -${SMOOTH_RADIUS_PX}; dy <= ${SMOOTH_RADIUS_PX}; dy++) {
    for (var dx = -${SMOOTH_RADIUS_PX}; dx <= ${SMOOTH_RADIUS_PX}; dx++) {
      let offset = vec2i(dx, dy);
      let q = p + offset;
      if (!within(q, task.region)) {
        continue;
      }
      let other = indexIn(q, task.region);
      let there = light[other];
      let difference = here - there.xyz;
      // Far beyond what noise does: single bright pixels are to pass.
      let apart = dot(difference, difference) / (3.0 * 16.0 * (around + noise[other]) + ROUNDING * dot(here, here) + 1e-30);
      let weight = exp(-min(apart * apart, 80.0)) * likeness(g, slope, guideAt(q), offset);
      sum += weight * there.xyz;
      variance += weight * there.w;
      weights += weight;
      squares += weight * weight;
    }
  }
  // The pixel itself has the weight 1.
  smoothed[lane] = vec4f(sum / weights, (variance / weights) * squares / (weights * weights));
}
`;

/** The tile's pixels, and the canary. */
export const FILTER_WGSL = /* wgsl */ `${head}
@group(0) @binding(2) var<storage, read> radiance: array<f32>;
@group(0) @binding(4) var<storage, read> light: array<vec4f>;
@group(0) @binding(6) var<storage, read> smoothed: array<vec4f>;
@group(0) @binding(7) var<storage, read_write> result: array<u32>;

fn lowbias32(x: u32) -> u32 {
  var h = x;
  h = (h ^ (h >> 16u)) * 0x7feb352du;
  h = (h ^ (h >> 15u)) * 0x846ca68bu;
  return h ^ (h >> 16u);
}

fn canary() -> u32 {
  let words = array<u32, 10>(
    task.film.x, task.film.y, task.window.x, task.window.y, task.window.z, task.window.w,
    task.tile.x, task.tile.y, task.tile.z, task.tile.w,
  );
  var h = ${CANARY_SEED}u;
  for (var i = 0u; i < 10u; i++) {
    h = lowbias32(h ^ words[i]);
  }
  return h;
}

fn filtered(p: vec2i) -> vec3f {
  let at = 3u * indexIn(p, task.window);
  let rendered = vec3f(radiance[at], radiance[at + 1u], radiance[at + 2u]);
  let here = smoothed[indexIn(p, task.region)];
  if (here.w <= ROUNDING * dot(here.xyz, here.xyz)) {
    return rendered;
  }
  let g = guideAt(p);
  let slope = slopeAt(p, g.depth);
  var sum = vec3f(0.0);
  var weights = 0.0;
  for (var dy = -${FILTER_RADIUS_PX}; dy <= ${FILTER_RADIUS_PX}; dy++) {
    for (var dx = -${FILTER_RADIUS_PX}; dx <= ${FILTER_RADIUS_PX}; dx++) {
      let offset = vec2i(dx, dy);
      let q = p + offset;
      // The region ends closer to the tile than this only where the film does.
      if (!within(q, task.region)) {
        continue;
      }
      let other = indexIn(q, task.region);
      let there = smoothed[other];
      let difference = here.xyz - there.xyz;
      // Not by the noise of the other alone: what is noisy is not taken in by what is not.
      let variance = here.w + min(here.w, there.w);
      let apart = max(0.0, dot(difference, difference) / 3.0 - variance) / (2.0 * variance);
      let weight = exp(-min(apart, 80.0)) * likeness(g, slope, guideAt(q), offset);
      sum += weight * light[other].xyz;
      weights += weight;
    }
  }
  // The pixel itself has the weight 1.
  return sum / weights * reflectance(g);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= slice.lanes) {
    return;
  }
  let lane = slice.firstLane + id.x;
  let rgb = filtered(pixelOf(lane, task.tile));
  result[3u * lane] = bitcast<u32>(rgb.x);
  result[3u * lane + 1u] = bitcast<u32>(rgb.y);
  result[3u * lane + 2u] = bitcast<u32>(rgb.z);
  if (slice.last == 1u && id.x == 0u) {
    result[3u * task.tile.z * task.tile.w] = canary();
  }
}
`;
