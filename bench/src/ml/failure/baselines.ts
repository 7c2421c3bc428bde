import { HORIZON_MS } from '@tabgrid/ml/observation';

/** Simple rules that a learned failure model has to beat: fitted to the training trace, they answer for the next minute. */

export interface Sample {
  readonly ageMs: number;
  readonly recencyMs: number;
  readonly left: boolean;
}

export type Rule = (sample: Omit<Sample, 'left'>) => number;

/** As often as in training, whoever it is. */
export function baseRate(samples: readonly Sample[]): Rule {
  const rate = samples.filter(({ left }) => left).length / samples.length;
  return () => rate;
}

/** Session lengths of a Weibull distribution: likeliest shape and scale by a grid that is made finer four times. */
export function weibull(samples: readonly Sample[]): Rule {
  let [shape, scale, width] = [Math.log(0.6), Math.log(150_000), 2];
  for (let round = 0; round < 4; round++, width /= 3) {
    let best = Number.NEGATIVE_INFINITY;
    const [aroundShape, aroundScale] = [shape, scale];
    for (let i = -4; i <= 4; i++) {
      for (let j = -4; j <= 4; j++) {
        const [k, s] = [aroundShape + (i * width) / 4, aroundScale + (j * width) / 4];
        const likelihood = logLikelihood(samples, weibullRule(Math.exp(k), Math.exp(s)));
        if (likelihood > best) [best, shape, scale] = [likelihood, k, s];
      }
    }
  }
  return weibullRule(Math.exp(shape), Math.exp(scale));
}

function weibullRule(shape: number, scaleMs: number): Rule {
  const summed = (ageMs: number) => (ageMs / scaleMs) ** shape;
  return ({ ageMs }) => -Math.expm1(summed(ageMs) - summed(ageMs + HORIZON_MS));
}

function logLikelihood(samples: readonly Sample[], rule: Rule): number {
  return samples.reduce((sum, s) => {
    const p = Math.min(1 - 1e-9, Math.max(1e-9, rule(s)));
    return sum + Math.log(s.left ? p : 1 - p);
  }, 0);
}

/** Logistic regression on log age and log time since the last result. */
export function ageAndRecency(samples: readonly Sample[]): Rule {
  const inputs = ({ ageMs, recencyMs }: Omit<Sample, 'left'>) => [
    1,
    Math.log1p(ageMs / 1000),
    Math.log1p(recencyMs / 1000),
  ];
  const weights = logistic(
    samples.map((s) => ({ x: inputs(s), y: s.left ? 1 : 0 })),
    3,
  );
  return (s) => sigmoid(dot(weights, inputs(s)));
}

const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));
const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0);

/** Newton's method on the log likelihood, hardly penalised. */
function logistic(rows: readonly { readonly x: readonly number[]; readonly y: number }[], size: number): number[] {
  let weights = new Array<number>(size).fill(0);
  for (let round = 0; round < 12; round++) {
    const gradient = weights.map((w) => -w * 1e-3);
    const hessian = weights.map((_, i) => weights.map((_, j): number => (i === j ? 1e-3 : 0)));
    for (const { x, y } of rows) {
      const p = sigmoid(dot(weights, x));
      for (let i = 0; i < size; i++) {
        gradient[i] = (gradient[i] ?? 0) + (y - p) * (x[i] ?? 0);
        const row = hessian[i] ?? [];
        for (let j = 0; j < size; j++) row[j] = (row[j] ?? 0) + p * (1 - p) * (x[i] ?? 0) * (x[j] ?? 0);
      }
    }
    const step = solve(hessian, gradient);
    weights = weights.map((w, i) => w + (step[i] ?? 0));
  }
  return weights;
}

/** Gaussian elimination of a symmetric positive definite system. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, i) => [...row, right[i] ?? 0]);
  const n = rows.length;
  for (const [i, pivot] of rows.entries()) {
    for (const [j, row] of rows.entries()) {
      if (i === j) continue;
      const factor = (row[i] ?? 0) / (pivot[i] ?? 1);
      for (let k = i; k <= n; k++) row[k] = (row[k] ?? 0) - factor * (pivot[k] ?? 0);
    }
  }
  return rows.map((row, i) => (row[n] ?? 0) / (row[i] ?? 1));
}
