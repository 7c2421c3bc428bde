import { describe, expect, it } from 'vitest';
import { AssetError } from '../asset-error.js';
import { addAttribute, createFixture, type GltfFixture, rounded } from '../gltf/fixtures.js';
import { worldOfGltf } from './from-gltf.js';
import { unitBox, unitSphere } from './unit-shapes.js';

type Json = Record<string, unknown>;

/** A file whose first mesh is a box of half sides 1, its second a sphere of radius 1, its third a flat square. */
function file(...nodes: readonly Json[]): GltfFixture {
  const fixture = createFixture();
  const flat = {
    positions: Float32Array.of(-1, 0, 1, 1, 0, 1, 1, 0, -1, -1, 0, -1),
    indices: Uint32Array.of(0, 1, 2, 0, 2, 3),
  };
  for (const { positions, indices } of [unitBox(), unitSphere(), flat]) {
    const POSITION = fixture.accessor(positions, 'VEC3');
    fixture.json.meshes.push({
      primitives: [{ attributes: { POSITION }, indices: fixture.accessor(indices, 'SCALAR'), material: 0 }],
    });
  }
  fixture.json.materials.push({ pbrMetallicRoughness: { baseColorFactor: [0.25, 0.5, 0.75, 1] } });
  fixture.json.nodes.push(...nodes);
  return fixture;
}
const [BOX, SPHERE, FLAT] = [0, 1, 2];
const tabgrid = (wishes: Json) => ({ extras: { tabgrid: wishes } });
const read = (...nodes: readonly Json[]) => worldOfGltf(file(...nodes).glb());
const refusal = (...nodes: readonly Json[]) =>
  read(...nodes).then(
    () => null,
    (error: unknown) => `${error instanceof AssetError ? 'AssetError' : 'another error'}: ${error}`,
  );

