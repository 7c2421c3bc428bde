import { describe, expect, it } from 'vitest';
import { type GltfFixture, read, triangleFixture } from './fixtures.js';

/** One texture of each index, its image's red saying which. */
function withExtensions(extensions: object, textures = 0): GltfFixture {
  const fixture = triangleFixture({ material: 0 });
  fixture.json.materials.push({ extensions });
  for (let i = 0; i < textures; i++) {
    const bufferView = fixture.view(Uint8Array.of(1, 1, i, 0, 0, 255));
    fixture.json.textures.push({ source: fixture.json.images.push({ bufferView }) - 1 });
  }
  return fixture;
}

async function material(extensions: object, textures = 0) {
  const { scene, warnings } = await read(withExtensions(extensions, textures).glb());
  expect(warnings).toEqual([]);
  const [first] = scene.materials;
  if (!first) throw new Error('no material');
  /** The red of a texture's image: its index in the file. */
  const which = (texture: { readonly image: number } | null | undefined) =>
    texture ? scene.images[texture.image]?.rgba[0] : null;
  return { ...first, which };
}

describe('material layers', () => {
  it('are absent where the file has none, or says that they cannot be seen', async () => {
    const invisible = {
      KHR_materials_clearcoat: { clearcoatTexture: { index: 0 } },
      KHR_materials_iridescence: { iridescenceIor: 2 },
      KHR_materials_sheen: { sheenRoughnessFactor: 1 },
      KHR_materials_specular: { specularFactor: 1 },
      KHR_materials_transmission: {},
      KHR_materials_volume: { thicknessFactor: 1 },
    };
    const { scene } = await read(withExtensions(invisible, 1).glb());
    for (const layer of ['ior', 'transmission', 'clearcoat', 'sheen', 'specular', 'iridescence', 'unlit']) {
      expect(scene.materials[0]).not.toHaveProperty(layer);
    }
    expect(scene.images).toEqual([]);
  });

  it('take an index of refraction, 1 at least, and 0 for a mirror', async () => {
    expect((await material({ KHR_materials_ior: { ior: 1.33 } })).ior).toBe(1.33);
    expect((await material({ KHR_materials_ior: {} })).ior).toBe(1.5);
    expect((await material({ KHR_materials_ior: { ior: 0.4 } })).ior).toBe(1);
    expect((await material({ KHR_materials_ior: { ior: 0 } })).ior).toBe(0);
  });

  it('transmit through a thin wall without a thickness, and through a volume with one', async () => {
    const KHR_materials_transmission = { transmissionFactor: 0.9, transmissionTexture: { index: 1 } };
    const thin = await material({ KHR_materials_transmission }, 2);
    expect(thin.transmission).toMatchObject({
      factor: 0.9,
      volume: false,
      attenuationDistance: Infinity,
      attenuationColor: [1, 1, 1],
    });
    expect(thin.which(thin.transmission?.texture)).toBe(1);
    const KHR_materials_volume = { thicknessFactor: 0.1, attenuationDistance: 2, attenuationColor: [1, 0.5, 0] };
    const solid = await material({ KHR_materials_transmission, KHR_materials_volume }, 2);
    expect(solid.transmission).toMatchObject({ volume: true, attenuationDistance: 2, attenuationColor: [1, 0.5, 0] });
    const none = { thicknessFactor: 1, attenuationDistance: 0 };
    const odd = await material({ KHR_materials_transmission, KHR_materials_volume: none }, 2);
    expect(odd.transmission?.attenuationDistance).toBe(Infinity);
  });

  it('have a clear coat with its textures and normal map', async () => {
    const { clearcoat, which } = await material(
      {
        KHR_materials_clearcoat: {
          clearcoatFactor: 0.8,
          clearcoatTexture: { index: 2 },
          clearcoatRoughnessFactor: 0.1,
          clearcoatRoughnessTexture: { index: 1 },
          clearcoatNormalTexture: { index: 0, scale: 2 },
        },
      },
      3,
    );
    expect(clearcoat).toMatchObject({ factor: 0.8, roughness: 0.1, normalTexture: { scale: 2 } });
    expect(which(clearcoat?.texture)).toBe(2);
    expect(which(clearcoat?.roughnessTexture)).toBe(1);
    expect(which(clearcoat?.normalTexture?.texture)).toBe(0);
  });

  it('have sheen', async () => {
    const { sheen, which } = await material(
      {
        KHR_materials_sheen: {
          sheenColorFactor: [0, 0.5, 0],
          sheenColorTexture: { index: 1 },
          sheenRoughnessFactor: 0.3,
          sheenRoughnessTexture: { index: 0 },
        },
      },
      2,
    );
    expect(sheen).toMatchObject({ color: [0, 0.5, 0], roughness: 0.3 });
    expect(which(sheen?.colorTexture)).toBe(1);
    expect(which(sheen?.roughnessTexture)).toBe(0);
  });

  it('have specular strength and colour, which may exceed 1', async () => {
    const { specular, which } = await material(
      {
        KHR_materials_specular: { specularFactor: 0.5, specularColorFactor: [2, 1, 0], specularTexture: { index: 0 } },
      },
      1,
    );
    expect(specular).toMatchObject({ factor: 0.5, color: [2, 1, 0], colorTexture: null });
    expect(which(specular?.texture)).toBe(0);
    const textured = await material({ KHR_materials_specular: { specularColorTexture: { index: 0 } } }, 1);
    expect(textured.which(textured.specular?.colorTexture)).toBe(0);
  });

  it('have an iridescent film, with glTF’s defaults', async () => {
    expect((await material({ KHR_materials_iridescence: { iridescenceFactor: 1 } })).iridescence).toEqual({
      factor: 1,
      texture: null,
      ior: 1.3,
      thickness: { minimum: 100, maximum: 400 },
      thicknessTexture: null,
    });
    const { iridescence, which } = await material(
      {
        KHR_materials_iridescence: {
          iridescenceFactor: 0.5,
          iridescenceTexture: { index: 1 },
          iridescenceIor: 1.8,
          iridescenceThicknessMinimum: 200,
          iridescenceThicknessMaximum: 900,
          iridescenceThicknessTexture: { index: 0 },
        },
      },
      2,
    );
    expect(iridescence).toMatchObject({ factor: 0.5, ior: 1.8, thickness: { minimum: 200, maximum: 900 } });
    expect(which(iridescence?.texture)).toBe(1);
    expect(which(iridescence?.thicknessTexture)).toBe(0);
  });
});
