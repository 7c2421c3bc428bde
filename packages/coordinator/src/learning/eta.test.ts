import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { etaInterval, type Worker } from './eta.js';

const NOW = { p025: 0, median: 0, p975: 0 };
const worker = (change: Partial<Worker> = {}): Worker => ({
  free: NOW,
  task: { p025: 1000, median: 1000, p975: 1000 },
  leaves: 0,
  ...change,
});

describe('etaInterval', () => {
  it('is nothing where nobody is', () => {
    expect(etaInterval([], 5)).toBeNull();
  });

  it('is what arithmetic says where everything is certain, and one task more at most', () => {
    const { low, high } = etaInterval([worker(), worker()], 10) ?? { low: 0, high: 0 };
    expect(low).toBeCloseTo(5000, 1);
    expect(high).toBeCloseTo(6000, 1);
  });

  it('waits for who is busy when nothing else is left', () => {
    const busy = worker({ free: { p025: 300, median: 500, p975: 900 } });
    expect(etaInterval([busy, worker()], 0)).toEqual({ low: 300, high: 900 });
  });

  it('lets the fast ones do most', () => {
    const fast = worker({ task: { p025: 100, median: 100, p975: 100 } });
    expect(etaInterval([fast, worker()], 11)?.low).toBeCloseTo(1000, 1);
  });

  it('is wider where predictions are, relatively narrower over many tasks, and later where somebody may leave', () => {
    const unsure = { p025: 500, median: 1000, p975: 2000 };
    const few = etaInterval([worker({ task: unsure })], 1) ?? { low: 0, high: 0 };
    const many = etaInterval([worker({ task: unsure })], 100) ?? { low: 0, high: 0 };
    expect(few.low).toBeLessThan(600);
    expect(many.high / many.low).toBeLessThan(few.high / few.low);
    expect(many.high).toBeGreaterThan(120_000);
    const leaving = etaInterval([worker({ task: unsure, leaves: 0.5 })], 100) ?? { low: 0, high: 0 };
    expect(leaving.high).toBeGreaterThan(1.2 * many.high);
    expect(leaving.low).toBe(many.low);
  });

  it('is an interval of times, whatever is predicted', () => {
    const time = fc.double({ min: 0, max: 1e9, noNaN: true });
    const interval = fc
      .tuple(time, time, time)
      .map((all) => all.sort((a, b) => a - b))
      .map(([p025 = 0, median = 0, p975 = 0]) => ({ p025, median, p975 }));
    const anyWorker = fc.record({ free: interval, task: interval, leaves: fc.double({ min: 0, max: 1, noNaN: true }) });
    fc.assert(
      fc.property(fc.array(anyWorker, { maxLength: 8 }), fc.integer({ min: 0, max: 10_000 }), (workers, tasks) => {
        const eta = etaInterval(workers, tasks);
        if (eta) expect(eta.low >= 0 && eta.low <= eta.high && Number.isFinite(eta.high)).toBe(true);
        // More work never ends sooner.
        const more = etaInterval(workers, tasks + 1);
        if (eta && more && tasks > 0) expect(more.low).toBeGreaterThanOrEqual(eta.low * (1 - 1e-9) - 1e-6);
      }),
    );
  });
});
