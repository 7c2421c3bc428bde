import { UNIT_BITS } from '../fixed.js';
import { BETTER_BY, EDGES, MOST_PLACES, PARALLEL } from '../geometry.js';
import type { Shapes } from './world.wgsl.js';

/** Places where a pair touches at most. */
export const placesOf = (shapes: Shapes) => (shapes === 'boxes' ? MOST_PLACES : 1);

/** Where the bodies of a pair touch, as geometry.ts has it: two spheres, a sphere and either, or two boxes. */
export const GEOMETRY = (shapes: Shapes) => /* wgsl */ `
struct Solid {
  axes: Axes,
  half: vec3i,
  round: bool,
  position: vec3i,
}

struct Touch {
  count: u32,
  // From the first to the second, at all places.
  normal: vec3i,
  feature: array<u32, ${placesOf(shapes)}>,
  gap: array<i32, ${placesOf(shapes)}>,
  // From the first body's centre.
  at: array<vec3i, ${placesOf(shapes)}>,
}

fn nowhere() -> Touch {
  var touch: Touch;
  touch.count = 0u;
  return touch;
}

fn somewhere(normal: vec3i, feature: u32, gap: i32, at: vec3i) -> Touch {
  var touch: Touch;
  touch.count = 1u;
  touch.normal = normal;
  touch.feature[0] = feature;
  touch.gap[0] = gap;
  touch.at[0] = at;
  return touch;
}

fn beyond(d: vec3i, most: i32) -> bool {
  return any(abs(d) > vec3i(most));
}

${PIECES[shapes]}
fn touchOfPlane(a: Solid, plane: vec4i) -> Touch {
  let normal = -plane.xyz;
  let height = dotUnit(a.position, plane.xyz) - plane.w;
${shapes === 'boxes' ? CORNERS : TANGENT}
}
`;

const TANGENT = `  let gap = height - a.half.x;
  if (gap >= world.reach) {
    return nowhere();
  }
  return somewhere(normal, 0u, gap, timesUnit(normal, a.half.x));`;

const CORNERS = `
  let slope = within(normal, a.axes);
  var face = 0;
  for (var k = 1; k < 3; k++) {
    if (abs(slope[k]) > abs(slope[face])) {
      face = k;
    }
  }
  let s = (face + 1) % 3;
  let t = (face + 2) % 3;
  var axes = a.axes;
  let along = timesUnit(axes[s], a.half[s]);
  let across = timesUnit(axes[t], a.half[t]);
  let up = timesUnit(axes[face], a.half[face]);
  let middle = select(up, -up, slope[face] < 0);
  var touch: Touch;
  touch.count = 0u;
  touch.normal = normal;
  for (var corner = 0; corner < 4; corner++) {
    let at = middle + select(-along, along, corner % 2 == 0) + select(-across, across, corner < 2);
    let gap = height + dotUnit(at, plane.xyz);
    if (gap < world.reach) {
      touch.feature[touch.count] = u32(4 * face + corner);
      touch.gap[touch.count] = gap;
      touch.at[touch.count] = at;
      touch.count++;
    }
  }
  return touch;`;

const TURNED_ROUND = `
fn turnedRound(found: Touch, d: vec3i) -> Touch {
  var touch = found;
  touch.normal = -touch.normal;
  for (var k = 0u; k < touch.count; k++) {
    touch.feature[k] += 0x80u;
    touch.at[k] += d;
  }
  return touch;
}
`;

const SPHERES = `
fn touchOfSpheres(a: Solid, b: Solid) -> Touch {
  let d = b.position - a.position;
  let together = a.half.x + b.half.x;
  if (beyond(d, together + world.reach)) {
    return nowhere();
  }
  let length = lengthOf(d);
  if (length - together >= world.reach) {
    return nowhere();
  }
  var normal = vec3i(0, ONE, 0);
  if (length > 0) {
    normal = unitAlong(d, length);
  }
  return somewhere(normal, 0u, length - together, timesUnit(normal, a.half.x));
}
`;

const SPHERE_AND_BOX = `
// As the sphere has it.
fn sphereAndBox(sphere: Solid, box: Solid) -> Touch {
  let radius = sphere.half.x;
  let at = within(sphere.position - box.position, box.axes);
  let off = at - clamp(at, -box.half, box.half);
  if (beyond(off, radius + world.reach)) {
    return nowhere();
  }
  let length = lengthOf(off);
  if (length - radius >= world.reach) {
    return nowhere();
  }
  var out = unitAlong(off, max(1, length));
  var gap = length - radius;
  if (length == 0) {
    // The centre is within: out by the nearest face.
    let depth = box.half - abs(at);
    var face = 0;
    for (var k = 1; k < 3; k++) {
      if (depth[k] < depth[face]) {
        face = k;
      }
    }
    let up = select(ONE, -ONE, at[face] < 0);
    out = select(ZERO, vec3i(up), vec3i(0, 1, 2) == vec3i(face));
    gap = -depth[face] - radius;
  }
  let normal = -outOf(out, box.axes);
  return somewhere(normal, 0u, gap, timesUnit(normal, radius));
}
`;

