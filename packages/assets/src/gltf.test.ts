import { describe, expect, it } from 'vitest';
import { AssetError } from './asset-error.js';
import {
  addAttribute,
  createFixture,
  primitivesOf,
  read,
  rounded,
  TRIANGLE,
  triangleFixture,
} from './gltf/fixtures.js';
import { readGltf } from './gltf.js';

const QUARTER_AROUND_Z = [0, 0, Math.SQRT1_2, Math.SQRT1_2];

/** Positions in the order of the triangles' corners. */
async function corners(file: Awaited<ReturnType<typeof createFixture>>) {
  const { scene } = await read(file.glb());
  return Array.from(scene.indices, (i) => rounded(scene.positions.subarray(i * 3, i * 3 + 3)));
}

describe('transforms', () => {
  it('nests them', async () => {
    const fixture = triangleFixture({}, { translation: [0, 0, 1] });
    fixture.json.nodes.push({ children: [0], rotation: QUARTER_AROUND_Z, scale: [2, 2, 2] });
    expect(await corners(fixture)).toEqual([
      [0, 0, 2],
      [0, 2, 2],
      [-2, 0, 2],
    ]);
  });

  it('takes a matrix as it stands, column by column', async () => {
    const fixture = triangleFixture({}, { matrix: [1, 0, 0, 0, 0.5, 1, 0, 0, 0, 0, 1, 0, 5, 6, 7, 1] });
    expect(await corners(fixture)).toEqual([
      [5, 6, 7],
      [6, 6, 7],
      [5.5, 7, 7],
    ]);
  });

  it('turns the winding where a scale mirrors, so that the front stays in front', async () => {
    const { scene } = await read(triangleFixture({}, { scale: [-1, 1, 1] }).glb());
    const [a = 0, b = 0, c = 0] = scene.indices;
    const at = (i: number) => [scene.positions[i * 3] ?? 0, scene.positions[i * 3 + 1] ?? 0];
    const [p, q, r] = [at(a), at(b), at(c)].map(([x = 0, y = 0]) => ({ x, y }));
    const area =
      ((q?.x ?? 0) - (p?.x ?? 0)) * ((r?.y ?? 0) - (p?.y ?? 0)) -
      ((r?.x ?? 0) - (p?.x ?? 0)) * ((q?.y ?? 0) - (p?.y ?? 0));
    expect(area).toBe(1);
    expect(rounded(scene.normals.subarray(0, 3))).toEqual([0, 0, 1]);
  });

  it('carries normals by the inverse transpose', async () => {
    const fixture = triangleFixture({}, { scale: [2, 1, 1] });
    const slope = Float32Array.from([0, 1, 2].flatMap(() => [Math.SQRT1_2, 0, Math.SQRT1_2]));
    addAttribute(fixture, 'NORMAL', fixture.accessor(slope, 'VEC3'));
    const { scene } = await read(fixture.glb());
    expect(rounded(scene.normals.subarray(0, 3))).toEqual(rounded([1 / Math.sqrt(5), 0, 2 / Math.sqrt(5)]));
  });

  it('places a shared mesh wherever a node shows it', async () => {
    const fixture = triangleFixture({}, { translation: [1, 0, 0] });
    fixture.json.nodes.push({ mesh: 0, translation: [0, 0, 5] });
    expect((await corners(fixture)).map(([x, , z]) => [x, z])).toEqual([
      [1, 0],
      [2, 0],
      [1, 0],
      [0, 5],
      [1, 5],
      [0, 5],
    ]);
  });

  it('places instances of EXT_mesh_gpu_instancing, under their node', async () => {
    const fixture = createFixture();
    const attributes = {
      TRANSLATION: fixture.accessor(Float32Array.of(1, 0, 0, 0, 1, 0), 'VEC3'),
      // Normalised bytes: no turn, and half a turn around z.
      ROTATION: fixture.accessor(Int8Array.of(0, 0, 0, 127, 0, 0, 127, 0), 'VEC4', { normalized: true }),
      SCALE: fixture.accessor(Float32Array.of(1, 1, 1, 2, 2, 2), 'VEC3'),
    };
    fixture.json.meshes.push({ primitives: [{ attributes: { POSITION: fixture.accessor(TRIANGLE, 'VEC3') } }] });
    fixture.json.nodes.push({
      mesh: 0,
      translation: [0, 0, 9],
      extensions: { EXT_mesh_gpu_instancing: { attributes } },
    });
    expect(await corners(fixture)).toEqual([
      [1, 0, 9],
      [2, 0, 9],
      [1, 1, 9],
      [0, 1, 9],
      [-2, 1, 9],
      [0, -1, 9],
    ]);
  });
});