describe('worldOfGltf', () => {
  it('makes a box of a mesh by its bounds, placed and scaled as its node', async () => {
    const { world, warnings } = await read({
      name: 'crate',
      mesh: BOX,
      translation: [1, 5, 3],
      scale: [0.5, 1, 2],
    });
    expect(warnings).toEqual([]);
    expect(world).toEqual({
      gravity: [0, -9.81, 0],
      bodies: [
        {
          name: 'crate',
          color: [0.25, 0.5, 0.75],
          shape: { kind: 'box', half: [0.5, 1, 2] },
          mass: 8000,
          position: [1, 5, 3],
          rotation: [0, 0, 0, 1],
          velocity: [0, 0, 0],
          spin: [0, 0, 0],
          friction: 0.5,
          restitution: 0.1,
        },
      ],
      planes: [{ name: 'ground', normal: [0, 1, 0], offset: 4, friction: 0.5, restitution: 0.1 }],
      statics: [],
    });
  });

  it('follows the nodes above it, through turns, mirrors and matrices', async () => {
    const quarter = [0, 0, Math.SQRT1_2, Math.SQRT1_2];
    const { world, warnings } = await read(
      { children: [1], translation: [10, 0, 0], rotation: quarter, scale: [2, 2, 2] },
      { mesh: BOX, translation: [1, 0, 0], scale: [1, -0.5, 1] },
      { mesh: BOX, matrix: [0, 0, -1, 0, 0, 3, 0, 0, 1, 0, 0, 0, -10, 0, 0, 1] },
    );
    expect(warnings).toEqual([]);
    const [first, second] = world.bodies;
    expect(rounded(first?.position ?? [])).toEqual([10, 2, 0]);
    expect(first?.shape.kind === 'box' && rounded(first.shape.half)).toEqual([2, 1, 2]);
    // The quarter turn about z, and the half turn about x by which the mirrored box keeps its shape.
    expect(rounded(first?.rotation.map(Math.abs) ?? [])).toEqual(rounded([Math.SQRT1_2, Math.SQRT1_2, 0, 0]));
    expect(rounded(second?.position ?? [])).toEqual([-10, 0, 0]);
    expect(second?.shape.kind === 'box' && rounded(second.shape.half)).toEqual([1, 3, 1]);
    expect(rounded(second?.rotation.map(Math.abs) ?? [])).toEqual(rounded([0, Math.SQRT1_2, 0, Math.SQRT1_2]));
  });

  it('makes a sphere where the name begins so, or the extras say it', async () => {
    const { world, warnings } = await read(
      { name: 'Sphere.001', mesh: SPHERE, scale: [0.5, 0.5, 0.5] },
      { name: 'ball', mesh: SPHERE, translation: [9, 0, 0], ...tabgrid({ shape: 'sphere' }) },
      { name: 'sphere in a box', mesh: SPHERE, translation: [-9, 0, 0], ...tabgrid({ shape: 'box' }) },
      { name: 'a sphere', mesh: SPHERE, translation: [0, 9, 0] },
    );
    expect(warnings).toEqual([]);
    expect(world.bodies.map(({ shape }) => shape.kind)).toEqual(['sphere', 'sphere', 'box', 'box']);
    expect(world.bodies[0]?.shape).toEqual({ kind: 'sphere', radius: 0.5 });
    expect(world.bodies[0]?.mass).toBeCloseTo((1000 * 4 * Math.PI) / 3 / 8, 6);
  });

  it('warns of what is not round, and of what is sheared', async () => {
    const turned = { children: [1], scale: [1, 3, 1] };
    const eighth = [0, 0, Math.sin(Math.PI / 8), Math.cos(Math.PI / 8)];
    const sheared = await read(turned, { name: 'leaning', mesh: BOX, rotation: eighth });
    expect(sheared.warnings).toEqual(['Node 1 ("leaning") is sheared: it becomes a box around what it was.']);
    const egg = await read({ name: 'sphere', mesh: SPHERE, scale: [1, 2, 1] });
    expect(egg.warnings).toEqual(['Node 0 ("sphere") is not round: it becomes the sphere around it.']);
    expect(egg.world.bodies[0]?.shape).toEqual({ kind: 'sphere', radius: 2 });
  });

  it('takes what extras say', async () => {
    const wishes = { mass: 7, friction: 0.9, restitution: 0.3, velocity: [1, 0, 0], spin: [0, 2, 0] };
    const { world } = await read(
      { mesh: BOX, translation: [0, 5, 0], ...tabgrid(wishes) },
      { mesh: BOX, translation: [5, 5, 0], ...tabgrid({ density: 2 }) },
      { name: 'wall', mesh: BOX, translation: [0, -2, 0], ...tabgrid({ static: true, friction: 1 }) },
      { mesh: BOX, translation: [0, 9, 0], extras: 'a note' },
      { mesh: BOX, translation: [0, 12, 0], extras: { author: 'somebody' } },
    );
    expect(world.bodies).toHaveLength(4);
    expect(world.bodies[0]).toMatchObject(wishes);
    expect(world.bodies[1]?.mass).toBe(16);
    expect(world.statics).toMatchObject([
      { name: 'wall', half: [1, 1, 1], position: [0, -2, 0], friction: 1, restitution: 0.1 },
    ]);
    expect(world.planes).toMatchObject([{ name: 'ground', offset: -3 }]);
  });

  it('takes planes that the file names, and then has no other ground', async () => {
    const eighth = [0, 0, Math.sin(Math.PI / 8), Math.cos(Math.PI / 8)];
    const slope = { name: 'slope', mesh: FLAT, translation: [0, 1, 0], rotation: eighth, scale: [9, 1, 9] };
    const { world } = await read(
      { ...slope, ...tabgrid({ plane: true, friction: 0.2 }) },
      { translation: [0, -3, 0], ...tabgrid({ plane: true }) },
      { mesh: BOX, translation: [0, 5, 0] },
    );
    expect(world.planes).toHaveLength(2);
    const [first, second] = world.planes;
    expect(rounded(first?.normal ?? [])).toEqual(rounded([-Math.SQRT1_2, Math.SQRT1_2, 0]));
    expect(first).toMatchObject({ name: 'slope', friction: 0.2, color: [0.25, 0.5, 0.75] });
    expect(first?.offset).toBeCloseTo(Math.SQRT1_2, 9);
    expect(second).toMatchObject({ name: 'node 1', normal: [0, 1, 0], offset: -3 });
    expect(world.bodies).toHaveLength(1);
  });

  it('makes a body of each instance', async () => {
    const fixture = file({ name: 'brick', mesh: BOX });
    const TRANSLATION = fixture.accessor(Float32Array.of(0, 0, 0, 3, 0, 0, 6, 0, 0), 'VEC3');
    Object.assign(fixture.json.nodes[0] ?? {}, {
      extensions: { EXT_mesh_gpu_instancing: { attributes: { TRANSLATION } } },
    });
    const { world } = await worldOfGltf(fixture.glb());
    expect(world.bodies.map(({ name, position }) => [name, position[0]])).toEqual([
      ['brick 0', 0],
      ['brick 1', 3],
      ['brick 2', 6],
    ]);
  });

  it('takes animated, skinned and morphed meshes at rest', async () => {
    const fixture = file(
      { name: 'moved', mesh: BOX, translation: [0, 5, 0] },
      { name: 'joint', translation: [20, 0, 0] },
    );
    const keys = fixture.accessor(Float32Array.of(0, 1), 'SCALAR');
    const values = fixture.accessor(Float32Array.of(0, 50, 0, 0, 90, 0), 'VEC3');
    fixture.json.animations.push({
      samplers: [{ input: keys, output: values }],
      channels: [{ sampler: 0, target: { node: 0, path: 'translation' } }],
    });
    // Skinned: it stands where its joint is, not where its node is.
    fixture.json.skins.push({ joints: [1] });
    const count = unitBox().positions.length / 3;
    const skinned = fixture.json.meshes[BOX];
    const own = JSON.parse(JSON.stringify(skinned));
    const JOINTS_0 = fixture.accessor(new Uint8Array(4 * count), 'VEC4');
    const WEIGHTS_0 = fixture.accessor(
      Float32Array.from({ length: 4 * count }, (_, i) => (i % 4 === 0 ? 1 : 0)),
      'VEC4',
    );
    Object.assign(own.primitives[0].attributes, { JOINTS_0, WEIGHTS_0 });
    fixture.json.nodes.push({
      name: 'skinned',
      mesh: fixture.json.meshes.push(own) - 1,
      skin: 0,
      translation: [0, 99, 0],
    });
    // Morphed: twice as high by its weight.
    const morphed = JSON.parse(JSON.stringify(skinned));
    const deltas = unitBox().positions.map((x, i) => (i % 3 === 1 ? x : 0));
    morphed.primitives[0].targets = [{ POSITION: fixture.accessor(deltas, 'VEC3') }];
    const mesh = fixture.json.meshes.push({ ...morphed, weights: [0.5] }) - 1;
    fixture.json.nodes.push({ name: 'morphed', mesh, translation: [-20, 0, 0] });
    const { world } = await worldOfGltf(fixture.glb());
    expect(world.bodies.map(({ name, position, shape }) => [name, position, shape])).toEqual([
      ['moved', [0, 5, 0], { kind: 'box', half: [1, 1, 1] }],
      ['skinned', [20, 0, 0], { kind: 'box', half: [1, 1, 1] }],
      ['morphed', [-20, 0, 0], { kind: 'box', half: [1, 1.5, 1] }],
    ]);
  });

  it('leaves out what shows no triangles', async () => {
    const fixture = file({ mesh: BOX }, { name: 'empty' }, { mesh: 3, translation: [9, 0, 0] });
    fixture.json.meshes.push({ primitives: [{ attributes: { POSITION: 0 }, mode: 1 }] });
    expect((await worldOfGltf(fixture.glb())).world.bodies).toHaveLength(1);
  });
});

