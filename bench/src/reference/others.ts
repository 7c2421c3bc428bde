import { lookAt } from '@tabgrid/assets/math/look-at';
import { BUILTIN_SCENES, buildScene } from '@tabgrid/assets/scenes/build';
import type { Vec3 } from '@tabgrid/webgpu-kernels/pathtrace/scene-source';
import { DARK, DUSK, type ReferenceScene, SKY } from './scene.js';
import { ball, createStage, type Json, matte, type Stage } from './stage.js';

/** Lights, cameras, surroundings and instances; and the built-in scenes, which are whole. */

const EYE: Vec3 = [0, 2.3, 6];
const MIDDLE: Vec3 = [0, 0.8, 0];

/** What the cameras of the wide built-in scenes are made for. */
const WIDE = { width: 96, height: 54 } as const;

/** A large ball and a small one on the floor, of matte white and of gold. */
function pair(): Stage {
  const stage = createStage();
  stage.floor();
  stage.add(ball([-0.5, 0.9, 0], 0.9), stage.material(matte({ baseColorFactor: [0.8, 0.8, 0.8, 1] })));
  const gold = { baseColorFactor: [0.95, 0.7, 0.3, 1], metallicFactor: 1, roughnessFactor: 0.4 };
  stage.add(ball([1, 0.5, 0.6], 0.5), stage.material(matte(gold)));
  return stage;
}

const LAMPS: readonly (readonly [name: string, light: Json, node: Json])[] = [
  ['point-light', { type: 'point', color: [1, 0.8, 0.55], intensity: 20 }, { translation: [1.4, 2.6, 1.8] }],
  [
    'spot-light',
    {
      type: 'spot',
      color: [0.7, 0.85, 1],
      intensity: 60,
      spot: { innerConeAngle: 0.22, outerConeAngle: 0.34 },
    },
    { translation: [0, 4, 0.4], rotation: [-Math.SQRT1_2, 0, 0, Math.SQRT1_2] },
  ],
  [
    'directional-light',
    { type: 'directional', color: [1, 0.95, 0.85], intensity: 3 },
    { matrix: [...lookAt([2, 3, 2.5], [0, 0, 0]).matrix] },
  ],
];

/** Balls one behind the other. */
function row(): Stage {
  const stage = createStage();
  stage.floor();
  [2.4, 0, -3].forEach((z, i) => {
    const color = [
      [0.8, 0.15, 0.1, 1],
      [0.15, 0.6, 0.2, 1],
      [0.15, 0.25, 0.8, 1],
    ][i];
    stage.add(ball([i - 1, 0.6, z], 0.6), stage.material(matte({ baseColorFactor: color, roughnessFactor: 0.4 })));
  });
  return stage;
}

export const others: readonly ReferenceScene[] = [
  ...LAMPS.map(
    ([name, light, node]): ReferenceScene => ({
      name,
      removable: true,
      shot(has) {
        const stage = pair();
        const { json } = stage.fixture;
        if (has) {
          json['extensions'] = { KHR_lights_punctual: { lights: [light] } };
          json.nodes.push({ ...node, extensions: { KHR_lights_punctual: { light: 0 } } });
        }
        stage.shoot(EYE, MIDDLE);
        return { glb: stage.glb(), environment: DUSK };
      },
    }),
  ),
  {
    name: 'environment-map',
    removable: true,
    shot(has) {
      const stage = pair();
      stage.shoot(EYE, MIDDLE);
      return { glb: stage.glb(), environment: has ? SKY : { kind: 'constant', radiance: [0.75, 0.8, 0.9] } };
    },
  },
  {
    name: 'orthographic-camera',
    removable: true,
    shot(has) {
      const stage = row();
      const flat = { type: 'orthographic', orthographic: { xmag: 2.5, ymag: 2.5, znear: 0.01, zfar: 100 } };
      stage.shoot([2.5, 3, 6], [0, 0.6, -0.3], has ? flat : undefined);
      return { glb: stage.glb(), environment: SKY };
    },
  },
  {
    name: 'depth-of-field',
    removable: true,
    shot(has) {
      const stage = row();
      stage.shoot(EYE, MIDDLE);
      // The middle ball is sharp.
      return { glb: stage.glb(), environment: SKY, ...(has && { lens: { radius: 0.35, distance: 6.2 } }) };
    },
  },
  {
    name: 'instancing',
    removable: true,
    shot(has) {
      const stage = createStage();
      stage.floor();
      const TRANSLATION = stage.fixture.accessor(Float32Array.of(-1.3, 0, 0, 0, 0, 0.8, 1.3, 0, 0), 'VEC3');
      const SCALE = stage.fixture.accessor(Float32Array.of(1, 1, 1, 0.6, 0.6, 0.6, 0.8, 1.6, 0.8), 'VEC3');
      const node = has ? { extensions: { EXT_mesh_gpu_instancing: { attributes: { TRANSLATION, SCALE } } } } : {};
      stage.add(ball([0, 0.6, 0], 0.6), stage.material(matte({ baseColorFactor: [0.2, 0.5, 0.6, 1] })), { node });
      stage.shoot([0, 2.6, 7.5], MIDDLE);
      return { glb: stage.glb(), environment: SKY };
    },
  },
  {
    name: 'node-visibility',
    removable: true,
    shot(has) {
      const stage = pair();
      const red = stage.material(matte({ baseColorFactor: [0.8, 0.1, 0.1, 1] }));
      const hidden = { extensions: { KHR_node_visibility: { visible: false } } };
      stage.add(ball([-1.2, 0.7, 1.6], 0.7), red, { node: has ? hidden : {} });
      stage.shoot(EYE, MIDDLE);
      return { glb: stage.glb(), environment: SKY };
    },
  },
  ...BUILTIN_SCENES.map(
    (name): ReferenceScene => ({
      name,
      removable: false,
      bound: 0.13,
      ...(name !== 'cornell' && { size: WIDE }),
      shot: async () => ({ glb: await buildScene(name), environment: DARK }),
    }),
  ),
];
