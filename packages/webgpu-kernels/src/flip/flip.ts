import { fromYCxCz, hyab, linearOf, type Triple, toHuntLab, toYCxCz } from './colour.js';
import { detectors, filtered, type Plane, type Separable, sensitivity, turned } from './filters.js';

/**
 * FLIP: how different two pictures look to somebody who flips between them, for tests that compare a picture with one that
 * is known to be right. Written from Andersson, Nilsson, Akenine-Möller, Oskarsson, Åström and Fairchild, “FLIP: A Difference
 * Evaluator for Alternating Images”, Proc. ACM Comput. Graph. Interact. Tech. 3(2), 2020, whose constants these are.
 */

/** 8-bit sRGB, four channels a pixel of which the fourth is not looked at, rows from the top. */
export interface Picture8 {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8Array;
}

export interface FlipOptions {
  /** How fine the pixels look. 67: a 4K screen 0.7 m wide, from 0.7 m. */
  readonly pixelsPerDegree?: number;
}

const COLOUR_EXPONENT = 0.7;
const FEATURE_EXPONENT = 0.5;
/** Colour differences below this share of the largest take up this share of the scale. */
const KNEE = 0.4;
const KNEE_SHARE = 0.95;

/** The largest difference between colours of a screen, as they are compared: green and blue. */
const LARGEST = hyab(toHuntLab([0, 1, 0]), toHuntLab([0, 0, 1])) ** COLOUR_EXPONENT;

/**
 * The difference of every pixel, 0 (the same) to 1, row-major.
 * @throws RangeError where the pictures differ in size, or one has not as many bytes as it should
 */
export function flipMap(a: Picture8, b: Picture8, { pixelsPerDegree = 67 }: FlipOptions = {}): Float64Array {
  const { width, height } = a;
  for (const { rgba } of [a, b]) {
    if (a.width !== b.width || a.height !== b.height || rgba.length !== 4 * width * height)
      throw new RangeError(`pictures of ${a.width}×${a.height} and ${b.width}×${b.height} pixels cannot be compared`);
  }
  const [p, q] = [opponents(a), opponents(b)];
  const [lookA, lookB] = [colours(p, pixelsPerDegree), colours(q, pixelsPerDegree)];
  const [featuresA, featuresB] = [features(p[0], pixelsPerDegree), features(q[0], pixelsPerDegree)];
  return Float64Array.from({ length: width * height }, (_, i) => {
    const colour = spread(hyab(lookA[i] ?? BLACK, lookB[i] ?? BLACK) ** COLOUR_EXPONENT);
    const edge = Math.abs((featuresA.edges[i] ?? 0) - (featuresB.edges[i] ?? 0));
    const point = Math.abs((featuresA.points[i] ?? 0) - (featuresB.points[i] ?? 0));
    const feature = (Math.max(edge, point) / Math.SQRT2) ** FEATURE_EXPONENT;
    return colour ** (1 - feature);
  });
}

/** The mean of {@link flipMap}. */
export function flip(a: Picture8, b: Picture8, options?: FlipOptions): number {
  const map = flipMap(a, b, options);
  return map.reduce((sum, x) => sum + x, 0) / map.length;
}

const BLACK: Triple = [0, 0, 0];

/** Y, Cx and Cz as planes. */
function opponents({ width, height, rgba }: Picture8): readonly [Plane, Plane, Plane] {
  const plane = (): Plane => ({ width, height, values: new Float64Array(width * height) });
  const planes = [plane(), plane(), plane()] as const;
  for (let i = 0; i < width * height; i++) {
    const rgb: Triple = [linearOf(rgba[4 * i] ?? 0), linearOf(rgba[4 * i + 1] ?? 0), linearOf(rgba[4 * i + 2] ?? 0)];
    toYCxCz(rgb).forEach((value, c) => {
      const values = planes[c]?.values;
      if (values) values[i] = value;
    });
  }
  return planes;
}

/** What the eye sees of each pixel's surroundings, as colours to be compared. */
function colours(planes: readonly [Plane, Plane, Plane], pixelsPerDegree: number): readonly Triple[] {
  const [Y, Cx, Cz] = (['achromatic', 'redGreen', 'blueYellow'] as const).map((channel, c) =>
    filtered(planes[c] ?? planes[0], sensitivity(channel, pixelsPerDegree)),
  );
  return Array.from(planes[0].values, (_, i) => {
    const [r, g, b] = fromYCxCz([Y?.values[i] ?? 0, Cx?.values[i] ?? 0, Cz?.values[i] ?? 0]);
    return toHuntLab([shown(r), shown(g), shown(b)]);
  });
}

/** Strengths of edges and points in the achromatic channel, whatever their direction. */
function features({ width, height, values }: Plane, pixelsPerDegree: number) {
  const light = { width, height, values: values.map((Y) => (Y + 16) / 116) };
  const { edge, point } = detectors(pixelsPerDegree);
  const strength = (detector: Separable): Float64Array => {
    const y = filtered(light, [turned(detector)]).values;
    return filtered(light, [detector]).values.map((x, i) => Math.hypot(x, y[i] ?? 0));
  };
  return { edges: strength(edge), points: strength(point) };
}

function shown(channel: number): number {
  return Math.min(1, Math.max(0, channel));
}

/** Differences of colour spread over 0 to 1, with less room for the largest. */
function spread(difference: number): number {
  const knee = KNEE * LARGEST;
  return difference < knee
    ? (KNEE_SHARE * difference) / knee
    : KNEE_SHARE + ((1 - KNEE_SHARE) * (difference - knee)) / (LARGEST - knee);
}
