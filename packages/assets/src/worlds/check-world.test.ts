import { describe, expect, it } from 'vitest';
import { checkWorld } from './check-world.js';
import { ball, crate, told, worldOf } from './fixtures.js';
import type { ShownBody, ShownPlane, ShownStatic, ShownWorld } from './shown-world.js';
import { UPRIGHT, USUAL_SURFACE } from './shown-world.js';

const refusal = (world: ShownWorld) => told(() => checkWorld(world));
const refusalOf = (body: Partial<ShownBody>) => refusal(worldOf(ball(), { ...ball({ position: [5, 0, 0] }), ...body }));
const plane = (more: Partial<ShownPlane> = {}): ShownPlane => ({
  normal: [0, 1, 0],
  offset: -9,
  ...USUAL_SURFACE,
  ...more,
});
const fixed = (more: Partial<ShownStatic> = {}): ShownStatic => ({
  half: [1, 1, 1],
  position: [0, 9, 0],
  rotation: UPRIGHT,
  ...USUAL_SURFACE,
  ...more,
});

describe('checkWorld', () => {
  it('lets a sound world pass as it is', () => {
    const world = { ...worldOf(ball(), crate({ position: [3, 0, 0] })), planes: [plane()], statics: [fixed()] };
    expect(checkWorld(world)).toEqual(world);
  });

  it('refuses an empty world', () => {
    expect(refusal(worldOf())).toBe(
      'AssetError: The world is empty: it has no bodies that move. Add at least one to its "bodies".',
    );
  });

  it('refuses too many bodies, planes and static boxes, and says how many can be', () => {
    const bodies = new Array<ShownBody>(1_000_001).fill(ball());
    expect(refusal(worldOf(...bodies.slice(0, 1)))).toBeNull();
    expect(refusal({ ...worldOf(), bodies })).toBe(
      'AssetError: The world has 1,000,001 bodies; there can be 1,000,000. Leave some out.',
    );
    expect(refusal({ ...worldOf(ball()), planes: new Array<ShownPlane>(33).fill(plane()) })).toMatch(
      /has 33 planes; there can be 32\./,
    );
    expect(refusal({ ...worldOf(ball()), statics: new Array<ShownStatic>(65).fill(fixed()) })).toMatch(
      /has 65 static boxes; there can be 64\./,
    );
  });

  it.each([
    [{ shape: { kind: 'sphere', radius: 0 } }, /^AssetError: Body 1 has no size: its radius is 0 m: make it larger/],
    [
      { name: 'crate', shape: { kind: 'box', half: [1, -1, 1] } },
      /^AssetError: Body 1 \("crate"\) has no size: its half/,
    ],
    [{ shape: { kind: 'sphere', radius: 0.004 } }, /Body 1 is too small: .* has to be 0.005 m or more/],
    [{ shape: { kind: 'sphere', radius: 501 } }, /Body 1 is too large: .* within 500 m/],
    [{ shape: { kind: 'box', half: [1.01, 0.01, 0.01] } }, /Body 1 is more than 100 times as long as it is thin/],
    [{ shape: { kind: 'sphere', radius: Number.NaN } }, /In body 1: its radius is NaN, which is not finite/],
    [{ mass: 0 }, /Body 1 has a mass of 0 kg: it has to be/],
    [{ mass: -2 }, /Body 1 has a mass of -2 kg/],
    [{ mass: Number.POSITIVE_INFINITY }, /In body 1: its mass is Infinity, which is not finite/],
    [
      { position: [0, 2000.1, 0] },
      /In body 1: its position is \[0, 2000.1, 0\] m; each number has to be within ±2000 m/,
    ],
    [{ position: [Number.NaN, 0, 0] }, /In body 1: its position is \[NaN, 0, 0\], which is not finite/],
    [{ velocity: [0, 101, 0] }, /In body 1: its velocity is .* within ±100 m\/s/],
    [{ velocity: [0, 0, Number.NEGATIVE_INFINITY] }, /In body 1: its velocity .* not finite/],
    [{ spin: [201, 0, 0] }, /In body 1: its spin is .* within ±200 rad\/s/],
    [{ rotation: [0, 0, 0, 1.02] }, /Body 1 has a rotation of length 1.020: its four numbers x, y, z, w have to make/],
    [{ rotation: [0, 0, 0, 0] }, /Body 1 has a rotation of length 0/],
    [{ rotation: [0, Number.NaN, 0, 1] }, /In body 1: its rotation is .* not finite/],
    [{ friction: -0.1 }, /Body 1 has a friction of -0.1: it has to be 0 to 2/],
    [{ restitution: 1.1 }, /Body 1 has a restitution of 1.1: it has to be 0 to 1/],
    [{ color: [0, 0, 2] }, /Body 1 has a color of 2: it has to be 0 to 1/],
    [{ mass: 4097, name: 'lead' }, /Body 1 \("lead"\) is heavier than body 0 by a factor of 4,097; it can be 4,096/],
    [
      { shape: { kind: 'sphere', radius: 400 }, mass: 4000, position: [1000, 0, 0] },
      /Body 1 is harder to turn than body 0/,
    ],
    [{ position: [0.5, 0, 0] }, /At the start, body 0 overlaps body 1 by 0.500 m/],
  ] satisfies [Partial<ShownBody>, RegExp][])('refuses %j', (body, message) => {
    expect(refusalOf(body)).toMatch(message);
  });

  it('takes a mass ratio of just what can be', () => {
    expect(refusalOf({ mass: 4096 })).toBeNull();
  });

  it('refuses odd gravity, planes and static boxes', () => {
    const base = worldOf(ball());
    expect(refusal({ ...base, gravity: [0, -101, 0] })).toMatch(/In the world: the gravity is .* within ±100 m\/s²/);
    expect(refusal({ ...base, gravity: [0, Number.NaN, 0] })).toMatch(
      /the gravity is \[0, NaN, 0\], which is not finite/,
    );
    expect(refusal({ ...base, planes: [plane(), plane({ name: 'slope', normal: [1, 1, 0] })] })).toMatch(
      /Plane 1 \("slope"\) has a normal of length 1.414: its three numbers have to make the length 1/,
    );
    expect(refusal({ ...base, planes: [plane({ offset: -2001 })] })).toMatch(/Plane 0 has an offset of -2001 m/);
    expect(refusal({ ...base, statics: [fixed({ half: [1, 0, 1] })] })).toMatch(/Static box 0 has no size/);
    expect(refusal({ ...base, statics: [fixed({ position: [0, 0, 3000] })] })).toMatch(/In static box 0: its position/);
    expect(refusal({ ...base, statics: [fixed({ rotation: [1, 1, 0, 0] })] })).toMatch(/Static box 0 has a rotation/);
  });

  it('makes rotations and normals of nearly length 1 just that, and touches nothing else', () => {
    const crooked = ball({ rotation: [0, 0.6 * 1.009, 0, 0.8 * 1.009], name: 'crooked' });
    const world = {
      ...worldOf(crooked),
      planes: [plane({ normal: [0, 0.995, 0] })],
      statics: [fixed({ rotation: [0.992, 0, 0, 0] })],
    };
    const checked = checkWorld(world);
    expect(checked.bodies[0]?.rotation.map((x) => Number(x.toFixed(12)))).toEqual([0, 0.6, 0, 0.8]);
    expect(checked.planes[0]?.normal).toEqual([0, 1, 0]);
    expect(checked.statics[0]?.rotation).toEqual([1, 0, 0, 0]);
    expect({ ...checked.bodies[0], rotation: crooked.rotation }).toEqual(crooked);
  });
});
