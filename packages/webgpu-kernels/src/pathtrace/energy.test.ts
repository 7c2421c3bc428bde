import { expect, it } from 'vitest';
import { albedoTable, specularAlbedo } from './energy.js';
import { ALBEDO_SIDE, ALBEDO_WORDS } from './layout.js';
import { referenceSurface } from './test-bsdf.js';

const table = albedoTable();

function interpolated(cosine: number, roughness: number): number {
  const x = Math.sqrt(cosine) * (ALBEDO_SIDE - 1);
  const y = roughness * (ALBEDO_SIDE - 1);
  const i = Math.min(Math.floor(x), ALBEDO_SIDE - 2);
  const j = Math.min(Math.floor(y), ALBEDO_SIDE - 2);
  const cell = (a: number, b: number) => {
    const at = 2 * (b * ALBEDO_SIDE + a);
    return (table[at] ?? 0) + (table[at + 1] ?? 0);
  };
  const row = (b: number) => cell(i, b) * (1 - x + i) + cell(i + 1, b) * (x - i);
  return row(j) * (1 - y + j) + row(j + 1) * (y - j);
}

it('holds shares between 0 and 1', () => {
  expect(table.length).toBe(ALBEDO_WORDS);
  for (let i = 0; i < table.length; i += 2) {
    expect(table[i]).toBeGreaterThanOrEqual(0);
    expect((table[i] ?? 2) + (table[i + 1] ?? 2)).toBeLessThanOrEqual(1 + 1e-6);
  }
});

it('loses nothing on a mirror, and what is known by hand on the roughest surface', () => {
  expect(interpolated(0.5, 0)).toBeCloseTo(1, 3);
  // Head-on at α = 1 the integral has a closed form: D is 1/π, and what is left is 2∫(2c − 1/c)dc from √½ to 1 = 1 − ln 2.
  const [a, b] = specularAlbedo(1, 1, 65_536);
  expect(a + b).toBeCloseTo(1 - Math.LN2, 4);
  expect(interpolated(1, 1)).toBeCloseTo(1 - Math.LN2, 3);
});

it('interpolates to within 2e-3 of finer quadrature', () => {
  for (const roughness of [0.22, 0.37, 0.5, 0.71, 0.9, 1]) {
    for (const cosine of [0.03, 0.1, 0.23, 0.4, 0.61, 0.83, 0.97]) {
      const [a, b] = specularAlbedo(cosine, roughness * roughness, 16_384);
      expect(Math.abs(interpolated(cosine, roughness) - a - b), `${roughness} ${cosine}`).toBeLessThan(2e-3);
    }
  }
});

it('averages over the hemisphere as the kernel interpolates', () => {
  for (const row of [0, 10, 20, 31]) {
    let sum = 0;
    const steps = 2000;
    for (let k = 0; k < steps; k++) {
      const cosine = (k + 0.5) / steps;
      sum += (2 * cosine * interpolated(cosine, row / (ALBEDO_SIDE - 1))) / steps;
    }
    const at = 2 * (ALBEDO_SIDE * ALBEDO_SIDE + row);
    expect((table[at] ?? 0) + (table[at + 1] ?? 0)).toBeCloseTo(sum, 4);
  }
});

it('makes a reciprocal surface that keeps all light, by quadrature over the hemisphere', () => {
  for (const [metallic, roughness] of [
    [0, 0.5],
    [0, 1],
    [1, 0.6],
    [1, 1],
    [0.5, 0.8],
  ] as const) {
    const surface = referenceSurface([1, metallic], roughness);
    const wo = [0.6, 0, 0.8] as const;
    let out = 0;
    const steps = 400;
    for (let i = 0; i < steps; i++) {
      for (let j = 0; j < steps; j++) {
        // Even in the cosine's square: each cell stands for π ÷ steps² of projected solid angle.
        const radius = Math.sqrt((i + 0.5) / steps);
        const phi = (2 * Math.PI * (j + 0.5)) / steps;
        const wi = [radius * Math.cos(phi), radius * Math.sin(phi), Math.sqrt(1 - radius * radius)] as const;
        const there = surface(wo, wi);
        out += (there * Math.PI) / steps ** 2;
        if (i % 97 === 0 && j % 89 === 0) expect(surface(wi, wo)).toBeCloseTo(there, 9);
      }
    }
    expect(Math.abs(out - 1), `${metallic} ${roughness}`).toBeLessThan(2e-3);
  }
});
