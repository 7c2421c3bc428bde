import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lookAt, viewAlong } from './look-at.js';
import { cross, dot, normalize, subtract } from './vec3.js';

const coordinate = fc.double({ min: -10, max: 10, noNaN: true });
const point = fc.tuple(coordinate, coordinate, coordinate);
const direction = point.filter((p) => Math.hypot(...p) > 0.1).map((p) => normalize(p, [0, 0, -1]));

describe('viewAlong', () => {
  it('is orthonormal and right-handed, whatever up is wanted', () => {
    fc.assert(
      fc.property(direction, point, (forward, wanted) => {
        const { right, up } = viewAlong(forward, wanted);
        for (const v of [right, up]) expect(Math.hypot(...v)).toBeCloseTo(1, 5);
        for (const [a, b] of [
          [right, up],
          [up, forward],
          [forward, right],
        ] as const)
          expect(Math.abs(dot(a, b))).toBeLessThan(1e-5);
        expect(dot(cross(right, up), forward)).toBeCloseTo(-1, 5);
      }),
    );
  });

  it('keeps up where it is wanted, as far as it can', () => {
    expect(viewAlong([0, 0, -1]).up).toEqual([0, 1, 0]);
    expect(viewAlong([0, 0, -1], [1, 0, 5]).up[0]).toBeCloseTo(1, 9);
    // Straight down: the top of the picture is to the front.
    expect(viewAlong([0, -1, 0]).up).toEqual([0, 0, 1]);
  });
});

describe('lookAt', () => {
  it('puts the target in the middle, and says so in the matrix', () => {
    fc.assert(
      fc.property(point, point, (from, to) => {
        fc.pre(Math.hypot(...subtract(to, from)) > 0.1);
        const { forward, right, up, matrix } = lookAt(from, to);
        const away = subtract(to, from);
        expect(dot(away, forward)).toBeCloseTo(Math.hypot(...away), 6);
        expect(matrix.slice(12, 15)).toEqual([...from]);
        expect(matrix.slice(0, 3)).toEqual([...right]);
        expect(matrix.slice(4, 7)).toEqual([...up]);
        expect(dot([matrix[8], matrix[9], matrix[10]], forward)).toBeCloseTo(-1, 6);
      }),
    );
  });
});
