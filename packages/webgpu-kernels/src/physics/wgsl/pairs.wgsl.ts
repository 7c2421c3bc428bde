import { UNIT_BITS } from '../fixed.js';
import { POSITION_BITS, SPIN_BITS, VELOCITY_BITS } from '../scale.js';
import { CALM, COARSE, PRODUCT_DROP, PUSH_SHIFT, STRIKES, SWEEPS, WEIGHT_DROP } from '../solver.js';
import { CONTACT_WORDS } from '../state.js';
import { TURN_BITS } from '../world.js';
import { GEOMETRY, placesOf } from './geometry.wgsl.js';
import { byShape, GPU_MARKS, type Shapes, WORKGROUP, WORLD } from './world.wgsl.js';

/**
 * Pairs meet, in whatever order: each adds what it finds to both bodies with integer atomics. Those with a sphere touch at one place, and
 * are apart from those of boxes, which may touch at four: together all would take as long as the longest.
 */
export const PAIRS = (shapes: Shapes) => /* wgsl */ `${WORLD(shapes)}${GEOMETRY(shapes)}
fn solidOf(body: u32) -> Solid {
  return Solid(axesAt(body), fixed[body].half, fixed[body].round != 0, states[body].position);
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
${byShape(shapes, ROUND_LEVER, BY_LEVER)}
}

fn yieldingBy(half: Half, factor: i32) -> u32 {
  return bitcast<u32>(scaled(weightOf(half), min(factor, ${2 ** (TURN_BITS + PRODUCT_DROP) - 1}), ${TURN_BITS + PRODUCT_DROP}u));
}

fn surfaceOf(half: Half, arm: vec3i) -> vec3i {
  return half.velocity + crossScaled(half.spin, arm, ${SPIN_BITS - VELOCITY_BITS}u);
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
fn meetAt(i: u32, other: u32, surface: Surface, touch: Touch) {
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
    shapes,
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
  ${eachPlace(shapes)}
    let gap = ${pick(shapes, 'gap')};
    let at = ${pick(shapes, 'at')};
    let had = impulseBefore(i, other, ${pick(shapes, 'feature')});
    ${put(shapes, 'impulse', 'had')}
    var relative = -surfaceOf(first, at);
    var yields = yielding(first, at, normal, false);
    if (!ground) {
      relative += surfaceOf(second, at - d);
      yields += yielding(second, at - d, normal, false);
    }
    let along = dotUnit(relative, normal);
    counts = counts | (gap + (along >> ${VELOCITY_BITS}u) < world.near);
    let closing = max(gap, 0) * ${2 ** VELOCITY_BITS};
    let bounces = (along < -world.bounceFrom) & (along + closing < 0);
    let bounce = select(0, scaled(along, restitution, ${UNIT_BITS}u), bounces);
    let asked = select(closing, bounce, bounce < 0);
    ${put(shapes, 'beside', 'asked')}
    // Who flies off is not held by what threw it back in the substep before.
    let flies = along > world.bounceFrom;
    ${put(shapes, 'leaves', 'flies')}
    let strikes = along < -select(${STRIKES} * world.bounceFrom, world.bounceFrom, restitution > ONE >> 1u);
    ${put(shapes, 'hits', 'strikes')}
    let mass = shareOf(yields);
    ${put(shapes, 'shift', 'mass.shift')}
    ${put(shapes, 'reciprocal', 'mass.reciprocal')}
    deep = max(deep, -gap);
  }
  var most = 0;
  ${shapes === 'boxes' ? THERE_AND_BACK : ONE_PLACE}
    let at = ${pick(shapes, 'at')};
    let had = ${pick(shapes, 'impulse')};
    let mass = Share(${pick(shapes, 'shift')}, ${pick(shapes, 'reciprocal')});
    var relative = -surfaceOf(first, at);
    if (!ground) {
      relative += surfaceOf(second, at - d);
    }
    let along = dotUnit(relative, normal);
    let pushed = dotUnit(had, normal);
    let pushing = max(0, max(0, pushed) - against(along + ${pick(shapes, 'beside')}, mass));
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
    let next = select(kept, ZERO, ${pick(shapes, 'leaves')});
    ${put(shapes, 'impulse', 'next')}
    let faster = hit(&first, at, had - next);
    if (!ground) {
      let also = hit(&second, at - d, next - had);
      most = max(most, also);
    }
    most = max(most, faster);
${shapes === 'boxes' ? ENOUGH : ''}
  }
  let both = !ground & second.moves;
  let before = bitcast<u32>(atomicAdd(&contacts[startOf(i)], bitcast<i32>(touch.count)));
  if (before + touch.count > world.slots) {
    atomicMax(&marks[${GPU_MARKS.slots}], before + touch.count);
  }
  ${eachPlace(shapes)}
    let at = ${pick(shapes, 'at')};
    let impulse = ${pick(shapes, 'impulse')};
    let hit = ${pick(shapes, 'hits')};
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
      atomicStore(&contacts[to + 1u], bitcast<i32>(${pick(shapes, 'feature')}));
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

@compute @workgroup_size(${WORKGROUP})
fn meet(@builtin(global_invocation_id) id: vec3u) {
  let count = bitcast<u32>(atomicLoad(&sums[${shapes === 'boxes' ? 1 : 0}]));
  if (id.x >= min(count, world.room)) {
    return;
  }
  let pair = pairs[${shapes === 'boxes' ? 'world.room - 1u - id.x' : 'id.x'}];
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
    meetAt(i, other, surface, found);
  }
}

`;

const ENOUGH = /* wgsl */ `    if (there == touch.count - 1u) {
      if (most < ${CALM}) {
        break;
      }
      most = 0;
    }`;

const ROUND_LEVER = /* wgsl */ `  return yieldingBy(half, ${2 ** TURN_BITS} + select(0, fixed[body].turn.x, slipping));`;

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
const each = (shapes: Shapes, of: (k: number) => string): string =>
  Array.from({ length: placesOf(shapes) }, (_, k) => of(k))
    .join('\n')
    .trimStart();

const pick = (shapes: Shapes, name: string): string =>
  shapes === 'boxes'
    ? `select(select(${name}0, ${name}1, k == 1u), select(${name}2, ${name}3, k == 3u), k >= 2u)`
    : `${name}0`;

const put = (shapes: Shapes, name: string, value: string): string =>
  each(shapes, (k) =>
    shapes === 'boxes' ? `    ${name}${k} = select(${name}${k}, ${value}, k == ${k}u);` : `${name}${k} = ${value};`,
  );

const eachPlace = (shapes: Shapes): string =>
  shapes === 'boxes' ? 'for (var k = 0u; k < touch.count; k++) {' : ONE_PLACE;

const ONE_PLACE = '{\n    const k = 0u;';

const THERE_AND_BACK = /* wgsl */ `let sweeps = select(1u, ${SWEEPS}u, touch.count > 1u);
  for (var turn = 0u; turn < sweeps * touch.count; turn++) {
    // There and back, so that no place is the first one always.
    let there = turn % touch.count;
    let k = select(touch.count - 1u - there, there, (turn / touch.count) % 2u == 0u);`;
