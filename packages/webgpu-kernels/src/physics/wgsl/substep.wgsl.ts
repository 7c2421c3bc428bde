import { UNIT_BITS } from '../fixed.js';
import { POSITION_BITS, SPIN_BITS, VELOCITY_BITS } from '../scale.js';
import {
  CALM,
  COARSE,
  MOST_SHARES,
  MOST_TURN,
  PRODUCT_DROP,
  PUSH_SHIFT,
  STRIKES,
  SWEEPS,
  WEIGHT_DROP,
} from '../solver.js';
import { CONTACT_WORDS } from '../state.js';
import { PLANE_WORDS, TURN_BITS } from '../world.js';
import { FIXED } from './fixed.wgsl.js';
import { GEOMETRY, placesOf } from './geometry.wgsl.js';
import { VECTORS } from './vectors.wgsl.js';

export const WORKGROUP = 64;
/** Planes of a world: what fits a small uniform buffer. */
export const MOST_PLANES = 32;
/** Words of the uniform before its planes. */
export const WORLD_WORDS = 20;
/** Words that are added up for each body: warm momentum and spin, push, contacts, momentum and spin of impacts, the surroundings' part. */
export const SUM_WORDS = 20;
/** Words before the first body's sums: how many pairs there are. */
export const SUM_HEADER = 4;
/** Pairs that there is room for at first, a body. */
export const PAIRS_A_BODY = 12;
/** Words beside the states: substeps so far; pairs and contacts of a body beyond the room for them; what a result tells. Then, of each frame, what was too fast or too deep; then the hashes. */
export const GPU_MARKS = { substep: 0, pairs: 1, slots: 2, fastest: 3 } as const;
export const GPU_MARK_WORDS = 8;
/** Words of a body's provisional state; see `Moving`. */
export const MOVING_WORDS = 16;

/**
 * A substep in four dispatches, equal to reference.ts word for word. Pairs stand in one list, in whatever order, and add what they
 * find to both bodies with integer atomics: the order does not matter.
 */
