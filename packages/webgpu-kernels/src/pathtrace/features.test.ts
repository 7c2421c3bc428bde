import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GpuSession } from '../gpu-session.js';
import { nodeGpu } from '../node-gpu.js';
import { testSession } from '../test-gpu.js';
import { box, lookAt, material, quad, sceneOf, sphere } from './fixtures.js';
import type { EnvironmentSource, ImageSource, LightSource, MaterialSource, SceneSource } from './scene-source.js';
import { pixelSeedOf, sobolPair } from './test-camera.js';
import { meanOf, type Picture, prepare, render, type Shot } from './test-render.js';
import { SRGB_TO_LINEAR } from './texels.js';

/** What a scene's layers, lights and cameras do in a picture, against what is known by hand. On real WGSL. */

const reason = 'no WebGPU adapter for Node here';
const here = (await nodeGpu()) !== null;
const WHITE_SKY: EnvironmentSource = { kind: 'constant', radiance: [1, 1, 1] };
const NEAR: Pick<Shot, 'width' | 'height' | 'spp'> = { width: 4, height: 4, spp: 64 };

/** A wall of 2 m at z = 0, seen from the front. */
const wall = (surface: Partial<MaterialSource>, images: readonly ImageSource[] = []): SceneSource =>
  sceneOf([quad([-1, -1, 0], [2, 0, 0], [0, 2, 0], 0)], [material(surface)], images);
const ahead = lookAt([0, 0, 2], [0, 0, 0], 0.05);

const image = (texels: readonly (readonly [number, number, number, number])[]): ImageSource => ({
  width: texels.length,
  height: 1,
  rgba: Uint8Array.from(texels.flat()),
});
const texture = { image: 0, wrapS: 'repeat', wrapT: 'repeat', nearest: true } as const;