const BOXES = `
// How far a box reaches along a unit vector.
fn extent(box: Solid, along: vec3i) -> i32 {
  let cosines = abs(within(along, box.axes));
  return scaled(box.half.x, cosines.x, ${UNIT_BITS}u) + scaled(box.half.y, cosines.y, ${UNIT_BITS}u) + scaled(box.half.z, cosines.z, ${UNIT_BITS}u);
}

fn touchOfBoxes(one: Solid, other: Solid) -> Touch {
  var a = one;
  var b = other;
  let d = b.position - a.position;
  var best = -0x7fffffff;
  var face = 0;
  for (var k = 0; k < 6; k++) {
    let axis = select(b.axes[max(k, 3) - 3], a.axes[min(k, 2)], k < 3);
    let apart = abs(dotUnit(d, axis)) - extent(a, axis) - extent(b, axis);
    if (apart >= world.reach) {
      return nowhere();
    }
    if (apart > best + select(${BETTER_BY}, 0, k < 3)) {
      best = apart;
      face = k;
    }
  }
  var edge = -1;
  var along = ZERO;
  var least = best + ${BETTER_BY};
  for (var k = 0; k < 9; k++) {
    let crossed = crossScaled(a.axes[k / 3], b.axes[k % 3], ${UNIT_BITS}u);
    let length = lengthOf(crossed);
    if (length >= ${PARALLEL}) {
      let axis = unitAlong(crossed, length);
      let apart = abs(dotUnit(d, axis)) - extent(a, axis) - extent(b, axis);
      if (apart >= world.reach) {
        return nowhere();
      }
      if (apart > least) {
        least = apart;
        edge = k;
        along = axis;
      }
    }
  }
  if (edge >= 0) {
    return touchOfEdges(a, b, d, edge, select(along, -along, dotUnit(d, along) < 0));
  }
  if (face < 3) {
    return touchOfFaces(a, b, d, face);
  }
  return turnedRound(touchOfFaces(b, a, -d, face - 3), d);
}

fn edgeOf(one: Solid, own: i32, along: vec3i) -> vec3i {
  var box = one;
  var at = ZERO;
  for (var k = 0; k < 3; k++) {
    let axis = box.axes[k];
    let half = box.half[k];
    let arm = timesUnit(axis, select(half, -half, dotUnit(axis, along) < 0));
    at += select(arm, ZERO, k == own);
  }
  return at;
}

// x ÷ share, no farther from 0 than a limit. share: in 2^-${UNIT_BITS}, positive.
fn quotient(x: i32, share: i32, limit: i32) -> i32 {
  let most = scaled(limit, share, ${UNIT_BITS}u);
  if (abs(x) >= most) {
    return select(limit, -limit, x < 0);
  }
  return scaled(limit, unitOf(x, most), ${UNIT_BITS}u);
}

fn touchOfEdges(one: Solid, other: Solid, d: vec3i, edge: i32, normal: vec3i) -> Touch {
  var a = one;
  var b = other;
  let u = a.axes[edge / 3];
  let v = b.axes[edge % 3];
  let start = edgeOf(a, edge / 3, normal);
  let end = d + edgeOf(b, edge % 3, -normal);
  let w = end - start;
  let c = dotUnit(u, v);
  let wu = dotUnit(w, u);
  let wv = dotUnit(w, v);
  let sine = ONE - scaled(c, c, ${UNIT_BITS}u);
  let onA = quotient(wu - scaled(wv, c, ${UNIT_BITS}u), sine, a.half[edge / 3]);
  let onB = quotient(scaled(wu, c, ${UNIT_BITS}u) - wv, sine, b.half[edge % 3]);
  let p = start + timesUnit(u, onA);
  let q = end + timesUnit(v, onB);
  let gap = dotUnit(q - p, normal);
  return somewhere(normal, u32(${EDGES} + edge), gap, p + timesUnit(normal, gap >> 1u));
}

const MOST_CORNERS = 8u;

struct Polygon {
  count: u32,
  id: array<u32, MOST_CORNERS>,
  at: array<vec3i, MOST_CORNERS>,
}

fn addCorner(polygon: ptr<function, Polygon>, id: u32, at: vec3i) {
  let k = (*polygon).count;
  if (k < MOST_CORNERS) {
    (*polygon).id[k] = id;
    (*polygon).at[k] = at;
    (*polygon).count = k + 1u;
  }
}

fn overSide(at: vec3i, side: u32, limit: i32) -> i32 {
  let x = select(at.y, at.x, side < 2u);
  return select(-x, x, side % 2u == 0u) - limit;
}

fn clipped(before: Polygon, side: u32, limit: i32) -> Polygon {
  var polygon = before;
  var found: Polygon;
  found.count = 0u;
  for (var i = 0u; i < polygon.count; i++) {
    let next = select(i + 1u, 0u, i + 1u == polygon.count);
    let here = overSide(polygon.at[i], side, limit);
    let there = overSide(polygon.at[next], side, limit);
    if (here <= 0) {
      addCorner(&found, polygon.id[i], polygon.at[i]);
    }
    if ((here <= 0) != (there <= 0)) {
      let leaves = here <= 0;
      let inner = select(polygon.at[next], polygon.at[i], leaves);
      let outer = select(polygon.at[i], polygon.at[next], leaves);
      let overInner = select(there, here, leaves);
      let overOuter = select(here, there, leaves);
      let share = unitOf(-overInner, overOuter - overInner);
      addCorner(&found, 4u + 2u * side + select(1u, 0u, leaves), inner + timesUnit(outer - inner, share));
    }
  }
  return found;
}

fn inOrder(v: vec3i, x: vec3i, y: vec3i, z: vec3i) -> vec3i {
  return vec3i(dotUnit(v, x), dotUnit(v, y), dotUnit(v, z));
}

fn touchOfFaces(one: Solid, other: Solid, d: vec3i, face: i32) -> Touch {
  var a = one;
  var b = other;
  let x = a.axes[(face + 1) % 3];
  let y = a.axes[(face + 2) % 3];
  let axis = a.axes[face];
  let back = dotUnit(d, axis) < 0;
  let z = select(axis, -axis, back);
  var columns = array(inOrder(b.axes[0], x, y, z), inOrder(b.axes[1], x, y, z), inOrder(b.axes[2], x, y, z));
  var facing = 0;
  for (var k = 1; k < 3; k++) {
    if (abs(columns[k].z) > abs(columns[facing].z)) {
      facing = k;
    }
  }
  let s = (facing + 1) % 3;
  let t = (facing + 2) % 3;
  let toward = select(b.half[facing], -b.half[facing], columns[facing].z > 0);
  let middle = inOrder(d, x, y, z) + timesUnit(columns[facing], toward);
  let along = timesUnit(columns[s], b.half[s]);
  let across = timesUnit(columns[t], b.half[t]);
  var polygon: Polygon;
  polygon.count = 0u;
  addCorner(&polygon, 0u, middle + along + across);
  addCorner(&polygon, 1u, middle - along + across);
  addCorner(&polygon, 2u, middle - along - across);
  addCorner(&polygon, 3u, middle + along - across);
  for (var side = 0u; side < 4u; side++) {
    let half = select(a.half[(face + 2) % 3], a.half[(face + 1) % 3], side < 2u);
    polygon = clipped(polygon, side, half + ${BETTER_BY});
  }
  let height = a.half[face];
  // Bits of those that are near enough.
  var near = 0u;
  for (var i = 0u; i < polygon.count; i++) {
    near |= select(0u, 1u << i, polygon.at[i].z - height < world.reach);
  }
  let taken = outermost(polygon, near);
  var touch: Touch;
  touch.count = 0u;
  touch.normal = z;
  for (var i = 0u; i < polygon.count; i++) {
    if ((taken & (1u << i)) != 0u) {
      let at = polygon.at[i];
      let gap = at.z - height;
      touch.feature[touch.count] = u32(${EDGES} * (2 + face) + 0x100 * facing) + 0x400u * polygon.id[i];
      touch.gap[touch.count] = gap;
      touch.at[touch.count] = timesUnit(x, at.x) + timesUnit(y, at.y) + timesUnit(z, height + (gap >> 1u));
      touch.count++;
    }
  }
  return touch;
}

// Of more than four the outermost towards four corners.
fn outermost(all: Polygon, near: u32) -> u32 {
  if (countOneBits(near) <= ${MOST_PLACES}u) {
    return near;
  }
  var polygon = all;
  var taken = 0u;
  for (var k = 0u; k < ${MOST_PLACES}u; k++) {
    let towards = vec2i(select(-1, 1, k % 2u == 0u), select(-1, 1, k < 2u));
    var best = 0u;
    var most = 0;
    var any = false;
    for (var i = 0u; i < polygon.count; i++) {
      let far = towards.x * polygon.at[i].x + towards.y * polygon.at[i].y;
      if (((near & ~taken & (1u << i)) != 0u) & (!any | (far > most))) {
        best = i;
        most = far;
        any = true;
      }
    }
    taken |= 1u << best;
  }
  return taken;
}
`;

const PIECES: Readonly<Record<Shapes, string>> = {
  spheres: `${SPHERES}
fn touchOf(a: Solid, b: Solid) -> Touch {
  return touchOfSpheres(a, b);
}`,
  both: `${SPHERES}${TURNED_ROUND}${SPHERE_AND_BOX}
fn touchOf(a: Solid, b: Solid) -> Touch {
  if (a.round & b.round) {
    return touchOfSpheres(a, b);
  }
  if (a.round) {
    return sphereAndBox(a, b);
  }
  return turnedRound(sphereAndBox(b, a), b.position - a.position);
}`,
  boxes: `${TURNED_ROUND}${BOXES}
fn touchOf(a: Solid, b: Solid) -> Touch {
  return touchOfBoxes(a, b);
}`,
};
