import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compose, multiply } from '../math/mat4.js';
import { anyRotation, between, seeded } from './builtin/random.js';
import { axesOf, reachAlong } from './overlap.js';
import { placedBox, rotationOf } from './placed-box.js';

describe('rotationOf', () => {
  it('gives back the rotation whose axes it is given, whatever it is', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const rotation = anyRotation(seeded(seed));
        const back = rotationOf(axesOf(rotation));
        const dot = back.reduce((sum, x, k) => sum + x * (rotation[k] ?? 0), 0);
        expect(Math.abs(dot)).toBeCloseTo(1, 9);
      }),
    );
  });

  it('takes half turns about each axis', () => {
    const halfTurns = [
      [1, 0, 0, 0],
      [0, 1, 0, 0],
      [0, 0, 1, 0],
    ] as const;
    for (const rotation of halfTurns) expect(rotationOf(axesOf(rotation)).map(Math.abs)).toEqual(rotation);
  });
});

describe('placedBox', () => {
  const low = [-1, 0, 2] as const;
  const high = [1, 4, 3] as const;

  it('is where the corners are, for any turn and scale, mirrors included', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = seeded(seed);
        const sign = () => (random() < 0.5 ? -1 : 1);
        const scales = [0, 1, 2].map(() => sign() * between(random, 0.1, 5));
        const matrix = compose([random(), random(), random()], anyRotation(random), scales);
        const box = placedBox(matrix, low, high);
        expect(box.sheared).toBe(false);
        expect(Math.hypot(...box.rotation)).toBeCloseTo(1, 9);
        box.half.forEach((half, k) => {
          expect(half).toBeCloseTo((((high[k] ?? 0) - (low[k] ?? 0)) / 2) * Math.abs(scales[k] ?? 0), 9);
        });
        expectAround(box, matrix, 1e-9);
      }),
    );
  });

  it('is around a sheared one, and says that it is', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = seeded(seed);
        const stretch = compose([0, 0, 0], [0, 0, 0, 1], [1, 3, 1]);
        const eighth = [0, 0, Math.sin(Math.PI / 8), Math.cos(Math.PI / 8)];
        const matrix = multiply(
          compose([1, 2, 3], anyRotation(random), [1, 1, 1]),
          multiply(stretch, compose([0, 0, 0], eighth, [1, 1, 1])),
        );
        const box = placedBox(matrix, low, high);
        expect(box.sheared).toBe(true);
        expectAround(box, matrix, 1e-9);
      }),
    );
  });

  it('is flat where the mesh is, or where a scale is zero, and has a rotation all the same', () => {
    const flat = placedBox(compose([0, 0, 0], [0, 0, 0, 1], [2, 2, 2]), [-1, 0, -1], [1, 0, 1]);
    expect(flat.half).toEqual([2, 0, 2]);
    for (const scales of [
      [0, 1, 1],
      [1, 0, 1],
      [1, 1, 0],
      [0, 0, 0],
    ]) {
      const { half, rotation } = placedBox(compose([0, 0, 0], [0, 0, 0, 1], scales), low, high);
      expect(Math.min(...half)).toBe(0);
      expect(Math.hypot(...rotation)).toBeCloseTo(1, 9);
    }
  });

  /** The box reaches just as far along its axes as the corners do. */
  function expectAround(box: ReturnType<typeof placedBox>, m: Float64Array, within: number): void {
    const corners = [0, 1, 2, 3, 4, 5, 6, 7].map((c) => {
      const [x = 0, y = 0, z = 0] = [0, 1, 2].map((k) => ((c >> k) & 1 ? high[k] : low[k]) ?? 0);
      return [0, 1, 2].map((r) => (m[r] ?? 0) * x + (m[r + 4] ?? 0) * y + (m[r + 8] ?? 0) * z + (m[r + 12] ?? 0));
    });
    for (const axis of axesOf(box.rotation)) {
      const along = (p: readonly number[]) => axis.reduce((sum, a, k) => sum + a * (p[k] ?? 0), 0);
      const reaches = corners.map((corner) => along(corner) - along(box.position));
      const reach = reachAlong({ shape: { kind: 'box', half: box.half }, rotation: box.rotation }, axis);
      expect(Math.abs(Math.max(...reaches) - reach)).toBeLessThan(within);
      expect(Math.abs(Math.min(...reaches) + reach)).toBeLessThan(within);
    }
  }
});
