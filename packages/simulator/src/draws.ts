import { createRandom, type Random } from '@tabgrid/scheduler/random';

/** Seeded draws from the distributions that volunteers are made of. */

/**
 * A stream of its own for everything that is drawn separately, so that one more draw here changes nothing there.
 * FNV-1a over the path, then the finaliser of MurmurHash3 (both public domain).
 */
export function stream(seed: number, ...path: readonly (string | number)[]): Random {
  let h = 0x811c_9dc5;
  const text = `${seed}/${path.join('/')}`;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x0100_0193);
  h = Math.imul(h ^ (h >>> 16), 0x85eb_ca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2_ae35);
  return createRandom((h ^ (h >>> 16)) >>> 0);
}

/** Above 0 and at most 1, for logarithms. */
const positive = (random: Random) => 1 - random.next();

export function uniform(random: Random, low: number, high: number): number {
  return low + (high - low) * random.next();
}

export function exponential(random: Random, mean: number): number {
  return -mean * Math.log(positive(random));
}

/** Standard normal (Box and Muller 1958). */
export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(positive(random))) * Math.cos(2 * Math.PI * random.next());
}

/** @param sigma standard deviation of the logarithm */
export function logNormal(random: Random, median: number, sigma: number): number {
  return sigma === 0 ? median : median * Math.exp(sigma * normal(random));
}

export function weibull(random: Random, shape: number, scale: number): number {
  return scale * (-Math.log(positive(random))) ** (1 / shape);
}

/** Γ(x) for x > 0 (Lanczos, g = 7, n = 9; about 15 digits). */
export function gammaFunction(x: number): number {
  if (x < 0.5) return Math.PI / (Math.sin(Math.PI * x) * gammaFunction(1 - x));
  const z = x - 1;
  const sum = LANCZOS.reduce((total, c, i) => (i === 0 ? c : total + c / (z + i)), 0);
  const t = z + 7.5;
  return Math.sqrt(2 * Math.PI) * t ** (z + 0.5) * Math.exp(-t) * sum;
}

const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

export function weibullMean(shape: number, scale: number): number {
  return scale * gammaFunction(1 + 1 / shape);
}

/** Γ(shape, 1) for shape ≥ 1 (Marsaglia and Tsang 2000). */
export function gamma(random: Random, shape: number): number {
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normal(random);
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(positive(random)) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}

/**
 * A Weibull session that is going on at a random moment of the steady state: such a session is longer than others, in
 * proportion to its length (density x·f(x) ÷ mean, so that (x ÷ scale)^shape is gamma-distributed), and the moment is
 * uniform in it (renewal theory: the inspection paradox).
 */
export function weibullUnderWay(random: Random, shape: number, scale: number): { age: number; left: number } {
  const length = scale * gamma(random, 1 + 1 / shape) ** (1 / shape);
  const age = length * random.next();
  return { age, left: length - age };
}
