import { UNIT_BITS } from '../fixed.js';
import { FIXED } from './fixed.wgsl.js';

/** What the programs of a world are made for. */
export interface Shape {
  readonly bodies: number;
  readonly planes: number;
  /** Contacts with bodies of higher numbers, and with the surroundings, that one body may have. */
  readonly slots: number;
  /** Heads of cells' lists; a power of two. */
  readonly heads: number;
}

export const WORKGROUP = 64;
/** Sums that a substep adds up for each body: momentum and spin by warm impulses, by the rest of them, a push, contacts. */
export const SUM_WORDS = 16;

/**
 * A substep of spheres and planes, in four dispatches. The lower body of a pair does the pair's work and adds the outcome to
 * both with integer atomics, whose order does not matter. Equal to reference.ts word for word.
 */
export const SPHERES = ({ bodies, planes, slots, heads }: Shape) => /* wgsl */ `${FIXED}
const BODIES = ${bodies}u;
const SLOTS = ${slots}u;
const PLANE = 0x80000000u;
const UNIT = ${2 ** UNIT_BITS};
// Lists hold numbers from 1 on: 0 is their end.
const END = 0u;
const COARSE = 6u;

struct World {
  massShift: u32,
  spinShift: u32,
  leverShift: u32,
  cellShift: u32,
  reach: i32,
  slop: i32,
  bounceFrom: i32,
  friction: i32,
  restitution: i32,
  pushShift: u32,
  planes: array<vec4i, ${Math.max(1, planes)}>,
}

struct Fixed {
  radius: i32,
  weight: i32,
  weightOfSpin: i32,
  unused: i32,
  // Of gravity, a substep.
  pull: vec4i,
}

struct State {
  // w: contacts in the substep before.
  position: vec4i,
  momentum: vec4i,
  spin: vec4i,
}

struct Contact {
  other: u32,
  gap: i32,
  approach: i32,
  unused: i32,
  normal: vec4i,
  // Impulse on the higher one: of the substep before, then of this one.
  impulse: vec4i,
}

@group(0) @binding(0) var<uniform> world: World;
@group(0) @binding(1) var<storage, read> fixed: array<Fixed, BODIES>;
@group(0) @binding(2) var<storage, read_write> states: array<State, BODIES>;
@group(0) @binding(3) var<storage, read_write> contacts: array<Contact, BODIES * SLOTS>;
// How many of a body's contacts are in use; more than SLOTS: too many.
@group(0) @binding(4) var<storage, read_write> counts: array<u32, BODIES>;
@group(0) @binding(5) var<storage, read_write> sums: array<atomic<i32>, BODIES * ${SUM_WORDS}u>;
@group(0) @binding(6) var<storage, read_write> heads: array<atomic<u32>, ${heads}>;
@group(0) @binding(7) var<storage, read_write> nexts: array<u32, BODIES>;
@group(0) @binding(8) var<storage, read> contactsBefore: array<Contact, BODIES * SLOTS>;

fn dotUnit(a: vec3i, n: vec3i) -> i32 {
  return scaled(a.x, n.x, ${UNIT_BITS}u) + scaled(a.y, n.y, ${UNIT_BITS}u) + scaled(a.z, n.z, ${UNIT_BITS}u);
}

fn timesUnit(n: vec3i, s: i32) -> vec3i {
  return vec3i(scaled(n.x, s, ${UNIT_BITS}u), scaled(n.y, s, ${UNIT_BITS}u), scaled(n.z, s, ${UNIT_BITS}u));
}

fn crossScaled(a: vec3i, b: vec3i, shift: u32) -> vec3i {
  return vec3i(
    scaled(a.y, b.z, shift) - scaled(a.z, b.y, shift),
    scaled(a.z, b.x, shift) - scaled(a.x, b.z, shift),
    scaled(a.x, b.y, shift) - scaled(a.y, b.x, shift),
  );
}

fn scaled3(v: vec3i, s: i32, shift: u32) -> vec3i {
  return vec3i(scaled(v.x, s, shift), scaled(v.y, s, shift), scaled(v.z, s, shift));
}

// a·b ÷ 2^shift for shifts of 1 to 62.
fn shifted(a: i32, b: i32, shift: u32) -> i32 {
  if (shift < 32u) {
    return scaled(a, b, shift);
  }
  return (scaled(a, b, 31u) + (1 << (shift - 32u))) >> (shift - 31u);
}

fn cellOf(position: vec3i) -> vec3i {
  return position >> vec3u(world.cellShift);
}

fn headOf(cell: vec3i) -> u32 {
  let c = bitcast<vec3u>(cell);
  return ((c.x * 73856093u) ^ (c.y * 19349663u) ^ (c.z * 83492791u)) & ${heads - 1}u;
}

fn add3(at: u32, v: vec3i) {
  atomicAdd(&sums[at], v.x);
  atomicAdd(&sums[at + 1u], v.y);
  atomicAdd(&sums[at + 2u], v.z);
}

fn sum3(at: u32) -> vec3i {
  return vec3i(atomicLoad(&sums[at]), atomicLoad(&sums[at + 1u]), atomicLoad(&sums[at + 2u]));
}

// Velocity of a body's surface at the end of a lever.
fn surfaceOf(body: u32, momentum: vec3i, spin: vec3i, lever: vec3i) -> vec3i {
  let velocity = scaled3(momentum, fixed[body].weight, world.massShift);
  return velocity + crossScaled(scaled3(spin, fixed[body].weightOfSpin, world.spinShift), lever, 18u);
}

@compute @workgroup_size(${WORKGROUP})
fn sortIn(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= BODIES) {
    return;
  }
  nexts[i] = atomicExchange(&heads[headOf(cellOf(states[i].position.xyz))], i + 1u);
}

fn relativeTo(other: u32, normal: vec3i, own: vec3i, momentum: vec3i, spin: vec3i) -> vec3i {
  return surfaceOf(other, momentum, spin, timesUnit(normal, -fixed[other].radius)) - own;
}

// Adds an impulse on the higher one of a pair to the sums from this word on.
fn give(i: u32, other: u32, normal: vec3i, impulse: vec3i, first: u32) {
  let own = crossScaled(timesUnit(normal, fixed[i].radius), impulse, world.leverShift);
  add3(${SUM_WORDS}u * i + first, -impulse);
  add3(${SUM_WORDS}u * i + first + 3u, -own);
  if (other < PLANE) {
    add3(${SUM_WORDS}u * other + first, impulse);
    add3(${SUM_WORDS}u * other + first + 3u, crossScaled(timesUnit(normal, -fixed[other].radius), impulse, world.leverShift));
  }
}

fn impulseBefore(i: u32, other: u32, known: u32) -> vec3i {
  for (var k = 0u; k < known; k++) {
    if (contactsBefore[SLOTS * i + k].other == other) {
      return contactsBefore[SLOTS * i + k].impulse.xyz;
    }
  }
  return vec3i(0);
}

fn keep(i: u32, other: u32, normal: vec3i, gap: i32, known: u32, slot: u32) {
  atomicAdd(&sums[${SUM_WORDS}u * i + 15u], 1);
  if (other < PLANE) {
    atomicAdd(&sums[${SUM_WORDS}u * other + 15u], 1);
  }
  if (slot >= SLOTS) {
    return;
  }
  let own = surfaceOf(i, states[i].momentum.xyz, states[i].spin.xyz, timesUnit(normal, fixed[i].radius));
  var relative = -own;
  if (other < PLANE) {
    relative = relativeTo(other, normal, own, states[other].momentum.xyz, states[other].spin.xyz);
  }
  let before = impulseBefore(i, other, known);
  contacts[SLOTS * i + slot] = Contact(other, gap, dotUnit(relative, normal), 0, vec4i(normal, 0), vec4i(before, 0));
  give(i, other, normal, before, 0u);
}

// Who touches whom, and the impulses that they begin with.
@compute @workgroup_size(${WORKGROUP})
fn meet(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= BODIES) {
    return;
  }
  let known = min(counts[i], SLOTS);
  let here = states[i].position.xyz;
  let cell = cellOf(here);
  var found = 0u;
  for (var k = 0; k < 27; k++) {
    let there = cell + vec3i(k % 3, (k / 3) % 3, k / 9) - 1;
    var j = atomicLoad(&heads[headOf(there)]);
    for (var left = BODIES; (left > 0u) & (j != END); left--) {
      let other = j - 1u;
      j = nexts[other];
      let place = states[other].position.xyz;
      let d = place - here;
      let together = fixed[i].radius + fixed[other].radius;
      if ((other > i) & all(cellOf(place) == there) & all(abs(d) <= vec3i(together + world.reach))) {
        let length = lengthOf(d);
        if (length - together < world.reach) {
          var normal = vec3i(0, UNIT, 0);
          if (length > 0) {
            normal = vec3i(unitOf(d.x, length), unitOf(d.y, length), unitOf(d.z, length));
          }
          keep(i, other, normal, length - together, known, found);
          found++;
        }
      }
    }
  }
  for (var p = 0u; p < ${planes}u; p++) {
    let plane = world.planes[p];
    let gap = dotUnit(here, plane.xyz) - plane.w - fixed[i].radius;
    if (gap < world.reach) {
      keep(i, PLANE + p, -plane.xyz, gap, known, found);
      found++;
    }
  }
  counts[i] = found;
}

struct Share {
  shift: u32,
  reciprocal: i32,
}

fn inverseOf(body: u32) -> u32 {
  return (bitcast<u32>(fixed[body].weight) >> COARSE) * u32(max(1, states[body].position.w));
}

fn shareOf(i: u32, other: u32) -> Share {
  var both = inverseOf(i);
  if (other < PLANE) {
    both += inverseOf(other);
  }
  let shift = 32u - countLeadingZeros(both >> 16u);
  return Share(shift, bitcast<i32>(0x80000000u / (both >> shift)));
}

// No longer than the limit, in the same direction.
fn withinCone(v: vec3i, limit: i32) -> vec3i {
  let a = abs(v);
  let size = max(max(a.x, a.y), max(a.z, limit));
  let shift = 32u - countLeadingZeros(bitcast<u32>(size >> 22u));
  let length = lengthOf(v >> vec3u(shift));
  let most = limit >> shift;
  if (length <= most) {
    return v;
  }
  return timesUnit(v, unitOf(most, length));
}

fn shareOut(body: u32, share: Share, deep: i32, normal: vec3i) -> vec3i {
  let part = ((bitcast<u32>(fixed[body].weight) >> (COARSE + share.shift)) * bitcast<u32>(share.reciprocal)) >> ${31 - UNIT_BITS}u;
  return timesUnit(normal, scaled(deep >> world.pushShift, bitcast<i32>(part), ${UNIT_BITS}u));
}

fn momentumNow(body: u32) -> vec3i {
  return states[body].momentum.xyz + fixed[body].pull.xyz + sum3(${SUM_WORDS}u * body);
}

fn spinNow(body: u32) -> vec3i {
  return states[body].spin.xyz + sum3(${SUM_WORDS}u * body + 3u);
}

// What the velocities ask for beside the warm impulses: never pulling, within the friction cone.
@compute @workgroup_size(${WORKGROUP})
fn solve(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= BODIES) {
    return;
  }
  let momentum = momentumNow(i);
  let spin = spinNow(i);
  let known = min(counts[i], SLOTS);
  for (var k = 0u; k < known; k++) {
    let contact = contacts[SLOTS * i + k];
    let other = contact.other;
    let normal = contact.normal.xyz;
    let before = contact.impulse.xyz;
    let own = surfaceOf(i, momentum, spin, timesUnit(normal, fixed[i].radius));
    var v = -own;
    if (other < PLANE) {
      v = relativeTo(other, normal, own, momentumNow(other), spinNow(other));
    }
    let along = dotUnit(v, normal);
    let share = shareOf(i, other);
    let shift = 31u + COARSE + share.shift - world.massShift;
    let closing = select(0, -(contact.gap * 4096), contact.gap > 0);
    let bounce = select(0, scaled(contact.approach, world.restitution, ${UNIT_BITS}u), contact.approach < -world.bounceFrom);
    let had = dotUnit(before, normal);
    let pushing = max(0, max(0, had) - shifted(along - closing + bounce, share.reciprocal, shift));
    let slips = v - timesUnit(normal, along);
    let held = before - timesUnit(normal, had);
    let asked = vec3i(
      shifted(slips.x, share.reciprocal, shift),
      shifted(slips.y, share.reciprocal, shift),
      shifted(slips.z, share.reciprocal, shift),
    );
    let tangent = withinCone(held - (2 * asked) / 7, scaled(pushing, world.friction, ${UNIT_BITS}u));
    let impulse = tangent + timesUnit(normal, pushing);
    contacts[SLOTS * i + k].impulse = vec4i(impulse, 0);
    give(i, other, normal, impulse - before, 6u);
    let deep = -contact.gap - world.slop;
    if (deep > 0) {
      add3(${SUM_WORDS}u * i + 12u, -shareOut(i, share, deep, normal));
      if (other < PLANE) {
        add3(${SUM_WORDS}u * other + 12u, shareOut(other, share, deep, normal));
      }
    }
  }
}

@compute @workgroup_size(${WORKGROUP})
fn moveOn(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= BODIES) {
    return;
  }
  let at = ${SUM_WORDS}u * i;
  let momentum = momentumNow(i) + sum3(at + 6u);
  let spin = spinNow(i) + sum3(at + 9u);
  let velocity = scaled3(momentum, fixed[i].weight, world.massShift);
  let position = states[i].position.xyz + ((velocity + 2048) >> vec3u(12u)) + sum3(at + 12u);
  states[i] = State(vec4i(position, atomicLoad(&sums[at + 15u])), vec4i(momentum, 0), vec4i(spin, 0));
  for (var k = 0u; k < ${SUM_WORDS}u; k++) {
    atomicStore(&sums[at + k], 0);
  }
}
`;
