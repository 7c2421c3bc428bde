import { describe, expect, it } from 'vitest';
import { createFixture, type GltfFixture, primitivesOf, read, rounded } from './fixtures.js';
import { SHARED_FROM_TRIANGLES } from './geometry.js';

/** A mesh of `triangles` triangles in a row along x, one a metre. */
function row(fixture: GltfFixture, triangles: number, more: object = {}): Record<string, unknown> {
  const corners = Array.from({ length: triangles }, (_, i) => [i, 0, 0, i + 1, 0, 0, i, 1, 0]);
  return { attributes: { POSITION: fixture.accessor(Float32Array.from(corners.flat()), 'VEC3') }, ...more };
}

function rowFixture(triangles: number, nodes: readonly object[], more: object = {}): GltfFixture {
  const fixture = createFixture();
  fixture.json.meshes.push({ primitives: [row(fixture, triangles, more)] });
  for (const node of nodes) fixture.json.nodes.push({ mesh: 0, ...node });
  return fixture;
}

const TWO = [{ translation: [1, 2, 3] }, { rotation: [0, 0, Math.SQRT1_2, Math.SQRT1_2], scale: [2, 2, 2] }];

describe('instances', () => {
  it('are one mesh in its own space and a transform a place', async () => {
    const { scene } = await read(rowFixture(SHARED_FROM_TRIANGLES, TWO).glb());
    expect(scene.indices).toHaveLength(SHARED_FROM_TRIANGLES * 3);
    expect([...scene.positions.subarray(0, 9)]).toEqual([0, 0, 0, 1, 0, 0, 0, 1, 0]);
    const [instance, ...others] = scene.instances ?? [];
    expect(others).toEqual([]);
    expect(instance).toMatchObject({ firstTriangle: 0, triangleCount: SHARED_FROM_TRIANGLES });
    expect(rounded(instance?.transforms ?? [])).toEqual([
      1, 0, 0, 1, 0, 1, 0, 2, 0, 0, 1, 3, 0, -2, 0, 0, 2, 0, 0, 0, 0, 0, 2, 0,
    ]);
  });

  it('are flattened when small, or when they stand only once', async () => {
    const small = await read(rowFixture(SHARED_FROM_TRIANGLES - 1, TWO).glb());
    expect(small.scene).not.toHaveProperty('instances');
    expect(small.scene.indices).toHaveLength(2 * (SHARED_FROM_TRIANGLES - 1) * 3);
    const single = await read(rowFixture(200, TWO.slice(0, 1)).glb());
    expect(single.scene).not.toHaveProperty('instances');
    expect([...single.scene.positions.subarray(0, 3)]).toEqual([1, 2, 3]);
  });

  it('come from EXT_mesh_gpu_instancing too, and count together with other nodes', async () => {
    const fixture = rowFixture(100, [{ translation: [0, 0, 9] }]);
    const TRANSLATION = fixture.accessor(Float32Array.of(1, 0, 0, 2, 0, 0), 'VEC3');
    fixture.json.nodes.push({ mesh: 0, extensions: { EXT_mesh_gpu_instancing: { attributes: { TRANSLATION } } } });
    const { scene } = await read(fixture.glb());
    const transforms = scene.instances?.[0]?.transforms ?? [];
    expect(transforms).toHaveLength(36);
    expect([3, 7, 11, 15, 27].map((i) => transforms[i])).toEqual([0, 0, 9, 1, 2]);
  });

  it('stand behind all flattened triangles', async () => {
    const fixture = rowFixture(100, TWO);
    fixture.json.meshes.push({ primitives: [row(fixture, 5)] });
    fixture.json.nodes.push({ mesh: 1, translation: [0, 0, -7] });
    const { scene } = await read(fixture.glb());
    expect(scene.instances).toMatchObject([{ firstTriangle: 5, triangleCount: 100 }]);
    expect(scene.positions[2]).toBe(-7);
    expect(scene.positions[5 * 9 + 2]).toBe(0);
  });

  it('hold all primitives of a mesh as one range, but for those that shine', async () => {
    const fixture = rowFixture(100, TWO);
    fixture.json.materials.push({ name: 'lamp', emissiveFactor: [1, 1, 1] }, { name: 'shade' });
    primitivesOf(fixture).push(row(fixture, 3, { material: 0 }), row(fixture, 30, { material: 1 }));
    const { scene } = await read(fixture.glb());
    expect(scene.instances).toMatchObject([{ firstTriangle: 6, triangleCount: 130 }]);
    const names = Array.from(scene.triangleMaterials, (m) => scene.materials[m]?.name);
    expect(names.slice(0, 6)).toEqual(Array(6).fill('lamp'));
    expect(names.slice(6)).not.toContain('lamp');
    // The lamp's two places, in the world.
    expect([scene.positions[0], scene.positions[1], scene.positions[2]]).toEqual([1, 2, 3]);
  });

  it('keep their front where a transform mirrors: that is for who traces them', async () => {
    const { scene } = await read(rowFixture(100, [...TWO, { scale: [-1, 1, 1] }]).glb());
    expect([...scene.indices.subarray(0, 3)]).toEqual([0, 1, 2]);
    expect([...(scene.instances?.[0]?.transforms ?? [])].slice(24, 27)).toEqual([-1, 0, 0]);
  });

  it('are flattened where a transform has no inverse, and the others go on', async () => {
    const { scene } = await read(rowFixture(64, [...TWO, { scale: [1, 0, 1], translation: [0, 5, 0] }]).glb());
    expect(scene.instances).toMatchObject([{ firstTriangle: 64, triangleCount: 64 }]);
    expect(scene.instances?.[0]?.transforms).toHaveLength(24);
    expect([...scene.positions.subarray(0, 9)]).toEqual([0, 5, 0, 1, 5, 0, 0, 5, 0]);
  });

  it('are not made of skins, nor of meshes with morph targets', async () => {
    const fixture = rowFixture(100, TWO, {});
    const [primitive] = primitivesOf(fixture);
    Object.assign(primitive ?? {}, { targets: [{ POSITION: 0 }] });
    expect((await read(fixture.glb())).scene).not.toHaveProperty('instances');
    const skinned = rowFixture(
      100,
      TWO.map((node) => ({ ...node, skin: 0 })),
    );
    skinned.json.skins.push({ joints: [0] });
    expect((await read(skinned.glb())).scene).not.toHaveProperty('instances');
  });

  it('are counted before they are made', async () => {
    const fixture = rowFixture(60, []);
    const TRANSLATION = fixture.json.accessors.push({ componentType: 5126, count: 200_000, type: 'VEC3' }) - 1;
    const instanced = { mesh: 0, extensions: { EXT_mesh_gpu_instancing: { attributes: { TRANSLATION } } } };
    fixture.json.nodes.push(instanced);
    await expect(read(fixture.glb())).rejects.toThrow(/more than 8 million triangles/);
    for (let i = 0; i < 5; i++) fixture.json.nodes.push(instanced);
    await expect(read(fixture.glb())).rejects.toThrow(/repeats its meshes more than 1000000 times/);
  });
});
