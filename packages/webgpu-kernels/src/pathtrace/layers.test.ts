import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GpuSession } from '../gpu-session.js';
import { nodeGpu } from '../node-gpu.js';
import { testSession } from '../test-gpu.js';
import type { MaterialSource, Vec3 } from './scene-source.js';
import { createLobe, type Lobe, type LobeQuery, sphereGrid } from './test-lobe.js';

/** Every layer's lobe: its sampler against its density, its energy, its symmetry. On real WGSL. */

const reason = 'no WebGPU adapter for Node here';
const here = (await nodeGpu()) !== null;

const GLASS = {
  factor: 1,
  texture: null,
  volume: true,
  attenuationDistance: Infinity,
  attenuationColor: [1, 1, 1],
} as const;
const THIN = { ...GLASS, volume: false } as const;
const fuzz = (roughness: number) =>
  ({ color: [1, 1, 1], colorTexture: null, roughness, roughnessTexture: null }) as const;
const coat = (roughness: number) => ({ factor: 1, texture: null, roughness, roughnessTexture: null }) as const;
const film = { factor: 1, texture: null, ior: 1.3, thickness: { minimum: 100, maximum: 400 }, thicknessTexture: null };

const towards = (cosine: number): Vec3 => [Math.sqrt(1 - cosine * cosine), 0, cosine];

