import { describe, expect, it } from 'vitest';
import { createReference } from './reference.js';
import { POSITION_BITS } from './scale.js';
import { QUATERNION_BITS } from './vectors.js';
import { type Body, type BodyShape, STATE, STATE_WORDS, type Triple, type World, worldWords } from './world.js';

/** Laws of mechanics that have a formula, in the plain integers that the kernel computes with. */

const G = 9.81;
const SURFACE = { friction: 0.5, restitution: 0 };
const GROUND = { normal: [0, 1, 0], offset: 0, ...SURFACE } as const;
const SPHERE: BodyShape = { kind: 'sphere', radius: 0.1 };
const CUBE: BodyShape = { kind: 'box', half: [0.1, 0.1, 0.1] };

function body(shape: BodyShape, position: Triple, rest: Partial<Body> = {}): Body {
  const still = { mass: 1, rotation: [0, 0, 0, 1], velocity: [0, 0, 0], spin: [0, 0, 0], ...SURFACE } as const;
  return { ...still, shape, position, ...rest };
}

function simulation(parts: Partial<World> & Pick<World, 'bodies'>, substeps = 8) {
  const world: World = { planes: [], statics: [], gravity: [0, -G, 0], ...parts };
  const step = 1 / 60 / substeps;
  const words = worldWords(world, step);
  const { scale } = words;
  const reference = createReference(words);
  const read = (i: number, at: number, unit: number): Triple => {
    const from = STATE_WORDS * i + at;
    return [0, 1, 2].map((k) => (reference.states[from + k] ?? 0) * unit) as unknown as Triple;
  };
  const massOf = (i: number) => world.bodies[i]?.mass ?? 1;
  return {
    run(seconds: number) {
      for (let s = 0; s < Math.round(seconds / step); s++) reference.substep();
    },
    positionOf: (i: number) => read(i, STATE.position, 2 ** -POSITION_BITS),
    velocityOf: (i: number) => read(i, STATE.momentum, scale.momentum / massOf(i)),
    angularOf: (i: number) => read(i, STATE.spin, scale.spin),
    upOf(i: number): number {
      const [x = 0, , z = 0] = reference.states.subarray(STATE_WORDS * i + STATE.rotation);
      return 1 - 2 * (x * x + z * z) * 2 ** (-2 * QUATERNION_BITS);
    },
    /** Exact, in units of momentum. */
    total: (): Triple =>
      [0, 1, 2].map((k) =>
        world.bodies.reduce((sum, _, i) => sum + (reference.states[STATE_WORDS * i + STATE.momentum + k] ?? 0), 0),
      ) as unknown as Triple,
    fastest: () =>
      Math.max(...world.bodies.map((_, i) => Math.hypot(...read(i, STATE.momentum, scale.momentum / massOf(i))))),
  };
}

describe('without contact', () => {
  it('a body falls as it should, to what a substep leaves', () => {
    const falling = simulation({ bodies: [body(SPHERE, [0, 100, 0], { velocity: [3, 0, 0] })] });
    falling.run(2);
    const [x, y] = falling.positionOf(0);
    // A substep moves a body by whole units: 1 µm.
    expect(x).toBeCloseTo(6, 2);
    // Symplectic Euler is half a substep ahead: g t h ÷ 2.
    expect(y).toBeCloseTo(100 - (G * 4) / 2 - (G * 2) / 960, 3);
  });

  it('a turning body keeps its angular momentum to the last bit, and tips over its middle axis', () => {
    const turning = simulation({
      bodies: [body({ kind: 'box', half: [0.3, 0.1, 0.05] }, [0, 0, 0], { spin: [0.01, 5, 0.02] })],
      gravity: [0, 0, 0],
    });
    const before = turning.angularOf(0);
    const ups: number[] = [];
    for (let i = 0; i < 40; i++) {
      turning.run(0.1);
      ups.push(turning.upOf(0));
    }
    expect(turning.angularOf(0)).toEqual(before);
    // Dzhanibekov's: about its middle axis it does not stay.
    expect(Math.min(...ups)).toBeLessThan(-0.9);
  });
});

describe('collisions', () => {
  const elastic = { friction: 0, restitution: 1 };

  it.each([
    [1, 1],
    [1, 3],
    [5, 1],
  ])('of masses %f and %f give what they have to, without a loss', (m1, m2) => {
    const two = simulation({
      bodies: [
        body(SPHERE, [0, 0, 0], { mass: m1, velocity: [2, 0, 0], ...elastic }),
        body(SPHERE, [0.5, 0, 0], { mass: m2, ...elastic }),
      ],
      gravity: [0, 0, 0],
    });
    const before = two.total();
    two.run(1);
    expect(two.total()).toEqual(before);
    expect(two.velocityOf(0)[0]).toBeCloseTo((2 * (m1 - m2)) / (m1 + m2), 2);
    expect(two.velocityOf(1)[0]).toBeCloseTo((4 * m1) / (m1 + m2), 2);
  });

  it('go through a row of five: the last one flies off', () => {
    const row = simulation({
      bodies: Array.from({ length: 5 }, (_, i) =>
        body(SPHERE, [i === 0 ? -0.5 : 0.203 * i, 0, 0], { velocity: [i === 0 ? 1 : 0, 0, 0], ...elastic }),
      ),
      gravity: [0, 0, 0],
    });
    row.run(1.5);
    expect([0, 1, 2, 3].map((i) => Math.abs(row.velocityOf(i)[0]) < 0.05)).toEqual([true, true, true, true]);
    expect(row.velocityOf(4)[0]).toBeCloseTo(1, 1);
  });

  it('of many, of all shapes and masses, keep momentum to the last bit', () => {
    const many = simulation({
      bodies: Array.from({ length: 40 }, (_, i) =>
        body(i % 2 === 0 ? SPHERE : CUBE, [(i % 4) * 0.22, Math.floor(i / 16) * 0.22, (Math.floor(i / 4) % 4) * 0.22], {
          mass: 0.2 + (i % 7),
          velocity: [1 - (i % 3), (i % 5) - 2, i % 2],
          spin: [i % 4, 0, 1],
        }),
      ),
      gravity: [0, 0, 0],
    });
    const before = many.total();
    many.run(0.3);
    expect(many.total()).toEqual(before);
  });
});

