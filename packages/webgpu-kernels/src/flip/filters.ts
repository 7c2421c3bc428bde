/** The filters of FLIP, all of them products of a row's and a column's weights, or sums of two such products. */

/** Weights from −radius to radius along x and along y. */
export interface Separable {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/** One channel, row-major. */
export interface Plane {
  readonly width: number;
  readonly height: number;
  readonly values: Float64Array;
}

/** The contrast sensitivity's parts a·√(π/b)·exp(−π²·r²/b), r in degrees of vision (FLIP, table 1). */
const SENSITIVITY = {
  achromatic: [{ a: 1, b: 0.0047 }],
  redGreen: [{ a: 1, b: 0.0053 }],
  blueYellow: [
    { a: 34.1, b: 0.04 },
    { a: 13.5, b: 0.025 },
  ],
} as const;
const WIDEST = 0.04;

/** Width of a visible edge or point, degrees. */
const FEATURE_DEGREES = 0.082;

/** What the eye makes of the detail of one channel: a sum of filters whose weights add up to 1. */
export function sensitivity(channel: keyof typeof SENSITIVITY, pixelsPerDegree: number): readonly Separable[] {
  const radius = Math.ceil(3 * Math.sqrt(WIDEST / (2 * Math.PI ** 2)) * pixelsPerDegree);
  const parts = SENSITIVITY[channel].map(({ a, b }) => ({
    weight: a * Math.sqrt(Math.PI / b),
    profile: weights(radius, (i) => Math.exp((-(Math.PI ** 2) * (i / pixelsPerDegree) ** 2) / b)),
  }));
  const total = parts.reduce((all, { weight, profile }) => all + weight * sum(profile) ** 2, 0);
  return parts.map(({ weight, profile }) => ({ x: profile.map((w) => (w * weight) / total), y: profile }));
}

/**
 * Detectors along x of edges (a Gaussian's first derivative) and of points (its second). Their positive weights add up to 1,
 * and the negative ones to −1.
 */
export function detectors(pixelsPerDegree: number): { readonly edge: Separable; readonly point: Separable } {
  const sigma = 0.5 * FEATURE_DEGREES * pixelsPerDegree;
  const radius = Math.ceil(3 * sigma);
  const bell = (i: number) => Math.exp(-(i * i) / (2 * sigma * sigma));
  const y = weights(radius, bell);
  const across = y.map((w) => w / sum(y));
  return {
    edge: { x: balanced(weights(radius, (i) => -i * bell(i))), y: across },
    point: { x: balanced(weights(radius, (i) => ((i * i) / (sigma * sigma) - 1) * bell(i))), y: across },
  };
}

/** The same filter, along y. */
export function turned({ x, y }: Separable): Separable {
  return { x: y, y: x };
}

/** The plane under the sum of the filters; beyond its border the border goes on. */
export function filtered(plane: Plane, filters: readonly Separable[]): Plane {
  const { width, height } = plane;
  const values = new Float64Array(width * height);
  for (const { x, y } of filters) {
    const rows = along(plane, x, 1, width);
    along({ width, height, values: rows }, y, width, height).forEach((value, i) => {
      values[i] = (values[i] ?? 0) + value;
    });
  }
  return { width, height, values };
}

/** @param stride between neighbours in `values` along the filter's way; @param length of that way */
function along({ values }: Plane, profile: Float64Array, stride: number, length: number): Float64Array {
  const radius = (profile.length - 1) / 2;
  const out = new Float64Array(values.length);
  for (let i = 0; i < out.length; i++) {
    const place = Math.floor(i / stride) % length;
    const start = i - place * stride;
    let total = 0;
    for (let k = 0; k < profile.length; k++) {
      const from = Math.min(length - 1, Math.max(0, place + k - radius));
      total += (profile[k] ?? 0) * (values[start + from * stride] ?? 0);
    }
    out[i] = total;
  }
  return out;
}

function weights(radius: number, at: (i: number) => number): Float64Array {
  return Float64Array.from({ length: 2 * radius + 1 }, (_, k) => at(k - radius));
}

function balanced(list: Float64Array): Float64Array {
  const positive = sum(list.map((w) => Math.max(0, w)));
  const negative = -sum(list.map((w) => Math.min(0, w)));
  return list.map((w) => (w > 0 ? w / positive : w / negative));
}

function sum(list: Float64Array): number {
  return list.reduce((all, w) => all + w, 0);
}