describe('which nodes', () => {
  it('shows the default scene, and not what is outside of it', async () => {
    const fixture = triangleFixture();
    fixture.json.nodes.push({ mesh: 0, translation: [0, 0, 5] });
    Object.assign(fixture.json, { scene: 1, scenes: [{ nodes: [0] }, { nodes: [1] }] });
    expect((await corners(fixture)).map(([, , z]) => z)).toEqual([5, 5, 5]);
  });

  it('shows the first scene where no default is named, and every root where there is no scene', async () => {
    const fixture = triangleFixture();
    fixture.json.nodes.push({ mesh: 0, translation: [0, 0, 5] });
    expect(await corners(fixture)).toHaveLength(6);
    Object.assign(fixture.json, { scenes: [{ nodes: [1] }] });
    expect((await corners(fixture)).map(([, , z]) => z)).toEqual([5, 5, 5]);
  });

  it('leaves hidden nodes out, with what is under them', async () => {
    const fixture = triangleFixture();
    fixture.json.nodes.push({ mesh: 0 });
    fixture.json.nodes.push({ children: [1], extensions: { KHR_node_visibility: { visible: false } } });
    expect(await corners(fixture)).toHaveLength(3);
  });

  it('refuses nodes that contain each other, or have two parents', async () => {
    const loop = triangleFixture();
    loop.json.nodes.push({ children: [2] }, { children: [1] });
    await expect(read(loop.glb())).rejects.toThrow(/contain each other/);
    const shared = triangleFixture();
    shared.json.nodes.push({ children: [0] }, { children: [0] });
    await expect(read(shared.glb())).rejects.toThrow(/node 0 has two parents/);
  });

  it('follows a chain of 20,000 nodes', async () => {
    const fixture = triangleFixture();
    for (let i = 0; i < 20_000; i++) fixture.json.nodes.push({ children: [i], translation: [1, 0, 0] });
    expect((await corners(fixture))[0]).toEqual([20_000, 0, 0]);
  });
});

describe('triangles', () => {
  const square = Float32Array.of(0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 1, 0);
  const squareFixture = (mode: number, indices: Uint8Array | Uint16Array | Uint32Array | null) => {
    const fixture = createFixture();
    const POSITION = fixture.accessor(square, 'VEC3');
    const more = indices ? { indices: fixture.accessor(indices, 'SCALAR') } : {};
    fixture.json.meshes.push({ primitives: [{ attributes: { POSITION }, mode, ...more }] });
    fixture.json.nodes.push({ mesh: 0 });
    return fixture;
  };
  const xy = async (mode: number, indices: Uint8Array | Uint16Array | Uint32Array | null) =>
    (await corners(squareFixture(mode, indices))).map(([x, y]) => `${x}${y}`).join(' ');

  it.each([
    ['bytes', Uint8Array.of(0, 1, 2)],
    ['shorts', Uint16Array.of(0, 1, 2)],
    ['words', Uint32Array.of(0, 1, 2)],
  ])('reads indices of %s', async (_, indices) => expect(await xy(4, indices)).toBe('00 10 01'));

  it('reads lists without indices, and drops what makes no triangle', async () => {
    expect(await xy(4, null)).toBe('00 10 01');
  });

  it('unrolls strips with every second triangle turned', async () => {
    expect(await xy(5, null)).toBe('00 10 01 10 11 01');
  });

  it('leaves out triangles of a strip that repeat a vertex', async () => {
    expect(await xy(5, Uint8Array.of(0, 1, 2, 2, 3))).toBe('00 10 01');
    expect(await xy(5, Uint8Array.of(0, 0, 1, 2))).toBe('00 01 10');
  });

  it('unrolls fans around their first vertex', async () => {
    expect(await xy(6, Uint8Array.of(0, 1, 3, 2))).toBe('10 11 00 11 01 00');
  });

  it('names points and lines in a warning', async () => {
    const fixture = triangleFixture();
    primitivesOf(fixture).push({ attributes: { POSITION: 0 }, mode: 1 });
    const { scene, warnings } = await read(fixture.glb());
    expect(scene.indices).toHaveLength(3);
    expect(warnings).toEqual([expect.stringMatching(/Points and lines/)]);
  });

  it('keeps only vertices that are used', async () => {
    const fixture = squareFixture(4, Uint8Array.of(3, 2, 1));
    addAttribute(
      fixture,
      'NORMAL',
      fixture.accessor(
        Float32Array.from({ length: 12 }, (_, i) => (i % 3 === 2 ? 1 : 0)),
        'VEC3',
      ),
    );
    const { scene } = await read(fixture.glb());
    expect([...scene.indices]).toEqual([0, 1, 2]);
    expect(scene.positions).toHaveLength(9);
  });

  it('refuses an index past the vertices', async () => {
    await expect(read(squareFixture(4, Uint8Array.of(0, 1, 4)).glb())).rejects.toThrow(
      /vertex 4 of a mesh with 4 vertices/,
    );
  });
});

