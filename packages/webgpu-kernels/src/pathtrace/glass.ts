import { MIN_ALPHA, radicalInverse } from './energy.js';
import { GLASS_SIDE, GLASS_WORDS } from './layout.js';

/**
 * What share of light a rough interface between air and a dielectric passes on after one meeting with its facets, both
 * reflected and refracted (Walter et al., "Microfacet models for refraction through rough surfaces", 2007). The kernel
 * divides by it, so that glass of any roughness loses nothing.
 *
 * Two tables, for light that comes from outside and from inside: rows are even steps of √α, columns of √cosine.
 */

const POINTS = 1024;

/** GLASS_WORDS floats for one index of refraction. */
export function glassTable(ior: number): Float32Array {
  return Float32Array.from({ length: GLASS_WORDS }, (_, i) => {
    const eta = i < GLASS_SIDE * GLASS_SIDE ? 1 / ior : ior;
    const row = Math.floor(i / GLASS_SIDE) % GLASS_SIDE;
    const alpha = Math.max((row / (GLASS_SIDE - 1)) ** 2, MIN_ALPHA);
    const cosine = Math.max(((i % GLASS_SIDE) / (GLASS_SIDE - 1)) ** 2, 1e-4);
    return Math.max(glassAlbedo(cosine, alpha, eta), 0.05);
  });
}

/**
 * By quadrature over visible normals; a sample's weight is F·G2/G1 reflected and (1 − F)·G2/G1 refracted.
 * @param eta index of refraction where the light is ÷ index beyond the surface
 */
export function glassAlbedo(cosine: number, alpha: number, eta: number, points = POINTS): number {
  const sine = Math.sqrt(Math.max(0, 1 - cosine * cosine));
  const length = Math.hypot(sine * alpha, cosine);
  const sx = (sine * alpha) / length;
  const sz = cosine / length;
  const lambda = (z: number) => (-1 + Math.sqrt(1 + alpha * alpha * Math.max(0, 1 / (z * z) - 1))) / 2;
  const lambdaOut = lambda(cosine);
  const masked = (z: number) => (1 + lambdaOut) / (1 + lambdaOut + lambda(z));
  let sum = 0;
  for (let i = 0; i < points; i++) {
    const phi = (Math.PI * (i + 0.5)) / points;
    const cz = (1 - radicalInverse(i)) * (1 + sz) - sz;
    const radius = Math.sqrt(Math.max(0, 1 - cz * cz));
    const nx = (radius * Math.cos(phi) + sx) * alpha;
    const ny = radius * Math.sin(phi) * alpha;
    const nz = Math.max(0, cz + sz);
    const scale = 1 / Math.max(Math.hypot(nx, ny, nz), 1e-30);
    const dot = Math.min(1, Math.max(0, (nx * sine + nz * cosine) * scale));
    const hz = nz * scale;
    const fresnel = dielectricFresnel(dot, eta);
    const reflected = 2 * dot * hz - cosine;
    if (reflected > 0) sum += fresnel * masked(reflected);
    const under = 1 - eta * eta * (1 - dot * dot);
    if (under <= 0) continue;
    const refracted = (eta * dot - Math.sqrt(under)) * hz - eta * cosine;
    if (refracted < 0) sum += (1 - fresnel) * masked(refracted);
  }
  return sum / points;
}

/** Fresnel's equations for unpolarised light; 1 beyond the critical angle. */
export function dielectricFresnel(cosine: number, eta: number): number {
  const under = 1 - eta * eta * (1 - cosine * cosine);
  if (under <= 0) return 1;
  const beyond = Math.sqrt(under);
  const s = (eta * cosine - beyond) / (eta * cosine + beyond);
  const p = (cosine - eta * beyond) / (cosine + eta * beyond);
  return (s * s + p * p) / 2;
}
