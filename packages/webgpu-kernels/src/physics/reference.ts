import { lengthOf, scaled, UNIT_BITS, unitOf } from './fixed.js';
import {
  inverseInertia,
  inverseMass,
  POSITION_BITS,
  type Scale,
  SPIN_BITS,
  scaleOf,
  toPosition,
  toUnit,
  toVelocity,
  VELOCITY_BITS,
} from './scale.js';

/** The simulation in plain JavaScript, body after body: what the kernel's WGSL has to equal bit for bit. */

type Vector = [number, number, number];

export interface Sphere {
  readonly radius: number;
  readonly mass: number;
  readonly position: Readonly<Vector>;
  readonly velocity: Readonly<Vector>;
}

export interface Plane {
  /** Of length 1, out of the ground. */
  readonly normal: Readonly<Vector>;
  /** Of the plane from the origin along the normal, m. */
  readonly offset: number;
}

export interface WorldOfSpheres {
  readonly spheres: readonly Sphere[];
  readonly planes: readonly Plane[];
  readonly gravity: Readonly<Vector>;
  readonly friction: number;
  readonly restitution: number;
  readonly step: number;
}

interface Contact {
  /** A body's number, or PLANE + a plane's. */
  readonly with: number;
  /** From the lower body to the higher one, or into the ground; in 2^-UNIT_BITS. */
  readonly normal: Vector;
  /** Gap, negative where they overlap. */
  readonly gap: number;
  /** Of the substep before, on the higher one. */
  readonly before: Vector;
  /** Approach before the substep, for restitution; in velocities' units. */
  readonly approach: number;
}

const PLANE = 0x8000_0000;
/** Contacts begin this early, m. */
const REACH = 0.002;
/** Overlap that stays, so that contacts do not flicker; and the share of the rest that a substep takes away. */
const SLOP = 0.0005;
const PUSH_SHIFT = 2;
/** Slower than this nothing bounces, m/s. */
const BOUNCE_FROM = 0.5;
/** 1 ÷ mass along a tangent of a solid sphere, as 2 × that along the normal: 1 + 5/2. */
const TANGENT_SEVENTHS = 7;
/** Bits of weights that are dropped before they are added up. */
const COARSE = 6;

export interface Bodies {
  readonly position: Int32Array;
  readonly momentum: Int32Array;
  readonly spin: Int32Array;
  /** Contacts in the last substep. */
  readonly contacts: Int32Array;
}

const AXES = [0, 1, 2] as const;
const dot = (a: Vector, b: Vector) =>
  scaled(a[0], b[0], UNIT_BITS) + scaled(a[1], b[1], UNIT_BITS) + scaled(a[2], b[2], UNIT_BITS);
const times = (n: Vector, s: number): Vector => [
  scaled(n[0], s, UNIT_BITS),
  scaled(n[1], s, UNIT_BITS),
  scaled(n[2], s, UNIT_BITS),
];
const minus = (a: Vector, b: Vector): Vector => [(a[0] - b[0]) | 0, (a[1] - b[1]) | 0, (a[2] - b[2]) | 0];
const cross = (a: Vector, b: Vector, shift: number): Vector => [
  (scaled(a[1], b[2], shift) - scaled(a[2], b[1], shift)) | 0,
  (scaled(a[2], b[0], shift) - scaled(a[0], b[2], shift)) | 0,
  (scaled(a[0], b[1], shift) - scaled(a[1], b[0], shift)) | 0,
];

