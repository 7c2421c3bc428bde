import { expect, it } from 'vitest';
import { albedoTable, specularAlbedo } from './energy.js';
import { ALBEDO_SIDE, ALBEDO_WORDS } from './layout.js';

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
  const [a, b] = specularAlbedo(1, 1, 256);
  expect(a + b).toBeCloseTo(1 - Math.LN2, 5);
  expect(interpolated(1, 1)).toBeCloseTo(1 - Math.LN2, 3);
});

it('interpolates to within 6e-3 of finer quadrature', () => {
  for (const roughness of [0.22, 0.37, 0.5, 0.71, 0.9, 1]) {
    for (const cosine of [0.03, 0.1, 0.23, 0.4, 0.61, 0.83, 0.97]) {
      const [a, b] = specularAlbedo(cosine, roughness * roughness, 128);
      expect(Math.abs(interpolated(cosine, roughness) - a - b), `${roughness} ${cosine}`).toBeLessThan(6e-3);
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
