import type { Vec3 } from '@tabgrid/webgpu-kernels/pathtrace/scene-source';
import { DUSK, type ReferenceScene, SKY } from './scene.js';
import { ball, checkers, createStage, image, type Json, matte } from './stage.js';

/** A ball for every extension of glTF's materials. */

const EYE: Vec3 = [0, 2.1, 4.9];
const MIDDLE: Vec3 = [0, 0.86, 0];
/** Glass that is clear where no extension says otherwise. */
const GLASS = { KHR_materials_transmission: { transmissionFactor: 1 }, KHR_materials_volume: { thicknessFactor: 1 } };

interface Ball {
  readonly name: string;
  /** The extension that is shown; the material has others too where they belong together. */
  readonly shows: string;
  readonly pbr: Json;
  readonly more?: Json;
  readonly extensions: Json;
  readonly dusk?: boolean;
  readonly bound?: number;
}

const BALLS: readonly Ball[] = [
  {
    name: 'clearcoat',
    shows: 'KHR_materials_clearcoat',
    pbr: { baseColorFactor: [0.45, 0.02, 0.03, 1], roughnessFactor: 0.7 },
    extensions: { KHR_materials_clearcoat: { clearcoatFactor: 1, clearcoatRoughnessFactor: 0.05 } },
  },
  {
    name: 'sheen',
    shows: 'KHR_materials_sheen',
    pbr: { baseColorFactor: [0.05, 0.02, 0.12, 1] },
    extensions: { KHR_materials_sheen: { sheenColorFactor: [1, 0.75, 0.5], sheenRoughnessFactor: 0.35 } },
    bound: 0.13,
  },
  {
    name: 'transmission',
    shows: 'KHR_materials_transmission',
    pbr: { baseColorFactor: [1, 0.75, 0.4, 1], roughnessFactor: 0.02 },
    extensions: { KHR_materials_transmission: { transmissionFactor: 1 } },
    bound: 0.13,
  },
  {
    name: 'volume',
    shows: 'KHR_materials_volume',
    pbr: { roughnessFactor: 0.02 },
    extensions: {
      ...GLASS,
      KHR_materials_volume: { thicknessFactor: 1, attenuationDistance: 1, attenuationColor: [0.15, 0.65, 0.85] },
    },
  },
  {
    name: 'ior',
    shows: 'KHR_materials_ior',
    pbr: { roughnessFactor: 0.02 },
    extensions: { ...GLASS, KHR_materials_ior: { ior: 2.4 } },
  },
  {
    name: 'specular',
    shows: 'KHR_materials_specular',
    pbr: { baseColorFactor: [0.03, 0.03, 0.04, 1], roughnessFactor: 0.15 },
    extensions: { KHR_materials_specular: { specularColorFactor: [15, 5, 1] } },
  },
  {
    name: 'iridescence',
    shows: 'KHR_materials_iridescence',
    pbr: { baseColorFactor: [0.5, 0.5, 0.5, 1], metallicFactor: 1, roughnessFactor: 0.15 },
    extensions: {
      KHR_materials_iridescence: { iridescenceFactor: 1, iridescenceIor: 1.8, iridescenceThicknessMaximum: 550 },
    },
  },
  {
    name: 'emissive-strength',
    shows: 'KHR_materials_emissive_strength',
    pbr: { baseColorFactor: [0, 0, 0, 1] },
    more: { emissiveFactor: [1, 0.45, 0.12] },
    extensions: { KHR_materials_emissive_strength: { emissiveStrength: 4 } },
    dusk: true,
  },
  {
    name: 'unlit',
    shows: 'KHR_materials_unlit',
    pbr: { baseColorFactor: [0.9, 0.4, 0.05, 1] },
    extensions: { KHR_materials_unlit: {} },
    dusk: true,
  },
];

export const materials: readonly ReferenceScene[] = [
  ...BALLS.map(
    ({ name, shows, pbr, more, extensions, dusk, bound }): ReferenceScene => ({
      name,
      removable: true,
      ...(bound !== undefined && { bound }),
      shot(has) {
        const kept = Object.entries(extensions).filter(([extension]) => has || extension !== shows);
        const stage = createStage();
        stage.floor();
        stage.add(ball(), stage.material(matte(pbr, { ...more, extensions: Object.fromEntries(kept) })));
        stage.shoot(EYE, MIDDLE);
        return { glb: stage.glb(), environment: dusk ? DUSK : SKY };
      },
    }),
  ),
  {
    name: 'texture-transform',
    removable: true,
    shot(has) {
      const stage = createStage();
      stage.floor();
      const index = stage.texture(checkers(2, [220, 60, 40], [250, 240, 220]));
      const moved = { KHR_texture_transform: { offset: [0.2, 0.1], rotation: 0.6, scale: [7, 3] } };
      const baseColorTexture = { index, extensions: has ? moved : {} };
      stage.add(ball(), stage.material(matte({ baseColorTexture })));
      stage.shoot(EYE, MIDDLE);
      return { glb: stage.glb(), environment: SKY };
    },
  },
  {
    name: 'normal-map',
    removable: true,
    shot(has) {
      const stage = createStage();
      stage.floor();
      const normalTexture = { index: stage.texture(image(64, bump)), scale: 1 };
      const surface = { baseColorFactor: [0.25, 0.45, 0.3, 1], roughnessFactor: 0.35, metallicFactor: 0.6 };
      const repeated = { ...normalTexture, extensions: { KHR_texture_transform: { scale: [16, 8] } } };
      stage.add(ball(), stage.material(matte(surface, has ? { normalTexture: repeated } : {})));
      stage.shoot(EYE, MIDDLE);
      return { glb: stage.glb(), environment: SKY };
    },
  },
  {
    name: 'vertex-colours',
    removable: true,
    shot(has) {
      const stage = createStage();
      stage.floor();
      const shape = ball();
      // Red grows to the right, green upwards, blue to the front.
      const colors = shape.normals.map((n) => 0.5 + 0.5 * n);
      stage.add(shape, stage.material(matte({})), has ? { colors } : {});
      stage.shoot(EYE, MIDDLE);
      return { glb: stage.glb(), environment: SKY };
    },
  },
];

/** A tangent-space normal map of one round bump. */
function bump(x: number, y: number): [number, number, number] {
  const [u, v] = [(x + 0.5) / 32 - 1, (y + 0.5) / 32 - 1];
  const steep = Math.max(0, 1 - Math.hypot(u, v)) * 3;
  const length = Math.hypot(u * steep, v * steep, 1);
  // Green points up, against the rows.
  const code = (n: number) => Math.round(127.5 + (127.5 * n) / length);
  return [code(u * steep), code(-v * steep), code(1)];
}