export function createReference(world: WorldOfSpheres) {
  const { spheres } = world;
  const inertiaOf = ({ mass, radius }: Sphere) => 0.4 * mass * radius * radius;
  const scale: Scale = scaleOf(
    spheres.map((s) => ({ mass: s.mass, inertia: [inertiaOf(s), inertiaOf(s)] as const })),
    world.step,
  );
  const count = spheres.length;
  const radius = spheres.map((s) => toPosition(s.radius));
  const weight = spheres.map((s) => inverseMass(s.mass, scale));
  const weightOfSpin = spheres.map((s) => inverseInertia(inertiaOf(s), scale));
  const pull = spheres.map(({ mass }) =>
    world.gravity.map((g) => Math.round((mass * g * world.step) / scale.momentum)),
  );
  const planes = world.planes.map(({ normal, offset }) => ({
    normal: normal.map(toUnit) as Vector,
    offset: toPosition(offset),
  }));
  const reach = toPosition(REACH);
  const slop = toPosition(SLOP);
  const bounceFrom = toVelocity(BOUNCE_FROM, scale);
  const friction = toUnit(world.friction);
  const restitution = toUnit(world.restitution);
  // Cells of a power of two, at least as wide as two bodies and the reach.
  const cellShift = Math.ceil(Math.log2(2 * Math.max(...radius) + reach));
  const bodies: Bodies = {
    position: new Int32Array(3 * count),
    momentum: new Int32Array(3 * count),
    spin: new Int32Array(3 * count),
    contacts: new Int32Array(count),
  };
  spheres.forEach((s, i) => {
    for (const k of AXES) {
      bodies.position[3 * i + k] = toPosition(s.position[k]);
      bodies.momentum[3 * i + k] = Math.round((s.mass * s.velocity[k]) / scale.momentum);
    }
  });
  /** With the lower body: impulse on the higher one by its number. */
  let cache: Map<number, Vector>[] = spheres.map(() => new Map());

  const read = (words: Int32Array, i: number): Vector => [
    words[3 * i] ?? 0,
    words[3 * i + 1] ?? 0,
    words[3 * i + 2] ?? 0,
  ];
  const velocityOf = (momenta: Int32Array, i: number): Vector =>
    read(momenta, i).map((p) => scaled(p, weight[i] ?? 0, scale.massShift)) as Vector;
  const spinOf = (spins: Int32Array, i: number): Vector =>
    read(spins, i).map((l) => scaled(l, weightOfSpin[i] ?? 0, scale.spinShift)) as Vector;
  /** Velocity of a body's surface at the end of a lever, in velocities' units. */
  const surface = (momenta: Int32Array, spins: Int32Array, i: number, lever: Vector): Vector => {
    const turning = cross(spinOf(spins, i), lever, SPIN_BITS - VELOCITY_BITS);
    return velocityOf(momenta, i).map((v, k) => (v + (turning[k] ?? 0)) | 0) as Vector;
  };
  /** Of the second (or the ground) as seen from the first, where they touch. */
  const relative = (momenta: Int32Array, spins: Int32Array, low: number, contact: Pair): Vector => {
    const own = surface(momenta, spins, low, times(contact.normal, radius[low] ?? 0));
    if (contact.high >= PLANE) return own.map((x) => -x) as Vector;
    return minus(surface(momenta, spins, contact.high, times(contact.normal, -(radius[contact.high] ?? 0))), own);
  };

  interface Pair {
    readonly high: number;
    readonly normal: Vector;
  }

  function near(): number[][] {
    const cells = new Map<string, number[]>();
    const cellOf = (i: number) => read(bodies.position, i).map((x) => x >> cellShift) as Vector;
    for (let i = 0; i < count; i++) {
      const key = cellOf(i).join();
      const members = cells.get(key);
      if (members) members.push(i);
      else cells.set(key, [i]);
    }
    return Array.from({ length: count }, (_, i) => {
      const [x, y, z] = cellOf(i);
      const found: number[] = [];
      for (let dx = -1; dx <= 1; dx++)
        for (let dy = -1; dy <= 1; dy++)
          for (let dz = -1; dz <= 1; dz++)
            for (const j of cells.get([x + dx, y + dy, z + dz].join()) ?? []) if (j > i) found.push(j);
      return found;
    });
  }

  function contactsOf(i: number, others: readonly number[]): Contact[] {
    const here = read(bodies.position, i);
    const found: Contact[] = [];
    const add = (other: number, normal: Vector, gap: number) => {
      const before = cache[i]?.get(other) ?? [0, 0, 0];
      const approach = dot(relative(bodies.momentum, bodies.spin, i, { high: other, normal }), normal);
      found.push({ with: other, normal, gap, before, approach });
    };
    for (const j of others) {
      const d = minus(read(bodies.position, j), here);
      const together = (radius[i] ?? 0) + (radius[j] ?? 0);
      if (d.some((x) => Math.abs(x) > together + reach)) continue;
      const length = lengthOf(...d);
      if (length - together >= reach) continue;
      add(j, length === 0 ? [0, 2 ** UNIT_BITS, 0] : (d.map((x) => unitOf(x, length)) as Vector), length - together);
    }
    planes.forEach(({ normal, offset }, p) => {
      const gap = dot(here, normal) - offset - (radius[i] ?? 0);
      if (gap < reach) add(PLANE + p, normal.map((x) => -x) as Vector, gap);
    });
    return found;
  }

  /**
   * 1 ÷ the inverse masses of a pair, as 2^-(31 + COARSE + shift) of what weights count. Masses are shared out between a body's
   * contacts (Tonge, Benevolenski and Voroshilov 2012); those of the substep before are known on both sides.
   */
  function shareOf(i: number, other: number) {
    const inverse = (body: number) => ((weight[body] ?? 0) >> COARSE) * Math.max(1, bodies.contacts[body] ?? 0);
    const both = inverse(i) + (other < PLANE ? inverse(other) : 0);
    const shift = 32 - Math.clz32(both >>> 16);
    return { shift, reciprocal: Math.floor(2 ** 31 / (both >>> shift)) };
  }

  /** Impulse on the higher one at the contact: what it was, and what the velocities ask for beside, never pulling, within the friction cone. */
  function impulse(i: number, contact: Contact, momenta: Int32Array, spins: Int32Array): Vector {
    const { normal, gap, before, approach } = contact;
    const v = relative(momenta, spins, i, { high: contact.with, normal });
    const along = dot(v, normal);
    const { shift, reciprocal } = shareOf(i, contact.with);
    const mass = (velocity: number) => shifted(velocity, reciprocal, 31 + COARSE + shift - scale.massShift);
    const closing = gap > 0 ? -(gap * 2 ** VELOCITY_BITS) : 0;
    const bounce = approach < -bounceFrom ? scaled(approach, restitution, UNIT_BITS) : 0;
    const had = dot(before, normal);
    const pushing = Math.max(0, (Math.max(0, had) - mass((along - closing + bounce) | 0)) | 0);
    const tangent = AXES.map((k) => {
      const slips = v[k] - scaled(normal[k], along, UNIT_BITS);
      const held = before[k] - scaled(normal[k], had, UNIT_BITS);
      return (held - Math.trunc(((2 * mass(slips)) | 0) / TANGENT_SEVENTHS)) | 0;
    }) as Vector;
    const held = withinCone(tangent, scaled(pushing, friction, UNIT_BITS));
    return held.map((x, k) => (x + scaled(normal[k as 0 | 1 | 2], pushing, UNIT_BITS)) | 0) as Vector;
  }

  return {
    bodies,
    scale,
    /** As the kernel's buffers hold them. */
    words: {
      world: new Int32Array([
        scale.massShift,
        scale.spinShift,
        scale.leverShift,
        cellShift,
        reach,
        slop,
        bounceFrom,
        friction,
        restitution,
        PUSH_SHIFT,
        0,
        0,
        ...planes.flatMap(({ normal, offset }) => [...normal, offset]),
        ...(planes.length === 0 ? [0, 0, 0, 0] : []),
      ]),
      fixed: new Int32Array(
        spheres.flatMap((_, i) => [radius[i] ?? 0, weight[i] ?? 0, weightOfSpin[i] ?? 0, 0, ...(pull[i] ?? []), 0]),
      ),
    },
    /** Total momentum, exact. */
    total: (): Vector =>
      AXES.map((k) => {
        let sum = 0;
        for (let i = 0; i < count; i++) sum += bodies.momentum[3 * i + k] ?? 0;
        return sum;
      }) as Vector,
    substep() {
      const pairs = near().map((others, i) => contactsOf(i, others));
      const touching = new Int32Array(count);
      const give = (momenta: Int32Array, spins: Int32Array, i: number, contact: Contact, j: Vector) => {
        const on = (body: number, lever: Vector, sign: number) => {
          const turn = cross(lever, j, scale.leverShift);
          for (const k of AXES) {
            momenta[3 * body + k] = (momenta[3 * body + k] ?? 0) + sign * j[k];
            spins[3 * body + k] = (spins[3 * body + k] ?? 0) + sign * turn[k];
          }
        };
        on(i, times(contact.normal, radius[i] ?? 0), -1);
        if (contact.with < PLANE) on(contact.with, times(contact.normal, -(radius[contact.with] ?? 0)), 1);
      };
      const momenta = bodies.momentum.map((p, at) => p + (pull[Math.floor(at / 3)]?.[at % 3] ?? 0));
      const spins = bodies.spin.slice();
      pairs.forEach((contacts, i) => {
        for (const contact of contacts) {
          give(momenta, spins, i, contact, contact.before);
          touching[i] = (touching[i] ?? 0) + 1;
          if (contact.with < PLANE) touching[contact.with] = (touching[contact.with] ?? 0) + 1;
        }
      });
      const after = momenta.slice();
      const turned = spins.slice();
      const pushed = new Int32Array(3 * count);
      const next: typeof cache = spheres.map(() => new Map());
      pairs.forEach((contacts, i) => {
        for (const contact of contacts) {
          const j = impulse(i, contact, momenta, spins);
          next[i]?.set(contact.with, j);
          give(after, turned, i, contact, minus(j, contact.before));
          const deep = -contact.gap - slop;
          if (deep <= 0) continue;
          const { shift, reciprocal } = shareOf(i, contact.with);
          const out = (body: number) => {
            const share = ((((weight[body] ?? 0) >> COARSE) >> shift) * reciprocal) >>> (31 - UNIT_BITS);
            return times(contact.normal, scaled(deep >> PUSH_SHIFT, share, UNIT_BITS));
          };
          const push = (body: number, by: Vector, sign: number) => {
            for (const k of AXES) pushed[3 * body + k] = (pushed[3 * body + k] ?? 0) + sign * by[k];
          };
          push(i, out(i), -1);
          if (contact.with < PLANE) push(contact.with, out(contact.with), 1);
        }
      });
      cache = next;
      bodies.momentum.set(after);
      bodies.spin.set(turned);
      bodies.contacts.set(touching);
      for (let i = 0; i < count; i++) {
        const v = velocityOf(after, i);
        for (const k of AXES)
          bodies.position[3 * i + k] =
            (bodies.position[3 * i + k] ?? 0) +
            ((v[k] + 2 ** (VELOCITY_BITS - 1)) >> VELOCITY_BITS) +
            (pushed[3 * i + k] ?? 0);
      }
    },
    positionOf: (i: number): Vector => read(bodies.position, i).map((x) => x / 2 ** POSITION_BITS) as Vector,
    velocityOf: (i: number): Vector =>
      velocityOf(bodies.momentum, i).map((v) => v / 2 ** (POSITION_BITS + VELOCITY_BITS) / world.step) as Vector,
  };
}

/** a·b ÷ 2^shift for shifts up to 62. */
function shifted(a: number, b: number, shift: number): number {
  if (shift < 32) return scaled(a, b, shift);
  const first = scaled(a, b, 31);
  return (first + 2 ** (shift - 32)) >> (shift - 31);
}

/** No longer than the limit, in the same direction. */
function withinCone(v: Vector, limit: number): Vector {
  const size = Math.max(...v.map(Math.abs), limit);
  const shift = Math.max(0, 32 - Math.clz32(size >> 22));
  const length = lengthOf(v[0] >> shift, v[1] >> shift, v[2] >> shift);
  const most = limit >> shift;
  if (length <= most) return v;
  return times(v, unitOf(most, length));
}
