import { createFixture, type GltfFixture } from '@tabgrid/assets/gltf/fixtures';
import { lookAt } from '@tabgrid/assets/math/look-at';
import { encodePng } from '@tabgrid/assets/png';
import { type Shape, sphere } from '@tabgrid/assets/scenes/shapes';
import type { Bytes } from '@tabgrid/protocol/bytes';
import type { Vec3 } from '@tabgrid/webgpu-kernels/pathtrace/scene-source';

/** Where a reference scene is put together: a checkered floor, a ball that shows the feature, and a camera, as glTF. */

export type Json = Record<string, unknown>;

interface Placed {
  /** glTF's JSON of a node, beside its mesh. */
  readonly node?: Json;
  /** Linear RGB a vertex. */
  readonly colors?: Float32Array;
}

export interface Stage {
  readonly fixture: GltfFixture;
  /** Adds a material by its JSON; returns its index. */
  material(json: Json): number;
  /** Adds an image of its own, sRGB or linear as it is used; returns the texture's index. */
  texture(image: Bytes): number;
  add(shape: Shape, material: number, more?: Placed): void;
  /** Adds the floor at y = 0. */
  floor(): void;
  /** @param lens the camera's JSON; a perspective one by default */
  shoot(from: Vec3, to: Vec3, lens?: Json): void;
  glb(): Bytes;
}

/** The middle of the ball, metres, which touches the floor. */
export const BALL: Vec3 = [0, 1, 0];
/** A ball of 2 m across. */
export const ball = (center: Vec3 = BALL, radius = 1): Shape => sphere(center, radius, 64, 32);

const LENS: Json = { type: 'perspective', perspective: { yfov: 0.52, znear: 0.01 } };

export function createStage(): Stage {
  const fixture = createFixture();
  const { json } = fixture;
  const stage: Stage = {
    fixture,
    material: (more) => json.materials.push(more) - 1,
    texture(image) {
      const source = json.images.push({ bufferView: fixture.view(image), mimeType: 'image/png' }) - 1;
      return json.textures.push({ source }) - 1;
    },
    add({ positions, normals, uvs, indices }, material, { node = {}, colors } = {}) {
      const attributes: Json = {
        POSITION: fixture.accessor(positions, 'VEC3'),
        NORMAL: fixture.accessor(normals, 'VEC3'),
        TEXCOORD_0: fixture.accessor(uvs, 'VEC2'),
        ...(colors && { COLOR_0: fixture.accessor(colors, 'VEC3') }),
      };
      const mesh =
        json.meshes.push({ primitives: [{ attributes, indices: fixture.accessor(indices, 'SCALAR'), material }] }) - 1;
      json.nodes.push({ mesh, ...node });
    },
    floor() {
      stage.add(
        FLOOR,
        stage.material(
          matte({ baseColorTexture: { index: stage.texture(checkers(2, [205, 196, 180], [92, 98, 110])) } }),
        ),
      );
    },
    shoot(from, to, lens = LENS) {
      const camera = json.cameras.push(lens) - 1;
      json.nodes.push({ camera, matrix: [...lookAt(from, to).matrix] });
    },
    glb: () => fixture.glb(),
  };
  return stage;
}

export function matte(pbr: Json, more: Json = {}): Json {
  return { pbrMetallicRoughness: { metallicFactor: 0, roughnessFactor: 1, ...pbr }, ...more };
}

const FLOOR_M = 16;
const h = FLOOR_M / 2;
/** Checks of half a metre. */
const FLOOR: Shape = {
  positions: Float32Array.of(-h, 0, h, h, 0, h, h, 0, -h, -h, 0, -h),
  normals: Float32Array.of(0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0),
  uvs: Float32Array.of(0, FLOOR_M, FLOOR_M, FLOOR_M, FLOOR_M, 0, 0, 0),
  indices: Uint32Array.of(0, 1, 2, 0, 2, 3),
};

type Code = readonly [number, number, number];

/** `side` × `side` checks of two colours, as PNG. */
export function checkers(side: number, a: Code, b: Code): Bytes {
  return image(16 * side, (x, y) => (((x >> 4) + (y >> 4)) % 2 === 0 ? a : b));
}

/** A square PNG by a function of place. */
export function image(side: number, at: (x: number, y: number) => Code): Bytes {
  const rgba = new Uint8Array(4 * side * side);
  for (let i = 0; i < side * side; i++) rgba.set([...at(i % side, Math.floor(i / side)), 255], 4 * i);
  return encodePng(side, side, rgba);
}
