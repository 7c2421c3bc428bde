import { lengthOf, scaled, UNIT_BITS, unitOf } from './fixed.js';
import { type Place, type Solid, type Touch, touchOf, touchOfPlane } from './geometry.js';
import { POSITION_BITS, SPIN_BITS, VELOCITY_BITS } from './scale.js';
import {
  CALM,
  COARSE,
  MOST_SHARES,
  MOST_TURN,
  PLANE,
  PRODUCT_DROP,
  PUSH_SHIFT,
  STRIKES,
  SWEEPS,
  WEIGHT_DROP,
} from './solver.js';
import {
  type Axes,
  axesOf,
  crossScaled,
  dotUnit,
  minus,
  negated,
  ONE,
  outOf,
  plus,
  type Quaternion,
  timesScaled,
  timesUnit,
  turned,
  unitAlong,
  type Vector,
  within,
  ZERO,
} from './vectors.js';
import { FIXED, FIXED_WORDS, PLANE_WORDS, STATE, STATE_WORDS, TURN_BITS, type WorldWords } from './world.js';

/** The simulation in plain JavaScript, body after body: what the kernel's WGSL has to equal word for word. */

/** A body, its provisional velocities (after gravity and the impulses of the substep before) and what is added up for it. */
interface Moving extends Solid {
  readonly index: number;
  readonly weight: number;
  readonly weights: Vector;
  readonly turn: Vector;
  readonly narrow: number;
  /** How far it reaches along the world's axes. */
  readonly extent: Vector;
  readonly friction: number;
  readonly restitution: number;
  readonly velocity: Vector;
  readonly spin: Vector;
  readonly shares: number;
  /** Impulses that the next substep begins with, and those of impacts, which it does not. */
  warm: Vector;
  warmSpin: Vector;
  struck: Vector;
  struckSpin: Vector;
  pushed: Vector;
  contacts: number;
  /** Of the impulses, what the surroundings gave. */
  around: Vector;
  /** Whether it moved, turned or sank into another too far for one substep. */
  coarse: boolean;
}

/** Of a substep, of each body. */
export interface Told {
  readonly around: readonly Vector[];
  readonly coarse: readonly boolean[];
  /** The largest step along an axis. */
  readonly fastest: number;
}

type Units = Pick<WorldWords['scale'], 'massShift' | 'spinShift' | 'leverShift'>;

interface Ground {
  readonly normal: Vector;
  readonly offset: number;
  readonly friction: number;
  readonly restitution: number;
}

/** With the lower body: impulse on the higher one, by its number and the feature. */
export type Cache = ReadonlyMap<string, Vector>;

