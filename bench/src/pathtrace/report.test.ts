import { expect, it } from 'vitest';
import type { Measured } from './measure.js';
import { figuresOf, TARGET_SPP, tableOf } from './report.js';

function measured(name: string, rate: number, errorAt1: number, grey = 0.5): Measured {
  return {
    name,
    start: { buildMs: 10, compileMs: 20, firstPixelMs: name === 'ours' ? 100 : 400 },
    rates: [rate / 2, rate, 10 * rate],
    cpuRates: [rate],
    errors: [{ spp: 4, measured: errorAt1 / 4, relMse: errorAt1 / 4, trimmed: errorAt1 / 5 }],
    curve: { at1: errorAt1, rate: 1 },
    reference: new Float32Array(12).fill(grey),
    referenceSpp: 1024,
  };
}

const all = [
  measured('ours', 0.4, 0.8),
  measured('webgl', 0.1, 1.6, 0.25),
  measured('wavefront', 0.05, 0.4),
  measured('megakernel', 0.02, 0.8),
  measured('cycles', 1, 0.4),
];

it('compares with the fastest tracer, and at equal error with the one that gets there first', () => {
  const figures = figuresOf('dragon', all);
  expect(figures['dragon.overThreeGpuPathtracer']).toBeCloseTo(4, 9);
  // WebGL needs twice the samples at a quarter of the speed; wavefront half of them at an eighth.
  expect(figures['dragon.overThreeGpuPathtracerAtEqualError']).toBeCloseTo(4, 9);
  expect(figures['dragon.overCycles']).toBeCloseTo(0.4, 9);
  expect(figures['dragon.overCyclesAtEqualError']).toBeCloseTo(0.2, 9);
  expect(figures['dragon.overCyclesPerCpuSecond']).toBeCloseTo(0.4, 9);
  expect(figures['dragon.firstPixelOverThreeGpuPathtracer']).toBeCloseTo(0.25, 9);
});

it('says how far the converged pictures are from ours', () => {
  const figures = figuresOf('dragon', all);
  expect(figures['dragon.webgl.brightnessOverOurs']).toBeCloseTo(0.5, 6);
  expect(figures['dragon.webgl.disagreement']).toBeGreaterThan(0.2);
  expect(figures['dragon.cycles.disagreement']).toBe(0);
  expect(figures['dragon.cycles.disagreementNoise']).toBeCloseTo((0.8 + 0.4) / 1024, 9);
  expect(figures[`dragon.ours.relMseAt${TARGET_SPP}`]).toBeCloseTo(0.8 / TARGET_SPP, 9);
});

it('leaves out what was not measured', () => {
  const figures = figuresOf('dragon', all.slice(1));
  expect(Object.keys(figures).filter((name) => name.includes('over'))).toEqual([]);
  expect(figuresOf('dragon', all.slice(0, 1))['dragon.overCycles']).toBeUndefined();
  expect(tableOf('dragon', all.slice(1)).rows).toHaveLength(4);
});