export const SUBSTEP = (boxes: boolean) => /* wgsl */ `${FIXED}${VECTORS}
const PLANE = 0x80000000u;
// Lists hold numbers from 1 on: 0 is their end.
const END = 0u;

struct World {
  // Bodies that move; with those that never do.
  movers: u32,
  bodies: u32,
  planes: u32,
  // Heads of cells' lists: a power of two.
  heads: u32,
  // Contacts of a body with higher ones that are kept.
  slots: u32,
  massShift: u32,
  spinShift: u32,
  leverShift: u32,
  cellShift: u32,
  reach: i32,
  near: i32,
  slop: i32,
  bounceFrom: i32,
  // Pairs that there is room for.
  room: u32,
  // Parts that this one is compared with, and what is compared.
  neighbours: u32,
  watches: u32,
  // Substeps of a frame, and frames.
  every: u32,
  frames: u32,
  unused0: u32,
  unused1: u32,
  ground: array<Plane, ${MOST_PLANES}>,
}

struct Plane {
  // w: its offset.
  normal: vec4i,
  friction: i32,
  restitution: i32,
  unused0: i32,
  unused1: i32,
}

struct Body {
  half: vec3i,
  bounds: i32,
  inverseInertia: vec3i,
  inverseMass: i32,
  turn: vec3i,
  round: i32,
  pull: vec3i,
  narrow: i32,
  friction: i32,
  restitution: i32,
  // Whether its state is asked for.
  owned: i32,
  // In the world.
  id: i32,
}

struct State {
  position: vec3i,
  contacts: i32,
  // The fourth words of these two and of warm: what the surroundings gave so far.
  momentum: vec4i,
  spin: vec4i,
  rotation: vec4i,
  warm: vec4i,
  warmSpin: vec4i,
}

// After gravity and the impulses of the substep before; an axis of the body each, and the spin's coordinates with them.
struct Moving {
  x: vec4i,
  y: vec4i,
  z: vec4i,
  velocity: vec3i,
  // Others that its mass is shared out between.
  shares: i32,
}

@group(0) @binding(0) var<uniform> world: World;
@group(0) @binding(1) var<storage, read> fixed: array<Body>;
@group(0) @binding(2) var<storage, read_write> states: array<State>;
@group(0) @binding(3) var<storage, read_write> movings: array<Moving>;
// Of each body: how many contacts it has (more than slots: too many), then the contacts.
@group(0) @binding(4) var<storage, read_write> contacts: array<atomic<i32>>;
@group(0) @binding(5) var<storage, read> contactsBefore: array<i32>;
@group(0) @binding(6) var<storage, read_write> sums: array<atomic<i32>>;
@group(0) @binding(7) var<storage, read_write> heads: array<atomic<u32>>;
@group(0) @binding(8) var<storage, read_write> nexts: array<u32>;
// The lower body and the other one.
@group(0) @binding(9) var<storage, read_write> pairs: array<vec2u>;
// What is told beside the states; see GPU_MARKS.
@group(0) @binding(10) var<storage, read_write> marks: array<atomic<u32>>;
// A body; a neighbour and the last substep.
@group(0) @binding(11) var<storage, read> watches: array<vec2u>;
${GEOMETRY(boxes)}
fn velocityOf(body: u32, momentum: vec3i) -> vec3i {
  return scaled3(momentum, fixed[body].inverseMass, world.massShift);
}

// A sphere turns as easily about any axis.
fn spinOf(body: u32, axes: Axes, angular: vec3i) -> vec3i {
  let inverse = fixed[body].inverseInertia;
${boxes ? '  if (fixed[body].round != 0) {' : '  {'}
    return scaled3(angular, inverse.x, world.spinShift);
  }
${boxes ? OWN_SPIN : ''}
}

fn cellOf(position: vec3i) -> vec3i {
  return position >> vec3u(world.cellShift);
}

fn headOf(cell: vec3i) -> u32 {
  let c = bitcast<vec3u>(cell);
  return ((c.x * 73856093u) ^ (c.y * 19349663u) ^ (c.z * 83492791u)) & (world.heads - 1u);
}

// Every body's velocities as they would be, and the lists of the cells.
@compute @workgroup_size(${WORKGROUP})
fn prepare(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i == 0u) {
    atomicAdd(&marks[${GPU_MARKS.substep}], 1u);
  }
  if (i >= world.bodies) {
    return;
  }
  let state = states[i];
  let axes = axesOf(state.rotation);
  let spin = spinOf(i, axes, state.spin.xyz + state.warmSpin.xyz);
  let velocity = velocityOf(i, state.momentum.xyz + fixed[i].pull + state.warm.xyz);
  let shares = clamp(state.contacts, 1, ${MOST_SHARES});
  movings[i] = Moving(vec4i(axes[0], spin.x), vec4i(axes[1], spin.y), vec4i(axes[2], spin.z), velocity, shares);
  if (i < world.movers) {
    nexts[i] = atomicExchange(&heads[headOf(cellOf(state.position))], i + 1u);
  }
}

fn axesAt(body: u32) -> Axes {
  return Axes(movings[body].x.xyz, movings[body].y.xyz, movings[body].z.xyz);
}

fn solidOf(body: u32) -> Solid {
  return Solid(axesAt(body), fixed[body].half, fixed[body].round != 0, states[body].position);
}

fn sumsOf(body: u32) -> u32 {
  return ${SUM_HEADER}u + ${SUM_WORDS}u * body;
}

fn add3(at: u32, v: vec3i) {
  atomicAdd(&sums[at], v.x);
  atomicAdd(&sums[at + 1u], v.y);
  atomicAdd(&sums[at + 2u], v.z);
}

fn sum3(at: u32) -> vec3i {
  return vec3i(atomicLoad(&sums[at]), atomicLoad(&sums[at + 1u]), atomicLoad(&sums[at + 2u]));
}

struct Share {
  shift: u32,
  reciprocal: u32,
}

// 1 ÷ the sum of two inverse masses: reciprocal ÷ 2^(31 + shift).
fn shareOf(both: u32) -> Share {
  let shift = 32u - countLeadingZeros(both >> 16u);
  return Share(shift, 0x80000000u / max(2u, both >> shift));
}

// a·b ÷ 2^shift for shifts of 1 to 62.
fn shifted(a: i32, b: i32, shift: u32) -> i32 {
  if (shift < 32u) {
    return scaled(a, b, shift);
  }
  return (scaled(a, b, 31u) + (1 << (shift - 32u))) >> (shift - 31u);
}

// The impulse that takes a velocity away.
fn against(velocity: i32, share: Share) -> i32 {
  return shifted(velocity, bitcast<i32>(share.reciprocal), ${31 + COARSE}u + share.shift - world.massShift);
}

// A pair's own copy of a body: of its share of the mass.
struct Half {
  body: u32,
  moves: bool,
  axes: Axes,
  velocity: vec3i,
  spin: vec3i,
  shares: i32,
}

fn halfOf(body: u32) -> Half {
  let m = movings[body];
  return Half(body, body < world.movers, Axes(m.x.xyz, m.y.xyz, m.z.xyz), m.velocity, vec3i(m.x.w, m.y.w, m.z.w), m.shares);
}

fn weightOf(half: Half) -> i32 {
  return (fixed[half.body].inverseMass >> ${WEIGHT_DROP}u) * half.shares;
}

// How much a push at the end of an arm moves and turns a body. A sphere's arm points against the normal: what pushes it does not
// turn it, and what slips over it does so by all of the arm.
fn yielding(half: Half, arm: vec3i, along: vec3i, slipping: bool) -> u32 {
  let body = half.body;
${boxes ? '  if (fixed[body].round != 0) {' : '  {'}
    return yieldingBy(half, ${2 ** TURN_BITS} + select(0, fixed[body].turn.x, slipping));
  }
${boxes ? BY_LEVER : ''}
}

fn yieldingBy(half: Half, factor: i32) -> u32 {
  return bitcast<u32>(scaled(weightOf(half), min(factor, ${2 ** (TURN_BITS + PRODUCT_DROP) - 1}), ${TURN_BITS + PRODUCT_DROP}u));
}

fn surfaceOf(half: Half, arm: vec3i) -> vec3i {
  return half.velocity + crossScaled(half.spin, arm, ${SPIN_BITS - VELOCITY_BITS}u);
}

fn sizeOf(v: vec3i) -> i32 {
  let a = abs(v);
  return max(max(a.x, a.y), a.z);
}

// How much faster it made the body.
fn hit(half: ptr<function, Half>, arm: vec3i, impulse: vec3i) -> i32 {
  let body = (*half).body;
  let shares = (*half).shares;
  let faster = velocityOf(body, impulse) * shares;
  (*half).velocity += faster;
  (*half).spin += spinOf(body, (*half).axes, crossScaled(arm, impulse, world.leverShift)) * shares;
  return sizeOf(faster);
}

fn excess(size: i32) -> u32 {
  return 32u - countLeadingZeros(bitcast<u32>(size >> 22u));
}

// No longer than the limit, in the same direction.
fn withinCone(v: vec3i, limit: i32) -> vec3i {
  let shift = excess(max(sizeOf(v), limit));
  let length = lengthOf(v >> vec3u(shift));
  let most = limit >> shift;
  if (length <= most) {
    return v;
  }
  return timesUnit(v, unitOf(most, length));
}

fn startOf(body: u32) -> u32 {
  return body * (1u + ${CONTACT_WORDS}u * world.slots);
}

fn impulseBefore(body: u32, other: u32, feature: u32) -> vec3i {
  let start = startOf(body);
  let known = min(bitcast<u32>(contactsBefore[start]), world.slots);
  for (var k = 0u; k < known; k++) {
    let at = start + 1u + ${CONTACT_WORDS}u * k;
    if ((bitcast<u32>(contactsBefore[at]) == other) & (bitcast<u32>(contactsBefore[at + 1u]) == feature)) {
      return vec3i(contactsBefore[at + 2u], contactsBefore[at + 3u], contactsBefore[at + 4u]);
    }
  }
  return ZERO;
}

// What an impact gives is not what the next substep begins with.
fn give(body: u32, arm: vec3i, impulse: vec3i, hits: bool) {
  let at = sumsOf(body) + select(0u, 10u, hits);
  add3(at, impulse);
  add3(at + 3u, crossScaled(arm, impulse, world.leverShift));
}

// Out of an overlap, as much as the other one is heavier.
fn push(body: u32, along: vec3i, deep: i32, share: Share) {
  let weight = bitcast<u32>(fixed[body].inverseMass >> ${WEIGHT_DROP}u);
  let part = ((weight >> share.shift) * share.reciprocal) >> ${31 - UNIT_BITS}u;
  add3(sumsOf(body) + 6u, timesUnit(along, scaled(deep >> ${PUSH_SHIFT}u, bitcast<i32>(part), ${UNIT_BITS}u)));
}

struct Surface {
  friction: i32,
  restitution: i32,
}

// A pair at all places where it touches.
fn meet(i: u32, other: u32, surface: Surface, touch: Touch) {
  let ground = other >= PLANE;
  var first = halfOf(i);
  var second = first;
  var d = ZERO;
  if (!ground) {
    second = halfOf(other);
    d = states[other].position - states[i].position;
  }
  let normal = touch.normal;
  let friction = (fixed[i].friction + surface.friction) >> 1u;
  let restitution = (fixed[i].restitution + surface.restitution) >> 1u;
  ${each(
    boxes,
    (k) => `  let at${k} = touch.at[${k}];
  let gap${k} = touch.gap[${k}];
  let feature${k} = touch.feature[${k}];
  var impulse${k} = ZERO;
  var shift${k} = 0u;
  var reciprocal${k} = 0u;
  var beside${k} = 0;
  var leaves${k} = false;
  var hits${k} = false;`,
  )}
  var counts = false;
  var deep = -gap0;
  ${eachPlace(boxes)}
    let gap = ${pick(boxes, 'gap')};
    let at = ${pick(boxes, 'at')};
    let had = impulseBefore(i, other, ${pick(boxes, 'feature')});
    ${put(boxes, 'impulse', 'had')}
    var relative = -surfaceOf(first, at);
    var yields = yielding(first, at, normal, false);
    if (!ground) {
      relative += surfaceOf(second, at - d);
      yields += yielding(second, at - d, normal, false);
    }
    let along = dotUnit(relative, normal);
    counts = counts | (gap + (along >> ${VELOCITY_BITS}u) < world.near);
    let closing = select(0, gap * ${2 ** VELOCITY_BITS}, gap > 0);
    let bounces = (along < -world.bounceFrom) & (along + closing < 0);
    let bounce = select(0, scaled(along, restitution, ${UNIT_BITS}u), bounces);
    let asked = select(closing, bounce, bounce < 0);
    ${put(boxes, 'beside', 'asked')}
    // Who flies off is not held by what threw it back in the substep before.
    let flies = along > world.bounceFrom;
    ${put(boxes, 'leaves', 'flies')}
    let strikes = along < -select(${STRIKES} * world.bounceFrom, world.bounceFrom, restitution > ONE >> 1u);
    ${put(boxes, 'hits', 'strikes')}
    let mass = shareOf(yields);
    ${put(boxes, 'shift', 'mass.shift')}
    ${put(boxes, 'reciprocal', 'mass.reciprocal')}
    deep = max(deep, -gap);
  }
  var most = 0;
  ${boxes ? THERE_AND_BACK : ONE_PLACE}
    let at = ${pick(boxes, 'at')};
    let had = ${pick(boxes, 'impulse')};
    let mass = Share(${pick(boxes, 'shift')}, ${pick(boxes, 'reciprocal')});
    var relative = -surfaceOf(first, at);
    if (!ground) {
      relative += surfaceOf(second, at - d);
    }
    let along = dotUnit(relative, normal);
    let pushed = dotUnit(had, normal);
    let pushing = max(0, max(0, pushed) - against(along + ${pick(boxes, 'beside')}, mass));
    let slips = relative - timesUnit(normal, along);
    var tangent = had - timesUnit(normal, pushed);
    let small = slips >> vec3u(excess(sizeOf(slips)));
    let length = lengthOf(small);
    if (length > 0) {
      let slipping = unitAlong(small, length);
      var yields = yielding(first, at, slipping, true);
      if (!ground) {
        yields += yielding(second, at - d, slipping, true);
      }
      let share = shareOf(yields);
      tangent -= vec3i(against(slips.x, share), against(slips.y, share), against(slips.z, share));
    }
    let kept = withinCone(tangent, scaled(pushing, friction, ${UNIT_BITS}u)) + timesUnit(normal, pushing);
    let next = select(kept, ZERO, ${pick(boxes, 'leaves')});
    ${put(boxes, 'impulse', 'next')}
    let faster = hit(&first, at, had - next);
    if (!ground) {
      let also = hit(&second, at - d, next - had);
      most = max(most, also);
    }
    most = max(most, faster);
${boxes ? ENOUGH : ''}
  }
  let both = !ground & second.moves;
  let before = bitcast<u32>(atomicAdd(&contacts[startOf(i)], bitcast<i32>(touch.count)));
  if (before + touch.count > world.slots) {
    atomicMax(&marks[${GPU_MARKS.slots}], before + touch.count);
  }
  ${eachPlace(boxes)}
    let at = ${pick(boxes, 'at')};
    let impulse = ${pick(boxes, 'impulse')};
    let hit = ${pick(boxes, 'hits')};
    give(i, at, -impulse, hit);
    if (!both) {
      add3(sumsOf(i) + 16u, -impulse);
    } else {
      give(other, at - d, impulse, hit);
    }
    let slot = before + k;
    if (slot < world.slots) {
      let to = startOf(i) + 1u + ${CONTACT_WORDS}u * slot;
      atomicStore(&contacts[to], bitcast<i32>(other));
      atomicStore(&contacts[to + 1u], bitcast<i32>(${pick(boxes, 'feature')}));
      let warm = select(impulse, ZERO, hit);
      atomicStore(&contacts[to + 2u], warm.x);
      atomicStore(&contacts[to + 3u], warm.y);
      atomicStore(&contacts[to + 4u], warm.z);
    }
  }
  if (counts) {
    atomicAdd(&sums[sumsOf(i) + 9u], 1);
    if (both) {
      atomicAdd(&sums[sumsOf(other) + 9u], 1);
    }
  }
  // A plane has no place among the bodies.
  let safe = min(other, world.bodies - 1u);
  let small = select(min(smallest(i), smallest(safe)), smallest(i), ground);
  if ((deep > small - (small >> 2u)) & ((fixed[i].owned != 0) | (both & (fixed[safe].owned != 0)))) {
    flag();
  }
  deep -= world.slop;
  if (deep > 0) {
    let share = shareOf(bitcast<u32>(weightOf(first)) + select(bitcast<u32>(weightOf(second)), 0u, ground));
    push(i, -normal, deep, share);
    if (both) {
      push(other, normal, deep, share);
    }
  }
}

// This frame needs finer substeps.
fn flag() {
  let substep = atomicLoad(&marks[${GPU_MARKS.substep}]) - 1u;
  atomicStore(&marks[${GPU_MARK_WORDS}u + substep / world.every], 1u);
}

fn smallest(body: u32) -> i32 {
  let half = fixed[body].half;
  return min(half.x, min(half.y, half.z));
}

fn add(i: u32, other: u32) {
  let at = bitcast<u32>(atomicAdd(&sums[0], 1));
  if (at < world.room) {
    pairs[at] = vec2u(i, other);
  }
}

// Each body with those of higher numbers, with what never moves, and with the ground: whatever may touch.
@compute @workgroup_size(${WORKGROUP})
fn find(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= world.movers) {
    return;
  }
  atomicStore(&contacts[startOf(i)], 0);
  let here = states[i].position;
  let bounds = fixed[i].bounds + world.reach;
  let cell = cellOf(here);
  for (var k = 0; k < 27; k++) {
    let there = cell + vec3i(k % 3, (k / 3) % 3, k / 9) - 1;
    var entry = atomicLoad(&heads[headOf(there)]);
    // No list is longer than there are bodies.
    for (var left = world.movers; (left > 0u) & (entry != END); left--) {
      let other = entry - 1u;
      entry = nexts[other];
      if (other > i) {
        let place = states[other].position;
        if (all(abs(place - here) <= vec3i(bounds + fixed[other].bounds)) & all(cellOf(place) == there)) {
          add(i, other);
        }
      }
    }
  }
  for (var other = world.movers; other < world.bodies; other++) {
    let far = within(states[other].position - here, axesAt(other));
    if (all(abs(far) <= fixed[other].half + vec3i(bounds + 1024))) {
      add(i, other);
    }
  }
  for (var p = 0u; p < world.planes; p++) {
    if (dotUnit(here, world.ground[p].normal.xyz) - world.ground[p].normal.w < bounds) {
      add(i, PLANE + p);
    }
  }
}

@compute @workgroup_size(${WORKGROUP})
fn meetAll(@builtin(global_invocation_id) id: vec3u) {
  let count = bitcast<u32>(atomicLoad(&sums[0]));
  if (id.x >= min(count, world.room)) {
    return;
  }
  if ((id.x == 0u) & (count > world.room)) {
    atomicMax(&marks[${GPU_MARKS.pairs}], count);
  }
  let pair = pairs[id.x];
  let i = pair.x;
  let other = pair.y;
  var found: Touch;
  var surface: Surface;
  if (other >= PLANE) {
    let plane = world.ground[other - PLANE];
    found = touchOfPlane(solidOf(i), plane.normal);
    surface = Surface(plane.friction, plane.restitution);
  } else {
    found = touchOf(solidOf(i), solidOf(other));
    surface = Surface(fixed[other].friction, fixed[other].restitution);
  }
  if (found.count > 0u) {
    meet(i, other, surface, found);
  }
}

@compute @workgroup_size(${WORKGROUP})
fn moveOn(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x;
  for (var head = i; head < world.heads; head += groups.x * ${WORKGROUP}u) {
    atomicStore(&heads[head], END);
  }
  if (i == 0u) {
    atomicStore(&sums[0], 0);
  }
  if (i >= world.movers) {
    return;
  }
  let at = sumsOf(i);
  let warm = sum3(at);
  let warmSpin = sum3(at + 3u);
  let momentum = states[i].momentum.xyz + fixed[i].pull + warm + sum3(at + 10u);
  let angular = states[i].spin.xyz + warmSpin + sum3(at + 13u);
  let around = sum3(at + 16u);
  let moved = (velocityOf(i, momentum) + ${2 ** (VELOCITY_BITS - 1)}) >> vec3u(${VELOCITY_BITS}u);
  let step = moved + sum3(at + 6u);
  atomicMax(&marks[${GPU_MARKS.fastest}], bitcast<u32>(sizeOf(step)));
  let turns = spinOf(i, axesAt(i), angular);
  if ((fixed[i].owned != 0) & ((sizeOf(moved) > smallest(i)) | (sizeOf(turns) > ${MOST_TURN}))) {
    flag();
  }
  states[i] = State(
    states[i].position + step,
    atomicLoad(&sums[at + 9u]),
    vec4i(momentum, states[i].momentum.w + around.x),
    vec4i(angular, states[i].spin.w + around.y),
    turned(states[i].rotation, turns),
    vec4i(warm, states[i].warm.w + around.z),
    vec4i(warmSpin, 0),
  );
  for (var k = 0u; k < ${SUM_WORDS}u; k++) {
    atomicStore(&sums[at + k], 0);
  }
}

fn mixed(hash: u32, word: i32) -> u32 {
  let next = (hash ^ bitcast<u32>(word)) * 0x85ebca6bu;
  return next ^ (next >> 15u);
}

fn mixed3(hash: u32, words: vec3i) -> u32 {
  return mixed(mixed(mixed(hash, words.x), words.y), words.z);
}

// A body's word to the neighbour, as hashOfPlace has it.
@compute @workgroup_size(${WORKGROUP})
fn watch(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= world.watches) {
    return;
  }
  let entry = watches[id.x];
  let substep = atomicLoad(&marks[${GPU_MARKS.substep}]);
  if (substep > entry.y >> 8u) {
    return;
  }
  let state = states[entry.x];
  var hash = (bitcast<u32>(fixed[entry.x].id) + 1u) * 0x9e3779b1u;
  hash = mixed3(mixed3(mixed3(hash, state.position), state.momentum.xyz), state.spin.xyz);
  hash = mixed(mixed3(hash, state.rotation.xyz), state.rotation.w);
  hash = mixed3(mixed3(hash, state.warm.xyz), state.warmSpin.xyz);
  let at = ${GPU_MARK_WORDS}u + world.frames + 2u * ((substep - 1u) * world.neighbours + (entry.y & 255u));
  atomicAdd(&marks[at], hash);
  atomicAdd(&marks[at + 1u], mixed(hash, 0x27d4eb2f));
}
`;

