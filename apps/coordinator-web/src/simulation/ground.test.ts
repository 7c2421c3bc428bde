import { dot } from '@tabgrid/assets/math/vec3';
import { describe, expect, it } from 'vitest';
import { A_WORLD } from '../testing/simulation-samples.js';
import { orbitOfWorld } from './framing.js';
import { groundPatches, roundStep } from './ground.js';

const { world } = A_WORLD;
const orbit = orbitOfWorld(world, null);
const plane = { friction: 0.5, restitution: 0 };

describe('the ground', () => {
  it.each([
    [[0, 1, 0], 0.5],
    [[0, 0, 1], -3],
    [[0.6, 0.8, 0], -1],
  ] as const)('lies in its plane, %o', (normal, offset) => {
    const [patch] = groundPatches({ planes: [{ ...plane, normal, offset }] }, orbit);
    if (!patch) throw new Error('it is seen');
    expect(dot(patch.middle, normal)).toBeCloseTo(offset);
    expect(dot(patch.across, normal)).toBeCloseTo(0);
    expect(dot(patch.along, normal)).toBeCloseTo(0);
    expect(dot(patch.across, patch.along)).toBeCloseTo(0);
    expect(Math.hypot(...patch.across)).toBeCloseTo(1);
  });

  it('is not drawn from below, where it would hide all', () => {
    expect(groundPatches({ planes: [{ ...plane, normal: [0, 1, 0], offset: 1000 }] }, orbit)).toEqual([]);
  });

  it('has a grid that stays where it is when one moves across', () => {
    const line = (target: readonly [number, number, number]) => {
      const [patch] = groundPatches(world, { ...orbit, target });
      if (!patch) throw new Error('it is seen');
      const { middle, across, at, cell } = patch;
      return (dot(middle, across) - at[0]) / cell;
    };
    for (const target of [
      [0, 0, 0],
      [0.3, 0, 0.1],
      [-7.77, 1, 2],
    ] as const) {
      expect(line(target)).toBeCloseTo(Math.round(line(target)));
    }
  });
});

it('steps of the grid are round', () => {
  expect([0.13, 0.2, 1, 2.1, 7, 10].map(roundStep)).toEqual([0.2, 0.2, 1, 5, 10, 10]);
});
