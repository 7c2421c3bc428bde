import { describe, expect, it } from 'vitest';
import { AssetError } from '../asset-error.js';
import { readGltf } from '../gltf.js';
import {
  addAttribute,
  createFixture,
  decodeTiny,
  type GltfFixture,
  primitivesOf,
  rounded,
  triangleFixture,
} from './fixtures.js';

type Options = Partial<Parameters<typeof readGltf>[1]>;
const read = (fixture: GltfFixture, options: Options = {}) =>
  readGltf(fixture.glb(), { decodeImage: decodeTiny, ...options });

/** Adds an animation of one channel a path, all with the same keys. */
function animate(
  fixture: GltfFixture,
  node: number,
  paths: Readonly<Record<string, readonly number[]>>,
  { times = [0, 1], name, interpolation = 'LINEAR' }: { times?: number[]; name?: string; interpolation?: string } = {},
) {
  const input = fixture.accessor(Float32Array.from(times), 'SCALAR');
  const types = { rotation: 'VEC4', weights: 'SCALAR' } as const;
  const type = (path: string) => (path === 'rotation' || path === 'weights' ? types[path] : 'VEC3');
  const samplers = Object.entries(paths).map(([path, values]) => ({
    input,
    output: fixture.accessor(Float32Array.from(values), type(path)),
    interpolation,
  }));
  const channels = Object.keys(paths).map((path, sampler) => ({ sampler, target: { node, path } }));
  fixture.json.animations.push({ channels, samplers, ...(name && { name }) });
}

const LIFT = { translation: [0, 0, 0, 0, 8, 0] };
/** The first corner where the scene has it in the world. */
async function corner(fixture: GltfFixture, options: Options): Promise<number[]> {
  const { scene } = await read(fixture, options);
  const [x = 0, y = 0, z = 0] = scene.positions;
  const [m] = scene.instances ?? [];
  const row = (r: number) => {
    const [a = 0, b = 0, c = 0, d = 0] = m?.transforms.subarray(4 * r) ?? [];
    return a * x + b * y + c * z + d;
  };
  return rounded(m ? [row(0), row(1), row(2)] : [x, y, z]);
}

describe('a time', () => {
  it('moves what is animated', async () => {
    const fixture = triangleFixture();
    animate(fixture, 0, LIFT);
    expect(await corner(fixture, { time: 0.25 })).toEqual([0, 2, 0]);
    expect(await corner(fixture, { time: 77 })).toEqual([0, 8, 0]);
    expect((await read(fixture, { time: 0.25 })).warnings).toEqual([]);
  });

  it('takes translation, rotation and scale together, over what the node says', async () => {
    const fixture = triangleFixture({}, { translation: [9, 9, 9], scale: [2, 2, 2] });
    fixture.json.nodes.push({ children: [0], translation: [100, 0, 0] });
    const half = Math.SQRT1_2;
    animate(fixture, 0, { translation: [1, 0, 0, 3, 0, 0], rotation: [0, 0, half, half, 0, 0, half, half] });
    const { scene } = await read(fixture, { time: 0.5 });
    // Turned a quarter around z and scaled by the node's own 2.
    expect(rounded(scene.instances?.[0]?.transforms ?? [])).toEqual([0, -2, 0, 102, 2, 0, 0, 0, 0, 0, 2, 0]);
  });

  it('leaves the rest pose alone where none is given, and says so', async () => {
    const fixture = triangleFixture();
    animate(fixture, 0, { translation: [5, 5, 5, 6, 6, 6] });
    for (const options of [{}, { time: null }]) {
      expect(await corner(fixture, options)).toEqual([0, 0, 0]);
      expect((await read(fixture, options)).warnings).toEqual([expect.stringMatching(/rest pose/)]);
    }
  });

  it('changes nothing in a file without animations, and says so', async () => {
    const { warnings, animation } = await read(triangleFixture(), { time: 2 });
    expect(animation).toBeNull();
    expect(warnings).toEqual([expect.stringMatching(/has no animation/)]);
    expect((await read(triangleFixture())).warnings).toEqual([]);
  });
});

describe('which animation', () => {
  const two = () => {
    const fixture = triangleFixture();
    animate(fixture, 0, LIFT, { name: 'lift', times: [0, 2] });
    animate(fixture, 0, { translation: [0, 0, 0, 0, 0, 3] }, { times: [0.5, 4] });
    return fixture;
  };

  it('is the first, with a word on the others', async () => {
    const { animation, warnings } = await read(two(), { time: 1 });
    expect(animation).toEqual({ name: 'lift', seconds: 2 });
    expect(warnings).toEqual([expect.stringMatching(/2 animations the first is played, "lift"/)]);
    expect((await read(two())).animation).toEqual({ name: 'lift', seconds: 2 });
  });

  it('is the one that is named', async () => {
    expect(await corner(two(), { time: 4, animation: 'animation 2' })).toEqual([0, 0, 3]);
    const { animation, warnings } = await read(two(), { time: 4, animation: 'animation 2' });
    expect(animation).toEqual({ name: 'animation 2', seconds: 4 });
    expect(warnings).toEqual([]);
    const failure = read(two(), { time: 4, animation: 'fly' });
    await expect(failure).rejects.toThrow(AssetError);
    await expect(failure).rejects.toThrow(/no animation named "fly". It has "lift", "animation 2"/);
  });
});

