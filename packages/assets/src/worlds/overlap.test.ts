import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyRotation, seeded } from './builtin/random.js';
import { ball, crate } from './fixtures.js';
import { axesOf, depthBelow, depthOf, reachAlong } from './overlap.js';
import type { Rotation } from './shown-world.js';

const EIGHTH: Rotation = [0, 0, Math.sin(Math.PI / 8), Math.cos(Math.PI / 8)];

describe('depth of two solids', () => {
  it('of spheres is what their radii exceed the distance by', () => {
    expect(depthOf(ball(), ball({ position: [0.6, 0, 0.5] }))).toBeCloseTo(1 - Math.hypot(0.6, 0.5), 12);
    expect(depthOf(ball(), ball({ position: [0, 3, 0] }))).toBe(-2);
  });

  it('of a sphere and a box, whichever comes first: at a face, an edge, a corner, and inside', () => {
    const cases = [
      [[0.9, 0, 0], 0.1],
      [[0.8, 0.8, 0], 0.5 - Math.hypot(0.3, 0.3)],
      [[0.7, 0.7, 0.7], 0.5 - Math.hypot(0.2, 0.2, 0.2)],
      [[0.2, 0, 0.1], 0.5 + 0.3],
      [[2, 0, 0], -1],
    ] as const;
    for (const [position, depth] of cases) {
      expect(depthOf(ball({ position }), crate())).toBeCloseTo(depth, 12);
      expect(depthOf(crate(), ball({ position }))).toBeCloseTo(depth, 12);
    }
  });

  it('of boxes is the least over all axes: faces, and edges across', () => {
    expect(depthOf(crate(), crate({ position: [0.9, 0.2, 0] }))).toBeCloseTo(0.1, 12);
    // One stands on its edge beside the other's face.
    expect(depthOf(crate(), crate({ position: [1.1, 0, 0], rotation: EIGHTH }))).toBeCloseTo(
      0.5 + Math.SQRT1_2 - 1.1,
      12,
    );
    // Two bars cross over, touching with edges only: no face's normal separates them.
    const bar = { kind: 'box', half: [2, 0.1, 0.1] } as const;
    const onEdge = [Math.sin(Math.PI / 8), 0, 0, Math.cos(Math.PI / 8)] as const;
    const across: Rotation = [
      Math.SQRT1_2 * onEdge[0],
      Math.SQRT1_2 * onEdge[3],
      -Math.SQRT1_2 * onEdge[0],
      Math.SQRT1_2 * onEdge[3],
    ];
    const lower = crate({ shape: bar, rotation: onEdge });
    const gap = (height: number) => depthOf(lower, crate({ shape: bar, rotation: across, position: [0, height, 0] }));
    expect(gap(0.2)).toBeCloseTo(2 * 0.1 * Math.SQRT2 - 0.2, 9);
    expect(gap(0.3)).toBeLessThanOrEqual(0);
  });

  it('below a plane counts the lowest corner', () => {
    const plane = { normal: [0, 1, 0], offset: 1 } as const;
    expect(depthBelow(ball({ position: [5, 1.4, 0] }), plane)).toBeCloseTo(0.1, 12);
    expect(depthBelow(crate({ position: [0, 1.6, 0], rotation: EIGHTH }), plane)).toBeCloseTo(Math.SQRT1_2 - 0.6, 12);
  });

  it('agrees with points: two boxes share one just where the depth is positive', () => {
    const random = seeded(7);
    const between = (from: number, to: number) => from + (to - from) * random();
    let [apart, together] = [0, 0];
    for (let n = 0; n < 300; n++) {
      const box = () =>
        crate({
          shape: { kind: 'box', half: [between(0.2, 0.6), between(0.2, 0.6), between(0.2, 0.6)] },
          position: [between(-0.6, 0.6), between(-0.6, 0.6), between(-0.6, 0.6)],
          rotation: anyRotation(random),
        });
      const [a, b] = [box(), box()];
      const depth = depthOf(a, b);
      expect(depthOf(b, a) > 0).toBe(depth > 0);
      const closest = distance(a, b);
      if (depth > 0.01) {
        expect(closest).toBeLessThan(1e-3);
        together++;
      } else if (depth < -1e-3) {
        expect(closest).toBeGreaterThan(9e-4);
        apart++;
      }
    }
    expect(apart).toBeGreaterThan(20);
    expect(together).toBeGreaterThan(20);
  });
});

type Box = ReturnType<typeof crate>;

/** Of two boxes: by projections to and fro between them, which end at the nearest points of two convex sets. */
function distance(a: Box, b: Box): number {
  let point = a.position;
  let other = b.position;
  for (let n = 0; n < 4000; n++) {
    other = nearest(b, point);
    point = nearest(a, other);
  }
  return Math.hypot(point[0] - other[0], point[1] - other[1], point[2] - other[2]);
}

function nearest({ shape, position, rotation }: Box, to: Box['position']): Box['position'] {
  if (shape.kind !== 'box') throw new Error('not a box');
  const out: [number, number, number] = [position[0], position[1], position[2]];
  axesOf(rotation).forEach((axis, k) => {
    const along = axis[0] * (to[0] - position[0]) + axis[1] * (to[1] - position[1]) + axis[2] * (to[2] - position[2]);
    const kept = Math.max(-(shape.half[k] ?? 0), Math.min(shape.half[k] ?? 0, along));
    for (let r = 0; r < 3; r++) out[r] = (out[r] ?? 0) + kept * (axis[r] ?? 0);
  });
  return out;
}

describe('reachAlong', () => {
  it('is the farthest corner in any direction', () => {
    const seeds = fc.integer();
    fc.assert(
      fc.property(seeds, (seed) => {
        const random = seeded(seed);
        const rotation = anyRotation(random);
        const [direction] = axesOf(anyRotation(random));
        const half = [random() + 0.1, random() + 0.1, random() + 0.1] as const;
        const [a, b, c] = axesOf(rotation);
        const corners = [-1, 1].flatMap((i) => [-1, 1].flatMap((j) => [-1, 1].map((k) => [i, j, k] as const)));
        const reaches = corners.map(([i, j, k]) =>
          direction.reduce(
            (sum, d, r) =>
              sum + d * (i * half[0] * (a[r] ?? 0) + j * half[1] * (b[r] ?? 0) + k * half[2] * (c[r] ?? 0)),
            0,
          ),
        );
        expect(reachAlong({ shape: { kind: 'box', half }, rotation }, direction)).toBeCloseTo(Math.max(...reaches), 10);
      }),
    );
  });
});
