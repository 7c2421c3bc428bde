import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyRotation, between, seeded } from './builtin/random.js';
import { ball, crate, told, worldOf } from './fixtures.js';
import { depthOf } from './overlap.js';
import { checkOverlaps } from './overlaps.js';
import { type ShownBody, UPRIGHT, USUAL_SURFACE } from './shown-world.js';

describe('bodies that overlap at the start', () => {
  it('are named, with how deep, and what helps', () => {
    const world = worldOf(ball({ name: 'left' }), crate({ position: [9, 9, 9] }), ball({ position: [0.9, 0, 0] }));
    expect(told(() => checkOverlaps(world))).toBe(
      'AssetError: At the start, body 0 ("left") overlaps body 2 by 100 mm: move it that far away, or make it smaller.',
    );
  });

  it('may touch, and overlap by a twentieth of the smaller one', () => {
    const small = (x: number) => ball({ shape: { kind: 'sphere', radius: 0.1 }, position: [x, 0, 0] });
    expect(told(() => checkOverlaps(worldOf(crate(), small(0.6))))).toBeNull();
    expect(told(() => checkOverlaps(worldOf(crate(), small(0.5951))))).toBeNull();
    expect(told(() => checkOverlaps(worldOf(crate(), small(0.594))))).toMatch(/body 0 overlaps body 1 by 6.00 mm/);
  });

  it('are found at the same place, and one inside another', () => {
    expect(told(() => checkOverlaps(worldOf(crate(), crate())))).toMatch(/overlaps body 1 by 1.00 m/);
    const inside = ball({ shape: { kind: 'sphere', radius: 0.01 }, position: [40, 0, 0] });
    const around = ball({ shape: { kind: 'sphere', radius: 100 }, position: [0, 0, 0] });
    expect(told(() => checkOverlaps(worldOf(inside, around)))).toMatch(/body 0 overlaps body 1/);
  });

  it('are found against planes and static boxes', () => {
    const plane = { name: 'ground', normal: [0, 1, 0], offset: 0, ...USUAL_SURFACE } as const;
    const wall = { half: [0.1, 2, 2], position: [1, 0, 0], rotation: UPRIGHT, ...USUAL_SURFACE } as const;
    const under = worldOf(ball({ position: [0, 0.6, 0] }), ball({ name: 'low', position: [4, 0.4, 0] }));
    expect(told(() => checkOverlaps({ ...under, planes: [plane] }))).toMatch(
      /body 1 \("low"\) overlaps plane 0 \("ground"\) by 100 mm/,
    );
    expect(told(() => checkOverlaps({ ...worldOf(ball({ position: [0.45, 0, 0] })), statics: [wall] }))).toMatch(
      /body 0 overlaps static box 0 by 50.0 mm/,
    );
    expect(told(() => checkOverlaps({ ...worldOf(ball({ position: [0.4, 0, 0] })), statics: [wall] }))).toBeNull();
  });

  it('are found by the grid wherever trying all pairs finds them', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = seeded(seed);
        const bodies = Array.from({ length: 12 }, (): ShownBody => {
          const size = 10 ** between(random, -2, 0.5);
          const position = [between(random, -9, 9), between(random, -9, 9), between(random, -9, 9)] as const;
          return random() < 0.5
            ? ball({ shape: { kind: 'sphere', radius: size }, position })
            : crate({ shape: { kind: 'box', half: [size, size, size] }, position, rotation: anyRotation(random) });
        });
        const least = ({ shape }: ShownBody) => (shape.kind === 'sphere' ? shape.radius : shape.half[0]);
        const overlapping = bodies.some((a, i) =>
          bodies.slice(i + 1).some((b) => depthOf(a, b) > Math.max(1e-4, 0.05 * Math.min(least(a), least(b)))),
        );
        expect(told(() => checkOverlaps(worldOf(...bodies))) !== null).toBe(overlapping);
      }),
      { numRuns: 300 },
    );
  });

  it('are found across each side, edge and corner of the grid’s cells', () => {
    // Many more, so that few cells share a slot of the table.
    const others = Array.from({ length: 3000 }, (_, i) => ball({ position: [100 + 2 * (i % 60), 2 * (i / 60), 0] }));
    for (let k = 0; k < 27; k++) {
      const across = [(k % 3) - 1, (Math.floor(k / 3) % 3) - 1, Math.floor(k / 9) - 1];
      if (across.every((d) => d === 0)) continue;
      // Cells are 1 m wide: two balls on both sides of a wall between them.
      const beside = (side: number) => {
        const [x = 0, y = 0, z = 0] = across.map((d) => (d === 0 ? 0.5 : 0.2 * d * side));
        return ball({ position: [x, y, z] });
      };
      expect(told(() => checkOverlaps(worldOf(beside(-1), beside(1), ...others)))).toMatch(/body 0 overlaps body 1/);
    }
  });

  it('are found among 100,000, few of which are compared with each other', () => {
    let looks = 0;
    const side = 47;
    const bodies = Array.from({ length: 100_000 }, (_, i): ShownBody => {
      const position = [i % side, Math.floor(i / side) % side, Math.floor(i / side ** 2)] as const;
      const get = () => {
        looks++;
        return position;
      };
      return Object.defineProperty(ball(), 'position', { get });
    });
    expect(told(() => checkOverlaps(worldOf(...bodies)))).toBeNull();
    expect(looks).toBeLessThan(100 * bodies.length);
    bodies.push(crate({ position: [20.5, 20.5, 20.5], shape: { kind: 'box', half: [0.5, 0.5, 0.5] } }));
    expect(told(() => checkOverlaps(worldOf(...bodies)))).toMatch(/body \d+ overlaps body 100000 by/);
  });
});
