import { momentumOf } from '@tabgrid/splitters/physics/ledger';
import type { Body, BodyShape, Triple } from '@tabgrid/webgpu-kernels/physics/world';
import { describe, expect, it } from 'vitest';
import {
  acrossSeam,
  body,
  CUBE,
  G,
  GROUND,
  launchedMomentum,
  launchedSpin,
  type Seen,
  SPHERE,
  SURFACE,
  worldOf,
} from './fixture.js';

/** Laws of mechanics that have a formula, where what they are about happens on the seam between two regions. */

const [LEFT, RIGHT] = [
  [-1.2, -0.9],
  [0.05, 0.9, 1.2],
] as const;

/**
 * What moves from the left to the right, and others out of its way, so that the world is cut right before it: as many bodies on
 * either side, and it crosses the cut on its way.
 */
const among = (mover: Body, shape: BodyShape, rest: Partial<Body> = {}): readonly Body[] => [
  mover,
  ...[...LEFT, ...RIGHT].map((x) => body(shape, [x, mover.position[1], 1], rest)),
];

const changesHands = ({ owners }: Seen, index: number): boolean => new Set(owners.map((of) => of[index])).size > 1;
const apart = ({ owners }: Seen, one: number, other: number): boolean => owners.every((of) => of[one] !== of[other]);

describe('a free body that crosses the seam', () => {
  it('falls as it should', async () => {
    const mover = body(SPHERE, [-0.4, 10, 0], { velocity: [2, 0, 0] });
    const seen = await acrossSeam(worldOf({ bodies: among(mover, SPHERE), gravity: [0, -G, 0] }), 0.5);
    expect(changesHands(seen, 0)).toBe(true);
    const [x, y, z] = seen.positionOf(0);
    // A substep rounds to 1 µm; symplectic Euler is half a substep ahead, g t h ÷ 2.
    expect(x).toBeCloseTo(0.6, 3);
    expect(y).toBeCloseTo(10 - (G * 0.25) / 2 - (G * 0.5) / 960, 3);
    expect(z).toBe(0);
  });

  it('keeps its angular momentum to the last bit while it tumbles', async () => {
    const slab: BodyShape = { kind: 'box', half: [0.3, 0.1, 0.05] };
    const mover = body(slab, [-0.5, 0, 0], { velocity: [2, 0, 0], spin: [0.01, 5, 0.02] });
    const world = worldOf({ bodies: among(mover, slab) });
    const seen = await acrossSeam(world, 0.6);
    expect(changesHands(seen, 0)).toBe(true);
    expect(Math.abs(launchedSpin(world, 0)[1])).toBeGreaterThan(1000);
    expect(seen.spinOf(0)).toEqual(launchedSpin(world, 0));
  });
});

describe('collisions right on the seam', () => {
  const elastic = { friction: 0, restitution: 1 };

  it.each([
    [1, 1],
    [1, 3],
    [5, 1],
    [0.2, 20],
  ])('of masses %f and %f give what they have to, without a loss', async (m1, m2) => {
    const world = worldOf({
      bodies: [
        body(SPHERE, [-0.35, 0, 0], { mass: m1, velocity: [1, 0, 0], ...elastic }),
        body(SPHERE, [0.35, 0, 0], { mass: m2, velocity: [-1, 0, 0], ...elastic }),
      ],
    });
    const seen = await acrossSeam(world, 0.5);
    expect(apart(seen, 0, 1)).toBe(true);
    expect(momentumOf(seen.standing)).toEqual(launchedMomentum(world));
    expect(seen.velocityOf(0)[0]).toBeCloseTo((m1 - 3 * m2) / (m1 + m2), 2);
    expect(seen.velocityOf(1)[0]).toBeCloseTo((3 * m1 - m2) / (m1 + m2), 2);
    expect(seen.state.figures.conflicts).toBe(0);
  });

  it('go through a row of five: the last one leaves with the speed of the first', async () => {
    const row = [-2, -1, 0, 1, 2].map((k) =>
      body(SPHERE, [k === -2 ? -0.8 : 0.203 * k, 0, 0], { velocity: [k === -2 ? 1 : 0, 0, 0], ...elastic }),
    );
    const world = worldOf({ bodies: row });
    const seen = await acrossSeam(world, 1);
    expect(apart(seen, 0, 4)).toBe(true);
    expect(momentumOf(seen.standing)).toEqual(launchedMomentum(world));
    // Each of the four collisions divides by a sum of inverse masses of 15 bits, 3·10⁻⁵: a thousandth leaves room.
    for (const index of [0, 1, 2, 3]) expect(Math.abs(seen.velocityOf(index)[0])).toBeLessThan(0.001);
    expect(Math.abs(seen.velocityOf(4)[0] - 1)).toBeLessThan(0.001);
  });
});