describe('accessors', () => {
  const withPosition = (make: (fixture: ReturnType<typeof createFixture>) => number) => {
    const fixture = createFixture();
    fixture.json.meshes.push({ primitives: [{ attributes: { POSITION: make(fixture) } }] });
    fixture.json.nodes.push({ mesh: 0 });
    return fixture;
  };

  it.each([
    ['bytes', Int8Array.of(-127, 0, 127, 127, 0, 0, 0, 64, 0), 127],
    ['unsigned bytes', Uint8Array.of(0, 0, 255, 255, 0, 0, 0, 128, 0), 255],
    ['shorts', Int16Array.of(-32767, 0, 1, 32767, 0, 0, 0, 16384, 0), 32_767],
    ['unsigned shorts', Uint16Array.of(0, 0, 1, 65535, 0, 0, 0, 32768, 0), 65_535],
  ])('divides normalised %s out, and takes plain ones as they are', async (_, data, divisor) => {
    const normalized = withPosition((f) => f.accessor(data, 'VEC3', { normalized: true }));
    expect((await corners(normalized)).flat()).toEqual(rounded(Array.from(data, (x) => Math.max(-1, x / divisor))));
    const plain = withPosition((f) => f.accessor(data, 'VEC3'));
    expect((await corners(plain)).flat()).toEqual([...data]);
  });

  it('reads interleaved data', async () => {
    const data = Float32Array.of(0, 0, 0, 99, 1, 0, 0, 99, 0, 1, 0, 99);
    const fixture = withPosition((f) => {
      const bufferView = f.view(new Uint8Array(data.buffer), { byteStride: 16 });
      return f.json.accessors.push({ bufferView, componentType: 5126, count: 3, type: 'VEC3' }) - 1;
    });
    expect((await corners(fixture)).flat()).toEqual([...TRIANGLE]);
  });

  it('reads sparse data over a base at an offset, and over nothing', async () => {
    const sparse = (f: ReturnType<typeof createFixture>) => ({
      count: 1,
      indices: { bufferView: f.view(Uint8Array.of(2)), componentType: 5121 },
      values: { bufferView: f.view(new Uint8Array(Float32Array.of(0, 7, 0).buffer)) },
    });
    const overBase = withPosition((f) => {
      const base = Float32Array.of(9, 9, 9, ...TRIANGLE);
      const bufferView = f.view(new Uint8Array(base.buffer));
      const accessor = { bufferView, byteOffset: 12, componentType: 5126, count: 3, type: 'VEC3', sparse: sparse(f) };
      return f.json.accessors.push(accessor) - 1;
    });
    expect((await corners(overBase)).flat()).toEqual([0, 0, 0, 1, 0, 0, 0, 7, 0]);
    const overNothing = withPosition(
      (f) => f.json.accessors.push({ componentType: 5126, count: 3, type: 'VEC3', sparse: sparse(f) }) - 1,
    );
    expect((await corners(overNothing)).flat()).toEqual([0, 0, 0, 0, 0, 0, 0, 7, 0]);
  });

  it.each([
    ['past its view', { count: 4 }, /reaches past its buffer view/],
    ['absurdly long', { bufferView: undefined, count: 2 ** 40 }, /more than 1 GiB/],
    ['of another type', { type: 'VEC2' }, /VEC2 stands where 3 components are needed/],
    ['of an unknown component type', { componentType: 5124 }, /not a valid glTF: at accessors.0.componentType/],
    ['from nowhere', { bufferView: 17 }, /accessor 0 refers to buffer view 17/],
  ])('refuses one that is %s', async (_, change, message) => {
    const fixture = triangleFixture();
    Object.assign(fixture.json.accessors[0] ?? {}, change);
    await expect(read(fixture.glb())).rejects.toThrow(message);
  });
});

