import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OwnedGpuSession } from '../create-gpu-session.js';
import { nodeGpu } from '../node-gpu.js';
import { testSession } from '../test-gpu.js';
import { cutResult } from './film.js';
import { box, lookAt, type Mesh, material, quad, sphere } from './fixtures.js';
import { createPathtraceKernel } from './kernel.js';
import type { ImageSource } from './scene-source.js';
import { flattenedScene, instancedScene, type Placed, type Rows, rowsOf } from './test-instances.js';
import { meanOf, type Picture, prepare, quietControl, render, type Shot } from './test-render.js';

const available = (await nodeGpu()) !== null;

describe.runIf(available)('instances', { timeout: 300_000 }, () => {
  let gpu: OwnedGpuSession;
  beforeAll(async () => {
    const session = await testSession();
    if (!session) throw new Error('no adapter');
    gpu = session;
  });
  afterAll(() => gpu?.close());

  const floor = quad([-3, 0, 3], [6, 0, 0], [0, 0, -6], 0);
  const lamp = quad([-1, 3, -1], [2, 0, 0], [0, 0, 2], 1);
  const materials = [
    material({ baseColor: [0.7, 0.7, 0.7, 1] }),
    material({ emissive: [8, 7, 6], baseColor: [0, 0, 0, 1] }),
    material({ baseColor: [0.8, 0.3, 0.2, 1], roughness: 0.4 }),
    material({ baseColor: [0.9, 0.8, 0.5, 1], metallic: 1, roughness: 0.3 }),
  ];
  const ball = sphere([0, 0.4, 0], 0.4, 8, 2);
  const crate = box([-0.3, 0, -0.3], [0.3, 0.6, 0.3], 3);
  /** Normals that lean all over the place, and a checker of holes. */
  const bumps: ImageSource = {
    width: 4,
    height: 4,
    rgba: Uint8Array.from({ length: 64 }, (_, i) => [60 + 10 * (i >> 2), 200 - 8 * (i >> 2), 230, 255][i & 3] ?? 0),
  };
  const holes: ImageSource = {
    width: 4,
    height: 4,
    rgba: Uint8Array.from({ length: 64 }, (_, i) => ((i & 3) === 3 ? 255 * (((i >> 2) + (i >> 4)) & 1) : 180)),
  };
  const shot = (scene: Shot['scene']): Shot => ({
    scene,
    camera: lookAt([0.5, 1.6, 4], [0, 0.5, 0], 0.8),
    width: 24,
    height: 18,
    spp: 32,
    bounces: 3,
  });

  /** Colours that are not equal to the last bit. */
  function differing(a: Picture, b: Picture): number {
    return a.rgb.filter((x, i) => x !== b.rgb[i]).length;
  }

  /** Same random numbers, same paths but for roundings: few pixels differ, and the mean hardly. */
  function expectAlike(a: Picture, b: Picture): void {
    expect(Math.abs(meanOf(a) / meanOf(b) - 1)).toBeLessThan(0.01);
    let unlike = 0;
    for (let i = 0; i < a.rgb.length; i += 3) {
      const [x, y] = [a.rgb[i + 1] ?? 0, b.rgb[i + 1] ?? 0];
      if (Math.abs(x - y) > 0.02 * (x + y) + 0.01) unlike++;
    }
    expect(unlike).toBeLessThanOrEqual(a.rgb.length / 3 / 50);
  }

  const cases: Record<string, [world: Mesh[], placed: Placed[]]> = {
    'moved, turned, scaled and mirrored': [
      [floor, lamp],
      [
        {
          meshes: [ball],
          places: [rowsOf([-1, 0, 0]), rowsOf([0.9, 0.1, -0.5], [1, 2, 0.5], 0.8, [1.5, 0.7, 1])],
        },
        {
          meshes: crate,
          places: [
            rowsOf([0, 0, 0.8], [0, 1, 0], 0.6),
            rowsOf([1.4, 0, 0.6], [0, 1, 0], -0.3, [-1, 1.4, 1]),
            rowsOf([-0.4, 0, -1.2], [0.2, 1, 0], 0.3, [0.5, 2, 0.5]),
          ],
        },
      ],
    ],
    'tiny in its own space, far from its own origin': [
      [floor, lamp],
      [
        {
          meshes: [sphere([500, 500.4, 500], 0.4, 8, 2)],
          places: [rowsOf([-500, -500, -500])],
        },
        {
          meshes: [sphere([0, 4e-5, 0], 4e-5, 8, 3)],
          places: [rowsOf([-1, 0, 0], [0, 1, 0], 0, [1e4, 1e4, 1e4])],
        },
      ],
    ],
    'nothing in the world itself but light': [
      [lamp],
      [{ meshes: [floor], places: [rowsOf([0, 0, 0]), rowsOf([0, -1, 0])] }],
    ],
  };

  /** Every triangle has a colour of its own, whatever the light. */
  function numbered(meshes: readonly Mesh[], first: number): Mesh[] {
    let number = first;
    return meshes.flatMap((mesh) =>
      Array.from({ length: mesh.indices.length / 3 }, (_, i) => ({
        ...mesh,
        indices: mesh.indices.slice(3 * i, 3 * i + 3),
        material: number++,
      })),
    );
  }
  const colours = Array.from({ length: 600 }, (_, i) =>
    material({ unlit: true, doubleSided: i % 2 === 0, baseColor: [(i % 29) / 29, (i % 31) / 31, (i % 37) / 37, 1] }),
  );
  const seen = (scene: Shot['scene']) => render(gpu, { ...shot(scene), width: 48, height: 36, spp: 1, bounces: 0 });

  it('at its own place a mesh shows the same triangles, each ray for itself', async () => {
    const world = numbered([floor], 0);
    const placed = [{ meshes: numbered([ball, ...crate], 2), places: [rowsOf([0, 0, 0])] }];
    const apart = await seen(instancedScene(world, placed, colours));
    const flat = await seen(flattenedScene(world, placed, colours));
    expect(new Set(flat.rgb).size).toBeGreaterThan(40);
    expect(differing(apart, flat)).toBe(0);
  });

  it('tiles of a pixel, and of a row, give the bits that the whole has there', async () => {
    const places = [rowsOf([-0.6, 0, 0], [0, 1, 0], 2), rowsOf([0.8, 0.2, 0], [1, 1, 0], 0.7)];
    const { params, inputs } = await prepare({
      ...shot(instancedScene([floor, lamp], [{ meshes: [ball], places }], materials)),
      spp: 8,
      block: 4,
    });
    const kernel = createPathtraceKernel();
    const rendered = async (part: typeof params) =>
      (await kernel.run(gpu, part, inputs, quietControl())).outputs[0] ?? new Uint8Array(0);
    const whole = await rendered(params);
    for (const [x, y, width, height] of [
      [8, 9, 1, 1],
      [14, 11, 1, 1],
      [23, 17, 1, 1],
      [0, 12, 24, 1],
    ] as const) {
      const part = { ...params, tile: { x, y, width, height } };
      expect(await rendered(part), `${x}, ${y}`).toEqual(cutResult(params, whole, part));
    }
  });

  it('elsewhere too, but where rays meet an edge; and equal triangles at equal places are no trouble', async () => {
    const world = numbered([floor], 0);
    const twice = rowsOf([0.8, 0.2, 0], [1, 1, 0], 0.7, [1, -1.3, 0.8]);
    const places = [rowsOf([-0.6, 0, 0], [0, 1, 0], 2), twice, twice];
    const placed = [{ meshes: numbered([ball, ...crate], 2), places }];
    const apart = await seen(instancedScene(world, placed, colours));
    const flat = await seen(flattenedScene(world, placed, colours));
    expect(differing(apart, flat) / 3).toBeLessThanOrEqual((48 * 36) / 100);
  });

  it('normal maps, tangents and alpha look as on triangles in the world, mirrored or not', async () => {
    const images = [bumps, holes];
    const texture = (image: number) => ({ image, wrapS: 'repeat', wrapT: 'repeat', nearest: false }) as const;
    const dressed = [
      ...materials.slice(0, 2),
      material({ roughness: 0.3, metallic: 1, normalTexture: { texture: texture(0), scale: 1 } }),
      material({ baseColorTexture: texture(1), alphaMode: 'mask', doubleSided: true }),
    ];
    const panel = quad([-0.5, 0, 0], [1, 0, 0], [0, 1, 0], 2);
    const veil = quad([-0.5, 0, 0.2], [1, 0, 0], [0, 1, 0], 3);
    const places = [rowsOf([-0.7, 0.2, 0]), rowsOf([0.7, 0.2, 0], [0, 1, 0], 0.4, [-1, 1, 1])];
    const world = [floor, lamp];
    const placed = [{ meshes: [panel, veil], places }];
    const apart = instancedScene(world, placed, dressed, images);
    const flat = flattenedScene(world, placed, dressed, images);
    const plain = await render(gpu, shot(apart));
    expectAlike(plain, await render(gpu, shot(flat)));
    // A tangent that is not along u; the world's own eight vertices have none.
    const own = [0.6, 0.8, 0, 1];
    const none = new Array(32).fill(0);
    const moved = places.flatMap((rows) => new Array(8).fill(tangentAt(rows, own)).flat());
    const meshTangents = Float32Array.from([...none, ...new Array(8).fill(own).flat()]);
    const turned = await render(gpu, shot({ ...apart, tangents: meshTangents }));
    expectAlike(turned, await render(gpu, shot({ ...flat, tangents: Float32Array.from([...none, ...moved]) })));
    expect(differing(turned, plain)).toBeGreaterThan(20);
  });

  function tangentAt(rows: Rows, [x = 0, y = 0, z = 0, w = 0]: readonly number[]): number[] {
    const along = [0, 4, 8].map((k) => (rows[k] ?? 0) * x + (rows[k + 1] ?? 0) * y + (rows[k + 2] ?? 0) * z);
    const length = Math.hypot(...along);
    const mirrored = (rows[0] ?? 0) < 0;
    return [...along.map((a) => a / length), mirrored ? -w : w];
  }

  it('no mesh shades itself, however far it lies from its own origin: white under white stays white', async () => {
    // Coordinates of 3,000 m in a mesh of half a metre: they are exact to a quarter of a millimetre.
    const centre = [1000, 2000, -3000] as const;
    const round = sphere(centre, 0.5, 8, 0);
    const mesh = { ...round, normals: round.normals.map(() => 0) };
    const turned = rowsOf([0, 0, 0], [1, 2, 3], 1.1);
    const moved = turned.map((x, i) =>
      i % 4 === 3 ? -[0, 1, 2].reduce((sum, k) => sum + (turned[i - 3 + k] ?? 0) * (centre[k] ?? 0), 0) : x,
    );
    const white = [material({ doubleSided: true })];
    const picture = await render(gpu, {
      ...shot(instancedScene([], [{ meshes: [mesh], places: [moved] }], white)),
      environment: { kind: 'constant', radiance: [1, 1, 1] },
      camera: lookAt([0, 0, 1.6], [0, 0, 0], 0.7),
      bounces: 8,
    });
    // A lift that forgets the way to the mesh and back leaves 0.94 on the mean, and half of it in places; noise a tenth at most.
    expect(Math.abs(meanOf(picture) - 1)).toBeLessThan(0.01);
    for (const x of picture.rgb) expect(x).toBeGreaterThan(0.85);
  });

  it.each(Object.entries(cases))('%s: as if every triangle were in the world', async (_, [world, placed]) => {
    const apart = await render(gpu, shot(instancedScene(world, placed, materials)));
    const flat = await render(gpu, shot(flattenedScene(world, placed, materials)));
    expect(meanOf(flat)).toBeGreaterThan(0.05);
    expectAlike(apart, flat);
  });
});
