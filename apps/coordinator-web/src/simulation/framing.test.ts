import { builtinWorld } from '@tabgrid/assets/worlds/builtin';
import { describe, expect, it } from 'vitest';
import { A_WORLD } from '../testing/simulation-samples.js';
import { orbitOfWorld } from './framing.js';
import { viewMatrix } from './view-matrix.js';

describe('where a world is looked at from at first', () => {
  it('is its own camera, if it has one', () => {
    const { world, camera } = builtinWorld('dominoes', { bodies: 30 });
    const orbit = orbitOfWorld(world, camera);
    expect(orbit.camera.position).toEqual(camera.position);
    expect(orbit.target).toEqual(camera.target);
    expect(orbit.camera.yfov).toBeCloseTo((camera.verticalDegrees * Math.PI) / 180);
    expect(Math.hypot(...orbit.camera.forward)).toBeCloseTo(1);
  });

  it('is otherwise where all bodies are in the picture', () => {
    const { world } = A_WORLD;
    const matrix = viewMatrix(orbitOfWorld(world, null), 1.5);
    for (const { position } of world.bodies) {
      const row = (r: number) => [...position, 1].reduce((sum, value, c) => sum + value * (matrix[4 * c + r] ?? 0), 0);
      expect(Math.abs(row(0) / row(3))).toBeLessThan(1);
      expect(Math.abs(row(1) / row(3))).toBeLessThan(1);
    }
  });

  it('is somewhere for a world without bodies too', () => {
    const orbit = orbitOfWorld({ ...A_WORLD.world, bodies: [] }, null);
    expect(orbit.camera.position.every(Number.isFinite)).toBe(true);
    expect(orbit.radius).toBeGreaterThan(0);
  });
});
