import { decodeWorld, encodeWorld, placesOf } from '@tabgrid/webgpu-kernels/physics/state';
import { type Body, worldWords } from '@tabgrid/webgpu-kernels/physics/world';
import { expect, it } from 'vitest';
import { energyOf, mostGained } from './energy.js';
import { momentumDrift, momentumOf, pullOf } from './ledger.js';

const STEP = 1 / 480;

function worldOf(change: Partial<Body>) {
  const body: Body = {
    ...{ shape: { kind: 'box', half: [0.1, 0.2, 0.3] }, mass: 3, friction: 0.5, restitution: 0.5 },
    ...{ position: [0, 0, 0], rotation: [0, 0, 0, 1], velocity: [0, 0, 0], spin: [0, 0, 0], ...change },
  };
  const words = worldWords({ bodies: [body], planes: [], statics: [], gravity: [0, -9.81, 0] }, STEP);
  const joules = (words.scale.momentum * 2 ** -20) / STEP;
  return { header: decodeWorld(encodeWorld(words)), places: placesOf(words), joules, words };
}

it('is m v² / 2 for what moves, and m g h for what can fall', () => {
  const { header, places, joules } = worldOf({ velocity: [2, -1, 3], position: [5, 4, 1] });
  const { kinetic, potential } = energyOf(header, places, null);
  expect(joules * kinetic).toBeCloseTo((3 * 14) / 2, 3);
  expect(joules * potential).toBeCloseTo(3 * 9.81 * 4, 1);
});

it.each([
  [[0, 0, 0, 1], 0],
  [[0, 0, Math.SQRT1_2, Math.SQRT1_2], 1],
] as const)('is I ω² / 2 for what turns, about its own axes (%j)', (rotation, axis) => {
  // About the world's x: the box's own x, or its own y where it lies on its side.
  const { header, places, joules } = worldOf({ spin: [4, 0, 0], rotation });
  const squares = [0.2 ** 2 + 0.3 ** 2, 0.1 ** 2 + 0.3 ** 2];
  expect(joules * energyOf(header, places, null).kinetic).toBeCloseTo(((3 * (squares[axis] ?? 0)) / 3 / 2) * 16, 3);
});

it('may be gained by as much as bodies are lifted out of each other', () => {
  const { header, joules } = worldOf({});
  expect(joules * mostGained(header, 0, 8)).toBeCloseTo(3 * 9.81 * 0.00195, 3);
  expect(mostGained(header, 0, 32)).toBeCloseTo(4 * mostGained(header, 0, 8));
  expect(mostGained(header, 1000, 8) - mostGained(header, 0, 8)).toBeCloseTo(100);
});

it('momentum comes from gravity and the surroundings alone', () => {
  const { header, places } = worldOf({ velocity: [1, 0, 0] });
  const before = momentumOf(places);
  const pull = pullOf(header, 0);
  const after = [before[0] + 5, before[1] + 8 * pull[1], before[2]] as const;
  expect(momentumDrift(before, after, { pull, substeps: 8, around: [[5, 0, 0]] }).map(Math.abs)).toEqual([0, 0, 0]);
  expect(momentumDrift(before, after, { pull, substeps: 8, around: [] })).toEqual([5, expect.anything(), 0]);
  // Half the substep, half the pull, to the nearest.
  expect(Math.abs(2 * pullOf(header, 1)[1] - pull[1])).toBeLessThanOrEqual(1);
});
