import { ALBEDO_SIDE, ALBEDO_WORDS } from './layout.js';

/**
 * What share of light a rough GGX surface sends back after one bounce: the kernel adds the rest as a second, wide lobe
 * (Kulla and Conty, "Revisiting physically based shading", 2017), so that a white furnace stays white.
 *
 * The albedo for Schlick's Fresnel term is F0·A + B (Karis, "Real shading in Unreal Engine 4", 2013). The table holds A
 * and B for ALBEDO_SIDE roughnesses (rows, even steps of √α) and ALBEDO_SIDE cosines (even steps of √cosine: the
 * albedo bends near grazing angles); then their averages over the hemisphere (2∫E(µ)µ dµ), a pair a roughness. The
 * averages integrate the interpolated table, so that what the kernel interpolates stays consistent with them.
 */

/** The smallest α that the kernel uses: smoother surfaces would leave what 32-bit floats can tell apart. */
export const MIN_ALPHA = 1e-3;

/** Quadrature points for one cell: errors stay below a thousandth. */
const POINTS = 1024;
const AVERAGE_STEPS = 512;

let cached: Float32Array | undefined;

/** ALBEDO_WORDS floats. Computed once. */
export function albedoTable(): Float32Array {
  cached ??= buildTable();
  return cached;
}

function buildTable(): Float32Array {
  const table = new Float32Array(ALBEDO_WORDS);
  const averages = 2 * ALBEDO_SIDE * ALBEDO_SIDE;
  for (let row = 0; row < ALBEDO_SIDE; row++) {
    const alpha = Math.max((row / (ALBEDO_SIDE - 1)) ** 2, MIN_ALPHA);
    for (let column = 0; column < ALBEDO_SIDE; column++) {
      const cosine = Math.max((column / (ALBEDO_SIDE - 1)) ** 2, 1e-4);
      table.set(specularAlbedo(cosine, alpha), 2 * (row * ALBEDO_SIDE + column));
    }
    let a = 0;
    let b = 0;
    for (let i = 0; i < AVERAGE_STEPS; i++) {
      // With µ = x², 2∫E(µ)µ dµ is 4∫E(x²)x³ dx.
      const x = (i + 0.5) / AVERAGE_STEPS;
      const weight = (4 * x ** 3) / AVERAGE_STEPS;
      const at = x * (ALBEDO_SIDE - 1);
      const column = Math.min(Math.floor(at), ALBEDO_SIDE - 2);
      const cell = 2 * (row * ALBEDO_SIDE + column);
      const mix = (k: number) =>
        (table[cell + k] ?? 0) * (1 - at + column) + (table[cell + 2 + k] ?? 0) * (at - column);
      a += weight * mix(0);
      b += weight * mix(1);
    }
    table.set([a, b], averages + 2 * row);
  }
  return table;
}

/**
 * A and B for one direction, by quadrature over visible normals (sampling: Dupuy and Benyoub, "Sampling visible GGX
 * normals with spherical caps", 2023; the weight of such a sample is F·G2/G1, Heitz 2018).
 * @param cosine of the angle between direction and normal
 */
export function specularAlbedo(cosine: number, alpha: number, points = POINTS): [a: number, b: number] {
  const sine = Math.sqrt(Math.max(0, 1 - cosine * cosine));
  const length = Math.hypot(sine * alpha, cosine);
  const sx = (sine * alpha) / length;
  const sz = cosine / length;
  const lambda = (z: number) => (-1 + Math.sqrt(1 + alpha * alpha * Math.max(0, 1 / (z * z) - 1))) / 2;
  const lambdaOut = lambda(cosine);
  let a = 0;
  let b = 0;
  for (let i = 0; i < points; i++) {
    // The integrand is symmetric: half a turn is enough. A Hammersley set; its other number is i with its bits reversed.
    const phi = (Math.PI * (i + 0.5)) / points;
    const cz = (1 - radicalInverse(i)) * (1 + sz) - sz;
    const radius = Math.sqrt(Math.max(0, 1 - cz * cz));
    const nx = (radius * Math.cos(phi) + sx) * alpha;
    const ny = radius * Math.sin(phi) * alpha;
    const nz = Math.max(0, cz + sz);
    const scale = 1 / Math.max(Math.hypot(nx, ny, nz), 1e-30);
    const dot = (nx * sine + nz * cosine) * scale;
    const inZ = 2 * dot * nz * scale - cosine;
    if (inZ <= 0) continue;
    const fresnel = (1 - Math.min(1, Math.max(0, dot))) ** 5;
    const weight = (1 + lambdaOut) / (1 + lambdaOut + lambda(inZ));
    a += weight * (1 - fresnel);
    b += weight * fresnel;
  }
  return [a / points, b / points];
}

/** Van der Corput's sequence in base 2. */
export function radicalInverse(index: number): number {
  let bits = index >>> 0;
  bits = ((bits >>> 1) & 0x5555_5555) | ((bits & 0x5555_5555) << 1);
  bits = ((bits >>> 2) & 0x3333_3333) | ((bits & 0x3333_3333) << 2);
  bits = ((bits >>> 4) & 0x0f0f_0f0f) | ((bits & 0x0f0f_0f0f) << 4);
  bits = ((bits >>> 8) & 0x00ff_00ff) | ((bits & 0x00ff_00ff) << 8);
  bits = (bits >>> 16) | (bits << 16);
  return ((bits >>> 0) + 0.5) / 2 ** 32;
}
