import type { Bytes } from '@tabgrid/protocol/bytes';
import { describe, expect, it } from 'vitest';
import { poseAt } from '../gltf/animation.js';
import { read, splitGlb } from '../gltf/fixtures.js';
import { placeNodes } from '../gltf/nodes.js';
import { openGltf } from '../gltf/open.js';
import { readGltf } from '../gltf.js';
import { axis } from '../math/mat4.js';
import { animatedGlb } from './animated-glb.js';
import { anyRotation, seeded } from './builtin/random.js';
import { builtinWorld } from './builtin.js';
import { ball, crate, worldOf } from './fixtures.js';
import { axesOf } from './overlap.js';
import { type Rotation, type ShownWorld, USUAL_SURFACE } from './shown-world.js';
import type { Trajectory } from './trajectory.js';

const FRAME_S = 1 / 30;
const WORLD: ShownWorld = {
  ...worldOf(
    ball({ name: 'ball', color: [0.8, 0.1, 0.1] }),
    crate({ position: [3, 0, 0], shape: { kind: 'box', half: [0.2, 0.5, 1] }, color: [0.1, 0.1, 0.8] }),
    crate({ position: [6, 0, 0], color: [0.8, 0.1, 0.1] }),
    ball({ position: [9, 0, 0], shape: { kind: 'sphere', radius: 0.1 } }),
  ),
  planes: [
    { normal: [0, 1, 0], offset: -0.5, ...USUAL_SURFACE },
    { name: 'slope', normal: [0.6, 0, 0.8], offset: -20, ...USUAL_SURFACE },
    { normal: [0, -1, 0], offset: -30, ...USUAL_SURFACE },
  ],
  statics: [{ name: 'wall', half: [1, 2, 3], position: [0, 9, 0], rotation: [0, 0.6, 0, 0.8], ...USUAL_SURFACE }],
};

/** The first body falls, the second tumbles, the third lies, the fourth goes straight; signs of rotations are any. */
function movement(frames: number): Trajectory {
  const random = seeded(4);
  const start = anyRotation(random);
  return {
    frameSeconds: FRAME_S,
    bodies: 4,
    frames: Array.from({ length: frames }, (_, f) => {
      const t = f * FRAME_S;
      const sign = random() < 0.5 ? -1 : 1;
      const tumbled = turned(start, [Math.sin(9 * t), 0, 0, Math.cos(9 * t)]).map((x) => sign * x);
      return {
        positions: Float32Array.of(0, 10 - 4.9 * t * t, 0, 3 + Math.sin(7 * t), 0, 0, 6, 0, 0, 9 + t, 2 * t, -t),
        rotations: Float32Array.from([[0, 0, 0, 1], tumbled, [0, 0.6, 0, 0.8], [0, 0, 0, 1]].flat()),
      };
    }),
  };
}

function turned([a, b, c, d]: Rotation, [x, y, z, w]: Rotation): Rotation {
  return [
    d * x + a * w + b * z - c * y,
    d * y - a * z + b * w + c * x,
    d * z + a * y - b * x + c * w,
    d * w - a * x - b * y - c * z,
  ];
}

/** Where each node's mesh stands, as the repository's own reader has it. */
async function placesAt(glb: Bytes, time: number | null) {
  const { json, accessors } = await openGltf(glb, { resource: undefined, loadDraco: undefined });
  const { pose, animation } = poseAt({ json, accessors, warn: () => undefined }, { time, name: null });
  return { animation, nodes: placeNodes(json, accessors, pose).nodes };
}

