import { describe, expect, it } from 'vitest';
import { middleHit } from './focus.js';

/** A square of two triangles in the plane z, from −1 to 1. */
const square = (z: number) => [-1, -1, z, 1, -1, z, 1, 1, z, -1, 1, z];
const corners = (first: number) => [0, 1, 2, 0, 2, 3].map((i) => first + i);
const camera = { position: [0.2, 0.3, 10], forward: [0, 0, -1] } as const;
const scene = (squares: number[], instances?: Parameters<typeof middleHit>[0]['instances']) => ({
  positions: Float32Array.from(squares.flatMap(square)),
  indices: Uint32Array.from(squares.flatMap((_, i) => corners(4 * i))),
  ...(instances && { instances }),
});

describe('middleHit', () => {
  it('is on the nearest triangle in front of the camera', () => {
    expect(middleHit(scene([1, 4, 12]), camera)).toEqual([0.2, 0.3, 4]);
  });

  it('is nowhere where the middle of the picture is empty', () => {
    expect(middleHit(scene([12]), camera)).toBeNull();
    expect(middleHit(scene([1]), { ...camera, position: [5, 0, 10] })).toBeNull();
  });

  it('is on instanced meshes where they stand', () => {
    // One turned away behind the other; the mesh's own place (z = 4) is empty.
    const transforms = Float32Array.of(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 2.5, 0, 0, 2, 0, 0, 2, 0, 0, -2, 0, 0, 3);
    const instances = [{ firstTriangle: 2, triangleCount: 2, transforms }];
    const hit = middleHit(scene([1, 4], instances), camera);
    expect(hit?.[2]).toBeCloseTo(6.5, 5);
    const far = middleHit(
      scene([1, 4], [{ ...instances[0], firstTriangle: 2, triangleCount: 2, transforms: transforms.subarray(12) }]),
      camera,
    );
    // The second stands upright in the plane x = 8, out of the ray's way.
    expect(far).toEqual([0.2, 0.3, 1]);
  });
});
