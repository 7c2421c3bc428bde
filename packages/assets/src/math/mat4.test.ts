import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  affineRows,
  axis,
  compose,
  determinant3,
  IDENTITY,
  isInvertible,
  type Mat4,
  multiply,
  normalMatrix,
  transformNormal,
  transformPoint,
} from './mat4.js';

const number = fc.double({ min: -4, max: 4, noNaN: true });
const triple = fc.tuple(number, number, number);
const quaternion = fc.tuple(number, number, number, number).filter((q) => Math.hypot(...q) > 0.1);
const size = fc.double({ min: 0.2, max: 3, noNaN: true });
const sign = fc.constantFrom(-1, 1);
const transform = fc
  .tuple(triple, quaternion, fc.tuple(size, size, size), fc.tuple(sign, sign, sign))
  .map(([t, q, s, m]) => compose(t, q, [s[0] * m[0], s[1] * m[1], s[2] * m[2]]));

function point(m: Mat4, p: readonly number[]): number[] {
  const out = new Float32Array(3);
  transformPoint(m, Float32Array.from(p), 0, out, 0);
  return [...out];
}

function close(a: readonly number[], b: readonly number[], tolerance = 1e-3): void {
  for (const [i, x] of a.entries()) expect(Math.abs(x - (b[i] ?? Number.NaN))).toBeLessThan(tolerance);
}

describe('compose', () => {
  it('scales, then turns, then moves', () => {
    const half = Math.SQRT1_2;
    // A quarter turn around +Z takes +X to +Y.
    close(point(compose([10, 0, 0], [0, 0, half, half], [2, 1, 1]), [1, 0, 0]), [10, 2, 0]);
  });

  it('takes a quaternion of any length, and none for no turn', () => {
    close(point(compose([0, 0, 0], [0, 0, 5, 5], [1, 1, 1]), [1, 0, 0]), [0, 1, 0]);
    expect(compose([0, 0, 0], [0, 0, 0, 0], [1, 1, 1])).toEqual(IDENTITY);
  });
});

describe('multiply', () => {
  it('is what it does to points, one after the other', () => {
    fc.assert(
      fc.property(transform, transform, triple, (a, b, p) =>
        close(point(multiply(a, b), p), point(a, point(b, p)), 5e-2),
      ),
    );
  });

  it('multiplies determinants', () => {
    fc.assert(
      fc.property(transform, transform, (a, b) => {
        const [want, got] = [determinant3(a) * determinant3(b), determinant3(multiply(a, b))];
        expect(Math.abs(got - want)).toBeLessThan(1e-9 * Math.max(1, Math.abs(want)));
      }),
    );
  });
});

describe('normalMatrix', () => {
  it('keeps normals perpendicular to their surface, unit, and on their side', () => {
    const unit = triple.filter((v) => Math.hypot(...v) > 0.5);
    fc.assert(
      fc.property(transform, unit, unit, (m, n, other) => {
        const tangent = cross(n, other);
        fc.pre(Math.hypot(...tangent) > 0.3);
        const out = new Float32Array(3);
        transformNormal(normalMatrix(m), Float32Array.from(n), 0, out, 0);
        expect(Math.hypot(...out)).toBeCloseTo(1, 4);
        const moved = difference(point(m, tangent), point(m, [0, 0, 0]));
        expect(Math.abs(dot([...out], moved)) / Math.hypot(...moved)).toBeLessThan(1e-3);
        // A point in front of the surface stays in front of it, mirrored or not.
        const front = difference(point(m, n), point(m, [0, 0, 0]));
        expect(dot([...out], front)).toBeGreaterThan(0);
      }),
    );
  });

  it('still has a direction where a matrix flattens', () => {
    const out = new Float32Array(3);
    transformNormal(normalMatrix(compose([0, 0, 0], [0, 0, 0, 1], [1, 0, 1])), Float32Array.of(0.6, 0.8, 0), 0, out, 0);
    expect([...out]).toEqual([0, 1, 0]);
  });
});

describe('isInvertible', () => {
  const scaled = (s: number[], t = [0, 0, 0]) => isInvertible(compose(t, [0, 0, 0.6, 0.8], s));

  it('holds for turned, stretched, mirrored, tiny and far placements', () => {
    fc.assert(fc.property(transform, isInvertible));
    expect(scaled([1, 1e-6, 1])).toBe(true);
    expect(scaled([1e-6, 1e-6, 1e-6], [1e6, 0, 0])).toBe(true);
  });

  it('fails where an axis is gone, two fall together, or 32 bits do not hold it', () => {
    expect(scaled([1, 0, 1])).toBe(false);
    expect(isInvertible(Float64Array.of(1, 0, 0, 0, 1, 1e-8, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1))).toBe(false);
    expect(scaled([1, 1, 1], [1e300, 0, 0])).toBe(false);
    expect(scaled([1e20, 1e20, 1e20])).toBe(false);
    expect(scaled([Number.NaN, 1, 1])).toBe(false);
  });
});

describe('affineRows', () => {
  it('are three rows of four, translation last', () => {
    const m = compose([7, 8, 9], [0, 0, Math.SQRT1_2, Math.SQRT1_2], [2, 3, 4]);
    expect([...affineRows([IDENTITY, m])].map((x) => Math.round(x) + 0)).toEqual([
      1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, -3, 0, 7, 2, 0, 0, 8, 0, 0, 4, 9,
    ]);
    expect(axis(m, 3)).toEqual([7, 8, 9]);
  });
});

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0);
}

function difference(a: readonly number[], b: readonly number[]): number[] {
  return a.map((x, i) => x - (b[i] ?? 0));
}

function cross([a = 0, b = 0, c = 0]: readonly number[], [x = 0, y = 0, z = 0]: readonly number[]): number[] {
  return [b * z - c * y, c * x - a * z, a * y - b * x];
}