describe('friction across the seam', () => {
  it('stops a box after v² ÷ (2 μ g)', async () => {
    const mover = body(CUBE, [-0.2, 0.1, 0], { velocity: [2, 0, 0] });
    const seen = await acrossSeam(worldOf({ bodies: among(mover, CUBE), planes: [GROUND], gravity: [0, -G, 0] }), 0.6);
    expect(changesHands(seen, 0)).toBe(true);
    const way = seen.positionOf(0)[0] + 0.2;
    // To the way of one substep at its first speed.
    expect(Math.abs(way - 2 ** 2 / (2 * SURFACE.friction * G))).toBeLessThan(2 / 480);
    expect(Math.hypot(...seen.velocityOf(0))).toBeLessThan(0.001);
  });

  const slope = (tangent: number): Triple => {
    const angle = Math.atan(tangent);
    return [G * Math.sin(angle), -G * Math.cos(angle), 0];
  };

  it('holds boxes on both sides of it on a slope of less than μ', async () => {
    const row = [-0.3, -0.1, 0.1, 0.3].map((x) => body(CUBE, [x, 0.1, 0]));
    const seen = await acrossSeam(worldOf({ bodies: row, planes: [GROUND], gravity: slope(0.45) }), 0.5);
    expect(apart(seen, 1, 2)).toBe(true);
    for (const [index, { position }] of row.entries()) {
      expect(Math.abs(seen.positionOf(index)[0] - position[0])).toBeLessThan(0.001);
    }
  });

  it('lets a box slide over it by g (sin − μ cos) on a steeper one', async () => {
    const steep = slope(0.7);
    const mover = body(CUBE, [-0.2, 0.1, 0]);
    const others = { friction: 1 };
    const seen = await acrossSeam(
      worldOf({ bodies: among(mover, CUBE, others), planes: [GROUND], gravity: steep }),
      0.9,
    );
    expect(changesHands(seen, 0)).toBe(true);
    const pull = steep[0] + SURFACE.friction * steep[1];
    expect(seen.velocityOf(0)[0]).toBeCloseTo(pull * 0.9, 1);
    // The others, whose friction holds them, stay.
    expect(seen.positionOf(1)[0]).toBeCloseTo(LEFT[0], 2);
  });
});

describe('a pile on the seam', () => {
  it.each([
    ['boxes', CUBE],
    ['spheres and boxes', SPHERE],
  ] as const)('of %s comes to rest there, and stays', async (_, shape) => {
    const row = (y: number, xs: readonly number[], of: BodyShape) => xs.map((x) => body(of, [x, y, 0]));
    const bodies = [...row(0.11, [-0.22, 0, 0.22], CUBE), ...row(0.33, [-0.11, 0.11], CUBE), ...row(0.55, [0], shape)];
    const world = worldOf({ bodies, planes: [GROUND], gravity: [0, -G, 0] });
    const seen = await acrossSeam(world, 1.4);
    const { length } = seen.seamHeld;
    expect(seen.seamHeld.filter((held) => held).length).toBeGreaterThan(length / 2);
    expect(seen.fastest()).toBeLessThan(0.005);
    for (const [index] of bodies.entries()) {
      // Since half a second before.
      const [now, then] = [seen.positionOf(index), seen.positionOf(index, 120)];
      expect(Math.hypot(now[0] - then[0], now[1] - then[1], now[2] - then[2])).toBeLessThan(0.001);
    }
    expect(seen.positionOf(5)[1]).toBeGreaterThan(0.45);
  });
});
