import { describe, expect, it } from 'vitest';
import { addAttribute, type GltfFixture, primitivesOf, read, rounded, triangleFixture } from './fixtures.js';

/** Bytes that `decodeTiny` makes a picture of one colour of. */
const picture = (red: number) => Uint8Array.of(2, 2, red, 0, 0, 255);

function withMaterial(material: object, images: readonly number[] = []): GltfFixture {
  const fixture = triangleFixture({ material: 0 });
  fixture.json.materials.push({ ...material });
  for (const red of images) {
    const bufferView = fixture.view(picture(red));
    const source = fixture.json.images.push({ bufferView, mimeType: 'image/png' }) - 1;
    fixture.json.textures.push({ source });
  }
  return fixture;
}

const only = async (fixture: GltfFixture) => {
  const { scene, warnings } = await read(fixture.glb());
  const [material] = scene.materials;
  if (!material) throw new Error('no material');
  return { material, scene, warnings };
};

describe('materials', () => {
  it('have glTF’s defaults, also where a primitive has none', async () => {
    const defaults = {
      baseColor: [1, 1, 1, 1],
      metallic: 1,
      roughness: 1,
      emissive: [0, 0, 0],
      alphaMode: 'opaque',
      alphaCutoff: 0.5,
      doubleSided: false,
      baseColorTexture: null,
      metallicRoughnessTexture: null,
      emissiveTexture: null,
    };
    expect((await only(withMaterial({}))).material).toEqual({ name: 'unnamed', ...defaults });
    expect((await only(triangleFixture())).material).toEqual({ name: 'default', ...defaults });
  });

  it('carry every factor', async () => {
    const { material } = await only(
      withMaterial({
        name: 'paint',
        pbrMetallicRoughness: { baseColorFactor: [0.1, 0.2, 0.3, 0.4], metallicFactor: 0.5, roughnessFactor: 0.6 },
        emissiveFactor: [0.5, 0.25, 0],
        alphaMode: 'MASK',
        alphaCutoff: 0.7,
        doubleSided: true,
        extensions: { KHR_materials_emissive_strength: { emissiveStrength: 8 } },
      }),
    );
    expect(material).toMatchObject({
      name: 'paint',
      baseColor: [0.1, 0.2, 0.3, 0.4],
      metallic: 0.5,
      roughness: 0.6,
      emissive: [4, 2, 0],
      alphaMode: 'mask',
      alphaCutoff: 0.7,
      doubleSided: true,
    });
    expect((await only(withMaterial({ alphaMode: 'BLEND' }))).material.alphaMode).toBe('blend');
  });

  it('keep factors inside of their range', async () => {
    const { material } = await only(
      withMaterial({ pbrMetallicRoughness: { metallicFactor: 7, roughnessFactor: -1 }, emissiveFactor: [-1, 2, 0] }),
    );
    expect(material).toMatchObject({ metallic: 1, roughness: 0, emissive: [0, 2, 0] });
  });

  it('come along only where they are used, once', async () => {
    const fixture = withMaterial({ name: 'unused' });
    fixture.json.materials.push({ name: 'used' });
    Object.assign(primitivesOf(fixture)[0] ?? {}, { material: 1 });
    fixture.json.nodes.push({ mesh: 0, translation: [0, 0, 3] });
    const { scene } = await read(fixture.glb());
    expect(scene.materials.map(({ name }) => name)).toEqual(['used']);
    expect([...scene.triangleMaterials]).toEqual([0, 0]);
  });

  it('are their base colour alone where they are unlit', async () => {
    const { material, scene, warnings } = await only(
      withMaterial(
        {
          pbrMetallicRoughness: { baseColorTexture: { index: 0 }, metallicRoughnessTexture: { index: 1 } },
          normalTexture: { index: 1 },
          emissiveFactor: [1, 1, 1],
          extensions: { KHR_materials_unlit: {}, KHR_materials_clearcoat: { clearcoatFactor: 1 } },
        },
        [10, 20],
      ),
    );
    expect(material).toEqual({
      name: 'unnamed',
      baseColor: [1, 1, 1, 1],
      metallic: 0,
      roughness: 1,
      emissive: [0, 0, 0],
      alphaMode: 'opaque',
      alphaCutoff: 0.5,
      doubleSided: false,
      baseColorTexture: { image: 0, wrapS: 'repeat', wrapT: 'repeat', nearest: false },
      metallicRoughnessTexture: null,
      emissiveTexture: null,
      unlit: true,
    });
    expect(scene.images).toHaveLength(1);
    expect(warnings).toEqual([]);
  });

  it('have their normal map with its scale, and say nothing of occlusion', async () => {
    const { material, warnings, scene } = await only(
      withMaterial({ normalTexture: { index: 1, scale: 0.5 }, occlusionTexture: { index: 0 } }, [1, 2]),
    );
    expect(material.normalTexture).toEqual({
      texture: { image: 0, wrapS: 'repeat', wrapT: 'repeat', nearest: false },
      scale: 0.5,
    });
    expect(scene.images.map((image) => image.rgba[0])).toEqual([2]);
    expect(warnings).toEqual([]);
    expect((await only(withMaterial({ normalTexture: { index: 0 } }, [1]))).material.normalTexture?.scale).toBe(1);
  });
});

