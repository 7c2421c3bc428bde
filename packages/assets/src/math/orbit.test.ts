import type { Vec3 } from '@tabgrid/webgpu-kernels/pathtrace/scene-source';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lookAt } from './look-at.js';
import { dolly, type Orbit, orbitOf, pan, turn } from './orbit.js';
import { cross, dot, scale, subtract } from './vec3.js';

const BOX = { low: [-1, 0, -1], high: [1, 2, 1] } as const;
const seen = (from: Vec3, to: Vec3 = [0, 1, 0]) => {
  const { right, up, forward } = lookAt(from, to);
  return { position: from, right, up, forward, yfov: 0.7 };
};
const FRONT = orbitOf(seen([0, 1, 5]), BOX);

const near = (a: Vec3, b: Vec3) => {
  for (const [i, x] of a.entries()) expect(x).toBeCloseTo(b[i] ?? Number.NaN, 6);
};
const lengthOf = (v: Vec3) => Math.hypot(...v);

/** What holds for every orbit, whatever was done to it. */
function check({ camera, target, distance }: Orbit): void {
  const { right, up, forward, position } = camera;
  for (const axis of [right, up, forward]) expect(lengthOf(axis)).toBeCloseTo(1, 9);
  expect(dot(right, up)).toBeCloseTo(0, 9);
  expect(dot(right, forward)).toBeCloseTo(0, 9);
  near(cross(right, forward), up);
  // The target is in the middle of the picture, so far away.
  const toTarget = subtract(target, position);
  expect(dot(toTarget, forward) / distance).toBeCloseTo(1, 6);
  expect(lengthOf(toTarget) / distance).toBeCloseTo(1, 6);
}

describe('the beginning', () => {
  it('moves nothing, and turns around what is in the middle, as deep as the scene’s middle', () => {
    const camera = seen([0.5, 1.5, 5], [0.5, 1.5, 0]);
    const orbit = orbitOf(camera, BOX);
    expect(orbit.camera).toBe(camera);
    near(orbit.target, [0.5, 1.5, 0]);
    check(orbit);
  });

  it('finds something ahead when the scene lies behind, and for a scene without an extent', () => {
    check(orbitOf(seen([0, 1, 5], [0, 1, 9]), BOX));
    check(orbitOf(seen([0, 0, 0], [0, 0, -1]), { low: [0, 0, 0], high: [0, 0, 0] }));
  });
});

describe('turning', () => {
  it('goes to the right around the target, and up', () => {
    near(turn(FRONT, Math.PI / 2, 0).camera.position, [5, 1, 0]);
    const risen = turn(FRONT, 0, Math.PI / 4).camera.position;
    near(risen, [0, 1 + 5 * Math.SQRT1_2, 5 * Math.SQRT1_2]);
  });

  it('comes back after a whole turn', () => {
    let orbit = FRONT;
    for (let i = 0; i < 360; i++) orbit = turn(orbit, Math.PI / 180, 0);
    near(orbit.camera.position, [0, 1, 5]);
  });

  it('stops short of the poles, and never turns over', () => {
    const top = turn(FRONT, 0, 10);
    expect(top.camera.up[1]).toBeGreaterThan(0);
    expect(top.camera.forward[1]).toBeLessThan(-0.99);
    const bottom = turn(top, 0, -10);
    expect(bottom.camera.up[1]).toBeGreaterThan(0);
    expect(bottom.camera.forward[1]).toBeGreaterThan(0.99);
  });

  it('keeps a tilted horizon as it is', () => {
    const { forward } = FRONT.camera;
    const [right, up] = [
      [Math.SQRT1_2, Math.SQRT1_2, 0],
      [-Math.SQRT1_2, Math.SQRT1_2, 0],
    ] as const;
    const tilted = orbitOf({ position: [0, 1, 5], right, up, forward, yfov: 0.7 }, BOX);
    const turned = turn(tilted, 0.4, 0);
    check(turned);
    expect(turned.camera.right[1]).toBeCloseTo(Math.SQRT1_2);
  });
});

describe('coming nearer', () => {
  it('keeps the target, within bounds', () => {
    near(dolly(FRONT, 0.5).camera.position, [0, 1, 2.5]);
    check(dolly(FRONT, 1e-9));
    check(dolly(FRONT, 1e9));
    expect(dolly(FRONT, 0).distance).toBeGreaterThan(0);
    expect(dolly(FRONT, 1e9).distance).toBeLessThan(1000);
  });

  it('takes in less where lines of sight are parallel', () => {
    const flat = orbitOf({ ...seen([0, 1, 5]), orthographicHeight: 4 }, BOX);
    expect(dolly(flat, 0.5).camera.orthographicHeight).toBe(2);
  });
});

describe('moving across', () => {
  it('moves by heights of the picture at the target', () => {
    const height = 2 * 5 * Math.tan(0.35);
    near(pan(FRONT, 1, 0).camera.position, [height, 1, 5]);
    near(pan(FRONT, 0, -0.5).target, [0, 1 - height / 2, 0]);
    const flat = orbitOf({ ...seen([0, 1, 5]), orthographicHeight: 4 }, BOX);
    near(pan(flat, 0.5, 0).camera.position, [2, 1, 5]);
  });
});

it('stays an orbit, whatever the hand does', () => {
  const move = fc.oneof(
    fc.tuple(
      fc.constant('turn'),
      fc.double({ min: -7, max: 7, noNaN: true }),
      fc.double({ min: -7, max: 7, noNaN: true }),
    ),
    fc.tuple(fc.constant('dolly'), fc.double({ min: 0.01, max: 100, noNaN: true }), fc.constant(0)),
    fc.tuple(
      fc.constant('pan'),
      fc.double({ min: -2, max: 2, noNaN: true }),
      fc.double({ min: -2, max: 2, noNaN: true }),
    ),
  );
  fc.assert(
    fc.property(fc.array(move, { maxLength: 40 }), (moves) => {
      let orbit = FRONT;
      for (const [kind, a, b] of moves) {
        orbit = kind === 'turn' ? turn(orbit, a, b) : kind === 'dolly' ? dolly(orbit, a) : pan(orbit, a, b);
        check(orbit);
      }
      expect(orbit.camera.up[1]).toBeGreaterThanOrEqual(0);
      near(subtract(orbit.target, scale(orbit.camera.forward, orbit.distance)), orbit.camera.position);
    }),
  );
});
