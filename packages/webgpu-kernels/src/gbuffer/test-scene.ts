import type { TaskInput } from '../kernel.js';
import { box, lookAt, material, quad, sceneOf, sphere } from '../pathtrace/fixtures.js';
import type { EnvironmentSource, SceneSource } from '../pathtrace/scene-source.js';
import { prepare } from '../pathtrace/test-render.js';
import type { GbufferParams } from './task.js';

/** For tests: a scene with everything that specialises the program: textures, alpha, a light, light from outside. */

const checker = {
  width: 4,
  height: 4,
  rgba: Uint8Array.from({ length: 64 }, (_, i) => (((i >> 2) + (i >> 4)) % 2 === 0 ? 255 : (i & 3) === 3 ? 60 : 90)),
};

export const SCENE: SceneSource = sceneOf(
  [
    quad([-2, 0, 2], [4, 0, 0], [0, 0, -4], 0),
    sphere([0, 0.7, 0], 0.6, 8, 1),
    ...box([0.8, 0, -0.5], [1.3, 1, 0], 2),
    quad([-0.5, 2, -0.5], [1, 0, 0], [0, 0, 1], 3),
    quad([-1.6, 0, 0.6], [1.2, 0, 0], [0, 1.2, 0], 4),
  ],
  [
    material({ baseColor: [0.8, 0.8, 0.8, 1], roughness: 0.7 }),
    material({ metallic: 1, roughness: 0.25, baseColor: [0.9, 0.7, 0.4, 1] }),
    material({ baseColor: [0.2, 0.5, 0.8, 0.6], alphaMode: 'blend', doubleSided: true, roughness: 0.3 }),
    material({ baseColor: [0, 0, 0, 1], emissive: [6, 5, 4] }),
    material({
      alphaMode: 'mask',
      doubleSided: true,
      baseColorTexture: { image: 0, wrapS: 'repeat', wrapT: 'mirror', nearest: false },
    }),
  ],
  [checker],
);

const CAMERA = lookAt([0.5, 1.4, 4], [0, 0.7, 0], 0.8);

export interface GbufferCase {
  readonly params: GbufferParams;
  readonly inputs: readonly TaskInput[];
}

export async function prepareCase(
  scene: SceneSource = SCENE,
  change: Partial<GbufferParams> = {},
  environment: EnvironmentSource = { kind: 'constant', radiance: [1, 1, 1] },
): Promise<GbufferCase> {
  const { params, inputs } = await prepare({ scene, environment, camera: CAMERA, width: 24, height: 17, seed: 99 });
  return { params: { ...params, bounces: 5, samples: { first: 2, count: 3 }, costs: true, ...change }, inputs };
}
