import { boundsOf } from '@tabgrid/webgpu-kernels/physics/world';
import { describe, expect, it } from 'vitest';
import { builtinWorld } from './builtin.js';
import { told } from './fixtures.js';
import { BUILTIN_BODIES, BUILTIN_WORLDS } from './names.js';
import { depthBelow } from './overlap.js';
import { volumeOf } from './shown-world.js';
import { readWorld, writeWorld } from './world-file.js';

const COUNTS = [1, 2, 3, 7, 10, 11, 99, 1000];

describe.each(BUILTIN_WORLDS)('%s', (name) => {
  it('is the same every time', () => {
    expect(builtinWorld(name)).toEqual(builtinWorld(name));
    expect(writeWorld(builtinWorld(name).world)).toBe(writeWorld(builtinWorld(name).world));
  });

  it('can be written and read', () => {
    const { world } = builtinWorld(name, { bodies: 50 });
    const rounded = JSON.parse(JSON.stringify(world));
    expect(JSON.parse(JSON.stringify(readWorld(writeWorld(world))))).toEqual(rounded);
  });

  it('has as many bodies as asked for, or, as a pyramid, as many whole rows as fit', () => {
    const rows = (n: number) => (n * (n + 1) * (2 * n + 1)) / 6;
    for (const bodies of [...COUNTS, BUILTIN_BODIES[name]]) {
      const whole = Math.max(...[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14].map(rows).filter((n) => n <= bodies));
      expect(builtinWorld(name, { bodies }).world.bodies).toHaveLength(name === 'pyramid' ? whole : bodies);
    }
    expect(builtinWorld(name).world.bodies).toHaveLength(BUILTIN_BODIES[name]);
  });

  it('is sound with 100,000 bodies, all in the range of coordinates', () => {
    const { world } = builtinWorld(name, { bodies: 100_000 });
    expect(world.bodies.length).toBeGreaterThan(95_000);
    expect(world.bodies.every(({ position }) => position.every((x) => Math.abs(x) < 500))).toBe(true);
  });

  it('stays within few colours, so that models of it need few materials', () => {
    const colors = new Set(builtinWorld(name).world.bodies.map(({ color }) => color?.join()));
    expect(colors.has(undefined)).toBe(false);
    expect(colors.size).toBeLessThanOrEqual(7);
  });

  it('has a title, and a camera that has every body in its picture', () => {
    for (const bodies of [1, 100, 3000]) {
      const { title, camera, world } = builtinWorld(name, { bodies });
      expect(title).not.toBe('');
      const { position, target, verticalDegrees } = camera;
      const away = (p: readonly number[]) => p.map((x, k) => x - (position[k] ?? 0));
      const ahead = away(target);
      const length = Math.hypot(...ahead);
      for (const { position: at, shape } of world.bodies.filter((_, i) => i % 7 === 0)) {
        const there = away(at);
        const distance = Math.hypot(...there);
        const cosine = there.reduce((sum, x, k) => sum + x * (ahead[k] ?? 0), 0) / length / distance;
        const room = Math.asin(Math.min(1, boundsOf(shape) / distance));
        expect(Math.acos(Math.min(1, cosine)) - room).toBeLessThan((verticalDegrees / 2 / 180) * Math.PI);
      }
    }
  });

  it('refuses numbers of bodies that cannot be', () => {
    for (const bodies of [0, -1, 1.5, 100_001, 10_000_000, Number.NaN]) {
      expect(told(() => builtinWorld(name, { bodies }))).toMatch(
        /^AssetError: A built-in world can have 1 to 100,000 bodies, not .*\. Choose a number in between\.$/,
      );
    }
  });
});

describe('pile', () => {
  it('is mostly spheres, with some boxes', () => {
    const { bodies } = builtinWorld('pile').world;
    const boxes = bodies.filter(({ shape }) => shape.kind === 'box').length / bodies.length;
    expect(boxes).toBeGreaterThan(0.15);
    expect(boxes).toBeLessThan(0.25);
    for (const { shape } of bodies) {
      if (shape.kind === 'sphere') expect(shape.radius).toBeGreaterThanOrEqual(0.1);
      expect(boundsOf(shape)).toBeLessThanOrEqual(0.15);
    }
  });

  it.each([1000, 2000, 10_000, 100_000])('of %i makes a heap of 4 to 7 bodies in its tray', (count) => {
    const { bodies, statics } = builtinWorld('pile', { bodies: count }).world;
    // Between the walls; loosely packed, spheres fill about 58 % of their room.
    const inner = Math.max(...statics.map(({ position, half }) => position[0] - half[0]));
    const volume = bodies.reduce((sum, { shape }) => sum + volumeOf(shape), 0);
    const height = volume / 0.58 / (2 * inner) ** 2;
    const across = bodies.reduce((sum, { shape }) => sum + 2 * boundsOf(shape), 0) / count;
    expect(height / across).toBeGreaterThan(4);
    expect(height / across).toBeLessThan(7);
    for (const { position } of bodies) {
      expect(Math.max(Math.abs(position[0]), Math.abs(position[2]))).toBeLessThan(inner);
    }
  });

  it('grows sideways, not up', () => {
    const top = (count: number) =>
      Math.max(...builtinWorld('pile', { bodies: count }).world.bodies.map(({ position }) => position[1]));
    expect(top(100_000)).toBeLessThan(1.1 * top(5000));
  });
});

