import type { Bytes } from '@tabgrid/protocol/bytes';
import type { Vec3 } from '@tabgrid/webgpu-kernels/pathtrace/scene-source';
import { checkerFloor } from './floor-texture.js';
import { backdrop, panel, sphere } from './shapes.js';
import { createStage } from './stage.js';

/** Left to right: from a mirror to matte. */
const ROUGHNESSES = [0.03, 0.15, 0.3, 0.45, 0.6, 0.8, 1] as const;
/** Front to back: from dielectric to metal, a colour a row. */
const ROWS: readonly (readonly [metallic: number, color: Vec3])[] = [
  [0, [0.8, 0.09, 0.07]],
  [0.25, [0.9, 0.42, 0.08]],
  [0.5, [0.25, 0.6, 0.24]],
  [0.75, [0.13, 0.42, 0.72]],
  [1, [0.95, 0.79, 0.5]],
];
const RADIUS_M = 0.42;
/** 1,596 triangles a sphere: 37 of them stay below 60,000. */
const SEGMENTS = 42;
const RINGS = 20;
const FLOOR_M = { width: 20, front: 8, back: -6, bend: 3, top: 10 } as const;

export async function buildSpheres(): Promise<Bytes> {
  const stage = createStage('spheres');
  const { width, front, back, bend, top } = FLOOR_M;
  stage.add('floor', backdrop(width, front, back, bend, top), {
    name: 'floor',
    color: [1, 1, 1],
    roughness: 0.55,
    png: checkerFloor(20, 0.62),
  });
  ROWS.forEach(([metallic, color], row) => {
    ROUGHNESSES.forEach((roughness, column) => {
      const center: Vec3 = [column - (ROUGHNESSES.length - 1) / 2, RADIUS_M, 1.6 - row * 1.02];
      const name = `metallic ${metallic} roughness ${roughness}`;
      stage.add(name, sphere(center, RADIUS_M, SEGMENTS, RINGS), { name, color, metallic, roughness });
    });
  });
  const glow = (name: string, center: Vec3, light: Vec3) =>
    stage.add(name, sphere(center, 0.2, SEGMENTS, RINGS), { name, color: [0.8, 0.8, 0.8], light });
  glow('warm glow', [-1.5, 0.2, 2.62], [9, 4.2, 1.4]);
  glow('cool glow', [1.5, 0.2, 2.62], [1.6, 4.4, 9]);

  const light = (name: string, from: Vec3, sizeX: number, sizeY: number, radiance: Vec3) =>
    stage.add(name, panel(from, [0, 0, -0.5], sizeX, sizeY), { name, light: radiance });
  light('key', [-5, 7, 4], 3, 3, [20, 16, 12]);
  light('sky', [0, 9, 0], 11, 8, [2.3, 2.5, 2.9]);
  light('left wall', [-10, 3, 2], 9, 6, [0.7, 0.8, 1]);
  light('right wall', [10, 3, 2], 9, 6, [1.5, 1.25, 0.95]);
  light('behind the camera', [0, 4, 16], 18, 8, [0.7, 0.74, 0.8]);
  stage.shoot('camera', [0, 4, 8.8], [0, 0.25, -0.2], 26.5);
  return stage.toGlb();
}