describe.skipIf(!here)(`layers (else skipped: ${reason})`, { timeout: 300_000 }, () => {
  let gpu: GpuSession;
  let lobe: Lobe;
  beforeAll(async () => {
    const made = await testSession();
    if (!made) throw new Error(reason);
    gpu = made;
    lobe = createLobe(gpu);
  });
  afterAll(() => gpu.close());

  /** Layers by name; where one is chosen by chance, 0 chooses the topmost. */
  const LOBES: readonly [string, Omit<LobeQuery, 'wo'>][] = [
    ['metal', { material: { metallic: 1, roughness: 0.5 } }],
    ['rough metal', { material: { metallic: 1, roughness: 1 } }],
    ['dielectric over white', { material: { roughness: 0.4 } }],
    [
      'specular extension',
      {
        material: {
          roughness: 0.5,
          ior: 1.8,
          specular: { factor: 0.7, texture: null, color: [1, 1, 0.5], colorTexture: null },
        },
      },
    ],
    ['coat', { material: { roughness: 1, clearcoat: coat(0.5) }, chance: 0 }],
    ['base under a coat', { material: { roughness: 1, clearcoat: coat(0.5) } }],
    ['smooth sheen', { material: { sheen: fuzz(0.3) }, chance: 0 }],
    ['rough sheen', { material: { sheen: fuzz(1) }, chance: 0 }],
    ['thin wall', { material: { roughness: 0.5, transmission: THIN }, chance: 0 }],
    ['glass from outside', { material: { roughness: 0.5, transmission: GLASS }, chance: 0 }],
    ['glass from inside', { material: { roughness: 0.6, transmission: GLASS }, chance: 0, inside: true }],
    ['dense glass', { material: { roughness: 0.7, ior: 2.4, transmission: GLASS }, chance: 0 }],
    ['film on metal', { material: { metallic: 1, roughness: 0.5, iridescence: film } }],
  ];

  const ROWS = 16;
  const COLUMNS = 16;
  /** Points of the grid a bin and axis: a bin's density is their mean. */
  const FINE = 16;

  it.each(LOBES)('%s: the sampler follows its density (chi-square)', async (_, query) => {
    for (const cosine of [0.95, 0.2]) {
      const asked = { ...query, wo: towards(cosine) };
      const count = 30_000;
      const samples = await lobe.sampled(asked, count);
      const grid = await lobe.evaluated(asked, sphereGrid(ROWS * FINE, COLUMNS * FINE));
      const expected = new Float64Array(ROWS * COLUMNS);
      const share = (4 * Math.PI) / grid.length;
      for (const { direction, density } of grid) {
        const bin = binOf(direction);
        expected[bin] = (expected[bin] ?? 0) + density * share * count;
      }
      const seen = new Float64Array(ROWS * COLUMNS);
      for (const { direction, density } of samples) {
        // A direction without density is one that the path ends at.
        if (density > 0) seen[binOf(direction)] = (seen[binOf(direction)] ?? 0) + 1;
      }
      const { chi2, freedom } = chiSquare(seen, expected);
      // Wilson and Hilferty: the cube root of chi² ÷ freedom is nearly normal; 4.5 σ of it, and the grid's own error.
      const z = ((chi2 / freedom) ** (1 / 3) - (1 - 2 / (9 * freedom))) / Math.sqrt(2 / (9 * freedom));
      expect(freedom).toBeGreaterThan(5);
      expect(z, `cosine ${cosine}: chi² ${chi2} over ${freedom}`).toBeLessThan(4.5);
    }
  });

  function binOf([x, y, z]: Vec3): number {
    const row = Math.min(ROWS - 1, Math.max(0, Math.floor(((z + 1) / 2) * ROWS)));
    const turn = Math.atan2(y, x) / (2 * Math.PI);
    const column = Math.min(COLUMNS - 1, Math.floor((turn < 0 ? turn + 1 : turn) * COLUMNS));
    return row * COLUMNS + column;
  }

  /** Bins that expect few are put together. */
  function chiSquare(seen: Float64Array, expected: Float64Array): { chi2: number; freedom: number } {
    let [chi2, freedom, restSeen, restExpected] = [0, -1, 0, 0];
    expected.forEach((e, i) => {
      const s = seen[i] ?? 0;
      if (e < 20) {
        restSeen += s;
        restExpected += e;
        return;
      }
      // The midpoint rule's own error, a hundredth of a bin.
      chi2 += (s - e) ** 2 / (e + (0.01 * e) ** 2);
      freedom++;
    });
    if (restExpected > 5) {
      chi2 += (restSeen - restExpected) ** 2 / (restExpected + (0.05 * restExpected) ** 2);
      freedom++;
    }
    return { chi2, freedom };
  }

  const mean = async (query: LobeQuery, count = 60_000) => {
    const samples = await lobe.sampled(query, count);
    return samples.reduce((sum, { value, density }) => sum + (density > 0 ? value / density : 0), 0) / count;
  };

  it('the sampled albedo is the integral of the lobe', async () => {
    for (const [name, query] of LOBES) {
      const asked = { ...query, wo: towards(0.6) };
      const grid = await lobe.evaluated(asked, sphereGrid(256, 256));
      const integral = grid.reduce((sum, { value }) => sum + value, 0) * ((4 * Math.PI) / grid.length);
      expect(Math.abs((await mean(asked)) / integral - 1), name).toBeLessThan(0.03);
    }
  });

  const ROUGH = [0, 0.1, 0.3, 0.6, 1];
  it.each(ROUGH)(
    'nothing is lost at roughness %d: every layer over white, averaged over its choice',
    async (roughness) => {
      const whites: readonly [string, Partial<MaterialSource>, boolean?][] = [
        ['metal', { metallic: 1, roughness }],
        ['dielectric', { roughness }],
        ['mixed', { metallic: 0.5, roughness }],
        [
          'specular factor',
          { roughness, specular: { factor: 0.3, texture: null, color: [1, 1, 1], colorTexture: null } },
        ],
        ['high index', { roughness, ior: 2.4 }],
        ['coat', { roughness: 1, clearcoat: coat(roughness) }],
        ['sheen', { roughness: 1, sheen: fuzz(roughness) }],
        ['coat over sheen over metal', { metallic: 1, roughness, sheen: fuzz(0.5), clearcoat: coat(roughness) }],
        ['thin wall', { roughness, transmission: THIN }],
        ['glass', { roughness, transmission: GLASS }],
        ['glass within', { roughness, transmission: GLASS }, true],
        ['half glass', { roughness, metallic: 0.5, transmission: { ...GLASS, factor: 0.5 } }],
      ];
      for (const [name, surface, inside = false] of whites) {
        for (const cosine of [0.9, 0.3]) {
          const sum = await mean({ material: surface, wo: towards(cosine), chance: 'any', inside });
          expect(Math.abs(sum - 1), `${name}, cosine ${cosine}: ${sum}`).toBeLessThan(0.02);
        }
      }
    },
  );

  it('is reciprocal where it reflects: base, coat and sheen', async () => {
    const pairs = sphereGrid(12, 12).filter(([, , z]) => z > 0.05);
    for (const [name, query] of LOBES.filter(([name]) => !/glass|thin|under|film/.test(name))) {
      for (const wo of [towards(0.8), towards(0.3)]) {
        const there = await lobe.evaluated({ ...query, wo }, pairs);
        // The layer's weight belongs to the direction of view, not to the lobe.
        const weight = async (from: Vec3) => {
          const [one] = await lobe.evaluated({ ...query, wo: from }, [from]);
          return one?.value ?? 0;
        };
        for (const i of [3, 20, 41]) {
          const wi = pairs[i];
          if (!wi) continue;
          const [back] = await lobe.evaluated({ ...query, wo: wi }, [wo]);
          const scale = query.chance === 0 ? await weightRatio(query, wo, wi) : 1;
          expect(await weight(wo), name).toBeGreaterThan(0);
          const a = (there[i]?.value ?? 0) / wi[2];
          const b = ((back?.value ?? 0) / wo[2]) * scale;
          expect(Math.abs(a - b) / Math.max(a, b, 1e-6), `${name}: ${a} and ${b}`).toBeLessThan(2e-3);
        }
      }
    }
  });

  /** A chosen layer's lobe is divided by the chance of its choice, which depends on the direction of view. */
  async function weightRatio(query: Omit<LobeQuery, 'wo'>, wo: Vec3, wi: Vec3): Promise<number> {
    const chanceFor = async (direction: Vec3): Promise<number> => {
      let [low, high] = [0, 1];
      const first = (await lobe.evaluated({ ...query, wo: direction, chance: 0 }, [direction]))[0]?.value;
      for (let i = 0; i < 20; i++) {
        const middle = (low + high) / 2;
        const value = (await lobe.evaluated({ ...query, wo: direction, chance: middle }, [direction]))[0]?.value;
        if (value === first) low = middle;
        else high = middle;
      }
      return low;
    };
    return (await chanceFor(wi)) / (await chanceFor(wo));
  }
});
