import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GpuSession } from '../gpu-session.js';
import { nodeGpu } from '../node-gpu.js';
import { testSession } from '../test-gpu.js';
import { box, lookAt, material, quad, sceneOf, sphere } from './fixtures.js';
import type { EnvironmentSource, MaterialSource } from './scene-source.js';
import { referenceSurface } from './test-bsdf.js';
import { meanOf, type Picture, render, type Shot } from './test-render.js';

/** Light that is known by hand: furnaces, boxes, rectangles. On real WGSL. */

const reason = 'no WebGPU adapter for Node here';
const here = (await nodeGpu()) !== null;
const WHITE_SKY: EnvironmentSource = { kind: 'constant', radiance: [1, 1, 1] };

/** Standard error of a picture's mean green. */
function errorOf(picture: Picture): number {
  return Math.sqrt(picture.variance.reduce((sum, x) => sum + x, 0)) / picture.variance.length;
}

describe.skipIf(!here)(`light (else skipped: ${reason})`, { timeout: 300_000 }, () => {
  let gpu: GpuSession;
  beforeAll(async () => {
    const made = await testSession();
    if (!made) throw new Error(reason);
    gpu = made;
  });
  afterAll(() => gpu.close());

  /** A sphere (and a wall behind it) under a white sky: whoever looks sees white, whatever the surface. */
  const furnace = (surface: Partial<MaterialSource>, overrides: Partial<Shot> = {}): Shot => ({
    scene: sceneOf([sphere([0, 0, 0], 1, 24, 0)], [material(surface)]),
    environment: WHITE_SKY,
    camera: lookAt([0, 0, 3], [0, 0, 0], 0.8),
    width: 8,
    height: 8,
    spp: 256,
    block: 8,
    bounces: 8,
    ...overrides,
  });

  /** Every pixel 1 within 3 σ, and within what the albedo table's interpolation may be off. */
  function expectWhite(picture: Picture, tableError = 0): void {
    const mean = picture.variance.reduce((sum, x) => sum + x, 0) / picture.variance.length;
    for (let i = 0; i < picture.variance.length; i++) {
      // A pixel's own estimate is low where a rare bright sample has not come yet.
      const sigma = Math.sqrt(Math.max(picture.variance[i] ?? 0, mean));
      const value = picture.rgb[3 * i + 1] ?? 0;
      // Of 64 pixels one in six runs has one beyond 3 σ by chance, one in two hundred beyond 4.
      expect(Math.abs(value - 1), `pixel ${i}: ${value} ± ${sigma}`).toBeLessThanOrEqual(4 * sigma + tableError + 1e-5);
    }
    expect(Math.abs(meanOf(picture) - 1)).toBeLessThanOrEqual(3 * errorOf(picture) + tableError + 1e-5);
  }

  it.each([0, 0.2, 0.4, 0.6, 0.8, 1])('white furnace: metal of roughness %d', async (roughness) => {
    expectWhite(await render(gpu, furnace({ metallic: 1, roughness })), 2e-3);
  });

  it.each([0, 0.3, 0.6, 1])('white furnace: dielectric of roughness %d over white', async (roughness) => {
    expectWhite(await render(gpu, furnace({ metallic: 0, roughness })), 2e-3);
  });

  it.each([0, 0.5, 1])('white furnace: what reflects everything (an index of 0), roughness %d', async (roughness) => {
    // A base that would swallow all that gets in; and a volume, into which nothing does.
    const black = { metallic: 0, roughness, baseColor: [0, 0, 0, 1], ior: 0 } as const;
    const glass = {
      factor: 1,
      texture: null,
      volume: true,
      attenuationDistance: 1e-3,
      attenuationColor: [0, 0, 0],
    } as const;
    expectWhite(await render(gpu, furnace(black)), 2e-3);
    expectWhite(await render(gpu, furnace({ ...black, transmission: glass })), 2e-3);
  });

  it('a mirror of a huge index reflects all but what gets in: ((n − 1) ÷ (n + 1))²', async () => {
    const at = (ior: number) =>
      render(
        gpu,
        furnace(
          { metallic: 0, roughness: 0, baseColor: [0, 0, 0, 1], ior },
          { camera: lookAt([0, 0, 3], [0, 0, 0], 0.05) },
        ),
      );
    expect(meanOf(await at(1e6))).toBeCloseTo(0.9996, 3);
    expect(meanOf(await at(20))).toBeCloseTo((19 / 21) ** 2, 3);
  });

  it('white furnace: half metal', async () => {
    expectWhite(await render(gpu, furnace({ metallic: 0.5, roughness: 0.5 })), 2e-3);
  });

  it('white furnace under a white map, importance-sampled', async () => {
    const environment: EnvironmentSource = { kind: 'map', width: 16, height: 8, rgb: new Float32Array(384).fill(1) };
    expectWhite(await render(gpu, furnace({ metallic: 0, roughness: 0.5 }, { environment })), 2e-3);
  });

  it('a furnace of albedo ½ is darker than 1 and no darker than ½', async () => {
    const picture = await render(
      gpu,
      furnace({ baseColor: [0.5, 0.5, 0.5, 1], roughness: 1 }, { camera: lookAt([0, 0, 1.5], [0, 0, 0], 0.3) }),
    );
    expect(meanOf(picture)).toBeGreaterThan(0.49);
    expect(meanOf(picture)).toBeLessThan(0.6);
  });

  it.each([0, 1, 3, 8])('closed white box that shines, %d bounces: every bounce adds L once more', async (bounces) => {
    // L(1 − ρ^(n+1)) ÷ (1 − ρ) for an albedo ρ of 1.
    const picture = await render(gpu, {
      scene: sceneOf(box([-1, -1, -1], [1, 1, 1], 0, true), [material({ roughness: 1, emissive: [0.5, 0.5, 0.5] })]),
      camera: lookAt([0.2, 0.1, -0.3], [1, 0.3, 0.5], 1),
      width: 6,
      height: 6,
      spp: 128,
      block: 8,
      bounces,
    });
    const expected = 0.5 * (bounces + 1);
    expect(Math.abs(meanOf(picture) - expected)).toBeLessThan(4 * errorOf(picture) + 2e-3 * expected);
  });

  /** A small floor patch, seen straight from above past the lamp's edge. */
  const lamp = (strategyScene: { doubleSided?: boolean; down?: boolean } = {}): Shot => {
    const { doubleSided = false, down = true } = strategyScene;
    const light = material({ baseColor: [0, 0, 0, 1], emissive: [10, 10, 10], doubleSided });
    // Metallic 0, roughness 1, black base would be specular only: the floor is white so that its albedo is 1 in all.
    const floor = quad([-0.01, 0, 0.01], [0.02, 0, 0], [0, 0, -0.02], 0);
    const lampQuad = down
      ? quad([-0.5, 1, -0.5], [1, 0, 0], [0, 0, 1], 1)
      : quad([-0.5, 1, 0.5], [1, 0, 0], [0, 0, -1], 1);
    return {
      scene: sceneOf([floor, lampQuad], [material({ roughness: 1 }), light]),
      camera: lookAt([0, 0.5, 0], [0, 0, 0], 0.01),
      width: 4,
      height: 4,
      spp: 512,
      block: 16,
      bounces: 1,
    };
  };

  it('next-event only, BSDF only and both agree in the mean, and both is the quietest', async () => {
    const scenes: [string, Shot][] = [
      ['a lamp', lamp()],
      [
        'a room with a glossy floor, a lamp and a map',
        {
          scene: sceneOf(
            [
              quad([-2, 0, 2], [4, 0, 0], [0, 0, -4], 0),
              sphere([0, 0.6, 0], 0.5, 8, 1),
              quad([-0.6, 2, -0.6], [1.2, 0, 0], [0, 0, 1.2], 2),
            ],
            [
              material({ metallic: 1, roughness: 0.4, baseColor: [0.8, 0.8, 0.8, 1] }),
              material({ roughness: 0.6, baseColor: [0.7, 0.7, 0.7, 1] }),
              material({ baseColor: [0, 0, 0, 1], emissive: [4, 4, 4], doubleSided: true }),
            ],
          ),
          environment: {
            kind: 'map',
            width: 8,
            height: 4,
            rgb: Float32Array.from({ length: 96 }, (_, i) => (Math.floor(i / 3) === 11 ? 6 : 0.3)),
          },
          camera: lookAt([0, 1.5, 3], [0, 0.5, 0], 0.8),
          width: 8,
          height: 8,
          spp: 512,
          block: 16,
          bounces: 3,
        },
      ],
    ];
    for (const [name, shot] of scenes) {
      const [mis, light, bsdf] = [
        await render(gpu, shot),
        await render(gpu, shot, 'light'),
        await render(gpu, shot, 'bsdf'),
      ];
      const apart = (a: Picture, b: Picture) => Math.abs(meanOf(a) - meanOf(b)) / Math.hypot(errorOf(a), errorOf(b));
      expect(apart(mis, light), `${name}: both and next-event`).toBeLessThan(4);
      expect(apart(mis, bsdf), `${name}: both and BSDF`).toBeLessThan(4);
      expect(errorOf(mis)).toBeLessThan(1.2 * Math.min(errorOf(light), errorOf(bsdf)));
    }
  });

  it('rectangle lamp: what its irradiance makes of the floor, by quadrature over the lamp', async () => {
    const picture = await render(gpu, { ...lamp(), spp: 2048 });
    const floor = referenceSurface([1, 0], 1);
    let expected = 0;
    let irradiance = 0;
    const steps = 200;
    for (let i = 0; i < steps; i++) {
      for (let j = 0; j < steps; j++) {
        const [x, y] = [(i + 0.5) / steps - 0.5, (j + 0.5) / steps - 0.5];
        const squared = x * x + y * y + 1;
        const cosine = 1 / Math.sqrt(squared);
        const geometry = (cosine * cosine) / squared / steps ** 2;
        irradiance += 10 * geometry;
        expected += 10 * floor([0, 0, 1], [x * cosine, y * cosine, cosine]) * geometry;
      }
    }
    // The quadrature itself against the closed form of a coaxial parallel rectangle, A = B = ½ (Howell, B-3).
    const root = Math.sqrt(1.25);
    expect(irradiance / (10 * Math.PI)).toBeCloseTo((4 / Math.PI) * (0.5 / root) * Math.atan(0.5 / root), 4);
    expect(Math.abs(meanOf(picture) - expected)).toBeLessThan(4 * errorOf(picture) + 3e-3 * expected);
  });

  it.each([
    // Closed forms of two unit squares (Howell, C-11 and C-14): facing each other at distance 1, and with an edge in common.
    ['facing', quad([-0.5, 1, -0.5], [1, 0, 0], [0, 0, 1], 1), 0.199_825],
    ['at a right angle', quad([-0.5, 0, -0.5], [1, 0, 0], [0, 1, 0], 1), 0.200_044],
  ] as const)(
    'form factor of squares %s: what of the lamp’s light all of the floor gets',
    async (_, lampSquare, factor) => {
      const matte = material({
        roughness: 1,
        baseColor: [0.5, 0.5, 0.5, 1],
        specular: { factor: 0, texture: null, color: [1, 1, 1], colorTexture: null },
      });
      const shining = material({ baseColor: [0, 0, 0, 1], emissive: [10, 10, 10], doubleSided: true });
      const picture = await render(gpu, {
        scene: sceneOf([quad([-0.5, 0, 0.5], [1, 0, 0], [0, 0, -1], 0), lampSquare], [matte, shining]),
        // Sees the floor and nothing else.
        camera: { ...lookAt([0, 0.9, 0], [0, 0, 0], 1), orthographicHeight: 1 },
        width: 16,
        height: 16,
        spp: 1024,
        bounces: 1,
      });
      const expected = 10 * 0.5 * factor;
      expect(Math.abs(meanOf(picture) - expected)).toBeLessThan(4 * errorOf(picture) + 1e-3 * expected);
    },
  );

  it('errors fall as 1/√N at least', async () => {
    const shot: Shot = {
      scene: sceneOf(
        [...box([-1, -1, -1], [1, 1, 1], 0, true), quad([-0.4, 0.98, -0.4], [0.8, 0, 0], [0, 0, 0.8], 1)],
        [material({ roughness: 1, baseColor: [0.7, 0.7, 0.7, 1] }), material({ emissive: [8, 8, 8] })],
      ),
      camera: lookAt([0, 0, 0.9], [0, -0.2, -1], 1),
      width: 12,
      height: 12,
      bounces: 3,
    };
    const right = await render(gpu, { ...shot, spp: 2048, block: 128, seed: 77 });
    const error = async (spp: number) => {
      const { rgb } = await render(gpu, { ...shot, spp });
      return Math.sqrt(rgb.reduce((sum, x, i) => sum + (x - (right.rgb[i] ?? 0)) ** 2, 0) / rgb.length);
    };
    const errors = [await error(4), await error(16), await error(64)];
    for (const [i, after] of errors.slice(1).entries()) {
      // Half as much for four times the samples; Sobol's points do better where the light is smooth.
      expect((errors[i] ?? 0) / after).toBeGreaterThan(1.75);
    }
    expect((errors[0] ?? 0) / (errors.at(-1) ?? 1)).toBeGreaterThan(3.8);
  });

  it('a single-sided lamp that faces away gives nothing, a double-sided one gives', async () => {
    expect(meanOf(await render(gpu, lamp({ down: false })))).toBe(0);
    expect(meanOf(await render(gpu, lamp({ down: false, doubleSided: true })))).toBeCloseTo(
      meanOf(await render(gpu, lamp())),
      1,
    );
  });
});