/** @param before contacts' impulses that it begins with */
export function createReference(
  words: Omit<WorldWords, 'scale'> & { readonly scale: Units },
  before: readonly Cache[] = [],
) {
  const { fixed, scale, reach, near, slop, bounceFrom, cellShift } = words;
  const states = words.states.slice();
  const count = words.bodies;
  const all = count + words.statics;
  let cache: Cache[] = Array.from({ length: count }, (_, i) => before[i] ?? new Map());
  const ground = Array.from({ length: words.planes }, (_, p): Ground => {
    const [x = 0, y = 0, z = 0, offset = 0, friction = 0, restitution = 0] = words.ground.subarray(PLANE_WORDS * p);
    return { normal: [x, y, z], offset, friction, restitution };
  });

  const fixedOf = (i: number, at: number): number => fixed[FIXED_WORDS * i + at] ?? 0;
  const fixedVector = (i: number, at: number): Vector => [fixedOf(i, at), fixedOf(i, at + 1), fixedOf(i, at + 2)];
  const stateOf = (i: number, at: number): number => states[STATE_WORDS * i + at] ?? 0;
  const stateVector = (i: number, at: number): Vector => [stateOf(i, at), stateOf(i, at + 1), stateOf(i, at + 2)];
  const rotationOf = (i: number): Quaternion =>
    [...stateVector(i, STATE.rotation), stateOf(i, STATE.rotation + 3)] as unknown as Quaternion;

  const velocityOf = (i: number, momentum: Vector): Vector =>
    timesScaled(momentum, fixedOf(i, FIXED.inverseMass), scale.massShift);
  /** A sphere turns as easily about any axis. */
  const spinOf = (i: number, axes: Axes, angular: Vector): Vector => {
    if (fixedOf(i, FIXED.round) !== 0) return timesScaled(angular, fixedOf(i, FIXED.inverseInertia), scale.spinShift);
    const own = within(angular, axes);
    return outOf(
      own.map((l, k) => scaled(l, fixedOf(i, FIXED.inverseInertia + k), scale.spinShift)) as unknown as Vector,
      axes,
    );
  };

  const momentumThen = (i: number): Vector =>
    plus(plus(stateVector(i, STATE.momentum), fixedVector(i, FIXED.pull)), stateVector(i, STATE.warm));
  const angularThen = (i: number): Vector => plus(stateVector(i, STATE.spin), stateVector(i, STATE.warmSpin));

  const extentOf = (i: number, axes: Axes): Vector => {
    const half = fixedVector(i, FIXED.half);
    if (fixedOf(i, FIXED.round) !== 0) return half;
    return [0, 1, 2].map((k) =>
      axes.reduce((sum, axis, own) => sum + scaled(Math.abs(axis[k] ?? 0), half[own] ?? 0, UNIT_BITS), 0),
    ) as unknown as Vector;
  };

  const moving = (i: number): Moving => {
    const axes = axesOf(rotationOf(i));
    return {
      index: i,
      round: fixedOf(i, FIXED.round) !== 0,
      half: fixedVector(i, FIXED.half),
      position: stateVector(i, STATE.position),
      axes,
      weight: fixedOf(i, FIXED.inverseMass),
      weights: fixedVector(i, FIXED.inverseInertia),
      turn: fixedVector(i, FIXED.turn),
      narrow: fixedOf(i, FIXED.narrow),
      extent: extentOf(i, axes),
      friction: fixedOf(i, FIXED.friction),
      restitution: fixedOf(i, FIXED.restitution),
      velocity: velocityOf(i, momentumThen(i)),
      spin: spinOf(i, axes, angularThen(i)),
      shares: Math.max(1, Math.min(MOST_SHARES, stateOf(i, STATE.contacts))),
      warm: ZERO,
      warmSpin: ZERO,
      struck: ZERO,
      struckSpin: ZERO,
      pushed: ZERO,
      contacts: 0,
      around: ZERO,
      coarse: false,
    };
  };

  function substep(): Told {
    const bodies = Array.from({ length: all }, (_, i) => moving(i));
    const next = bodies.slice(0, count).map(() => new Map<string, Vector>());
    /** A pair, at all places where it touches. */
    const meet = (a: Moving, other: Moving | Ground, name: number, { normal, places }: Touch) => {
      const [first] = places;
      if (!first) return;
      const b = 'index' in other ? other : null;
      const before = places.map(({ feature }) => cache[a.index]?.get(`${name}:${feature}`) ?? ZERO);
      const { impulses, hits, counts } = impulsesOf(a, b, other, normal, places, before);
      if (counts) a.contacts++;
      if (counts && b) b.contacts++;
      places.forEach(({ feature, at }, k) => {
        const impulse = impulses[k] ?? ZERO;
        const hit = hits[k] ?? false;
        next[a.index]?.set(`${name}:${feature}`, hit ? ZERO : impulse);
        give(a, at, negated(impulse), hit);
        if (b) give(b, armOn(a, b, at), impulse, hit);
        if (!b || b.index >= count) a.around = minus(a.around, impulse);
      });
      const sunk = places.reduce((most, { gap }) => Math.max(most, -gap), -first.gap);
      const smallest = Math.min(...a.half, ...(b ? b.half : []));
      if (sunk > smallest - (smallest >> 2)) {
        a.coarse = true;
        if (b) b.coarse = true;
      }
      const deep = sunk - slop;
      if (deep <= 0) return;
      const shares = shareOf(weightOf(a), b ? weightOf(b) : 0);
      push(a, negated(normal), deep, shares);
      if (b) push(b, normal, deep, shares);
    };
    for (const [a, others] of pairs(bodies)) {
      for (const b of others) meet(a, b, b.index, touchOf(a, b, reach));
      for (const [p, plane] of ground.entries()) meet(a, plane, PLANE + p, touchOfPlane(a, plane, reach));
    }
    cache = next;
    const movers = bodies.slice(0, count);
    const steps = movers.map(moveOn);
    return {
      around: movers.map(({ around }) => around),
      coarse: movers.map(({ coarse }) => coarse),
      fastest: Math.max(0, ...steps),
    };
  }

  const armOn = (a: Moving, b: Moving, place: Vector): Vector => minus(place, minus(b.position, a.position));

  function give(to: Moving, arm: Vector, impulse: Vector, hit: boolean): void {
    const turn = crossScaled(arm, impulse, scale.leverShift);
    if (hit) {
      to.struck = plus(to.struck, impulse);
      to.struckSpin = plus(to.struckSpin, turn);
    } else {
      to.warm = plus(to.warm, impulse);
      to.warmSpin = plus(to.warmSpin, turn);
    }
  }

  /** Out of an overlap, as much as the other one is heavier. */
  function push(to: Moving, direction: Vector, deep: number, { shift, reciprocal }: Share): void {
    const part = Math.imul((to.weight >> WEIGHT_DROP) >>> shift, reciprocal) >>> (31 - UNIT_BITS);
    to.pushed = plus(to.pushed, timesUnit(direction, scaled(deep >> PUSH_SHIFT, part, UNIT_BITS)));
  }

  /** Those of higher numbers that may touch each, statics last. */
  function* pairs(bodies: readonly Moving[]): Generator<[Moving, readonly Moving[]]> {
    const cells = new Map<string, Moving[]>();
    const movers = bodies.slice(0, count);
    const statics = bodies.slice(count);
    const cellOf = ({ position }: Moving) => position.map((x) => x >> cellShift) as unknown as Vector;
    for (const body of movers) {
      const key = cellOf(body).join();
      const members = cells.get(key);
      if (members) members.push(body);
      else cells.set(key, [body]);
    }
    for (const body of movers) {
      const [x, y, z] = cellOf(body);
      const found: Moving[] = [];
      for (let k = 0; k < 27; k++) {
        const key = [x + (k % 3) - 1, y + (Math.floor(k / 3) % 3) - 1, z + Math.floor(k / 9) - 1].join();
        for (const other of cells.get(key) ?? []) {
          if (other.index <= body.index) continue;
          const most = plus(body.extent, other.extent);
          const apart = minus(other.position, body.position);
          if (apart.every((d, k) => Math.abs(d) <= reach + (most[k] ?? 0))) found.push(other);
        }
      }
      yield [body, [...found, ...statics]];
    }
  }

  /**
   * Inverse mass, as many times as the mass is shared out between those that the body touched in the substep before (Tonge,
   * Benevolenski, Voroshilov 2012).
   */
  const weightOf = ({ weight, shares }: Moving): number => Math.imul(weight >> WEIGHT_DROP, shares);

  /**
   * The same for a push at the end of an arm, which turns the body too. A sphere's arm points against the normal: what pushes it does
   * not turn it, and what slips over it does so by all of the arm.
   */
  function yielding(body: Moving, arm: Vector, direction: Vector, slipping: boolean): number {
    if (body.round) return yieldingBy(body, 2 ** TURN_BITS + (slipping ? body.turn[0] : 0));
    const lever = timesScaled(within(crossScaled(arm, direction, UNIT_BITS), body.axes), body.narrow, POSITION_BITS);
    const factor = lever.reduce(
      (sum, x, k) => sum + scaled(scaled(x, x, UNIT_BITS), body.turn[k] ?? 0, UNIT_BITS),
      2 ** TURN_BITS,
    );
    return yieldingBy(body, factor);
  }

  function yieldingBy(body: Moving, factor: number): number {
    return scaled(weightOf(body), Math.min(factor, 2 ** (TURN_BITS + PRODUCT_DROP) - 1), TURN_BITS + PRODUCT_DROP);
  }

  interface Share {
    readonly shift: number;
    readonly reciprocal: number;
  }

  /** 1 ÷ the sum of two inverse masses: reciprocal ÷ 2^(31 + shift). */
  function shareOf(one: number, other: number): Share {
    const both = one + other;
    const shift = Math.max(0, 32 - Math.clz32(both >>> 16));
    return { shift, reciprocal: Math.floor(2 ** 31 / Math.max(2, both >>> shift)) };
  }

  /** A pair's own copy of a body: of its share of the mass. */
  interface Half {
    readonly body: Moving;
    velocity: Vector;
    spin: Vector;
  }

  const halfOf = (body: Moving): Half => ({ body, velocity: body.velocity, spin: body.spin });

  const surfaceOf = ({ velocity, spin }: Half, arm: Vector): Vector =>
    plus(velocity, crossScaled(spin, arm, SPIN_BITS - VELOCITY_BITS));

  /** @returns how much faster it made the body */
  function hit(half: Half, arm: Vector, impulse: Vector): number {
    const { body } = half;
    const times = (v: Vector): Vector => v.map((x) => Math.imul(x, body.shares)) as unknown as Vector;
    const faster = times(velocityOf(body.index, impulse));
    half.velocity = plus(half.velocity, faster);
    half.spin = plus(half.spin, times(spinOf(body.index, body.axes, crossScaled(arm, impulse, scale.leverShift))));
    return sizeOf(faster);
  }

  /** @returns impulses on the second one; whether they touch, or will in a moment */
  function impulsesOf(
    a: Moving,
    b: Moving | null,
    surface: Moving | Ground,
    normal: Vector,
    places: readonly Place[],
    before: readonly Vector[],
  ): { readonly impulses: readonly Vector[]; readonly hits: readonly boolean[]; readonly counts: boolean } {
    const first = halfOf(a);
    const second = b && halfOf(b);
    const arms = places.map(({ at }) => (b ? armOn(a, b, at) : ZERO));
    const relativeAt = (k: number): Vector => {
      const here = surfaceOf(first, places[k]?.at ?? ZERO);
      return minus(second ? surfaceOf(second, arms[k] ?? ZERO) : ZERO, here);
    };
    /** The impulse that takes a velocity along a direction away. */
    const against = (k: number, direction: Vector, slipping: boolean) => {
      const { shift, reciprocal } = shareOf(
        yielding(a, places[k]?.at ?? ZERO, direction, slipping),
        b ? yielding(b, arms[k] ?? ZERO, direction, slipping) : 0,
      );
      return (velocity: number) => shifted(velocity, reciprocal, 31 + COARSE + shift - scale.massShift);
    };
    let counts = false;
    const asked = places.map(({ gap }, k) => {
      const along = dotUnit(relativeAt(k), normal);
      counts ||= gap + (along >> VELOCITY_BITS) < near;
      const closing = gap > 0 ? gap * 2 ** VELOCITY_BITS : 0;
      const bounces = along < -bounceFrom && ((along + closing) | 0) < 0;
      const restitution = (a.restitution + surface.restitution) >> 1;
      const bounce = bounces ? scaled(along, restitution, UNIT_BITS) : 0;
      // Who flies off is not held by what threw it back in the substep before.
      return {
        mass: against(k, normal, false),
        beside: bounce < 0 ? bounce : closing,
        hits: along < -(restitution > ONE >> 1 ? bounceFrom : STRIKES * bounceFrom),
        leaves: along > bounceFrom,
      };
    });
    /** What it was, and what the velocities ask for beside, never pulling, within the friction cone. */
    const wanted = (k: number, had: Vector): Vector => {
      const { mass, beside, leaves } = asked[k] as (typeof asked)[number];
      if (leaves) return ZERO;
      const relative = relativeAt(k);
      const along = dotUnit(relative, normal);
      const pushed = dotUnit(had, normal);
      const pushing = Math.max(0, (Math.max(0, pushed) - mass((along + beside) | 0)) | 0);
      const slips = minus(relative, timesUnit(normal, along));
      let tangent = minus(had, timesUnit(normal, pushed));
      const slipping = directionOf(slips);
      if (slipping) tangent = minus(tangent, slips.map(against(k, slipping, true)) as unknown as Vector);
      const friction = scaled(pushing, (a.friction + surface.friction) >> 1, UNIT_BITS);
      return plus(withinCone(tangent, friction), timesUnit(normal, pushing));
    };
    const impulses = [...before];
    const sweeps = places.length > 1 ? SWEEPS : 1;
    for (let sweep = 0; sweep < sweeps; sweep++) {
      let most = 0;
      for (let turn = 0; turn < places.length; turn++) {
        // There and back, so that no place is the first one always.
        const k = sweep % 2 === 0 ? turn : places.length - 1 - turn;
        const had = impulses[k] ?? ZERO;
        const next = wanted(k, had);
        impulses[k] = next;
        const change = minus(next, had);
        most = Math.max(most, hit(first, places[k]?.at ?? ZERO, negated(change)));
        if (second) most = Math.max(most, hit(second, arms[k] ?? ZERO, change));
      }
      if (most < CALM) break;
    }
    return { impulses, hits: asked.map(({ hits }) => hits), counts };
  }

  /** @returns the largest step along an axis */
  function moveOn(body: Moving): number {
    const { index, axes, warm, warmSpin, struck, struckSpin, pushed, contacts, position } = body;
    const at = STATE_WORDS * index;
    const momentum = plus(plus(stateVector(index, STATE.momentum), fixedVector(index, FIXED.pull)), plus(warm, struck));
    const angular = plus(stateVector(index, STATE.spin), plus(warmSpin, struckSpin));
    const moved = velocityOf(index, momentum).map((v) => (v + 2 ** (VELOCITY_BITS - 1)) >> VELOCITY_BITS);
    const step = plus(moved as unknown as Vector, pushed);
    const turns = spinOf(index, axes, angular);
    if (sizeOf(moved as unknown as Vector) > Math.min(...body.half) || sizeOf(turns) > MOST_TURN) body.coarse = true;
    states.set(plus(position, step), at + STATE.position);
    states[at + STATE.contacts] = contacts;
    states.set(momentum, at + STATE.momentum);
    states.set(angular, at + STATE.spin);
    states.set(turned(rotationOf(index), turns), at + STATE.rotation);
    states.set(warm, at + STATE.warm);
    states.set(warmSpin, at + STATE.warmSpin);
    return sizeOf(step);
  }

  return {
    states,
    substep,
    get cache(): readonly Cache[] {
      return cache;
    },
  };
}

/** a·b ÷ 2^shift for shifts up to 62. */
function shifted(a: number, b: number, shift: number): number {
  if (shift < 32) return scaled(a, b, shift);
  return (scaled(a, b, 31) + 2 ** (shift - 32)) >> (shift - 31);
}

/** Bits that a vector is shifted down by, so that its length is known. */
function excess(size: number): number {
  return Math.max(0, 32 - Math.clz32(size >> 22));
}

const sizeOf = (v: Vector) => Math.max(Math.abs(v[0]), Math.abs(v[1]), Math.abs(v[2]));
const shiftedDown = ([x, y, z]: Vector, shift: number): Vector => [x >> shift, y >> shift, z >> shift];

/** null for nothing. */
function directionOf(v: Vector): Vector | null {
  const small = shiftedDown(v, excess(sizeOf(v)));
  const length = lengthOf(...small);
  return length > 0 ? unitAlong(small, length) : null;
}

/** No longer than the limit, in the same direction. */
function withinCone(v: Vector, limit: number): Vector {
  const shift = excess(Math.max(sizeOf(v), limit));
  const length = lengthOf(...shiftedDown(v, shift));
  const most = limit >> shift;
  return length <= most ? v : timesUnit(v, unitOf(most, length));
}
