import { SHEEN_SIDE, SHEEN_WORDS } from './layout.js';

/**
 * What share of light a sheen lobe of white colour sends back: what is under it gets the rest. The lobe is Estevez and
 * Kulla's ("Production friendly microfacet sheen BRDF", 2017), as KHR_materials_sheen has it; sheen.wgsl computes the same.
 *
 * Rows are even steps of the roughness from LEAST_ROUGHNESS to 1, columns even steps of √cosine.
 */

export const LEAST_ROUGHNESS = 0.1;

const AZIMUTHS = 32;
const ELEVATIONS = 64;

let cached: Float32Array | undefined;

/** SHEEN_WORDS floats. Computed once. */
export function sheenTable(): Float32Array {
  cached ??= Float32Array.from({ length: SHEEN_WORDS }, (_, i) => {
    const roughness = LEAST_ROUGHNESS + ((1 - LEAST_ROUGHNESS) * Math.floor(i / SHEEN_SIDE)) / (SHEEN_SIDE - 1);
    const cosine = Math.max(((i % SHEEN_SIDE) / (SHEEN_SIDE - 1)) ** 2, 1e-4);
    return Math.min(sheenAlbedo(cosine, roughness), 1);
  });
  return cached;
}

/** ∫ D·V·cosine over the hemisphere, by the midpoint rule in azimuth and √cosine. */
export function sheenAlbedo(cosine: number, roughness: number): number {
  const sine = Math.sqrt(1 - cosine * cosine);
  let sum = 0;
  for (let j = 0; j < ELEVATIONS; j++) {
    const x = (j + 0.5) / ELEVATIONS;
    const inZ = x * x;
    const inSine = Math.sqrt(1 - inZ * inZ);
    for (let i = 0; i < AZIMUTHS; i++) {
      const phi = (Math.PI * (i + 0.5)) / AZIMUTHS;
      // dω = dµ dφ with µ = x²; half a turn counts twice.
      const weight = ((2 * x) / ELEVATIONS) * ((2 * Math.PI) / AZIMUTHS);
      sum +=
        weight * inZ * sheenLobe([sine, 0, cosine], [inSine * Math.cos(phi), inSine * Math.sin(phi), inZ], roughness);
    }
  }
  return sum;
}

type Direction = readonly [number, number, number];

/** The lobe (1/sr) for two directions above the surface, in the frame of its normal. */
export function sheenLobe(wo: Direction, wi: Direction, roughness: number): number {
  const alpha = roughness * roughness;
  const half = [wo[0] + wi[0], wo[1] + wi[1], wo[2] + wi[2]] as const;
  const hz = half[2] / Math.max(Math.hypot(...half), 1e-30);
  const sine = Math.sqrt(Math.max(0, 1 - hz * hz));
  const d = ((2 + 1 / alpha) * sine ** (1 / alpha)) / (2 * Math.PI);
  return d / ((1 + lambda(wo[2], alpha) + lambda(wi[2], alpha)) * 4 * wo[2] * wi[2]);
}

function lambda(cosine: number, alpha: number): number {
  return Math.exp(cosine < 0.5 ? fit(cosine, alpha) : 2 * fit(0.5, alpha) - fit(1 - cosine, alpha));
}

/** The paper's fit, its five coefficients between those of α = 1 and α = 0. */
function fit(x: number, alpha: number): number {
  const t = (1 - alpha) ** 2;
  const mix = (rough: number, smooth: number) => rough * (1 - t) + smooth * t;
  const a = mix(21.5473, 25.3245);
  const b = mix(3.82987, 3.32435);
  const c = mix(0.19823, 0.16801);
  const d = mix(-1.9776, -1.27393);
  const e = mix(-4.32054, -4.85967);
  return a / (1 + b * x ** c) + d * x + e;
}