describe('textures', () => {
  it('name their images in the order of use, with their samplers', async () => {
    const fixture = withMaterial(
      {
        pbrMetallicRoughness: { baseColorTexture: { index: 2 }, metallicRoughnessTexture: { index: 1 } },
        emissiveTexture: { index: 2 },
        emissiveFactor: [1, 1, 1],
      },
      [10, 20, 30],
    );
    fixture.json.samplers.push({ magFilter: 9728, wrapS: 33071, wrapT: 33648 });
    Object.assign(fixture.json.textures[2] ?? {}, { sampler: 0 });
    const { material, scene } = await only(fixture);
    expect(material.baseColorTexture).toEqual({ image: 0, wrapS: 'clamp', wrapT: 'mirror', nearest: true });
    expect(material.metallicRoughnessTexture).toEqual({ image: 1, wrapS: 'repeat', wrapT: 'repeat', nearest: false });
    expect(material.emissiveTexture?.image).toBe(0);
    expect(scene.images.map((image) => image.rgba[0])).toEqual([30, 20]);
  });

  it('leave the emissive one out where nothing shines', async () => {
    const { material, scene } = await only(withMaterial({ emissiveTexture: { index: 0 } }, [1]));
    expect(material.emissiveTexture).toBeNull();
    expect(scene.images).toEqual([]);
  });

  it('take WebP and AVIF where there is no PNG or JPEG, and say where there is nothing', async () => {
    const fixture = withMaterial({ pbrMetallicRoughness: { baseColorTexture: { index: 2 } } }, [10, 20]);
    fixture.json.textures.push({ extensions: { EXT_texture_webp: { source: 1 } } });
    expect((await only(fixture)).scene.images.map((image) => image.rgba[0])).toEqual([20]);
    Object.assign(fixture.json.textures[2] ?? {}, { source: 0 });
    expect((await only(fixture)).scene.images.map((image) => image.rgba[0])).toEqual([10]);
    fixture.json.textures[2] = {};
    const bare = await only(fixture);
    expect(bare.material.baseColorTexture).toBeNull();
    expect(bare.warnings).toEqual([expect.stringMatching(/no image in a supported format/)]);
  });
});

describe('how textures are laid', () => {
  const uvs = Float32Array.of(1, 0, 0, 1, 0.5, 0.5);
  const transformed = (transform: object) => ({
    index: 0,
    extensions: { KHR_texture_transform: transform },
  });

  it('takes each texture’s own set, and hands over both as they are in the file', async () => {
    const pbrMetallicRoughness = {
      baseColorTexture: { index: 0, texCoord: 1 },
      metallicRoughnessTexture: { index: 0 },
    };
    const fixture = withMaterial({ pbrMetallicRoughness }, [1]);
    const second = uvs.map((x) => x + 7);
    addAttribute(fixture, 'TEXCOORD_0', fixture.accessor(uvs, 'VEC2'));
    addAttribute(fixture, 'TEXCOORD_1', fixture.accessor(second, 'VEC2'));
    const { material, scene, warnings } = await only(fixture);
    expect(material.baseColorTexture?.set).toBe(1);
    expect(material.metallicRoughnessTexture).not.toHaveProperty('set');
    expect([...scene.uvs]).toEqual([...uvs]);
    expect([...(scene.uvs1 ?? [])]).toEqual([...second]);
    expect(warnings).toEqual([]);
  });

  it('leaves the second set out where nothing reads it', async () => {
    const fixture = withMaterial({ pbrMetallicRoughness: { baseColorTexture: { index: 0 } } }, [1]);
    addAttribute(fixture, 'TEXCOORD_1', fixture.accessor(uvs, 'VEC2'));
    expect((await only(fixture)).scene).not.toHaveProperty('uvs1');
  });

  it('takes the first set for a third one, and says so', async () => {
    const baseColorTexture = { index: 0, texCoord: 2 };
    const { material, warnings } = await only(withMaterial({ pbrMetallicRoughness: { baseColorTexture } }, [1]));
    expect(material.baseColorTexture).not.toHaveProperty('set');
    expect(warnings).toEqual([expect.stringMatching(/TEXCOORD_2/)]);
  });

  it('makes a matrix of KHR_texture_transform: scaled, turned counter-clockwise as seen, moved', async () => {
    const baseColorTexture = transformed({ offset: [10, 20], rotation: Math.PI / 2, scale: [2, 4] });
    const emissiveTexture = transformed({ offset: [0, 3], texCoord: 1 });
    const { material, warnings } = await only(
      withMaterial({ pbrMetallicRoughness: { baseColorTexture }, emissiveTexture, emissiveFactor: [1, 1, 1] }, [1]),
    );
    // (1, 0) scales to (2, 0), which turns to (0, −2): v grows downwards. (0, 1) scales to (0, 4) and turns to (4, 0).
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = material.baseColorTexture?.transform ?? [];
    expect(rounded([a + c, d + f])).toEqual([10, 18]);
    expect(rounded([b + c, e + f])).toEqual([14, 20]);
    expect(material.emissiveTexture).toMatchObject({ set: 1, transform: [1, 0, 0, 0, 1, 3] });
    expect(warnings).toEqual([]);
  });

  it('has no matrix where the transform changes nothing', async () => {
    const { material } = await only(withMaterial({ pbrMetallicRoughness: { baseColorTexture: transformed({}) } }, [1]));
    expect(material.baseColorTexture).not.toHaveProperty('transform');
  });
});