describe('a model that cannot be a world', () => {
  const box = { name: 'crate', mesh: BOX };

  it('is told what to change', async () => {
    const node = (wishes: Json) => refusal({ ...box, ...tabgrid(wishes) });
    expect(await refusal({ name: 'empty' })).toMatch(/^AssetError: .*The model has no bodies that move: add a mesh/);
    expect(await node({ static: true })).toMatch(/The model has no bodies that move/);
    expect(await refusal({ name: 'Plane', mesh: FLAT, scale: [5, 1, 5] })).toMatch(
      /Node 0 \("Plane"\) is too thin for a box: 10.0 × 0.00 × 10.0 m, each side has to be 0.01 m .* "plane": true/,
    );
    expect(await refusal({ ...box, scale: [0, 1, 1] })).toMatch(/Node 0 \("crate"\) is too thin for a box/);
    expect(await node({ mas: 1 })).toMatch(/Node 0 \("crate"\) has "extras.tabgrid.mas", which is not known here/);
    expect(await node({ mass: 'heavy' })).toMatch(/Node 0 \("crate"\): "extras.tabgrid.mass" has to be a number/);
    expect(await node({ shape: 'cone' })).toMatch(/"extras.tabgrid.shape" has to be "sphere" or "box"/);
    expect(await node({ static: 1 })).toMatch(/"extras.tabgrid.static" has to be true or false/);
    expect(await node({ velocity: [1] })).toMatch(/"extras.tabgrid.velocity/);
    expect(await node({ mass: 1, density: 1 })).toMatch(/has both a mass and a density/);
    expect(await node({ density: 0 })).toMatch(/has a density of 0 kg\/m³: it has to be more than 0/);
    expect(await node({ static: true, spin: [0, 1, 0] })).toMatch(/is static and has a velocity or spin/);
    expect(await node({ static: true, shape: 'sphere' })).toMatch(/is a static sphere: only boxes can be static/);
    expect(await refusal({ ...box, extras: { tabgrid: 5 } })).toMatch(/Node 0 \("crate"\): "extras.tabgrid" has to be/);
  });

  it('is refused for what is wrong with the world, by body and name', async () => {
    expect(await refusal(box, { ...box, name: 'ship', scale: [20, 20, 20], translation: [50, 0, 0] })).toMatch(
      /Body 1 \("ship"\) is heavier than body 0 \("crate"\) by a factor of 8,000; .* Bring their masses or densities/,
    );
    expect(await refusal(box, { ...box, name: 'twin', translation: [1, 0, 0] })).toMatch(
      /body 0 \("crate"\) overlaps body 1 \("twin"\) by 1.00 m/,
    );
    expect(await refusal({ ...box, translation: [0, 2100, 0] })).toMatch(/In body 0 \("crate"\): its position/);
    expect(await refusal({ ...box, ...tabgrid({ mass: -1 }) })).toMatch(/Body 0 \("crate"\) has a mass of -1 kg/);
  });

  it('is refused for positions that are not finite, and for what is no glTF', async () => {
    const fixture = createFixture();
    fixture.json.nodes.push({ mesh: 0 });
    fixture.json.meshes.push({ name: 'torn', primitives: [{ attributes: {} }] });
    const POSITION = fixture.accessor(Float32Array.of(0, 0, 0, 1, 0, 0, 0, Number.NaN, 0), 'VEC3');
    addAttribute(fixture, 'POSITION', POSITION);
    await expect(worldOfGltf(fixture.glb())).rejects.toThrow(/mesh "torn" has positions that are not finite/);
    await expect(worldOfGltf(new TextEncoder().encode('hello'))).rejects.toThrow(/This is not a glTF file/);
  });
});
