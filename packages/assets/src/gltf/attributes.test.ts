import { describe, expect, it } from 'vitest';
import { addAttribute, createFixture, primitivesOf, read, rounded, TRIANGLE, triangleFixture } from './fixtures.js';

const UP = Float32Array.of(0, 0, 1, 0, 0, 1, 0, 0, 1);

/** A triangle with a normal map, so that tangents count. */
function bumpy(tangents: Float32Array | null, node: object = {}) {
  const fixture = triangleFixture({ material: 0 }, { ...node });
  fixture.json.materials.push({ normalTexture: { index: 0 } });
  fixture.json.images.push({ bufferView: fixture.view(Uint8Array.of(1, 1, 0, 0, 255, 255)) });
  fixture.json.textures.push({ source: 0 });
  addAttribute(fixture, 'NORMAL', fixture.accessor(UP, 'VEC3'));
  if (tangents) addAttribute(fixture, 'TANGENT', fixture.accessor(tangents, 'VEC4'));
  return fixture;
}

const ALONG_X = Float32Array.of(1, 0, 0, 1, 1, 0, 0, -1, 0, 0, 0, 1);
const tangentsOf = async (fixture: ReturnType<typeof bumpy>) =>
  rounded((await read(fixture.glb())).scene.tangents ?? []);

describe('tangents', () => {
  it('go with the surface, unit, zero where they have no direction', async () => {
    const quarterAroundZ = [0, 0, Math.SQRT1_2, Math.SQRT1_2];
    expect(await tangentsOf(bumpy(ALONG_X, { rotation: quarterAroundZ, scale: [3, 1, 1] }))).toEqual([
      0, 1, 0, 1, 0, 1, 0, -1, 0, 0, 0, 0,
    ]);
  });

  it('turn their sign where the placement mirrors', async () => {
    expect((await tangentsOf(bumpy(ALONG_X, { scale: [1, -1, 1] }))).slice(0, 8)).toEqual([1, 0, 0, -1, 1, 0, 0, 1]);
  });

  it('are morphed, their sign left alone', async () => {
    const fixture = bumpy(Float32Array.of(1, 0, 0, -1, 1, 0, 0, -1, 1, 0, 0, -1), { weights: [1] });
    const delta = fixture.accessor(Float32Array.of(-1, 1, 0, -1, 1, 0, -1, 1, 0), 'VEC3');
    Object.assign(primitivesOf(fixture)[0] ?? {}, { targets: [{ TANGENT: delta }] });
    expect(await tangentsOf(fixture)).toEqual([0, 1, 0, -1, 0, 1, 0, -1, 0, 1, 0, -1]);
  });

  it('are absent without a normal map, without normals, and where the file has none', async () => {
    const smooth = bumpy(ALONG_X);
    Object.assign(smooth.json.materials[0] ?? {}, { normalTexture: undefined });
    const flat = bumpy(ALONG_X);
    const [primitive] = primitivesOf(flat);
    Object.assign(primitive ?? {}, { attributes: { POSITION: 0, TANGENT: 2 } });
    for (const fixture of [smooth, flat, bumpy(null)]) {
      expect((await read(fixture.glb())).scene).not.toHaveProperty('tangents');
    }
  });

  it('are zero where only another mesh has them', async () => {
    const fixture = bumpy(ALONG_X);
    fixture.json.meshes.push({ primitives: [{ attributes: { POSITION: 0 } }] });
    fixture.json.nodes.push({ mesh: 1 });
    expect((await tangentsOf(fixture)).slice(12)).toEqual(Array(12).fill(0));
  });
});

describe('vertex colours', () => {
  const withColors = (
    colors: Float32Array | Uint8Array | Uint16Array,
    type: 'VEC3' | 'VEC4',
    more: { normalized?: boolean } = {},
  ) => {
    const fixture = createFixture();
    const POSITION = fixture.accessor(TRIANGLE, 'VEC3');
    const COLOR_0 = fixture.accessor(colors, type, more);
    fixture.json.meshes.push({ primitives: [{ attributes: { POSITION, COLOR_0 } }] });
    fixture.json.nodes.push({ mesh: 0 });
    return fixture;
  };

  it('are handed over vertex by vertex', async () => {
    const bytes = Uint8Array.of(255, 0, 0, 255, 0, 255, 0, 0, 51, 51, 51, 255);
    const { scene, warnings } = await read(withColors(bytes, 'VEC4', { normalized: true }).glb());
    expect(rounded(scene.colors ?? [])).toEqual([1, 0, 0, 1, 0, 1, 0, 0, 0.2, 0.2, 0.2, 1]);
    expect(warnings).toEqual([]);
  });

  it('are opaque without alpha, kept within 0 and 1, and 0 where they are no numbers', async () => {
    const odd = Float32Array.of(0.5, -1, 2, Number.NaN, 0.25, 1, 0, 0, 0);
    const { scene } = await read(withColors(odd, 'VEC3').glb());
    expect(rounded(scene.colors ?? [])).toEqual([0.5, 0, 1, 1, 0, 0.25, 1, 1, 0, 0, 0, 1]);
  });

  it('are ones where only another mesh has them, and absent where none has', async () => {
    const fixture = withColors(new Float32Array(9), 'VEC3');
    fixture.json.meshes.push({ primitives: [{ attributes: { POSITION: 0 } }] });
    fixture.json.nodes.push({ mesh: 1 });
    const { scene } = await read(fixture.glb());
    expect([...(scene.colors ?? [])].slice(12)).toEqual(Array(12).fill(1));
    expect((await read(triangleFixture().glb())).scene).not.toHaveProperty('colors');
  });
});
