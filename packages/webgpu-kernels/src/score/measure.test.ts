import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OwnedGpuSession } from '../create-gpu-session.js';
import { testSession } from '../test-gpu.js';
import { hashed } from './hash.js';
import { grow, measureCpu, measureScores } from './measure.js';

describe('the steps', () => {
  it('are those of the published generator', () => {
    // One step of PCG RXS-M-XS 32 from 0 and from 1, worked out with whole numbers of any size.
    const step = (x: bigint): bigint => {
      const m = 0xffff_ffffn;
      const state = (x * 747796405n + 2891336453n) & m;
      const word = (((state >> ((state >> 28n) + 4n)) ^ state) * 277803737n) & m;
      return (word >> 22n) ^ word;
    };
    for (const x of [0, 1, 7, 0xffff_ffff]) {
      expect(hashed(x, 0)).toBe(x);
      expect(hashed(x, 1)).toBe(Number(step(BigInt(x))));
      expect(hashed(x, 3)).toBe(Number(step(step(step(BigInt(x))))));
    }
  });
});

describe('runs that grow', () => {
  /** A GPU that does so many thousand steps a millisecond, and needs `overheadMs` for anything. */
  const on = async (rate: number, overheadMs = 0) => {
    const runs: number[] = [];
    const last = await grow(async (steps) => {
      const ms = overheadMs + (steps * 65_536) / (rate * 1000);
      runs.push(ms);
      return ms;
    });
    return { last, runs, spent: runs.reduce((a, b) => a + b, 0) };
  };

  it('end with one that says enough, within the budget, whatever the GPU', async () => {
    // From a software adapter to the largest cards.
    for (const rate of [50, 500, 5_000, 50_000, 500_000, 5_000_000]) {
      for (const overhead of [0, 0.5, 2]) {
        const { last, spent, runs } = await on(rate, overhead);
        expect(last.ms, `${rate}, ${overhead}`).toBeGreaterThanOrEqual(10);
        expect(spent, `${rate}, ${overhead}`).toBeLessThanOrEqual(100);
        expect(runs.length).toBeLessThan(12);
      }
    }
  });

  it('are only one where that takes long', async () => {
    expect((await on(5)).runs).toHaveLength(1);
  });

  it('end on a device that does nothing', async () => {
    let runs = 0;
    const { ms } = await grow(async () => {
      runs++;
      return 0;
    });
    expect(ms).toBe(0);
    expect(runs).toBeLessThan(12);
  });
});

describe('a core', () => {
  it('is measured by what it did in the time, without the first milliseconds', () => {
    // A clock on which each look takes half a millisecond.
    let at = 0;
    const score = measureCpu(() => (at += 0.5));
    expect(at).toBeLessThan(30);
    // One look a chunk: 16,384 steps in half a millisecond, but for the looks at both ends.
    expect(score).toBeGreaterThan(28);
    expect(score).toBeLessThanOrEqual(32.768);
  });

  it('cannot be measured with a clock that stands still', () => {
    expect(measureCpu(() => 5)).toBeNull();
  });
});

describe('on a GPU', () => {
  let session: OwnedGpuSession | null = null;
  beforeAll(async () => {
    session = await testSession();
  });
  afterAll(() => session?.close());

  it('measures both within the budget, and the GPU says what the steps are', async ({ skip }) => {
    if (!session) return skip('no WebGPU adapter for Node here');
    const before = session.busyMs();
    const scores = await measureScores(session);
    // A null would mean that the shader's bits are others.
    expect(scores?.gpu).toBeGreaterThan(1);
    expect(scores?.cpu).toBeGreaterThan(1);
    // Timing on a shared machine: the budget with as much again for whoever else is at work.
    expect(session.busyMs() - before).toBeLessThan(250);
  });

  it('says nothing of a device that answers otherwise', async ({ skip }) => {
    const real = session;
    if (!real) return skip('no WebGPU adapter for Node here');
    const silent = {
      ...real,
      readBuffer: async (_: GPUBuffer, bytes: number) => new Uint8Array(bytes),
    };
    expect(await measureScores(silent)).toBeNull();
  });
});