const ENOUGH = /* wgsl */ `    if (there == touch.count - 1u) {
      if (most < ${CALM}) {
        break;
      }
      most = 0;
    }`;

const OWN_SPIN = /* wgsl */ `  let own = within(angular, axes);
  return outOf(
    vec3i(
      scaled(own.x, inverse.x, world.spinShift),
      scaled(own.y, inverse.y, world.spinShift),
      scaled(own.z, inverse.z, world.spinShift),
    ),
    axes,
  );`;

const BY_LEVER = /* wgsl */ `  let lever = scaled3(within(crossScaled(arm, along, ${UNIT_BITS}u), half.axes), fixed[body].narrow, ${POSITION_BITS}u);
  let turn = fixed[body].turn;
  return yieldingBy(
    half,
    ${2 ** TURN_BITS}
      + scaled(scaled(lever.x, lever.x, ${UNIT_BITS}u), turn.x, ${UNIT_BITS}u)
      + scaled(scaled(lever.y, lever.y, ${UNIT_BITS}u), turn.y, ${UNIT_BITS}u)
      + scaled(scaled(lever.z, lever.z, ${UNIT_BITS}u), turn.z, ${UNIT_BITS}u),
  );`;

/** Places stand in variables of their own, `at0`, `at1` …: what is chosen by a number from a local array is slow wherever it is kept. */
const each = (boxes: boolean, of: (k: number) => string): string =>
  Array.from({ length: placesOf(boxes) }, (_, k) => of(k))
    .join('\n')
    .trimStart();