describe.skipIf(!here)(`features (else skipped: ${reason})`, { timeout: 300_000 }, () => {
  let gpu: GpuSession;
  beforeAll(async () => {
    const made = await testSession();
    if (!made) throw new Error(reason);
    gpu = made;
  });
  afterAll(() => gpu.close());

  const near = (picture: Picture, expected: number, tolerance = 0.02): void => {
    expect(Math.abs(meanOf(picture) / expected - 1), `${meanOf(picture)} instead of ${expected}`).toBeLessThan(
      tolerance,
    );
  };

  describe('punctual lights on a white matte wall', () => {
    // A matte white surface's radiance is its irradiance ÷ π, but for what its specular part changes.
    const matte = {
      roughness: 1,
      specular: { factor: 0, texture: null, color: [1, 1, 1], colorTexture: null },
    } as const;
    const lit = async (...lights: LightSource[]) =>
      render(gpu, { ...NEAR, scene: { ...wall(matte), lights }, camera: ahead, bounces: 1 });

    it('a point falls off with the square of the distance', async () => {
      near(await lit({ kind: 'point', position: [0, 0, 2], intensity: [8, 8, 8], range: Infinity }), 2 / Math.PI);
    });

    it('a range ends it', async () => {
      const far = await lit({ kind: 'point', position: [0, 0, 2], intensity: [8, 8, 8], range: 4 });
      near(far, (2 * (1 - 0.5 ** 4)) / Math.PI);
      expect(meanOf(await lit({ kind: 'point', position: [0, 0, 2], intensity: [8, 8, 8], range: 1.9 }))).toBe(0);
    });

    it('a sun comes from everywhere the same, at its slant', async () => {
      near(await lit({ kind: 'directional', direction: [0, -0.6, -0.8], intensity: [5, 5, 5] }), (5 * 0.8) / Math.PI);
    });

    it('a spot shines within its cone, with glTF’s fall-off', async () => {
      const spot = {
        kind: 'spot',
        position: [0, 0, 2],
        intensity: [8, 8, 8],
        range: Infinity,
        innerCone: 0.2,
      } as const;
      near(await lit({ ...spot, direction: [0, 0, -1], outerCone: 0.4 }), 2 / Math.PI);
      const aside = [Math.sin(0.3), 0, -Math.cos(0.3)] as const;
      const part = (Math.cos(0.3) - Math.cos(0.4)) / (Math.cos(0.2) - Math.cos(0.4));
      near(await lit({ ...spot, direction: aside, outerCone: 0.4 }), (2 * part ** 2) / Math.PI, 0.03);
      expect(meanOf(await lit({ ...spot, direction: [1, 0, 0], outerCone: 0.4 }))).toBe(0);
    });

    it('several lights add up, whatever is sampled, and one behind the wall adds nothing', async () => {
      const one: LightSource = { kind: 'point', position: [0, 0, 2], intensity: [8, 8, 8], range: Infinity };
      const sun: LightSource = { kind: 'directional', direction: [0, 0, -1], intensity: [1, 1, 1] };
      const behind: LightSource = { ...one, position: [0, 0, -2] };
      near(await lit(one, sun, behind), 3 / Math.PI, 0.08);
    });
  });

  it('lamps, points and a map light a coated, fuzzy box alike by every strategy', async () => {
    const scene: SceneSource = {
      ...sceneOf(
        [
          ...box([-1, -1, -1], [1, 1, 1], 0, true),
          quad([-0.4, 0.98, -0.4], [0.8, 0, 0], [0, 0, 0.8], 1),
          sphere([0.1, -0.4, 0], 0.5, 12, 2),
        ].slice(1),
        [
          material({ baseColor: [0.6, 0.6, 0.6, 1] }),
          material({ baseColor: [0, 0, 0, 1], emissive: [6, 6, 6], doubleSided: true }),
          material({
            baseColor: [0.7, 0.3, 0.2, 1],
            roughness: 0.6,
            clearcoat: { factor: 0.8, texture: null, roughness: 0.4, roughnessTexture: null },
            sheen: { color: [0.5, 0.5, 0.5], colorTexture: null, roughness: 0.6, roughnessTexture: null },
          }),
        ],
      ),
      lights: [{ kind: 'point', position: [0.6, 0.5, 0.6], intensity: [0.3, 0.3, 0.3], range: Infinity }],
    };
    const shot: Shot = {
      scene,
      camera: lookAt([0.2, 0, 0.9], [0, -0.3, 0], 1),
      width: 6,
      height: 6,
      spp: 512,
      block: 16,
    };
    const [mis, light, bsdf] = [
      await render(gpu, shot),
      await render(gpu, shot, 'light'),
      await render(gpu, shot, 'bsdf'),
    ];
    near(light, meanOf(mis), 0.04);
    near(bsdf, meanOf(mis), 0.05);
  });

  it('tinted glass absorbs as Beer and Lambert say', async () => {
    // A slab of 0.5 m, index 1.005: so little is bent or reflected that the sky behind is seen straight through.
    const slab = (distance: number) =>
      sceneOf(box([-5, -5, -0.5], [5, 5, 0], 0), [
        material({
          roughness: 0,
          ior: 1.005,
          transmission: {
            factor: 1,
            texture: null,
            volume: true,
            attenuationDistance: distance,
            attenuationColor: [0.25, 0.25, 0.25],
          },
        }),
      ]);
    const shot = { ...NEAR, environment: WHITE_SKY, camera: ahead, bounces: 4 };
    near(await render(gpu, { ...shot, scene: slab(0.5) }), 0.25);
    near(await render(gpu, { ...shot, scene: slab(1) }), 0.5);
    near(await render(gpu, { ...shot, scene: slab(Infinity) }), 1);
  });

  it.each([0, 0.4, 1])('a clear glass ball of roughness %d in a white furnace is not seen', async (roughness) => {
    const glass = { factor: 1, texture: null, volume: true, attenuationDistance: Infinity } as const;
    const ball = material({ roughness, transmission: { ...glass, attenuationColor: [1, 1, 1] } });
    const picture = await render(gpu, {
      scene: sceneOf([sphere([0, 0, 0], 1, 32, 0)], [ball]),
      environment: WHITE_SKY,
      camera: lookAt([0, 0, 3], [0, 0, 0], 0.6),
      width: 8,
      height: 8,
      spp: 256,
      bounces: 64,
    });
    // The albedo table is interpolated at every meeting with the surface.
    near(picture, 1, 0.02);
  });

  it('a thin wall lets light straight through, and takes its colour', async () => {
    const thin = { factor: 1, texture: null, volume: false, attenuationDistance: Infinity } as const;
    const scene = wall({
      baseColor: [1, 0.5, 1, 1],
      roughness: 0,
      doubleSided: true,
      transmission: { ...thin, attenuationColor: [1, 1, 1] },
    });
    const picture = await render(gpu, { ...NEAR, scene, environment: WHITE_SKY, camera: ahead, bounces: 2, spp: 1024 });
    // Reflected: F0 = 0.04 of white.
    near(picture, 0.04 + 0.96 * 0.5);
  });

  it('an unlit surface shows its colour, whatever the light', async () => {
    const picture = await render(gpu, {
      ...NEAR,
      scene: wall({ baseColor: [1, 0.3, 0, 1], unlit: true }),
      camera: ahead,
    });
    near(picture, 0.3, 1e-4);
  });

  it('vertex colours are interpolated, and multiply the base colour', async () => {
    const plain = wall({ baseColor: [1, 0.5, 1, 1], unlit: true });
    // Green from 0 on the left to 1 on the right.
    const colors = Float32Array.of(1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1);
    near(await render(gpu, { ...NEAR, scene: { ...plain, colors }, camera: ahead }), 0.25, 0.01);
  });

  it('two hundred textures are each shown where they belong', async () => {
    const count = 200;
    const byte = (i: number, channel: number) => (i * ([97, 61, 29][channel] ?? 0) + 40 * channel) % 256;
    const tiles = Array.from({ length: count }, (_, i) =>
      quad([i % 20, Math.floor(i / 20), 0], [1, 0, 0], [0, 1, 0], i),
    );
    const surfaces = Array.from({ length: count }, (_, i) =>
      material({ unlit: true, baseColorTexture: { ...texture, image: i } }),
    );
    // Of two colours each, so that none shrinks to a texel.
    const images = Array.from({ length: count }, (_, i) =>
      image([
        [byte(i, 0), byte(i, 1), 0, 255],
        [byte(i, 0), byte(i, 1), byte(i, 2), 255],
      ]),
    );
    const camera = { ...lookAt([10, 5, 10], [10, 5, 0], 1), orthographicHeight: 10 };
    const picture = await render(gpu, {
      scene: sceneOf(tiles, surfaces, images),
      camera,
      width: 40,
      height: 20,
      spp: 1,
      bounces: 0,
    });
    const linear = (code: number) => SRGB_TO_LINEAR[code] ?? Number.NaN;
    for (let i = 0; i < count; i++) {
      // Rows of the picture go down, and each texture takes two of its columns.
      const pixel = (19 - 2 * Math.floor(i / 20)) * 40 + 2 * (i % 20);
      const right = [...picture.rgb.subarray(3 * pixel + 3, 3 * pixel + 6)];
      expect(right[0], `${i}`).toBeCloseTo(linear(byte(i, 0)), 5);
      expect(right[1], `${i}`).toBeCloseTo(linear(byte(i, 1)), 5);
      expect(right[2], `${i}`).toBeCloseTo(linear(byte(i, 2)), 5);
      expect(picture.rgb[3 * pixel + 2], `${i}`).toBe(0);
    }
  });

  it('textures follow their transform and their set of coordinates', async () => {
    const texels = image([
      [255, 0, 0, 255],
      [255, 255, 0, 255],
      [255, 0, 0, 255],
      [255, 0, 0, 255],
    ]);
    const seen = async (part: Partial<MaterialSource['baseColorTexture']>, uvs1?: Float32Array) => {
      const scene = wall({ unlit: true, baseColorTexture: { ...texture, ...part } }, [texels]);
      const camera = lookAt([0.2, 0, 2], [0.2, 0, 0], 0.05);
      return meanOf(await render(gpu, { ...NEAR, scene: uvs1 ? { ...scene, uvs1 } : scene, camera }));
    };
    // u = 0.6 lies in the third texel, without green.
    expect(await seen({})).toBe(0);
    expect(await seen({ transform: [1, 0, -0.15, 0, 1, 0] })).toBe(1);
    // All of the second set lies in the second texel.
    expect(await seen({ set: 1 }, new Float32Array(8).fill(0.375))).toBe(1);
  });

  it('a normal map tilts the light, by the mesh’s tangents or along its texture coordinates', async () => {
    // 45° towards the tangent.
    const tilt: readonly [number, number, number, number] = [218, 128, 218, 255];
    const lit = async (tangents?: Float32Array, scale = 1) => {
      const scene = wall({ roughness: 1, normalTexture: { texture, scale } }, [image([tilt])]);
      const lights: LightSource[] = [{ kind: 'directional', direction: [-1, 0, 0], intensity: [3, 3, 3] }];
      const shot = { ...NEAR, camera: ahead, bounces: 1 };
      return meanOf(await render(gpu, { ...shot, scene: { ...scene, lights, ...(tangents && { tangents }) } }));
    };
    const along = await lit();
    // Light from +X grazes the wall itself, and meets the tilted normal at 45°.
    expect(along).toBeGreaterThan((0.9 * 3 * Math.SQRT1_2) / Math.PI);
    expect(along).toBeLessThan((1.1 * 3 * Math.SQRT1_2) / Math.PI);
    expect(await lit(new Float32Array(16))).toBeCloseTo(along, 5);
    const own = (x: number) => Float32Array.from([0, 1, 2, 3].flatMap(() => [x, 0, 0, 1]));
    expect(await lit(own(1))).toBeCloseTo(along, 2);
    // Turned around, the light comes from behind the tilted normal.
    expect(await lit(own(-1))).toBeLessThan(0.05);
    expect(await lit(undefined, -1)).toBeLessThan(0.05);
  });

  it('an orthographic camera sees the same size at every distance', async () => {
    const scene = sceneOf(
      [quad([-0.25, -0.25, 0], [0.5, 0, 0], [0, 0.5, 0], 0), quad([0.35, -0.25, -30], [0.5, 0, 0], [0, 0.5, 0], 0)],
      [material({ unlit: true })],
    );
    const camera = { ...lookAt([0, 0, 2], [0, 0, 0], 0.5), orthographicHeight: 2 };
    const picture = await render(gpu, { scene, camera, width: 32, height: 32, spp: 16, bounces: 0 });
    // Two squares of ½ m in a picture of 2 × 2 m.
    near(picture, 0.125, 0.01);
  });

  it('a lens blurs what is not at its distance, and keeps the light', async () => {
    const scene = sceneOf([quad([-0.1, -0.1, 0], [0.2, 0, 0], [0, 0.2, 0], 0)], [material({ unlit: true })]);
    const seen = async (lens: { radius: number; distance: number }) => {
      const camera = { ...lookAt([0, 0, 2], [0, 0, 0], 0.4), lens };
      const shot = { scene, camera, width: 24, height: 24, spp: 256, bounces: 0 };
      const picture = await render(gpu, shot);
      const partial = Array.from({ length: 576 }, (_, i) => picture.rgb[3 * i] ?? 0).filter(
        (x) => x > 0.02 && x < 0.98,
      );
      return { mean: meanOf(picture), partial: partial.length };
    };
    const sharp = await seen({ radius: 0.1, distance: 2 });
    const blurred = await seen({ radius: 0.1, distance: 1 });
    expect(blurred.partial).toBeGreaterThan(3 * sharp.partial);
    expect(blurred.mean / sharp.mean).toBeGreaterThan(0.95);
    expect(blurred.mean / sharp.mean).toBeLessThan(1.05);
  });

  it('fireflies are clamped only where the job says so, and direct light never', async () => {
    const scene = sceneOf(box([-1, -1, -1], [1, 1, 1], 0, true), [material({ roughness: 1, emissive: [2, 2, 2] })]);
    const shot = { ...NEAR, scene, camera: lookAt([0, 0, 0], [1, 0.2, 0.1], 1), bounces: 6 };
    const free = meanOf(await render(gpu, shot));
    expect(free).toBeGreaterThan(13);
    const clamped = meanOf(await render(gpu, { ...shot, clamp: 0.5 }));
    // 2 seen and 2 lit stay; what came over more surfaces is at most ½ each time.
    expect(clamped).toBeGreaterThan(4);
    expect(clamped).toBeLessThan(7);
  });

  it('the kernel’s random pairs are Sobol’s: every block of 2^k samples of a pixel fills each elementary interval once', () => {
    for (const [pixel, pair] of [
      [0, 0],
      [77, 3],
    ] as const) {
      const points = Array.from({ length: 16 }, (_, i) => sobolPair(i, pixelSeedOf(pixel, 5), pair));
      for (let k = 0; k <= 4; k++) {
        const cells = new Set(
          points.map(([x, y]) => `${Math.floor((x / 2 ** 32) * 2 ** k)} ${Math.floor((y / 2 ** 32) * 2 ** (4 - k))}`),
        );
        expect(cells.size).toBe(16);
      }
    }
  });

  it('NaN-proof: layers with whatever numbers give finite pictures', async () => {
    const odd = Number.NaN;
    const scene = sceneOf(
      [sphere([0, 0, 0], 1, 8, 0)],
      [
        material({
          ior: odd,
          normalTexture: { texture, scale: odd },
          transmission: { factor: 0.5, texture, volume: true, attenuationDistance: 0, attenuationColor: [odd, -1, 2] },
          clearcoat: { factor: 2, texture: null, roughness: -1, roughnessTexture: null },
          sheen: { color: [odd, 1e9, 1], colorTexture: null, roughness: 0, roughnessTexture: null },
          specular: { factor: 1, texture: null, color: [odd, 1e30, 0], colorTexture: null },
          iridescence: {
            factor: 1,
            texture: null,
            ior: 0,
            thickness: { minimum: odd, maximum: 1e30 },
            thicknessTexture: null,
          },
        }),
      ],
      [image([[0, 0, 0, 0]])],
    );
    const lights: LightSource[] = [
      { kind: 'point', position: [odd, 0, 0], intensity: [1, 1, 1], range: 1 },
      { kind: 'point', position: [0, 0, 1.001], intensity: [1e30, 1, 1], range: odd },
      {
        kind: 'spot',
        position: [0, 3, 0],
        direction: [0, 0, 0],
        intensity: [1, 1, 1],
        range: 0,
        innerCone: 1,
        outerCone: 0,
      },
    ];
    const shot = {
      scene: { ...scene, lights },
      camera: lookAt([0, 0, 3], [0, 0, 0], 0.8),
      width: 8,
      height: 8,
      spp: 16,
    };
    expect((await prepare(shot)).params.scene.counts.punctual).toBe(2);
    // render() itself fails on a sum that is not a number.
    expect((await render(gpu, { ...shot, environment: WHITE_SKY })).rgb.every(Number.isFinite)).toBe(true);
  });
});