describe('normals and texture coordinates', () => {
  it('makes triangles without normals flat, their vertices apart', async () => {
    const fixture = createFixture();
    const POSITION = fixture.accessor(Float32Array.of(0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1), 'VEC3');
    const indices = fixture.accessor(Uint8Array.of(0, 1, 2, 0, 2, 3), 'SCALAR');
    fixture.json.meshes.push({ primitives: [{ attributes: { POSITION }, indices }] });
    fixture.json.nodes.push({ mesh: 0 });
    const { scene } = await read(fixture.glb());
    expect(scene.positions).toHaveLength(18);
    expect(rounded(scene.normals)).toEqual([0, 0, 1, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0, 0, 1, 0, 0]);
  });

  it('makes normals unit, and mends those that have no direction', async () => {
    const fixture = triangleFixture();
    const odd = Float32Array.of(0, 3, 0, 0, 0, 0, Number.NaN, 0, 1);
    addAttribute(fixture, 'NORMAL', fixture.accessor(odd, 'VEC3'));
    const { scene } = await read(fixture.glb());
    expect(rounded(scene.normals)).toEqual([0, 1, 0, 0, 0, 1, 0, 0, 1]);
  });

  it('takes TEXCOORD_0, zeros where there is none, and 0 for what is no number', async () => {
    const fixture = triangleFixture();
    expect([...(await read(fixture.glb())).scene.uvs]).toEqual([0, 0, 0, 0, 0, 0]);
    addAttribute(fixture, 'TEXCOORD_0', fixture.accessor(Float32Array.of(0, 1, Number.NaN, 2, 3, 4), 'VEC2'));
    expect([...(await read(fixture.glb())).scene.uvs]).toEqual([0, 1, 0, 2, 3, 4]);
  });

  it('refuses attributes of unequal length', async () => {
    const fixture = triangleFixture();
    addAttribute(fixture, 'TEXCOORD_0', fixture.accessor(Float32Array.of(0, 1), 'VEC2'));
    await expect(read(fixture.glb())).rejects.toThrow(/TEXCOORD_0 has another number of elements/);
  });
});

describe('the rest pose', () => {
  it('applies morph targets by the node’s weights, else the mesh’s', async () => {
    const fixture = triangleFixture();
    const lift = fixture.accessor(Float32Array.of(0, 0, 4, 0, 0, 4, 0, 0, 4), 'VEC3');
    Object.assign(primitivesOf(fixture)[0] ?? {}, { targets: [{ POSITION: lift }] });
    Object.assign(fixture.json.meshes[0] ?? {}, { weights: [0.5] });
    expect((await corners(fixture)).map(([, , z]) => z)).toEqual([2, 2, 2]);
    Object.assign(fixture.json.nodes[0] ?? {}, { weights: [0.25] });
    expect((await corners(fixture)).map(([, , z]) => z)).toEqual([1, 1, 1]);
  });

  const skinned = (more: { ibm?: boolean; weights?: Float32Array; joints?: Uint8Array } = {}) => {
    // The node is elsewhere: glTF ignores that for skins.
    const fixture = triangleFixture({}, { translation: [50, 0, 0], skin: 0 });
    fixture.json.nodes.push({ translation: [0, 0, 1], children: [2] }, { translation: [0, 2, 0] });
    addAttribute(
      fixture,
      'JOINTS_0',
      fixture.accessor(more.joints ?? Uint8Array.of(0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0), 'VEC4'),
    );
    addAttribute(
      fixture,
      'WEIGHTS_0',
      fixture.accessor(more.weights ?? Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 0.5, 0.5, 0, 0), 'VEC4'),
    );
    const skin: Record<string, unknown> = { joints: [1, 2] };
    if (more.ibm) {
      const identity = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
      const moved = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, -2, -1, 1];
      skin['inverseBindMatrices'] = fixture.accessor(Float32Array.from([...identity, ...moved]), 'MAT4');
    }
    fixture.json.skins.push(skin);
    return fixture;
  };

  it('stands skins on their joints, blended by weight', async () => {
    expect(await corners(skinned())).toEqual([
      [0, 0, 1],
      [1, 2, 1],
      [0, 2, 1],
    ]);
  });

  it('takes bind matrices off first', async () => {
    expect(await corners(skinned({ ibm: true }))).toEqual([
      [0, 0, 1],
      [1, 0, 0],
      [0, 1, 0.5],
    ]);
  });

  it('evens weights that do not add up to one', async () => {
    const weights = Float32Array.of(2, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0);
    expect(await corners(skinned({ weights }))).toEqual([
      [0, 0, 1],
      [1, 0, 1],
      [0, 2, 1],
    ]);
  });

  it('refuses a joint that is not there', async () => {
    const joints = Uint8Array.of(7, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0);
    await expect(read(skinned({ joints }).glb())).rejects.toThrow(/joint that does not exist/);
  });
});