const pick = (boxes: boolean, name: string): string =>
  boxes ? `select(select(${name}0, ${name}1, k == 1u), select(${name}2, ${name}3, k == 3u), k >= 2u)` : `${name}0`;

const put = (boxes: boolean, name: string, value: string): string =>
  each(boxes, (k) =>
    boxes ? `    ${name}${k} = select(${name}${k}, ${value}, k == ${k}u);` : `${name}${k} = ${value};`,
  );

const eachPlace = (boxes: boolean): string => (boxes ? 'for (var k = 0u; k < touch.count; k++) {' : ONE_PLACE);

const ONE_PLACE = '{\n    const k = 0u;';

const THERE_AND_BACK = /* wgsl */ `let sweeps = select(1u, ${SWEEPS}u, touch.count > 1u);
  for (var turn = 0u; turn < sweeps * touch.count; turn++) {
    // There and back, so that no place is the first one always.
    let there = turn % touch.count;
    let k = select(touch.count - 1u - there, there, (turn / touch.count) % 2u == 0u);`;

/** Bytes of the uniform. */
export const WORLD_BYTES = 4 * (WORLD_WORDS + PLANE_WORDS * MOST_PLANES);

export interface Threads {
  readonly bodies: number;
  /** Pairs that there is room for. */
  readonly room: number;
  readonly watches: number;
}

/** The dispatches of a substep: their bindings and threads. */
export const PASSES = [
  { entryPoint: 'prepare', binds: [0, 1, 2, 3, 7, 8, 10], threads: ({ bodies }: Threads) => bodies },
  { entryPoint: 'find', binds: [0, 1, 2, 3, 4, 6, 7, 8, 9], threads: ({ bodies }: Threads) => bodies },
  { entryPoint: 'meetAll', binds: [0, 1, 2, 3, 4, 5, 6, 9, 10], threads: ({ room }: Threads) => room },
  { entryPoint: 'moveOn', binds: [0, 1, 2, 3, 6, 7, 10], threads: ({ bodies }: Threads) => bodies },
  { entryPoint: 'watch', binds: [0, 1, 2, 10, 11], threads: ({ watches }: Threads) => watches },
] as const;
