import { describe, expect, it } from 'vitest';
import {
  addAttribute,
  createFixture,
  type GltfFixture,
  primitivesOf,
  read,
  rounded,
  triangleFixture,
} from './fixtures.js';

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

  it('render as matte where they are unlit, with a warning', async () => {
    const { material, warnings } = await only(withMaterial({ extensions: { KHR_materials_unlit: {} } }));
    expect(material).toMatchObject({ metallic: 0, roughness: 1 });
    expect(warnings).toEqual([expect.stringMatching(/Unlit/)]);
  });

  it('say that normal maps are left out', async () => {
    const { warnings, scene } = await only(withMaterial({ normalTexture: { index: 0 } }, [1]));
    expect(warnings).toEqual([expect.stringMatching(/Normal maps/)]);
    expect(scene.images).toEqual([]);
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

describe('texture coordinates', () => {
  const uvs = Float32Array.of(1, 0, 0, 1, 0.5, 0.5);

  it('come from the set that the material names', async () => {
    const fixture = withMaterial({ pbrMetallicRoughness: { baseColorTexture: { index: 0, texCoord: 1 } } }, [1]);
    addAttribute(fixture, 'TEXCOORD_0', fixture.accessor(new Float32Array(6).fill(9), 'VEC2'));
    addAttribute(fixture, 'TEXCOORD_1', fixture.accessor(uvs, 'VEC2'));
    expect([...(await only(fixture)).scene.uvs]).toEqual([...uvs]);
  });

  it('have KHR_texture_transform baked in: scaled, turned counter-clockwise as seen, moved', async () => {
    const transform = { offset: [10, 20], rotation: Math.PI / 2, scale: [2, 4] };
    const baseColorTexture = { index: 0, extensions: { KHR_texture_transform: transform } };
    const fixture = withMaterial({ pbrMetallicRoughness: { baseColorTexture } }, [1]);
    addAttribute(fixture, 'TEXCOORD_0', fixture.accessor(uvs, 'VEC2'));
    const { scene, warnings } = await only(fixture);
    // (1, 0) scales to (2, 0), which turns to (0, −2): v grows downwards. (0, 1) scales to (0, 4) and turns to (4, 0).
    expect(rounded(scene.uvs)).toEqual([10, 18, 14, 20, 12, 19]);
    expect(warnings).toEqual([]);
  });

  it('follow the first texture where others are laid differently, with a warning', async () => {
    const pbrMetallicRoughness = {
      baseColorTexture: { index: 0 },
      metallicRoughnessTexture: { index: 0, extensions: { KHR_texture_transform: { scale: [2, 2] } } },
    };
    const fixture = withMaterial({ name: 'odd', pbrMetallicRoughness }, [1]);
    addAttribute(fixture, 'TEXCOORD_0', fixture.accessor(uvs, 'VEC2'));
    const { scene, warnings } = await only(fixture);
    expect([...scene.uvs]).toEqual([...uvs]);
    expect(warnings).toEqual([expect.stringMatching(/"odd" lays its textures differently/)]);
  });
});

describe('vertex colours', () => {
  const twoTriangles = (colors: Float32Array | Uint8Array, type: 'VEC3' | 'VEC4', more = {}) => {
    const fixture = createFixture();
    const POSITION = fixture.accessor(Float32Array.of(0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 0, 1, 0, 1, 1), 'VEC3');
    const COLOR_0 = fixture.accessor(colors, type, more);
    fixture.json.materials.push({ name: 'm', pbrMetallicRoughness: { baseColorFactor: [0.5, 0.5, 0.5, 1] } });
    fixture.json.meshes.push({ primitives: [{ attributes: { POSITION, COLOR_0 }, material: 0 }] });
    fixture.json.nodes.push({ mesh: 0 });
    return fixture;
  };

  it('become materials where each triangle has one colour', async () => {
    const colors = Uint8Array.from([...Array(3).fill([255, 0, 0, 255]), ...Array(3).fill([0, 0, 255, 255])].flat());
    const { scene, warnings } = await read(twoTriangles(colors, 'VEC4', { normalized: true }).glb());
    expect(scene.materials.map(({ baseColor }) => baseColor)).toEqual([
      [0.5, 0, 0, 1],
      [0, 0, 0.5, 1],
    ]);
    expect([...scene.triangleMaterials]).toEqual([0, 1]);
    expect(warnings).toEqual([]);
  });

  it('become their mean where they vary, with a warning', async () => {
    const colors = Float32Array.from([0, 1, 2, 3, 4, 5].flatMap((i) => [i / 5, 0, 1]));
    const { scene, warnings } = await read(twoTriangles(colors, 'VEC3').glb());
    expect(scene.materials.map(({ baseColor }) => rounded(baseColor))).toEqual([[0.25, 0, 0.5, 1]]);
    expect(warnings).toEqual([expect.stringMatching(/Vertex colours/)]);
  });
});
