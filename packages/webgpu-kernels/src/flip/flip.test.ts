import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromYCxCz, toHuntLab, toYCxCz } from './colour.js';
import { detectors, filtered, sensitivity } from './filters.js';
import { flip, flipMap, type Picture8 } from './flip.js';

const SIDE = 24;

/** A picture by a function of place; colours 0–255. */
function picture(at: (x: number, y: number) => readonly [number, number, number], side = SIDE): Picture8 {
  const rgba = new Uint8Array(4 * side * side);
  for (let i = 0; i < side * side; i++) rgba.set([...at(i % side, Math.floor(i / side)), 255], 4 * i);
  return { width: side, height: side, rgba };
}

const grey = (level: number) => picture(() => [level, level, level]);
/** Numbers between −1 and 1 that look like noise. */
const noise = (x: number, y: number) => ((((x * 73 + y * 179) * 2_654_435_761) >>> 8) % 1000) / 500 - 1;
const noisy = (amount: number) => picture((x, y) => [120 + amount * noise(x, y), 120 + amount * noise(y, x), 120]);
const anyPicture = fc
  .uint8Array({ minLength: 4 * 64, maxLength: 4 * 64 })
  .map((rgba): Picture8 => ({ width: 8, height: 8, rgba }));

describe('FLIP', () => {
  it('is 0 for the same picture, and within 0 and 1 and the same both ways for any two', () => {
    fc.assert(
      fc.property(anyPicture, anyPicture, (a, b) => {
        expect(flip(a, a)).toBe(0);
        const [there, back] = [flipMap(a, b), flipMap(b, a)];
        expect(there.every((x) => x >= 0 && x <= 1)).toBe(true);
        there.forEach((x, i) => void expect(back[i]).toBeCloseTo(x, 12));
      }),
      { numRuns: 30 },
    );
  });

  it('gives evenly coloured pictures what the formulas give by hand', () => {
    // L* 0 and 100: 100^0.7 = 25.12, of at most 203.3^0.7 = 41.26, of which 0.4 is the knee.
    expect(flip(grey(0), grey(255))).toBeCloseTo(0.95 + (0.05 * (25.12 - 16.51)) / (41.26 - 16.51), 3);
    // The largest difference that there is.
    expect(
      flip(
        picture(() => [0, 255, 0]),
        picture(() => [0, 0, 255]),
      ),
    ).toBeCloseTo(1, 6);
    // L* of the grey 119 is 50.03, of 122 51.21: below the knee.
    expect(flip(grey(119), grey(122))).toBeCloseTo((0.95 * 1.177 ** 0.7) / 16.51, 3);
  });

  it('grows with noise', () => {
    const errors = [4, 16, 64].map((amount) => flip(noisy(0), noisy(amount)));
    expect(errors).toEqual(errors.toSorted((a, b) => a - b));
    expect(errors[0]).toBeGreaterThan(0);
  });

  it('sees a patch where it is, and a little around it', () => {
    const patch = picture((x, y) => (x >= 4 && x < 8 && y >= 14 && y < 18 ? [230, 60, 60] : [120, 120, 120]));
    const map = flipMap(grey(120), patch);
    const at = (x: number, y: number) => map[y * SIDE + x] ?? 0;
    expect(at(6, 16)).toBeGreaterThan(0.5);
    expect(at(9, 16)).toBeGreaterThan(0.02);
    expect(at(9, 16)).toBeLessThan(at(6, 16));
    expect(at(22, 2)).toBe(0);
  });

  it('minds an edge more than the same light spread evenly', () => {
    const line = picture((x) => (x === 12 ? [200, 200, 200] : [120, 120, 120]));
    expect(Math.max(...flipMap(grey(120), line))).toBeGreaterThan(flip(grey(120), grey(124)));
    // A pattern too fine to be told from its mean from afar is told from near.
    const checks = picture((x, y) => ((x + y) % 2 === 0 ? [140, 140, 140] : [98, 98, 98]));
    expect(flip(grey(121), checks, { pixelsPerDegree: 10 })).toBeGreaterThan(
      flip(grey(121), checks, { pixelsPerDegree: 120 }),
    );
  });

  it('refuses pictures of other sizes', () => {
    expect(() =>
      flip(
        grey(0),
        picture(() => [0, 0, 0], 8),
      ),
    ).toThrow(RangeError);
    expect(() => flip(grey(0), { ...grey(0), rgba: new Uint8Array(3) })).toThrow(RangeError);
  });
});

describe('the parts of FLIP', () => {
  it('colours come back from YCxCz, and have the known lightness', () => {
    const [r, g, b] = fromYCxCz(toYCxCz([0.2, 0.5, 0.9]));
    expect([r, g, b].map((x) => Number(x.toFixed(9)))).toEqual([0.2, 0.5, 0.9]);
    expect(toYCxCz([1, 1, 1]).map(Math.round)).toEqual([100, 0, 0]);
    const [L, a, c] = toHuntLab([0, 0, 1]);
    // Blue is (32.30, 79.19, −107.86) in CIELAB.
    expect(L).toBeCloseTo(32.3, 1);
    expect(a).toBeCloseTo(79.19 * 0.323, 1);
    expect(c).toBeCloseTo(-107.86 * 0.323, 1);
  });

  it('filters keep an even picture, up to its border', () => {
    const even = { width: 9, height: 5, values: new Float64Array(45).fill(3) };
    for (const channel of ['achromatic', 'redGreen', 'blueYellow'] as const)
      for (const value of filtered(even, sensitivity(channel, 67)).values) expect(value).toBeCloseTo(3, 12);
    const { edge, point } = detectors(67);
    for (const detector of [edge, point])
      for (const value of filtered(even, [detector]).values) expect(value).toBeCloseTo(0, 12);
  });

  it('the eye is blunter for blue and yellow than for red and green, and for these than for grey', () => {
    const width = (channel: 'achromatic' | 'redGreen' | 'blueYellow') => {
      const dot = { width: 41, height: 1, values: new Float64Array(41) };
      dot.values[20] = 1;
      return 1 / (filtered(dot, sensitivity(channel, 67)).values[20] ?? 0);
    };
    expect(width('redGreen')).toBeGreaterThan(width('achromatic'));
    expect(width('blueYellow')).toBeGreaterThan(width('redGreen'));
  });

  it('an edge of full contrast is 1 for its detector', () => {
    const step = { width: 40, height: 1, values: new Float64Array(40).map((_, x) => (x < 20 ? 0 : 1)) };
    const found = filtered(step, [detectors(67).edge]).values.map(Math.abs);
    expect(Math.max(...found)).toBeGreaterThan(0.8);
    expect(Math.max(...found)).toBeLessThanOrEqual(1);
  });
});