describe('friction', () => {
  const slope = (tangent: number): Triple => {
    const angle = Math.atan(tangent);
    return [G * Math.sin(angle), -G * Math.cos(angle), 0];
  };

  it.each([
    ['sphere', SPHERE],
    ['box', CUBE],
  ] as const)('makes a %s that slides slower by μ g', (_, shape) => {
    const sliding = simulation({ bodies: [body(shape, [0, 0.1, 0], { velocity: [3, 0, 0] })], planes: [GROUND] });
    sliding.run(0.15);
    expect(sliding.velocityOf(0)[0]).toBeCloseTo(3 - 0.5 * G * 0.15, 1);
  });

  it('makes a sphere roll at 5/7 of its speed', () => {
    const rolling = simulation({ bodies: [body(SPHERE, [0, 0.1, 0], { velocity: [1, 0, 0] })], planes: [GROUND] });
    rolling.run(1);
    expect(rolling.velocityOf(0)[0]).toBeCloseTo(5 / 7, 3);
  });

  it('holds a box on a slope of less than μ, and lets it slide by g (sin − μ cos) on a steeper one', () => {
    const held = simulation({ bodies: [body(CUBE, [0, 0.1, 0])], planes: [GROUND], gravity: slope(0.4) });
    held.run(1);
    expect(Math.abs(held.positionOf(0)[0])).toBeLessThan(0.001);
    const steep = slope(0.6);
    const sliding = simulation({ bodies: [body(CUBE, [0, 0.1, 0])], planes: [GROUND], gravity: steep });
    sliding.run(1);
    expect(sliding.velocityOf(0)[0]).toBeCloseTo(steep[0] + 0.5 * steep[1], 1);
  });
});

describe('at rest', () => {
  it.each([
    ['spheres', SPHERE],
    ['boxes', CUBE],
  ] as const)('a stack of ten %s stays, and hardly sinks', (_, shape) => {
    const stack = simulation({
      bodies: Array.from({ length: 10 }, (__, i) => body(shape, [0, 0.1 + 0.2 * i, 0])),
      planes: [GROUND],
    });
    stack.run(3);
    const [x, y, z] = stack.positionOf(9);
    expect(Math.hypot(x, z)).toBeLessThan(0.002);
    expect(Math.abs(y - 1.9)).toBeLessThan(0.008);
    expect(stack.fastest()).toBeLessThan(0.003);
  });

  it('boxes that fall on a beam and on each other come to rest', () => {
    const wall = (normal: Triple) => ({ normal, offset: -0.5, ...SURFACE });
    const heap = simulation({
      bodies: Array.from({ length: 18 }, (_, i) =>
        body(CUBE, [-0.25 + 0.25 * (i % 3), 0.6 + 0.3 * Math.floor(i / 9), -0.25 + 0.25 * (Math.floor(i / 3) % 3)], {
          spin: [i % 3, (i % 5) - 2, 1],
        }),
      ),
      planes: [GROUND, wall([1, 0, 0]), wall([-1, 0, 0]), wall([0, 0, 1]), wall([0, 0, -1])],
      statics: [{ half: [0.4, 0.05, 0.05], position: [0, 0.2, 0], rotation: [0, 0, 0, 1], ...SURFACE }],
    });
    heap.run(4);
    expect(heap.fastest()).toBeLessThan(0.05);
    for (let i = 0; i < 18; i++) {
      const [x, y, z] = heap.positionOf(i);
      expect(y).toBeGreaterThan(0.09);
      expect(Math.max(Math.abs(x), Math.abs(z))).toBeLessThan(0.42);
    }
  });

  it('a heap that falls together holds itself up: no ball sinks into another by half of its size', () => {
    const walls = [
      [1, 0],
      [-1, 0],
      [0, 1],
      [0, -1],
    ].map(([x = 0, z = 0]) => ({
      ...{ normal: [x, 0, z] as const, offset: -0.45, ...SURFACE },
    }));
    const side = (k: number) => -0.33 + 0.22 * k;
    const count = 16 * 9;
    const heap = simulation({
      bodies: Array.from({ length: count }, (_, i) => {
        const off = 0.004 * ((i * 7) % 5);
        return body(SPHERE, [side(i % 4) + off, 0.15 + 0.3 * Math.floor(i / 16), side(Math.floor(i / 4) % 4) - off]);
      }),
      planes: [GROUND, ...walls],
    });
    let deepest = 0;
    for (let frame = 0; frame < 60; frame++) {
      heap.run(1 / 60);
      const places = Array.from({ length: count }, (_, i) => heap.positionOf(i));
      for (const [i, a] of places.entries()) {
        for (const b of places.slice(i + 1)) {
          deepest = Math.max(deepest, 0.2 - Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]));
        }
      }
    }
    expect(deepest).toBeLessThan(0.05);
  });
});
