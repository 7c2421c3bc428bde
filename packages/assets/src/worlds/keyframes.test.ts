import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sampleTrack } from '../gltf/keyframes.js';
import { anyRotation, seeded } from './builtin/random.js';
import { keptFrames, POSITION_TOLERANCE_M, ROTATION_TOLERANCE_RAD, type Samples, sameSide } from './keyframes.js';

const line = (count: number, at: (i: number) => readonly number[], size: 3 | 4): Samples => ({
  values: Float32Array.from(Array.from({ length: count }, (_, i) => at(i)).flat()),
  size,
});
const aboutY = (angle: number) => [0, Math.sin(angle / 2), 0, Math.cos(angle / 2)];

describe('keptFrames', () => {
  it('keeps one frame of what stands still, two of what goes straight or turns evenly', () => {
    expect(keptFrames(line(100, () => [1, 2, 3], 3))).toEqual([0]);
    expect(keptFrames(line(100, () => aboutY(1), 4))).toEqual([0]);
    expect(keptFrames(line(100, (i) => [0.1 * i, 2, -i], 3))).toEqual([0, 99]);
    expect(keptFrames(line(100, (i) => aboutY(0.02 * i), 4))).toEqual([0, 99]);
    expect(keptFrames(line(1, () => [1, 2, 3], 3))).toEqual([0]);
    expect(keptFrames(line(0, () => [], 3))).toEqual([]);
  });

  it('keeps a bend, and what leaves the line and comes back', () => {
    expect(keptFrames(line(50, (i) => [Math.abs(i - 20), 0, 0], 3))).toEqual([0, 20, 49]);
    expect(keptFrames(line(50, (i) => [0, i === 20 ? 1 : 0, 0], 3))).toEqual([0, 19, 20, 21, 49]);
    expect(keptFrames(line(50, (i) => aboutY(i === 20 ? 1 : 0), 4))).toEqual([0, 19, 20, 21, 49]);
  });

  it('drops what is off by less than 0.1 mm or 0.01°, and keeps what is off by more', () => {
    const bump = (off: number) => keptFrames(line(9, (i) => [i, i === 4 ? off : 0, 0], 3));
    expect(bump(0.000_09)).toEqual([0, 8]);
    expect(bump(0.000_11)).toContain(4);
    const tilt = (degrees: number) => keptFrames(line(9, (i) => aboutY(i === 4 ? (degrees * Math.PI) / 180 : 0), 4));
    expect(tilt(0.009)).toEqual([0]);
    expect(tilt(0.011)).toContain(4);
  });

  it('is never off by more than that, as a reader interpolates', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 2, max: 80 }), fc.constantFrom<3 | 4>(3, 4), (seed, count, size) => {
        const samples = wandering(seed, count, size);
        const frames = keptFrames(samples);
        const track = {
          times: Float32Array.from(frames),
          values: Float32Array.from(frames.flatMap((frame) => [...valueAt(samples, frame)])),
          size,
          interpolation: 'LINEAR',
          rotation: size === 4,
        } as const;
        for (let frame = 0; frame < count; frame++) {
          const [there, here] = [sampleTrack(track, frame), valueAt(samples, frame)];
          if (size === 3) {
            const off = Math.hypot(...there.map((x, k) => x - (here[k] ?? 0)));
            expect(off).toBeLessThan(POSITION_TOLERANCE_M * 1.01);
          } else expect(angleBetween(there, here)).toBeLessThan(ROTATION_TOLERANCE_RAD * 1.01);
        }
      }),
    );
  });
});

describe('sameSide', () => {
  it('turns neighbours to one side and makes them of length 1, the same rotations as before', () => {
    const random = seeded(5);
    const quaternions = Array.from({ length: 50 }, () => anyRotation(random).map((x) => 1.1 * x));
    const out = sameSide(Float32Array.from(quaternions.flat()));
    quaternions.forEach((q, i) => {
      const [a, b] = [out.subarray(4 * i, 4 * i + 4), out.subarray(4 * i - 4, 4 * i)];
      expect(Math.hypot(...a)).toBeCloseTo(1, 6);
      expect(
        angleBetween(
          a,
          q.map((x) => x / 1.1),
        ),
      ).toBeLessThan(1e-5);
      if (i > 0) expect(a.reduce((sum, x, k) => sum + x * (b[k] ?? 0), 0)).toBeGreaterThanOrEqual(0);
    });
  });
});

function valueAt({ values, size }: Samples, frame: number): Float32Array {
  return values.subarray(frame * size, (frame + 1) * size);
}

/** Straight, with bends, rests and noise around the tolerance. */
function wandering(seed: number, count: number, size: 3 | 4): Samples {
  const random = seeded(seed);
  const at = [0, 0, 0];
  let speed = [0, 0, 0];
  const places = Array.from({ length: count }, () => {
    if (random() < 0.2) speed = random() < 0.5 ? [0, 0, 0] : [random() - 0.5, random() - 0.5, random() - 0.5];
    const noise = random() < 0.5 ? 2e-4 : 0;
    for (let k = 0; k < 3; k++) at[k] = (at[k] ?? 0) + (speed[k] ?? 0) * 0.2 + noise * (random() - 0.5);
    if (size === 3) return [...at];
    const length = Math.hypot(1, ...at);
    return [...at.map((x) => x / length), 1 / length];
  });
  const values = Float32Array.from(places.flat());
  return { values: size === 4 ? sameSide(values) : values, size };
}

function angleBetween(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const chord = (sign: number) => Math.hypot(...Array.from(a, (x, k) => x - sign * (b[k] ?? 0)));
  return 4 * Math.asin(Math.min(1, Math.min(chord(1), chord(-1)) / 2));
}
