import { lengthOf } from './fixed.js';
import { inverseInertia, inverseMass, type Scale, scaleOf, toPosition, toUnit, toVelocity } from './scale.js';
import { QUATERNION_BITS } from './vectors.js';

/** A world of rigid bodies, and the words that the kernel computes with. Pure. Metres, kilograms, seconds. */

export type Triple = readonly [number, number, number];

/** A sphere, or a box by its half extents along its own axes. */
export type BodyShape =
  | { readonly kind: 'sphere'; readonly radius: number }
  | { readonly kind: 'box'; readonly half: Triple };

/** How a surface behaves; where two meet, their means count. */
export interface Surface {
  /** Coulomb's, 0 to 1 and a little more. */
  readonly friction: number;
  /** Share of the speed of approach with which it bounces back, 0 to 1. */
  readonly restitution: number;
}

export interface Body extends Surface {
  readonly shape: BodyShape;
  readonly mass: number;
  readonly position: Triple;
  /** x, y, z, w, of length 1. */
  readonly rotation: readonly [number, number, number, number];
  readonly velocity: Triple;
  /** Angular velocity, rad/s. */
  readonly spin: Triple;
}

/** All that lies below. */
export interface Plane extends Surface {
  /** Of length 1, out of the ground. */
  readonly normal: Triple;
  /** Of the plane from the origin along the normal. */
  readonly offset: number;
}

/** A box that never moves. */
export interface StaticBox extends Surface {
  readonly half: Triple;
  readonly position: Triple;
  readonly rotation: readonly [number, number, number, number];
}

export interface World {
  readonly bodies: readonly Body[];
  readonly planes: readonly Plane[];
  readonly statics: readonly StaticBox[];
  readonly gravity: Triple;
}

/** Whether anything in it is a box. */
export const hasBoxes = ({ bodies, statics }: Pick<World, 'bodies' | 'statics'>): boolean =>
  statics.length > 0 || bodies.some(({ shape }) => shape.kind === 'box');

/** Contacts are found this early, m. */
export const REACH = 0.01;
/** And counted, where the gap would be smaller after the substep, m. */
const NEAR = 0.002;
/** Overlap that stays, so that contacts do not flicker, m. */
const SLOP = 0.0005;
/** Slower than this nothing bounces, m/s. */
const BOUNCE_FROM = 0.5;

/** Words of a body that stay the same: size and bounds; inverse inertia and mass; how it turns; gravity's pull; surface. */
export const FIXED_WORDS = 20;
export const FIXED = {
  half: 0,
  bounds: 3,
  inverseInertia: 4,
  inverseMass: 7,
  turn: 8,
  round: 11,
  pull: 12,
  narrow: 15,
  friction: 16,
  restitution: 17,
  /** Of a part: whether the body is its own, and its id. */
  owned: 18,
  id: 19,
} as const;

/** Words of a body's state. */
export const STATE_WORDS = 24;
export const STATE = { position: 0, contacts: 3, momentum: 4, spin: 8, rotation: 12, warm: 16, warmSpin: 20 } as const;

/** Words of a plane: its normal and offset, friction and restitution. */
export const PLANE_WORDS = 8;

/** Bits after the point of `turn`: how much easier a body turns than it moves. */
export const TURN_BITS = 12;

export interface WorldWords {
  readonly scale: Scale;
  readonly bodies: number;
  /** Bodies that never move follow those that do. */
  readonly statics: number;
  readonly planes: number;
  readonly fixed: Int32Array<ArrayBuffer>;
  readonly states: Int32Array<ArrayBuffer>;
  readonly ground: Int32Array<ArrayBuffer>;
  /** Cells of the grid are 2^cellShift wide: no two bodies that touch are farther apart than a cell. */
  readonly cellShift: number;
  readonly reach: number;
  readonly near: number;
  readonly slop: number;
  readonly bounceFrom: number;
}

