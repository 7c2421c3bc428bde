import { describe, expect, it } from 'vitest';
import { costColour } from './draw-cuts.js';

const opacityOf = (colour: string) => Number(/([\d.]+)\)$/.exec(colour)?.[1]);

describe('colours of costs', () => {
  it('are blue below the mean and orange above it, the stronger the further', () => {
    expect(costColour(0.5)).toContain('38 108 214');
    expect(costColour(2)).toContain('255 138 26');
    expect(opacityOf(costColour(4))).toBeGreaterThan(opacityOf(costColour(2)));
    expect(opacityOf(costColour(1 / 4))).toBeCloseTo(opacityOf(costColour(4)), 3);
  });

  it('let the picture through, at the mean most of all, and know an end', () => {
    expect(opacityOf(costColour(1))).toBeCloseTo(0.1);
    expect(costColour(1e9)).toBe(costColour(8));
    expect(costColour(0)).toBe(costColour(1 / 8));
    expect(opacityOf(costColour(8))).toBeLessThan(0.8);
  });
});
