import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rounded } from './fixtures.js';
import { sampleTrack, type Track } from './keyframes.js';

const track = (interpolation: Track['interpolation'], times: number[], values: number[], size = 1): Track => ({
  times: Float32Array.from(times),
  values: Float32Array.from(values),
  size,
  interpolation,
  rotation: false,
});
const turn = (interpolation: Track['interpolation'], times: number[], values: number[]): Track => ({
  ...track(interpolation, times, values, 4),
  rotation: true,
});
const at = (t: Track, ...times: number[]) => times.map((time) => rounded(sampleTrack(t, time)));

describe('keyframes', () => {
  it('stand still before the first and after the last', () => {
    for (const interpolation of ['STEP', 'LINEAR'] as const) {
      expect(at(track(interpolation, [1, 2], [5, 7]), -3, 1, 2, 99)).toEqual([[5], [5], [7], [7]]);
    }
    expect(at(track('CUBICSPLINE', [1, 2], [9, 5, 9, 9, 7, 9]), -3, 1, 2, 99)).toEqual([[5], [5], [7], [7]]);
    expect(at(track('LINEAR', [3], [4]), 0, 3, 5)).toEqual([[4], [4], [4]]);
  });

  it('step at the key itself', () => {
    expect(at(track('STEP', [0, 1, 2], [1, 2, 3]), 0.999, 1, 1.5)).toEqual([[1], [2], [2]]);
  });

  it('go straight from one to the next', () => {
    expect(at(track('LINEAR', [0, 2, 3], [0, 10, 4, 30, 8, 0], 2), 0.5, 2.5)).toEqual([
      [1, 15],
      [6, 15],
    ]);
  });

  it('are one jump where two have the same time', () => {
    expect(at(track('LINEAR', [0, 1, 1, 2], [0, 1, 5, 6]), 0.5, 1, 1.5)).toEqual([[0.5], [5], [5.5]]);
  });

  it('turn evenly, the shorter way', () => {
    const quarter = Math.SQRT1_2;
    const eighth = [0, 0, Math.sin(Math.PI / 8), Math.cos(Math.PI / 8)];
    expect(at(turn('LINEAR', [0, 1], [0, 0, 0, 1, 0, 0, quarter, quarter]), 0.5)).toEqual([rounded(eighth)]);
    // The other sign is the same turn.
    expect(at(turn('LINEAR', [0, 1], [0, 0, 0, 1, 0, 0, -quarter, -quarter]), 0.5)).toEqual([rounded(eighth)]);
    expect(at(turn('LINEAR', [0, 1], [0, 0, 0, 1, 0, 0, 0, 1]), 0.3)).toEqual([[0, 0, 0, 1]]);
  });

  it('follow Hermite’s spline, tangents by the second', () => {
    // Over two seconds from 0 with a slope of 1 to 4 with a slope of 1: p(t) = 2 − … by hand at the middle:
    // ½·0 + ⅛·2·1 + ½·4 − ⅛·2·1 = 2; at a quarter: 0.15625·4 + 0.140625·2·1 − 0.046875·2·1 = 0.8125.
    const spline = track('CUBICSPLINE', [10, 12], [0, 0, 1, 1, 4, 0]);
    expect(at(spline, 11, 10.5)).toEqual([[2], [0.8125]]);
    // Tangents as steep as the line between give the line.
    const line = track('CUBICSPLINE', [0, 4], [0, 0, 3, 3, 12, 0]);
    fc.assert(
      fc.property(fc.double({ min: 0, max: 4, noNaN: true }), (time) => {
        expect(sampleTrack(line, time)[0]).toBeCloseTo(3 * time, 5);
      }),
    );
  });

  it('make splines of turns unit', () => {
    const values = [0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0];
    expect(Math.hypot(...sampleTrack(turn('CUBICSPLINE', [0, 1], values), 0.4))).toBeCloseTo(1, 6);
  });
});
