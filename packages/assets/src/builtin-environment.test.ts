import { describe, expect, it } from 'vitest';
import { builtinEnvironment, lightsItself } from './builtin-environment.js';

describe('builtinEnvironment', () => {
  const { width, height, rgb } = builtinEnvironment();
  const luminance = (x: number, y: number) => {
    const [r = 0, g = 0, b = 0] = rgb.subarray((y * width + x) * 3);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };

  it('is small, finite, positive and always the same', () => {
    expect(width * height).toBeLessThanOrEqual(256 * 128);
    expect(rgb.every((x) => x > 0 && x < 100)).toBe(true);
    expect(builtinEnvironment().rgb).toEqual(rgb);
  });

  it('has sky above, ground below, and its sun where scenes are looked at from', () => {
    let [brightest, at] = [0, { x: 0, y: 0 }];
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        if (luminance(x, y) > brightest) [brightest, at] = [luminance(x, y), { x, y }];
      }
    }
    expect(brightest).toBeGreaterThan(20);
    expect(at.y).toBeLessThan(height / 2);
    // Columns right of the middle (+X) to the right edge (−X) are the half with +Z, the front of glTF models.
    expect(at.x).toBeGreaterThan(width / 2);
    const [r = 0, , b = 0] = rgb.subarray(((height / 4) * width + width / 4) * 3);
    expect(b).toBeGreaterThan(r);
    expect(luminance(0, height - 1)).toBeLessThan(0.25);
  });

  it('gives about as much light as a bright screen: an irradiance of 2 to 4 from above', () => {
    let irradiance = 0;
    for (let y = 0; y < height / 2; y++) {
      const theta = ((y + 0.5) / height) * Math.PI;
      const solidAngle = (2 * Math.PI * Math.PI * Math.sin(theta)) / (width * height);
      for (let x = 0; x < width; x++) irradiance += luminance(x, y) * Math.cos(theta) * solidAngle;
    }
    expect(irradiance).toBeGreaterThan(2);
    expect(irradiance).toBeLessThan(4);
  });
});

describe('lightsItself', () => {
  const bounds = { min: [0, 0, 0], max: [1, 1, 1] } as const;
  const of = (lightPower: number) =>
    lightsItself({ lightPower, bounds: { min: [...bounds.min], max: [...bounds.max] } });

  it('tells a lamp from a glowing dial', () => {
    // A square of 10 cm with radiance 12, and one of 1 cm with radiance 5, in a cubic metre.
    expect(of(12 * 0.1 ** 2)).toBe(true);
    expect(of(5 * 0.01 ** 2)).toBe(false);
    expect(of(0)).toBe(false);
  });

  it('counts lamps, by what they send out', () => {
    const manifest = { lightPower: 0, bounds: { min: [0, 0, 0], max: [10, 10, 10] } } satisfies Parameters<
      typeof lightsItself
    >[0];
    const intensity = [1, 1, 1] as const;
    const point = { kind: 'point', position: [5, 5, 5], intensity, range: Infinity } as const;
    const direction = [0, -1, 0] as const;
    expect(lightsItself(manifest, [point])).toBe(true);
    expect(lightsItself(manifest, [{ ...point, intensity: [0.1, 0.1, 0.1] }])).toBe(false);
    expect(lightsItself(manifest, Array(10).fill({ ...point, intensity: [0.1, 0.1, 0.1] }))).toBe(true);
    expect(lightsItself(manifest, [{ kind: 'directional', direction, intensity }])).toBe(true);
    expect(lightsItself(manifest, [{ kind: 'directional', direction, intensity: [0.01, 0.01, 0.01] }])).toBe(false);
    const spot = { ...point, kind: 'spot', direction, innerCone: 0 } as const;
    expect(lightsItself(manifest, [{ ...spot, outerCone: 0.1 }])).toBe(false);
    expect(lightsItself(manifest, [{ ...spot, intensity: [500, 500, 500], outerCone: 0.1 }])).toBe(true);
  });
});
