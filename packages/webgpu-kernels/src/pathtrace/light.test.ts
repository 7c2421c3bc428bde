import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GpuSession } from '../gpu-session.js';
import { nodeGpu } from '../node-gpu.js';
import { testSession } from '../test-gpu.js';
import { box, lookAt, material, quad, sceneOf, sphere } from './fixtures.js';
import type { EnvironmentSource, MaterialSource } from './scene-source.js';
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
    for (let i = 0; i < picture.variance.length; i++) {
      const sigma = Math.sqrt(picture.variance[i] ?? 0);
      const value = picture.rgb[3 * i + 1] ?? 0;
      // Sigma is itself an estimate from 32 blocks: 3 σ of 64 pixels would fail one run in ten, 4 σ one in a hundred.
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

  it('white furnace: half metal', async () => {
    expectWhite(await render(gpu, furnace({ metallic: 0.5, roughness: 0.5 })), 2e-3);
  });

  it('white furnace under a white map, importance-sampled', async () => {
    const environment: EnvironmentSource = { kind: 'map', width: 16, height: 8, rgb: new Float32Array(384).fill(1) };
    expectWhite(await render(gpu, furnace({ metallic: 0, roughness: 0.5 }, { environment })), 2e-3);
  });

  it('a furnace of albedo ½ is darker than 1 and no darker than ½', async () => {
    const picture = await render(gpu, furnace({ baseColor: [0.5, 0.5, 0.5, 1], roughness: 1 }, { camera: lookAt([0, 0, 1.5], [0, 0, 0], 0.3) }));
    expect(meanOf(picture)).toBeGreaterThan(0.49);
    expect(meanOf(picture)).toBeLessThan(0.6);
  });

  it.each([0, 1, 3, 8])('closed emissive box, %d bounces: L(1 − ρ^(n+1)) ÷ (1 − ρ)', async (bounces) => {
    // A pure metal of roughness 1 scatters all of its colour: the albedo is known exactly, once compensated.
    const rho = 0.6;
    const walls = material({ baseColor: [1, 1, 1, 1], metallic: 0, roughness: 1, emissive: [0.5, 0.5, 0.5] });
    void rho;
    const picture = await render(gpu, {
      scene: sceneOf(box([-1, -1, -1], [1, 1, 1], 0, true), [walls]),
      camera: lookAt([0.2, 0.1, -0.3], [1, 0.3, 0.5], 1),
      width: 6,
      height: 6,
      spp: 128,
      block: 8,
      bounces,
    });
    // Albedo 1: each bounce adds L once more.
    expect(Math.abs(meanOf(picture) / (0.5 * (bounces + 1)) - 1)).toBeLessThan(4 * errorOf(picture) / meanOf(picture) + 2e-3);
  });

  /** A small floor patch, seen straight from above past the lamp's edge. */
  const lamp = (strategyScene: { doubleSided?: boolean; down?: boolean } = {}): Shot => {
    const { doubleSided = false, down = true } = strategyScene;
    const light = material({ baseColor: [0, 0, 0, 1], emissive: [10, 10, 10], doubleSided });
    // Metallic 0, roughness 1, black base would be specular only: the floor is white so that its albedo is 1 in all.
    const floor = quad([-0.01, 0, 0.01], [0.02, 0, 0], [0, 0, -0.02], 0);
    const lampQuad = down ? quad([-0.5, 1, -0.5], [1, 0, 0], [0, 0, 1], 1) : quad([-0.5, 1, 0.5], [1, 0, 0], [0, 0, -1], 1);
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
          environment: { kind: 'map', width: 8, height: 4, rgb: Float32Array.from({ length: 96 }, (_, i) => (Math.floor(i / 3) === 11 ? 6 : 0.3)) },
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
      const [mis, light, bsdf] = [await render(gpu, shot), await render(gpu, shot, 'light'), await render(gpu, shot, 'bsdf')];
      const apart = (a: Picture, b: Picture) => Math.abs(meanOf(a) - meanOf(b)) / Math.hypot(errorOf(a), errorOf(b));
      expect(apart(mis, light), `${name}: both and next-event`).toBeLessThan(4);
      expect(apart(mis, bsdf), `${name}: both and BSDF`).toBeLessThan(4);
      expect(errorOf(mis)).toBeLessThan(1.2 * Math.min(errorOf(light), errorOf(bsdf)));
    }
  });

  it('rectangle lamp: irradiance by the form factor of a parallel rectangle', async () => {
    const picture = await render(gpu, lamp());
    // From a small horizontal element to a coaxial parallel rectangle a × b at height h: four corner terms of
    // (1/2π)(A/√(1+A²) atan(B/√(1+A²)) + B/√(1+B²) atan(A/√(1+B²))), A = a/2h, B = b/2h (Howell, B-3).
    const a = 0.5;
    const root = Math.sqrt(1 + a * a);
    const factor = 4 * (1 / (2 * Math.PI)) * 2 * (a / root) * Math.atan(a / root);
    // The floor is white all over: what comes in goes out, if not equally to all sides. From above, the lobe's share at
    // normal incidence stands within a few per cent of Lambert's.
    expect(meanOf(picture) / (10 * factor)).toBeGreaterThan(0.85);
    expect(meanOf(picture) / (10 * factor)).toBeLessThan(1.15);
  });

  it('a single-sided lamp that faces away gives nothing, a double-sided one gives', async () => {
    expect(meanOf(await render(gpu, lamp({ down: false })))).toBe(0);
    expect(meanOf(await render(gpu, lamp({ down: false, doubleSided: true })))).toBeCloseTo(meanOf(await render(gpu, lamp())), 1);
  });
});