describe('animatedGlb', () => {
  it('reads back to the same poses at every frame, scaled to each body', async () => {
    const trajectory = movement(40);
    const glb = await animatedGlb(WORLD, trajectory);
    for (const [f, frame] of trajectory.frames.entries()) {
      const { animation, nodes } = await placesAt(glb, f * FRAME_S);
      expect(animation?.name).toBe('simulation');
      expect(animation?.seconds).toBeCloseTo(39 * FRAME_S, 5);
      WORLD.bodies.forEach(({ shape }, i) => {
        const world = nodes[i]?.world ?? new Float64Array(16);
        const half = shape.kind === 'sphere' ? [shape.radius, shape.radius, shape.radius] : shape.half;
        const [x = 0, y = 0, z = 0, w = 0] = frame.rotations.subarray(4 * i, 4 * i + 4);
        const off = Math.hypot(...axis(world, 3).map((p, k) => p - (frame.positions[3 * i + k] ?? 0)));
        expect(off).toBeLessThan(1.1e-4);
        axesOf([x, y, z, w]).forEach((column, c) => {
          const there = axis(world, c === 0 ? 0 : c === 1 ? 1 : 2);
          // 0.01° of half a side, and rounding.
          const most = (half[c] ?? 0) * 2e-4;
          expect(Math.hypot(...column.map((v, k) => v * (half[c] ?? 0) - (there[k] ?? 0)))).toBeLessThan(most);
        });
      });
    }
  });

  it('stands at the first frame where nothing plays', async () => {
    const { nodes } = await placesAt(await animatedGlb(WORLD, movement(5)), null);
    expect(nodes.slice(0, 4).map(({ world }) => axis(world, 3))).toEqual([
      [0, 10, 0],
      [3, 0, 0],
      [6, 0, 0],
      [9, 0, 0],
    ]);
  });

  it('is a scene for the renderer, without a warning, moved by its animation', async () => {
    const glb = await animatedGlb(WORLD, movement(10));
    const decodeImage = () => Promise.reject(new Error('no images here'));
    const early = await readGltf(glb, { decodeImage, time: 0 });
    const late = await readGltf(glb, { decodeImage, time: 0.3 });
    expect(early.warnings).toEqual([]);
    expect(early.animation).toEqual({ name: 'simulation', seconds: expect.closeTo(9 * FRAME_S, 5) });
    expect(late.scene.positions).toEqual(early.scene.positions);
    expect(late.scene.instances).not.toEqual(early.scene.instances);
  });

  it('shares meshes and materials, and gives what lies still no channels', async () => {
    const json = JSON.parse(splitGlb(await animatedGlb(WORLD, movement(10))).json);
    // A red ball, a red box, a blue box, a ball, walls and floors in their own grey.
    expect(json.materials).toHaveLength(4);
    expect(json.meshes).toHaveLength(6);
    const positions = json.meshes.map(({ primitives }: { primitives: { attributes: { POSITION: number } }[] }) =>
      primitives.map(({ attributes }) => attributes.POSITION),
    );
    expect(new Set(positions.flat()).size).toBe(3);
    expect(json.nodes.map(({ name }: { name: string }) => name)).toEqual([
      'ball',
      'body 1',
      'body 2',
      'body 3',
      'wall',
      'plane 0',
      'slope',
      'plane 2',
    ]);
    const channels: { sampler: number; target: { node: number; path: string } }[] = json.animations[0].channels;
    expect(channels.map(({ target }) => `${target.node} ${target.path}`)).toEqual([
      '0 translation',
      '1 translation',
      '1 rotation',
      '3 translation',
    ]);
    const keys = channels.map(({ sampler }) => json.accessors[json.animations[0].samplers[sampler].output].count);
    expect(keys[0]).toBeGreaterThan(5);
    expect(keys[3]).toBe(2);
  });

  it('keeps to what glTF asks of animations: bounds, ascending times, unit rotations to one side', async () => {
    const glb = await animatedGlb(WORLD, movement(40));
    const { json, accessors } = await openGltf(glb, { resource: undefined, loadDraco: undefined });
    const raw = JSON.parse(splitGlb(glb).json);
    expect(raw.asset.version).toBe('2.0');
    expect(raw.extensionsUsed).toBeUndefined();
    for (const { input, output, interpolation } of json.animations[0]?.samplers ?? []) {
      expect(interpolation).toBe('LINEAR');
      const times = accessors.floats(input, 1);
      expect(raw.accessors[input].min).toEqual([times[0]]);
      expect(raw.accessors[input].max).toEqual([times.at(-1)]);
      expect(times[0]).toBe(0);
      for (let i = 1; i < times.length; i++) expect(times[i]).toBeGreaterThan(times[i - 1] ?? Number.NaN);
      if (accessors.sizeOf(output) !== 4) continue;
      const values = accessors.floats(output, 4);
      for (let i = 0; i < values.length; i += 4) {
        expect(Math.hypot(...values.subarray(i, i + 4))).toBeCloseTo(1, 6);
        const dot = [0, 1, 2, 3].reduce((sum, k) => sum + (values[i + k] ?? 0) * (values[i - 4 + k] ?? 0), 0);
        if (i > 0) expect(dot).toBeGreaterThanOrEqual(0);
      }
    }
    for (const { primitives } of raw.meshes) {
      for (const { attributes, indices } of primitives) {
        expect(raw.accessors[attributes.POSITION]).toMatchObject({ min: expect.any(Array), max: expect.any(Array) });
        expect(raw.accessors[attributes.NORMAL].count).toBe(raw.accessors[attributes.POSITION].count);
        expect(raw.accessors[indices].count % 3).toBe(0);
      }
    }
    for (const { byteOffset = 0 } of raw.bufferViews) expect(byteOffset % 4).toBe(0);
    expect(glb.byteLength % 4).toBe(0);
  });

  it('shows planes as squares around all that happens, facing out of the ground, and boxes that are static', async () => {
    const { nodes } = await placesAt(await animatedGlb(WORLD, movement(10)), null);
    WORLD.planes.forEach(({ normal, offset }, p) => {
      const world = nodes[5 + p]?.world ?? new Float64Array(16);
      const up = axis(world, 1);
      for (let k = 0; k < 3; k++) expect(up[k]).toBeCloseTo(normal[k] ?? 0, 6);
      const at = axis(world, 3);
      expect(at[0] * normal[0] + at[1] * normal[1] + at[2] * normal[2]).toBeCloseTo(offset, 5);
      expect(Math.hypot(...axis(world, 0))).toBeGreaterThan(9);
    });
    const wall = nodes[4]?.world ?? new Float64Array(16);
    expect(axis(wall, 3)).toEqual([0, 9, 0]);
    axesOf([0, 0.6, 0, 0.8]).forEach((column, c) => {
      const there = axis(wall, c === 0 ? 0 : c === 1 ? 1 : 2);
      for (let k = 0; k < 3; k++) expect(there[k]).toBeCloseTo((column[k] ?? 0) * (c + 1), 6);
    });
  });

  it('takes colours of its own, and a camera', async () => {
    const { camera } = builtinWorld('pile');
    const glb = await animatedGlb(WORLD, movement(2), { colors: [undefined, [0, 1, 0]], camera });
    const { scene } = await read(glb);
    expect(scene.materials.map(({ baseColor }) => baseColor.slice(0, 3))).toContainEqual([0, 1, 0]);
    expect(scene.materials.map(({ baseColor }) => baseColor.slice(0, 3))).toContainEqual([0.8, 0.1, 0.1]);
    expect(scene.materials.map(({ baseColor }) => baseColor.slice(0, 3))).not.toContainEqual([0.1, 0.1, 0.8]);
    expect(scene.cameras).toHaveLength(1);
  });

  it('has no animation where nothing moves, or where there is one frame', async () => {
    const still = { ...movement(1), frames: new Array(5).fill(movement(1).frames[0]) };
    for (const trajectory of [movement(1), still]) {
      const { animation } = await placesAt(await animatedGlb(WORLD, trajectory), null);
      expect(animation).toBeNull();
    }
  });

  it('refuses a trajectory that is not the world’s, is empty, or is broken', async () => {
    const trajectory = movement(3);
    await expect(animatedGlb(worldOf(ball()), trajectory)).rejects.toThrow(
      'The trajectory is of 4 bodies, the world has 1. Choose the world that was simulated.',
    );
    await expect(animatedGlb(WORLD, { ...trajectory, frames: [] })).rejects.toThrow(/The trajectory has no frames/);
    const torn = movement(3);
    torn.frames[1]?.positions.set([Number.NaN], 4);
    await expect(animatedGlb(WORLD, torn)).rejects.toThrow(/In frame 1 of the trajectory body 1 has no sound place/);
  });
});
