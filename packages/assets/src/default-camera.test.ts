import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultCamera, framingPoints } from './default-camera.js';
import { dot, subtract, vec3At } from './math/vec3.js';

const coordinate = fc.float({ min: -100, max: 100, noNaN: true });
const cloud = fc
  .array(coordinate, { minLength: 9, maxLength: 300 })
  .map((list) => Float32Array.from(list.slice(0, list.length - (list.length % 3))));
const aspect = fc.double({ min: 0.3, max: 3, noNaN: true });

/** Where the points lie in the picture: both ways −1 to 1 is inside. */
function project(positions: Float32Array, ratio: number, camera = defaultCamera({ positions }, ratio)) {
  const tan = Math.tan(camera.yfov / 2);
  return Array.from({ length: positions.length / 3 }, (_, i) => {
    const p = subtract(vec3At(positions, i), camera.position);
    const depth = dot(p, camera.forward);
    return { x: dot(p, camera.right) / depth / tan / ratio, y: dot(p, camera.up) / depth / tan, depth };
  });
}

describe('defaultCamera', () => {
  it('has everything in the picture, and in front', () => {
    fc.assert(
      fc.property(cloud, aspect, (positions, ratio) => {
        for (const { x, y, depth } of project(positions, ratio)) {
          expect(depth).toBeGreaterThan(0);
          expect(Math.max(Math.abs(x), Math.abs(y))).toBeLessThanOrEqual(0.95);
        }
      }),
    );
  });

  it('fills the picture one way or the other, in its middle', () => {
    const size = fc.double({ min: 0.01, max: 100, noNaN: true });
    fc.assert(
      fc.property(size, size, size, aspect, (a, b, c, ratio) => {
        const corners = Float32Array.from(
          [0, 1, 2, 3, 4, 5, 6, 7].flatMap((i) => [i & 1 ? a : -a, i & 2 ? b : -b, i & 4 ? c : -c]),
        );
        const points = project(corners, ratio);
        const spans = (['x', 'y'] as const).map((axis) => {
          const values = points.map((point) => point[axis]);
          const [low, high] = [Math.min(...values), Math.max(...values)];
          return { low, high };
        });
        const fullest = spans.toSorted((p, q) => q.high - q.low - (p.high - p.low))[0];
        expect(fullest?.high).toBeCloseTo(0.94, 3);
        expect(fullest?.low).toBeCloseTo(-0.94, 3);
      }),
    );
  });

  it('looks from the front, a little from above, upright', () => {
    const { position, right, up, forward } = defaultCamera({ positions: Float32Array.of(-1, -1, -1, 1, 1, 1) }, 1.5);
    expect(position[2]).toBeGreaterThan(0);
    expect(position[1]).toBeGreaterThan(0);
    expect(right[1]).toBeCloseTo(0, 9);
    expect(up[1]).toBeGreaterThan(0.8);
    for (const [a, b] of [
      [right, up],
      [up, forward],
      [forward, right],
    ] as const)
      expect(dot(a, b)).toBeCloseTo(0, 9);
    for (const v of [right, up, forward]) expect(Math.hypot(...v)).toBeCloseTo(1, 9);
  });

  it.each([
    ['no point', []],
    ['one point', [3, 4, 5]],
    ['one point, thrice', [3, 4, 5, 3, 4, 5, 3, 4, 5]],
  ])('stands somewhere with %s', (_, list) => {
    const positions = Float32Array.from(list);
    const camera = defaultCamera({ positions }, 1);
    expect([...camera.position, ...camera.forward].every(Number.isFinite)).toBe(true);
    for (const { x, y, depth } of project(positions, 1)) {
      expect(depth).toBeGreaterThan(0.01);
      expect([x, y].every((value) => Math.abs(value) < 0.01)).toBe(true);
    }
  });
});

describe('framingPoints', () => {
  it('are few, and frame the same for any aspect', () => {
    fc.assert(
      fc.property(cloud, aspect, (positions, ratio) => {
        const points = framingPoints(positions);
        expect(points.length).toBeLessThanOrEqual(128 * 3);
        const camera = defaultCamera({ positions: points }, ratio);
        for (const { x, y } of project(positions, ratio, camera)) {
          expect(Math.max(Math.abs(x), Math.abs(y))).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it('are none of nothing', () => expect(framingPoints(new Float32Array(0))).toHaveLength(0));
});
