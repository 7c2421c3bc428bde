import { albedoTable, MIN_ALPHA } from './energy.js';
import { ALBEDO_SIDE } from './layout.js';

/** The kernel's surface in double-precision JavaScript, one channel, for tests: written from the formulas, not from the WGSL. */

type Direction = readonly [number, number, number];

const DIELECTRIC = 0.04;

/** @returns the BRDF (1/sr) for two directions in the frame of the normal */
export function referenceSurface([colour, metallic]: readonly [number, number], roughness: number) {
  const alpha = Math.max(roughness * roughness, MIN_ALPHA);
  const f0 = DIELECTRIC * (1 - metallic) + colour * metallic;
  const mean = pair(averageAt(alpha));
  const wideOf = (reflectance: number) => {
    const fresnel = reflectance + (1 - reflectance) / 21;
    return (fresnel ** 2 * mean.both) / (1 - fresnel * (1 - mean.both));
  };
  const dielectricWide = wideOf(DIELECTRIC);
  const wide = dielectricWide * (1 - metallic) + wideOf(colour) * metallic;
  const left = ({ a, b, both }: ReturnType<typeof pair>) => 1 - DIELECTRIC * a - b - dielectricWide * (1 - both);
  return (wo: Direction, wi: Direction): number => {
    const sum = [wo[0] + wi[0], wo[1] + wi[1], wo[2] + wi[2]] as const;
    const length = Math.hypot(...sum);
    const hz = sum[2] / length;
    const d = alpha ** 2 / (Math.PI * (hz ** 2 * (alpha ** 2 - 1) + 1) ** 2);
    const lambda = (z: number) => (Math.sqrt(1 + alpha ** 2 * (1 / z ** 2 - 1)) - 1) / 2;
    const dot = (wo[0] * sum[0] + wo[1] * sum[1] + wo[2] * sum[2]) / length;
    const fresnel = f0 + (1 - f0) * (1 - dot) ** 5;
    const specular = (fresnel * d) / (4 * wo[2] * wi[2] * (1 + lambda(wo[2]) + lambda(wi[2])));
    const out = pair(albedoAt(wo[2], alpha));
    const into = pair(albedoAt(wi[2], alpha));
    const again = (wide * (1 - out.both) * (1 - into.both)) / (1 - mean.both);
    const base = (colour * (1 - metallic) * left(out) * left(into)) / left(mean);
    return specular + (again + base) / Math.PI;
  };
}

function pair([a, b]: readonly [number, number]) {
  return { a, b, both: a + b };
}

function albedoAt(cosine: number, alpha: number): [number, number] {
  const table = albedoTable();
  const x = Math.sqrt(cosine) * (ALBEDO_SIDE - 1);
  const y = Math.sqrt(alpha) * (ALBEDO_SIDE - 1);
  const [i, j] = [Math.min(Math.floor(x), ALBEDO_SIDE - 2), Math.min(Math.floor(y), ALBEDO_SIDE - 2)];
  const at = (k: number) => {
    const cell = (column: number, row: number) => table[2 * (row * ALBEDO_SIDE + column) + k] ?? 0;
    const line = (row: number) => cell(i, row) * (1 - x + i) + cell(i + 1, row) * (x - i);
    return line(j) * (1 - y + j) + line(j + 1) * (y - j);
  };
  return [at(0), at(1)];
}

function averageAt(alpha: number): [number, number] {
  const table = albedoTable();
  const y = Math.sqrt(alpha) * (ALBEDO_SIDE - 1);
  const j = Math.min(Math.floor(y), ALBEDO_SIDE - 2);
  const at = (row: number, k: number) => table[2 * (ALBEDO_SIDE ** 2 + row) + k] ?? 0;
  return [at(j, 0) * (1 - y + j) + at(j + 1, 0) * (y - j), at(j, 1) * (1 - y + j) + at(j + 1, 1) * (y - j)];
}
