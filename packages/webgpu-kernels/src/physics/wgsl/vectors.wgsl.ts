import { UNIT_BITS } from '../fixed.js';

/** The vectors of vectors.ts, word by word. */
export const VECTORS = /* wgsl */ `
const ONE = ${2 ** UNIT_BITS};
const ZERO = vec3i(0);

// A body's own axes, in the world's; unit vectors in 2^-${UNIT_BITS}.
alias Axes = array<vec3i, 3>;

fn scaled3(v: vec3i, factor: i32, shift: u32) -> vec3i {
  return vec3i(scaled(v.x, factor, shift), scaled(v.y, factor, shift), scaled(v.z, factor, shift));
}

fn timesUnit(v: vec3i, factor: i32) -> vec3i {
  return scaled3(v, factor, ${UNIT_BITS}u);
}

fn dotUnit(a: vec3i, b: vec3i) -> i32 {
  return scaled(a.x, b.x, ${UNIT_BITS}u) + scaled(a.y, b.y, ${UNIT_BITS}u) + scaled(a.z, b.z, ${UNIT_BITS}u);
}

fn crossScaled(a: vec3i, b: vec3i, shift: u32) -> vec3i {
  return vec3i(
    scaled(a.y, b.z, shift) - scaled(a.z, b.y, shift),
    scaled(a.z, b.x, shift) - scaled(a.x, b.z, shift),
    scaled(a.x, b.y, shift) - scaled(a.y, b.x, shift),
  );
}

fn unitAlong(v: vec3i, length: i32) -> vec3i {
  return vec3i(unitOf(v.x, length), unitOf(v.y, length), unitOf(v.z, length));
}

// A vector of the world in a body's own axes.
fn within(v: vec3i, axes: Axes) -> vec3i {
  return vec3i(dotUnit(v, axes[0]), dotUnit(v, axes[1]), dotUnit(v, axes[2]));
}

// A vector of a body's own axes in the world's.
fn outOf(v: vec3i, axes: Axes) -> vec3i {
  return timesUnit(axes[0], v.x) + timesUnit(axes[1], v.y) + timesUnit(axes[2], v.z);
}

fn unitFromTwice(halved: i32) -> i32 {
  return (halved + 64) >> 7u;
}

fn axesOf(q: vec4i) -> Axes {
  let xx = scaled(q.x, q.x, 30u);
  let yy = scaled(q.y, q.y, 30u);
  let zz = scaled(q.z, q.z, 30u);
  let xy = scaled(q.x, q.y, 30u);
  let xz = scaled(q.x, q.z, 30u);
  let yz = scaled(q.y, q.z, 30u);
  let wx = scaled(q.w, q.x, 30u);
  let wy = scaled(q.w, q.y, 30u);
  let wz = scaled(q.w, q.z, 30u);
  return Axes(
    vec3i(ONE - unitFromTwice(yy + zz), unitFromTwice(xy + wz), unitFromTwice(xz - wy)),
    vec3i(unitFromTwice(xy - wz), ONE - unitFromTwice(xx + zz), unitFromTwice(yz + wx)),
    vec3i(unitFromTwice(xz + wy), unitFromTwice(yz - wx), ONE - unitFromTwice(xx + yy)),
  );
}

// Turned on by a turn of up to 1 rad, in 2^-30, and of length 1 again to the first order.
fn turned(q: vec4i, turn: vec3i) -> vec4i {
  let next = q + vec4i(
    scaled(turn.x, q.w, 31u) + scaled(turn.y, q.z, 31u) - scaled(turn.z, q.y, 31u),
    scaled(turn.y, q.w, 31u) + scaled(turn.z, q.x, 31u) - scaled(turn.x, q.z, 31u),
    scaled(turn.z, q.w, 31u) + scaled(turn.x, q.y, 31u) - scaled(turn.y, q.x, 31u),
    -scaled(turn.x, q.x, 31u) - scaled(turn.y, q.y, 31u) - scaled(turn.z, q.z, 31u),
  );
  let square = scaled(next.x, next.x, 30u) + scaled(next.y, next.y, 30u) + scaled(next.z, next.z, 30u) + scaled(next.w, next.w, 30u);
  let factor = ${3 * 2 ** 29} - (square >> 1u);
  return vec4i(
    scaled(next.x, factor, 30u),
    scaled(next.y, factor, 30u),
    scaled(next.z, factor, 30u),
    scaled(next.w, factor, 30u),
  );
}
`;
