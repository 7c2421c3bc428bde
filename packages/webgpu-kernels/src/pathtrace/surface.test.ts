import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GpuSession } from '../gpu-session.js';
import { nodeGpu } from '../node-gpu.js';
import { testSession } from '../test-gpu.js';
import { box, lookAt, type Mesh, material, quad, sceneOf, sphere } from './fixtures.js';
import { TRIANGLE_WORDS } from './layout.js';
import { packScene } from './scene.js';
import type { ImageSource, SceneSource, TextureSource, Wrap } from './scene-source.js';
import { cameraRay } from './test-camera.js';
import { bruteForce, intersect, type TestRay } from './test-reference.js';
import { meanOf, prepare, render, type Shot } from './test-render.js';
import { SRGB_TO_LINEAR } from './texels.js';

/** What rays meet, and what is painted there, against plain JavaScript. On real WGSL. */

const reason = 'no WebGPU adapter for Node here';
const here = (await nodeGpu()) !== null;

describe.skipIf(!here)(`surfaces (else skipped: ${reason})`, { timeout: 300_000 }, () => {
  let gpu: GpuSession;
  beforeAll(async () => {
    const made = await testSession();
    if (!made) throw new Error(reason);
    gpu = made;
  });
  afterAll(() => gpu.close());

  function stream(seed: number) {
    let state = seed >>> 0;
    return () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return (state >>> 8) / 2 ** 24 - 0.5;
    };
  }

  /** Each triangle of the meshes with a material of its own, which shines in its number. */
  function numbered(meshes: readonly Mesh[], doubleSided: boolean): SceneSource {
    const scene = sceneOf(meshes, [material({})]);
    const count = scene.indices.length / 3;
    return {
      ...scene,
      triangleMaterials: Uint32Array.from({ length: count }, (_, i) => i),
      materials: Array.from({ length: count }, (_, i) => material({ emissive: [i + 1, 0, 0], doubleSided })),
    };
  }

  const soup = (count: number, size: number, offset = 0): Mesh => {
    const next = stream(count);
    const positions: number[] = [];
    for (let i = 0; i < count; i++) {
      const centre = [next(), next(), next()];
      for (let corner = 0; corner < 3; corner++) for (const x of centre) positions.push(offset + x + size * next());
    }
    return {
      positions,
      normals: positions.map(() => 0),
      uvs: new Array((2 * positions.length) / 3).fill(0),
      indices: Array.from({ length: positions.length / 3 }, (_, i) => i),
      material: 0,
    };
  };

  const HARD: [string, readonly Mesh[], number][] = [
    ['a soup', [soup(150, 0.4)], 0],
    ['slivers', [soup(150, 0.02), soup(80, 1.5)], 0],
    [
      'coplanar and equal',
      [
        ...Array.from({ length: 20 }, (_, i) => quad([-0.5 + i / 50, -0.3, 0], [0.6, 0, 0], [0, 0.6, 0], 0)),
        soup(20, 0.3),
      ],
      0,
    ],
    ['huge with tiny', [quad([-1e6, -0.4, 1e6], [2e6, 0, 0], [0, 0, -2e6], 0), soup(100, 0.1)], 0],
    [
      'a box and a sphere, edges shared',
      [...box([-0.6, -0.6, -0.6], [0, 0, 0], 0), sphere([0.3, 0.2, 0.2], 0.4, 8, 0)],
      0,
    ],
    ['far from the origin', [soup(100, 0.4, 1000)], 1000],
  ];

  it.each(HARD)('%s: the GPU hits what brute force hits', async (_, meshes, offset) => {
    for (const doubleSided of [true, false]) {
      const scene = numbered(meshes, doubleSided);
      const camera = lookAt([offset + 0.4, offset + 0.5, offset + 2.2], [offset, offset, offset], 0.6);
      const shot: Shot = { scene, camera, width: 24, height: 24, spp: 1, bounces: 0 };
      const { params } = await prepare(shot);
      const picture = await render(gpu, shot);
      const packed = packScene(scene);
      const words = new Uint32Array(packed.buffers.triangles.buffer);
      const count = packed.manifest.counts.triangles;
      const glowAt = (triangle: number) => ((words[TRIANGLE_WORDS * triangle + 3] ?? 0) & 0xffff) + 1;
      let hits = 0;
      let unlike = 0;
      for (let y = 0; y < 24; y++) {
        for (let x = 0; x < 24; x++) {
          const ray = cameraRay(params, x, y, 0);
          const expected = bruteForce(words, count, ray);
          const seen = picture.rgb[3 * (24 * y + x)] ?? 0;
          if (expected) hits++;
          if (seen === (expected ? glowAt(expected.triangle) : 0)) continue;
          // Another triangle may be seen where it lies as near, to the last bits of a 32-bit float.
          if (!asNear(words, count, ray, seen, glowAt, expected?.t)) unlike++;
        }
      }
      expect(hits).toBeGreaterThan(20);
      // Rays through an edge fall to either side.
      expect(unlike).toBeLessThanOrEqual(3);
    }
  });

  function asNear(
    words: Uint32Array<ArrayBuffer>,
    count: number,
    ray: TestRay,
    glow: number,
    glowAt: (triangle: number) => number,
    t: number | undefined,
  ): boolean {
    if (t === undefined) return false;
    for (let i = 0; i < count; i++) {
      if (glowAt(i) !== glow) continue;
      const other = intersect(words, i, ray);
      if (other !== null && Math.abs(other - t) <= 1e-5 * t) return true;
    }
    return false;
  }

  const image: ImageSource = {
    width: 5,
    height: 3,
    rgba: Uint8Array.from({ length: 60 }, (_, i) => (i * 73 + (i % 4) * 40) % 256),
  };

  /** glTF's sampling in JavaScript: one channel at uv. */
  function sampled(texture: TextureSource, u: number, v: number, texel: (index: number) => number): number {
    const wrap = (i: number, size: number, mode: Wrap) => {
      if (mode === 'clamp') return Math.max(0, Math.min(size - 1, i));
      const period = mode === 'mirror' ? 2 * size : size;
      const m = ((i % period) + period) % period;
      return m < size ? m : period - 1 - m;
    };
    const at = (x: number, y: number) => texel(wrap(y, 3, texture.wrapT) * 5 + wrap(x, 5, texture.wrapS));
    if (texture.nearest) return at(Math.floor(u * 5), Math.floor(v * 3));
    const [px, py] = [u * 5 - 0.5, v * 3 - 0.5];
    const [x, y] = [Math.floor(px), Math.floor(py)];
    const [fx, fy] = [px - x, py - y];
    return (
      (at(x, y) * (1 - fx) + at(x + 1, y) * fx) * (1 - fy) + (at(x, y + 1) * (1 - fx) + at(x + 1, y + 1) * fx) * fy
    );
  }

  /** A wall that shows uv −1.3 … 2.7 of a texture, and where a ray meets it. */
  const wall = (materialIndex: number): Mesh => {
    const mesh = quad([-1, -1, 0], [2, 0, 0], [0, 2, 0], materialIndex);
    return { ...mesh, uvs: mesh.uvs.map((uv) => uv * 4 - 1.3) };
  };
  const uvOf = ({ origin, direction }: TestRay): [number, number] => {
    const t = -origin[2] / direction[2];
    const at = (k: 0 | 1) => ((origin[k] + t * direction[k] + 1) / 2) * 4 - 1.3;
    return [at(0), at(1)];
  };
  const wallCamera = lookAt([0.1, -0.1, 1.5], [0.1, -0.1, 0], 1);

  const WRAPS: readonly Wrap[] = ['repeat', 'clamp', 'mirror'];
  const samplers = WRAPS.flatMap((wrapS) =>
    WRAPS.flatMap((wrapT) => [true, false].map((nearest) => ({ image: 0, wrapS, wrapT, nearest }))),
  );

  it('wraps and interpolates textures as glTF says', async () => {
    // One program for all: the materials differ, the shape of the scene does not.
    for (const texture of samplers) {
      const scene = sceneOf([wall(0)], [material({ emissive: [1, 2, 3], emissiveTexture: texture })], [image]);
      const shot: Shot = { scene, camera: wallCamera, width: 16, height: 16, spp: 1, bounces: 0 };
      const { params } = await prepare(shot);
      const picture = await render(gpu, shot);
      let apart = 0;
      for (let i = 0; i < 256; i++) {
        const [u, v] = uvOf(cameraRay(params, i % 16, i >> 4, 0));
        for (const channel of [0, 1, 2]) {
          const expected =
            (channel + 1) *
            sampled(texture, u, v, (texel) => SRGB_TO_LINEAR[image.rgba[4 * texel + channel] ?? 0] ?? 0);
          if (Math.abs((picture.rgb[3 * i + channel] ?? 0) - expected) > 1e-4) apart++;
        }
      }
      // With nearest, a ray on a texel's edge may fall to either side.
      expect(apart, JSON.stringify(texture)).toBeLessThanOrEqual(texture.nearest ? 3 : 0);
    }
  });

  it('masks by alpha, texel by texel', async () => {
    const texture: TextureSource = { image: 0, wrapS: 'repeat', wrapT: 'mirror', nearest: false };
    const masked = material({
      emissive: [1, 0, 0],
      alphaMode: 'mask',
      alphaCutoff: 0.45,
      baseColorTexture: texture,
      doubleSided: true,
    });
    const behind = quad([-9, -9, -1], [18, 0, 0], [0, 18, 0], 1);
    const scene = sceneOf([wall(0), behind], [masked, material({ emissive: [0, 1, 0] })], [image]);
    const shot: Shot = { scene, camera: wallCamera, width: 16, height: 16, spp: 1, bounces: 0 };
    const { params } = await prepare(shot);
    const picture = await render(gpu, shot);
    let through = 0;
    for (let i = 0; i < 256; i++) {
      const [u, v] = uvOf(cameraRay(params, i % 16, i >> 4, 0));
      const alpha = sampled(texture, u, v, (texel) => (image.rgba[4 * texel + 3] ?? 0) / 255);
      if (Math.abs(alpha - 0.45) < 1e-4) continue;
      const solid = alpha >= 0.45;
      if (!solid) through++;
      expect([picture.rgb[3 * i], picture.rgb[3 * i + 1]]).toEqual(solid ? [1, 0] : [0, 1]);
    }
    expect(through).toBeGreaterThan(20);
    expect(through).toBeLessThan(236);
  });

  it('blends by alpha in the mean, whatever lies in front, for light as for sight', async () => {
    const pane = (z: number): Mesh => quad([-3, -3, z], [6, 0, 0], [0, 6, 0], 0);
    const glass = material({ baseColor: [0, 0, 0, 0.3], metallic: 1, alphaMode: 'blend', doubleSided: true });
    const scene = (panes: readonly Mesh[]) =>
      sceneOf([...panes, quad([-9, -9, -1], [18, 0, 0], [0, 18, 0], 1)], [glass, material({ emissive: [0, 1, 0] })]);
    const shot = (panes: readonly Mesh[]): Shot => ({
      scene: scene(panes),
      camera: wallCamera,
      width: 8,
      height: 8,
      spp: 64,
      bounces: 0,
    });
    expect(meanOf(await render(gpu, shot([pane(0)])))).toBeCloseTo(0.7, 1);
    expect(meanOf(await render(gpu, shot([pane(0), pane(0.5)])))).toBeCloseTo(0.49, 1);
    // A lamp behind the pane lights a floor by what the pane lets through.
    const floor = quad([-2, -1, 1], [4, 0, 0], [0, 0, -2], 2);
    const lamp = quad([-0.3, 1, 0.3], [0, 0, -0.6], [0.6, 0, 0], 1);
    const cover = quad([-2, 0.5, 1], [4, 0, 0], [0, 0, -2], 0);
    const lit = async (meshes: readonly Mesh[]) =>
      meanOf(
        await render(gpu, {
          scene: sceneOf(meshes, [glass, material({ emissive: [0, 40, 0] }), material({})]),
          camera: lookAt([0, -0.5, 0.01], [0, -1, 0], 0.5),
          width: 8,
          height: 8,
          spp: 128,
          bounces: 1,
        }),
      );
    expect((await lit([floor, lamp, cover])) / (await lit([floor, lamp]))).toBeCloseTo(0.7, 1);
  });

  it('sees single-sided triangles from their front alone', async () => {
    const glow = material({ emissive: [1, 1, 1] });
    const shot = (mesh: Mesh, doubleSided: boolean): Shot => ({
      scene: sceneOf([mesh], [{ ...glow, doubleSided }]),
      camera: wallCamera,
      width: 4,
      height: 4,
      spp: 1,
      bounces: 0,
    });
    const front = quad([-9, -9, 0], [18, 0, 0], [0, 18, 0], 0);
    const back = quad([-9, -9, 0], [0, 18, 0], [18, 0, 0], 0);
    expect(meanOf(await render(gpu, shot(front, false)))).toBe(1);
    expect(meanOf(await render(gpu, shot(back, false)))).toBe(0);
    expect(meanOf(await render(gpu, shot(back, true)))).toBe(1);
  });

  it('shows the environment the right way round', async () => {
    // Columns from −X over −Z to +X and +Z back; rows from +Y.
    const rgb = new Float32Array(3 * 64 * 32);
    for (let y = 0; y < 32; y++) for (let x = 0; x < 64; x++) rgb.set([x + 1, y + 1, 8], 3 * (64 * y + x));
    const look = async (target: [number, number, number]) => {
      const picture = await render(gpu, {
        scene: sceneOf([], []),
        environment: { kind: 'map', width: 64, height: 32, rgb },
        camera: lookAt([0, 0, 0], target, 0.01),
        width: 2,
        height: 2,
        spp: 1,
        bounces: 0,
      });
      return [meanOf(picture, 0), meanOf(picture, 1)] as const;
    };
    expect((await look([1, 0, 0]))[0]).toBeCloseTo(32.5, 0);
    expect((await look([0, 0, -1]))[0]).toBeCloseTo(16.5, 0);
    expect((await look([0, 0, 1]))[0]).toBeCloseTo(48.5, 0);
    expect((await look([1, 0, 0]))[1]).toBeCloseTo(16.5, 0);
    expect((await look([0, 1, 0]))[1]).toBeCloseTo(1, 0);
    expect((await look([0, -1, 0]))[1]).toBeCloseTo(32, 0);
  });

  it('gives numbers, whatever it is given', async () => {
    const broken = quad([-0.5, -0.5, 0.2], [1, 0, 0], [0, 1, 0], 2);
    const meshes: Mesh[] = [
      box([-2, -2, -2], [2, 2, 2], 0, true),
      sphere([0, 0, 0], 0.4, 6, 1),
      // No normals, no texture coordinates that mean anything.
      { ...broken, normals: broken.normals.map(() => 0), uvs: broken.uvs.map((_, i) => (i % 2 ? Number.NaN : 1e30)) },
      { ...sphere([1, 0, 0], 0.3, 6, 2), normals: sphere([1, 0, 0], 0.3, 6, 2).normals.map((x) => -x) },
      // Degenerate, and nearly.
      { ...quad([0, 1, 0], [1, 0, 0], [1, 0, 0], 3) },
      { ...quad([0, 1, 0], [1, 0, 0], [1, 1e-5, 0], 3) },
      quad([-1, 1.9, -1], [1e-7, 0, 0], [0, 0, 1e-7], 3),
      // Inside of its own light.
      quad([-0.5, -0.5, 0.2], [1, 0, 0], [0, 1, 0], 3),
    ].flat();
    const scene = sceneOf(
      meshes,
      [
        material({ baseColor: [5, Number.NaN, -1, 2], roughness: Number.NaN, doubleSided: true }),
        material({ metallic: 7, roughness: -3, baseColor: [1, 1, 1, 1] }),
        material({
          baseColorTexture: { image: 0, wrapS: 'mirror', wrapT: 'repeat', nearest: false },
          alphaMode: 'blend',
          emissive: [0, 1e30, Number.NaN],
        }),
        material({ emissive: [1e9, 1, 0], doubleSided: true }),
      ],
      [image],
    );
    const sky = {
      kind: 'map' as const,
      width: 4,
      height: 2,
      rgb: Float32Array.from({ length: 24 }, (_, i) => (i === 4 ? 1e20 : i === 5 ? Number.NaN : 0)),
    };
    for (const environment of [sky, { kind: 'constant' as const, radiance: [1e30, 0, 1] as const }]) {
      // `render` throws when the result's structure is at fault.
      const picture = await render(gpu, {
        scene,
        environment,
        camera: lookAt([0.3, 0.2, 1.8], [0, 0, 0], 1.2),
        width: 16,
        height: 16,
        spp: 32,
        bounces: 6,
      });
      expect(picture.rgb.every((x) => x >= 0)).toBe(true);
      expect(meanOf(picture)).toBeGreaterThan(0);
    }
  });
});