/** @param step the usual substep, s */
export function worldWords(world: World, step: number): WorldWords {
  const { bodies, statics, planes } = world;
  const inertias = bodies.map(inertiaOf);
  const scale = scaleOf(
    bodies.map(({ mass }, i) => {
      const inertia = inertias[i] ?? [0, 0, 0];
      return { mass, inertia: [Math.min(...inertia), Math.max(...inertia)] as const };
    }),
    step,
  );
  const count = bodies.length + statics.length;
  const fixed = new Int32Array(FIXED_WORDS * count);
  const states = new Int32Array(STATE_WORDS * count);
  let widest = 0;
  bodies.forEach((body, i) => {
    const { mass, velocity } = body;
    const inertia = inertias[i] ?? [0, 0, 0];
    const bounds = boundsOf(body.shape);
    widest = Math.max(widest, bounds);
    const at = FIXED_WORDS * i;
    fixed.set(
      inertia.map((one) => inverseInertia(one, scale)),
      at + FIXED.inverseInertia,
    );
    fixed[at + FIXED.inverseMass] = inverseMass(mass, scale);
    fixed.set(
      inertia.map((one) => Math.round((2 ** TURN_BITS * mass * bounds * bounds) / one)),
      at + FIXED.turn,
    );
    fixed.set(
      world.gravity.map((g) => Math.round((mass * g * step) / scale.momentum)),
      at + FIXED.pull,
    );
    setShape(fixed, at, body.shape, body);
    const to = STATE_WORDS * i;
    setPlace(states, to, body);
    states.set(
      velocity.map((v) => Math.round((mass * v) / scale.momentum)),
      to + STATE.momentum,
    );
    states.set(
      angularMomentum(body, inertia).map((l) => Math.round(l / scale.spin)),
      to + STATE.spin,
    );
  });
  statics.forEach((box, k) => {
    const i = bodies.length + k;
    setShape(fixed, FIXED_WORDS * i, { kind: 'box', half: box.half }, box);
    setPlace(states, STATE_WORDS * i, box);
  });
  const ground = new Int32Array(PLANE_WORDS * planes.length);
  planes.forEach(({ normal, offset, friction, restitution }, k) => {
    ground.set([...normal.map(toUnit), toPosition(offset), toUnit(friction), toUnit(restitution)], PLANE_WORDS * k);
  });
  const reach = toPosition(REACH);
  return {
    scale,
    bodies: bodies.length,
    statics: statics.length,
    planes: planes.length,
    fixed,
    states,
    ground,
    cellShift: Math.ceil(Math.log2(2 * toPosition(widest) + reach)),
    reach,
    near: toPosition(NEAR),
    slop: toPosition(SLOP),
    bounceFrom: toVelocity(BOUNCE_FROM, scale),
  };
}

function setShape(fixed: Int32Array, at: number, shape: BodyShape, { friction, restitution }: Surface): void {
  const half = shape.kind === 'sphere' ? [shape.radius, shape.radius, shape.radius] : shape.half;
  const extents = half.map(toPosition) as [number, number, number];
  fixed.set(extents, at + FIXED.half);
  // A little more than its farthest corner.
  fixed[at + FIXED.bounds] = shape.kind === 'sphere' ? extents[0] : lengthOf(...extents) + 4;
  fixed[at + FIXED.round] = shape.kind === 'sphere' ? 1 : 0;
  fixed[at + FIXED.narrow] = Math.round(2 ** 22 / boundsOf(shape));
  fixed[at + FIXED.friction] = toUnit(friction);
  fixed[at + FIXED.restitution] = toUnit(restitution);
}

function setPlace(states: Int32Array, to: number, { position, rotation }: Pick<Body, 'position' | 'rotation'>): void {
  states.set(position.map(toPosition), to + STATE.position);
  states.set(
    rotation.map((c) => Math.round(c * 2 ** QUATERNION_BITS)),
    to + STATE.rotation,
  );
}

/** Radius of a sphere around it, m. */
export function boundsOf(shape: BodyShape): number {
  return shape.kind === 'sphere' ? shape.radius : Math.hypot(...shape.half);
}

/** About its own axes, kg·m². */
export function inertiaOf({ shape, mass }: Pick<Body, 'shape' | 'mass'>): Triple {
  if (shape.kind === 'sphere') {
    const all = 0.4 * mass * shape.radius ** 2;
    return [all, all, all];
  }
  const [x, y, z] = shape.half.map((h) => h * h) as [number, number, number];
  return [(mass * (y + z)) / 3, (mass * (x + z)) / 3, (mass * (x + y)) / 3];
}

function angularMomentum({ rotation, spin }: Body, inertia: Triple): Triple {
  const [x, y, z, w] = rotation;
  const turn = (v: Triple, sign: 1 | -1): Triple => {
    // v + 2 q × (q × v + w v)
    const [a, b, c] = [sign * x, sign * y, sign * z];
    const t = [b * v[2] - c * v[1] + w * v[0], c * v[0] - a * v[2] + w * v[1], a * v[1] - b * v[0] + w * v[2]] as const;
    return [v[0] + 2 * (b * t[2] - c * t[1]), v[1] + 2 * (c * t[0] - a * t[2]), v[2] + 2 * (a * t[1] - b * t[0])];
  };
  const own = turn(spin, -1);
  return turn([own[0] * inertia[0], own[1] * inertia[1], own[2] * inertia[2]], 1);
}