describe('clouds', () => {
  it('fly into each other with no sum of momentum, without gravity or ground', () => {
    const { bodies, gravity, planes } = builtinWorld('clouds').world;
    expect(gravity).toEqual([0, 0, 0]);
    expect(planes).toEqual([]);
    const left = bodies.filter(({ position }) => position[0] < 0);
    expect(left).toHaveLength(1000);
    expect(left.every(({ velocity }) => velocity[0] > 0)).toBe(true);
    expect(bodies.every(({ restitution }) => restitution >= 0.8)).toBe(true);
    const momentum = bodies.reduce((sum, { mass, velocity }) => sum + mass * velocity[0], 0);
    const all = bodies.reduce((sum, { mass, velocity }) => sum + mass * Math.abs(velocity[0]), 0);
    expect(Math.abs(momentum)).toBeLessThan(0.05 * all);
  });
});

describe('dominoes', () => {
  const { bodies } = builtinWorld('dominoes').world;

  it('all stand on the ground, the first one turning about its lower edge', () => {
    for (const body of bodies) expect(depthBelow(body, { normal: [0, 1, 0], offset: 0 })).toBeCloseTo(0, 9);
    const [first, second, ...rest] = bodies;
    expect(rest.every(({ velocity, spin }) => [...velocity, ...spin].every((x) => x === 0))).toBe(true);
    if (!first || !second || first.shape.kind !== 'box') throw new Error('no dominoes');
    // Towards the second one, and the edge in front, at the foot, stands still: v + ω × r = 0.
    const towards = second.position.map((x, k) => x - (first.position[k] ?? 0));
    const gap = Math.hypot(...towards);
    const { velocity: v, spin: w } = first;
    expect(v[0] * (towards[0] ?? 0) + v[2] * (towards[2] ?? 0)).toBeGreaterThan(0);
    const speed = Math.hypot(v[0], v[2]);
    const edge = [
      (v[0] / speed) * first.shape.half[2],
      -first.shape.half[1],
      (v[2] / speed) * first.shape.half[2],
    ] as const;
    const moved = [
      v[0] + w[1] * edge[2] - w[2] * edge[1],
      v[1] + w[2] * edge[0] - w[0] * edge[2],
      v[2] + w[0] * edge[1] - w[1] * edge[0],
    ];
    for (const x of moved) expect(x).toBeCloseTo(0, 12);
    expect(gap).toBeLessThan(2 * first.shape.half[1]);
  });

  it('follow a curve, each within reach of the one before', () => {
    const at = (i: number) => bodies[i]?.position ?? [0, 0, 0];
    const headings = bodies.slice(1).map((_, i) => Math.atan2(at(i + 1)[2] - at(i)[2], at(i + 1)[0] - at(i)[0]));
    expect(new Set(headings.map((a) => a.toFixed(1))).size).toBeGreaterThan(30);
    for (let i = 1; i < bodies.length; i++) {
      const gap = Math.hypot(at(i)[0] - at(i - 1)[0], at(i)[2] - at(i - 1)[2]);
      expect(gap).toBeGreaterThan(0.15);
      expect(gap).toBeLessThan(0.25);
    }
  });
});

describe('stack', () => {
  it.each([10, 25, 200, 1234])('of %i: ten high, a column of them across x = 0', (count) => {
    const { bodies } = builtinWorld('stack', { bodies: count }).world;
    const stacks = new Map<string, typeof bodies>();
    for (const body of bodies) {
      const place = `${body.position[0]} ${body.position[2]}`;
      stacks.set(place, [...(stacks.get(place) ?? []), body]);
    }
    expect(stacks.size).toBe(Math.ceil(count / 10));
    const full = [...stacks.values()].filter((stack) => stack.length === 10);
    expect(full).toHaveLength(Math.floor(count / 10));
    expect(full[0]?.map(({ position }) => position[1])).toEqual([
      0.25, 0.75, 1.25, 1.75, 2.25, 2.75, 3.25, 3.75, 4.25, 4.75,
    ]);
    expect(bodies.filter(({ position }) => position[0] === 0).length).toBeGreaterThanOrEqual(Math.min(count, 10));
    const left = bodies.filter(({ position }) => position[0] < 0).length;
    const right = bodies.filter(({ position }) => position[0] > 0).length;
    expect(Math.abs(left - right)).toBeLessThanOrEqual(10);
  });
});

describe('pyramid', () => {
  it('has each box over four, half a side away', () => {
    const { bodies } = builtinWorld('pyramid', { bodies: 91 }).world;
    expect(bodies).toHaveLength(91);
    for (const { position } of bodies.filter(({ position }) => position[1] > 0.3)) {
      const below = bodies.filter(
        (other) =>
          Math.abs(position[1] - other.position[1] - 0.5) < 1e-9 &&
          Math.abs(position[0] - other.position[0]) < 0.3 &&
          Math.abs(position[2] - other.position[2]) < 0.3,
      );
      expect(below).toHaveLength(4);
    }
  });
});