describe('errors', () => {
  it('names a scene without triangles', async () => {
    const fixture = triangleFixture();
    fixture.json.nodes.length = 0;
    fixture.json.nodes.push({ name: 'empty' });
    await expect(read(fixture.glb())).rejects.toThrow(/no triangles/);
  });

  it('names the mesh whose positions are not numbers', async () => {
    const fixture = createFixture();
    const POSITION = fixture.accessor(Float32Array.of(0, 0, 0, Number.NaN, 0, 0, 0, 1, 0), 'VEC3');
    fixture.json.meshes.push({ name: 'ghost', primitives: [{ attributes: { POSITION } }] });
    fixture.json.nodes.push({ mesh: 0 });
    await expect(read(fixture.glb())).rejects.toThrow(/"ghost" has positions that are not finite/);
  });

  it.each([
    ['KHR_texture_basisu', /PNG or JPEG textures instead of KTX2/],
    ['ACME_holograms', /Export it without that extension/],
  ])('refuses a file that requires %s and says what to do', async (name, advice) => {
    const fixture = triangleFixture();
    Object.assign(fixture.json, { extensionsUsed: [name], extensionsRequired: [name] });
    const failure = read(fixture.glb());
    await expect(failure).rejects.toThrow(AssetError);
    await expect(failure).rejects.toThrow(new RegExp(name));
    await expect(failure).rejects.toThrow(advice);
  });

  it.each([
    'EXT_mesh_gpu_instancing',
    'EXT_meshopt_compression',
    'EXT_texture_webp',
    'KHR_draco_mesh_compression',
    'KHR_lights_punctual',
    'KHR_materials_clearcoat',
    'KHR_materials_ior',
    'KHR_materials_iridescence',
    'KHR_materials_sheen',
    'KHR_materials_specular',
    'KHR_materials_transmission',
    'KHR_materials_unlit',
    'KHR_materials_volume',
    'KHR_mesh_quantization',
    'KHR_meshopt_compression',
    'KHR_texture_transform',
  ])('reads a file that requires %s, without a word', async (name) => {
    const fixture = triangleFixture();
    Object.assign(fixture.json, { extensionsUsed: [name], extensionsRequired: [name] });
    expect((await read(fixture.glb())).warnings).toEqual([]);
  });

  it('renders without optional extensions, naming those that could be missed', async () => {
    const fixture = triangleFixture();
    const used = ['KHR_materials_anisotropy', 'KHR_xmp_json_ld', 'KHR_mesh_quantization', 'ACME_holograms'];
    Object.assign(fixture.json, { extensionsUsed: used, extensionsRequired: ['KHR_mesh_quantization'] });
    expect((await read(fixture.glb())).warnings).toEqual([
      expect.stringMatching(/KHR_materials_anisotropy/),
      expect.stringMatching(/ACME_holograms/),
    ]);
  });

  it('asks for glTF 2.0', async () => {
    const fixture = triangleFixture();
    Object.assign(fixture.json, { asset: { version: '1.0' } });
    await expect(read(fixture.glb())).rejects.toThrow(/This is glTF 1.0; export the model as glTF 2.0/);
  });
});

describe('.gltf with files beside it', () => {
  it('reads its buffer from a data: URI or from a file', async () => {
    const fixture = triangleFixture();
    const inline = await read(fixture.gltf().file);
    expect([...inline.scene.positions]).toEqual([...TRIANGLE]);
    const { file, buffer } = fixture.gltf('data/scene.bin');
    const beside = await readGltf(file, {
      decodeImage: () => Promise.reject(new Error('none')),
      resource: (path) => (path === 'data/scene.bin' ? buffer : null),
    });
    expect(beside.scene).toEqual(inline.scene);
  });

  it('names a file that is missing, or shorter than it should be', async () => {
    const { file, buffer } = triangleFixture().gltf('scene.bin');
    await expect(read(file)).rejects.toThrow(/"scene.bin" that this glTF refers to is missing/);
    const short = readGltf(file, {
      decodeImage: () => Promise.reject(new Error('none')),
      resource: () => buffer.subarray(0, 20),
    });
    await expect(short).rejects.toThrow(/truncated: buffer 0 should have 36 bytes and has 20/);
  });
});