describe('what moves as a whole', () => {
  const cube = () => {
    const fixture = createFixture();
    const POSITION = fixture.accessor(Float32Array.of(0, 0, 0, 1, 0, 0, 0, 1, 0), 'VEC3');
    fixture.json.meshes.push(
      { primitives: [{ attributes: { POSITION } }] },
      { primitives: [{ attributes: { POSITION } }] },
    );
    fixture.json.nodes.push({ mesh: 0 }, { children: [0] }, { mesh: 1, translation: [0, -1, 0] });
    animate(fixture, 1, LIFT);
    return fixture;
  };

  it('keeps its triangles and everything else the same at any time', async () => {
    const [a, b] = [await read(cube(), { time: 0.1 }), await read(cube(), { time: 0.9 })];
    const { instances: before, ...geometry } = a.scene;
    const { instances: after, ...same } = b.scene;
    expect(same).toEqual(geometry);
    expect(before).toMatchObject([{ firstTriangle: 1, triangleCount: 1 }]);
    expect(before?.[0]?.transforms[7]).toBeCloseTo(0.8);
    expect(after?.[0]?.transforms[7]).toBeCloseTo(7.2);
  });

  it('is flattened in the rest pose, and where it shines', async () => {
    expect((await read(cube())).scene).not.toHaveProperty('instances');
    const lamp = cube();
    lamp.json.materials.push({ emissiveFactor: [1, 1, 1] });
    Object.assign(primitivesOf(lamp)[0] ?? {}, { material: 0 });
    const { scene } = await read(lamp, { time: 1 });
    expect(scene).not.toHaveProperty('instances');
    expect(scene.positions[1]).toBe(8);
  });

  it('takes cameras and lights along', async () => {
    const fixture = triangleFixture();
    fixture.json.cameras.push({ type: 'perspective', perspective: { yfov: 1 } });
    Object.assign(fixture.json, { extensions: { KHR_lights_punctual: { lights: [{ type: 'point' }] } } });
    fixture.json.nodes.push({ camera: 0, extensions: { KHR_lights_punctual: { light: 0 } } });
    animate(fixture, 1, LIFT);
    const { scene } = await read(fixture, { time: 0.5 });
    expect(scene.cameras[0]?.position).toEqual([0, 4, 0]);
    expect(scene.lights).toMatchObject([{ position: [0, 4, 0] }]);
  });
});

describe('what bends', () => {
  it('morphs by animated weights', async () => {
    const fixture = triangleFixture({}, { weights: [1, 1] });
    const delta = (z: number) => ({ POSITION: fixture.accessor(Float32Array.of(0, 0, z, 0, 0, z, 0, 0, z), 'VEC3') });
    Object.assign(primitivesOf(fixture)[0] ?? {}, { targets: [delta(4), delta(100)] });
    animate(fixture, 0, { weights: [0, 0, 1, 0.1] });
    expect(await corner(fixture, { time: 0.5 })).toEqual([0, 0, 7]);
    expect(await corner(fixture, {})).toEqual([0, 0, 104]);
  });

  it('hangs on animated joints', async () => {
    const fixture = triangleFixture({}, { skin: 0 });
    fixture.json.nodes.push({ translation: [0, 0, 1] });
    addAttribute(fixture, 'JOINTS_0', fixture.accessor(new Uint8Array(12), 'VEC4'));
    addAttribute(fixture, 'WEIGHTS_0', fixture.accessor(Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0), 'VEC4'));
    fixture.json.skins.push({ joints: [1] });
    animate(fixture, 1, LIFT);
    const { scene } = await read(fixture, { time: 0.5 });
    expect(scene).not.toHaveProperty('instances');
    expect([...scene.positions.subarray(0, 3)]).toEqual([0, 4, 0]);
  });
});

describe('an animation that cannot be played', () => {
  it('stands still where a matrix places the node, or where it moves no node, and says so', async () => {
    const fixture = triangleFixture({}, { matrix: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 7, 1] });
    animate(fixture, 0, LIFT);
    expect(await corner(fixture, { time: 1 })).toEqual([0, 0, 7]);
    expect((await read(fixture, { time: 1 })).warnings).toEqual([expect.stringMatching(/placed by a matrix/)]);
    const pointing = triangleFixture();
    animate(pointing, 0, { pointer: [0, 0, 0] });
    expect((await read(pointing, { time: 1 })).warnings).toEqual([expect.stringMatching(/stands still/)]);
  });

  it.each([
    ['times that go back', { times: [1, 0.5] }, LIFT, /do not ascend/],
    ['a time that is no number', { times: [0, Number.NaN] }, LIFT, /do not ascend/],
    ['no key at all', { times: [] }, { translation: [] }, /0 keys/],
    ['too few values', {}, { translation: [0, 0, 0] }, /2 keys has 3 values instead of 6/],
    ['no tangents', { interpolation: 'CUBICSPLINE' }, LIFT, /6 values instead of 18/],
    ['weights without targets', {}, { weights: [1, 1] }, /2 values instead of 0/],
  ])('is refused with %s', async (_, options, paths, message) => {
    const fixture = triangleFixture();
    animate(fixture, 0, paths, options);
    const failure = read(fixture, { time: 0 });
    await expect(failure).rejects.toThrow(AssetError);
    await expect(failure).rejects.toThrow(message);
  });
});
