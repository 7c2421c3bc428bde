import { describe, expect, it } from 'vitest';
import { AssetError } from '../asset-error.js';
import { createFixture, type GltfFixture, primitivesOf, read, triangleFixture } from './fixtures.js';

const IMAGE = { uri: 'data:image/png;base64,AQEFBgcI' };

const LAYER_TEXTURES = [
  ['KHR_materials_clearcoat', 'clearcoatTexture'],
  ['KHR_materials_clearcoat', 'clearcoatRoughnessTexture'],
  ['KHR_materials_clearcoat', 'clearcoatNormalTexture'],
  ['KHR_materials_iridescence', 'iridescenceTexture'],
  ['KHR_materials_iridescence', 'iridescenceThicknessTexture'],
  ['KHR_materials_sheen', 'sheenColorTexture'],
  ['KHR_materials_sheen', 'sheenRoughnessTexture'],
  ['KHR_materials_specular', 'specularTexture'],
  ['KHR_materials_specular', 'specularColorTexture'],
  ['KHR_materials_transmission', 'transmissionTexture'],
] as const;

/** Each breaks a sound file in one place. */
const BREAKS: readonly (readonly [string, (fixture: GltfFixture) => unknown, RegExp])[] = [
  ['default scene', (f) => Object.assign(f.json, { scene: 3, scenes: [{ nodes: [0] }] }), /the file refers to scene 3/],
  ['scene node', (f) => Object.assign(f.json, { scenes: [{ nodes: [9] }] }), /scene 0 refers to node 9/],
  ['child', (f) => f.json.nodes.push({ children: [9] }), /node 1 refers to node 9/],
  ['mesh', (f) => f.json.nodes.push({ mesh: 4 }), /node 1 refers to mesh 4/],
  ['camera', (f) => f.json.nodes.push({ camera: 0 }), /node 1 refers to camera 0/],
  ['skin', (f) => f.json.nodes.push({ skin: 0 }), /node 1 refers to skin 0/],
  [
    'instancing',
    (f) => f.json.nodes.push({ extensions: { EXT_mesh_gpu_instancing: { attributes: { SCALE: 77 } } } }),
    /node 1 refers to accessor 77/,
  ],
  ['material', (f) => Object.assign(primitivesOf(f)[0] ?? {}, { material: 2 }), /mesh 0 refers to material 2/],
  ['indices', (f) => Object.assign(primitivesOf(f)[0] ?? {}, { indices: 8 }), /mesh 0 refers to accessor 8/],
  [
    'attribute',
    (f) => Object.assign(primitivesOf(f)[0] ?? {}, { attributes: { POSITION: 8 } }),
    /mesh 0 refers to accessor 8/,
  ],
  [
    'morph target',
    (f) => Object.assign(primitivesOf(f)[0] ?? {}, { targets: [{ POSITION: 8 }] }),
    /mesh 0 refers to accessor 8/,
  ],
  ['joint', (f) => f.json.skins.push({ joints: [5] }), /skin 0 refers to node 5/],
  ['bind matrices', (f) => f.json.skins.push({ joints: [0], inverseBindMatrices: 5 }), /skin 0 refers to accessor 5/],
  ['normal texture', (f) => f.json.materials.push({ normalTexture: { index: 1 } }), /material 0 refers to texture 1/],
  [
    'emissive texture',
    (f) => f.json.materials.push({ emissiveTexture: { index: 1 } }),
    /material 0 refers to texture 1/,
  ],
  ...LAYER_TEXTURES.map(
    ([extension, texture]) =>
      [
        texture,
        (f: GltfFixture) => f.json.materials.push({ extensions: { [extension]: { [texture]: { index: 1 } } } }),
        /material 0 refers to texture 1/,
      ] as const,
  ),
  [
    'animated node',
    (f) =>
      f.json.animations.push({
        channels: [{ sampler: 0, target: { node: 4, path: 'scale' } }],
        samplers: [{ input: 0, output: 0 }],
      }),
    /animation 0 refers to node 4/,
  ],
  [
    'animation sampler',
    (f) => f.json.animations.push({ channels: [{ sampler: 2, target: { path: 'scale' } }] }),
    /animation 0 refers to sampler 2/,
  ],
  [
    'key times',
    (f) => f.json.animations.push({ samplers: [{ input: 5, output: 0 }] }),
    /animation 0 refers to accessor 5/,
  ],
  [
    'key values',
    (f) => f.json.animations.push({ samplers: [{ input: 0, output: 6 }] }),
    /animation 0 refers to accessor 6/,
  ],
  [
    'light',
    (f) => f.json.nodes.push({ extensions: { KHR_lights_punctual: { light: 0 } } }),
    /node 1 refers to light 0/,
  ],
  ['sampler', (f) => f.json.textures.push({ sampler: 1 }), /texture 0 refers to sampler 1/],
  ['image', (f) => f.json.textures.push({ source: 1 }), /texture 0 refers to image 1/],
  [
    'WebP image',
    (f) => f.json.textures.push({ extensions: { EXT_texture_webp: { source: 1 } } }),
    /texture 0 refers to image 1/,
  ],
  ['image view', (f) => f.json.images.push({ bufferView: 6 }), /image 0 refers to buffer view 6/],
  ['buffer', (f) => f.json.bufferViews.push({ buffer: 2, byteLength: 0 }), /buffer view 1 refers to buffer 2/],
  [
    'view extent',
    (f) => f.json.bufferViews.push({ buffer: 0, byteLength: 37 }),
    /buffer view 1 reaches past its buffer/,
  ],
  [
    'view offset',
    (f) => f.json.bufferViews.push({ buffer: 0, byteOffset: 30, byteLength: 8 }),
    /reaches past its buffer/,
  ],
  [
    'stride',
    (f) => Object.assign(f.json.bufferViews[0] ?? {}, { byteStride: 4 }),
    /elements of 12 bytes at a stride of 4/,
  ],
  ['stride of nothing', (f) => Object.assign(f.json.bufferViews[0] ?? {}, { byteStride: 0 }), /at a stride of 0/],
  [
    'zeros out of nothing',
    (f) => f.json.accessors.push({ componentType: 5126, count: 6_000_000, type: 'VEC3' }),
    /more than 64 MiB of zeros/,
  ],
  [
    'sparse count',
    (f) =>
      Object.assign(f.json.accessors[0] ?? {}, {
        sparse: { count: 4, indices: { bufferView: 0, componentType: 5121 }, values: { bufferView: 0 } },
      }),
    /accessor 0 replaces more elements than it has/,
  ],
  [
    'sparse values',
    (f) =>
      Object.assign(f.json.accessors[0] ?? {}, {
        sparse: {
          count: 2,
          indices: { bufferView: 0, componentType: 5121 },
          values: { bufferView: 0, byteOffset: 20 },
        },
      }),
    /accessor 0 reaches past its buffer view/,
  ],
  [
    'sparse index',
    (f) => {
      const bufferView = f.view(Uint8Array.of(3));
      Object.assign(f.json.accessors[0] ?? {}, {
        sparse: { count: 1, indices: { bufferView, componentType: 5121 }, values: { bufferView: 0 } },
      });
    },
    /sparse accessor of 3 elements replaces element 3/,
  ],
];

describe('a glTF that points nowhere', () => {
  it.each(BREAKS)('is refused: %s', async (_, change, message) => {
    const fixture = triangleFixture();
    change(fixture);
    const failure = read(fixture.glb());
    await expect(failure).rejects.toThrow(AssetError);
    await expect(failure).rejects.toThrow(message);
    await expect(failure).rejects.toThrow(/Export the model again/);
  });

  it('is read where everything is in its place', async () => {
    const fixture = triangleFixture({ material: 0 });
    fixture.json.images.push(IMAGE);
    fixture.json.textures.push({ source: 0 });
    fixture.json.materials.push({ emissiveTexture: { index: 0 }, emissiveFactor: [1, 1, 1] });
    expect((await read(fixture.glb())).scene.images).toHaveLength(1);
  });

  it('is refused without a buffer’s data', async () => {
    const fixture = createFixture();
    const text = new TextDecoder().decode(fixture.gltf().file);
    const json: Record<string, unknown> = JSON.parse(text);
    json['buffers'] = [{ byteLength: 4 }];
    const file = new TextEncoder().encode(JSON.stringify(json));
    await expect(read(new Uint8Array(file))).rejects.toThrow(/buffer 0 has no data/);
  });
});
