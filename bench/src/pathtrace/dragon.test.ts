import { decodeImage } from '@tabgrid/assets/decode-node';
import { LAMP, openScene } from '@tabgrid/bench-page/pathtrace/scene';
import { packScene } from '@tabgrid/webgpu-kernels/pathtrace/scene';
import { expect, it } from 'vitest';
import { buildDragon, DRAGON_TRIANGLES, dragonExtras } from './dragon.js';

const scene = await openScene(await buildDragon(), null, dragonExtras, decodeImage);

it('is the dragon in five walls under one lamp', () => {
  const { source } = scene;
  expect(DRAGON_TRIANGLES).toBe(47_794);
  expect(source.indices.length / 3).toBe(DRAGON_TRIANGLES + 6 * 2);
  expect(source.materials.map(({ name }) => name).sort()).toEqual(['green', 'jade', LAMP, 'red', 'white']);
  expect(source.materials.filter(({ emissive }) => emissive.some((x) => x > 0)).map(({ name }) => name)).toEqual([
    LAMP,
  ]);
});

it('stands on the floor within the walls', () => {
  const { bounds } = packScene(scene.source).manifest;
  expect(bounds.min[1]).toBeCloseTo(0, 6);
  expect(bounds.max).toEqual([0.75, 2, 1]);
  expect(bounds.min[0]).toBe(-0.75);
});

it('has the lamp where its triangles are, shining down', () => {
  const { source, lamp } = scene;
  const material = source.materials.findIndex(({ name }) => name === LAMP);
  const triangles = [...source.triangleMaterials.keys()].filter((t) => source.triangleMaterials[t] === material);
  expect(triangles).toHaveLength(2);
  const corners = triangles.flatMap((t) => [...source.indices.subarray(3 * t, 3 * t + 3)]);
  for (const vertex of corners) {
    const [x = 0, y = 0, z = 0] = source.positions.subarray(3 * vertex, 3 * vertex + 3);
    expect(y).toBeCloseTo(lamp?.centre[1] ?? 0, 5);
    expect(Math.abs(x - (lamp?.centre[0] ?? 0))).toBeCloseTo(Math.hypot(...(lamp?.right ?? [0])) / 2, 5);
    expect(Math.abs(z - (lamp?.centre[2] ?? 0))).toBeCloseTo(Math.hypot(...(lamp?.up ?? [0])) / 2, 5);
    expect(source.normals[3 * vertex + 1]).toBeCloseTo(-1, 5);
  }
  const { right, up } = lamp ?? { right: [0, 0, 0], up: [0, 0, 0] };
  // −(right × up) is where it shines.
  expect(right[2] * up[0] - right[0] * up[2]).toBeGreaterThan(0);
  expect(source.materials[material]?.emissive).toEqual(lamp?.radiance);
});

it('keeps lamp and ceiling out of the picture', () => {
  const { camera } = scene;
  const half = Math.tan(camera.yfov / 2);
  /** Height of the upper edge of the picture at the back wall. */
  const upper = [camera.forward, camera.up].map(([, y]) => y).reduce((f, u) => f + half * u);
  const towards = [camera.forward, camera.up].map(([, , z]) => z).reduce((f, u) => f + half * u);
  expect(camera.position[1] + (upper * (-1 - camera.position[2])) / towards).toBeLessThan(1.9);
});
