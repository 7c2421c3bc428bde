import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blockSize, nextRun, sampleCount, splitRun } from './samples.js';

describe('blockSize', () => {
  it('is 16 for small pictures and keeps the number of blocks small for large ones', () => {
    expect([1, 16, 100, 256].map(blockSize)).toEqual([16, 16, 16, 16]);
    expect(blockSize(257)).toBe(32);
    expect(blockSize(65_536)).toBe(4096);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 65_536 }), (spp) => {
        expect(Math.ceil(spp / blockSize(spp))).toBeLessThanOrEqual(16);
      }),
    );
  });
});

describe('runs', () => {
  it('begin with a whole block, never overlap, and give every sample asked for', () => {
    const asked = fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(asked, fc.integer({ min: 1, max: 5 }), (rounds, blocks) => {
        const runs = [nextRun([], rounds[0] ?? 1)];
        for (const spp of rounds.slice(1)) runs.push(nextRun(runs, spp));
        expect(sampleCount(runs)).toBe(rounds.reduce((a, b) => a + b));
        let end = 0;
        for (const run of runs) {
          expect(run.first % run.block).toBe(0);
          expect(run.first).toBeGreaterThanOrEqual(end);
          end = run.first + run.count;
          const parts = splitRun(run, blocks);
          expect(sampleCount(parts)).toBe(run.count);
          expect(parts[0]?.first).toBe(run.first);
          for (const [i, part] of parts.entries()) {
            expect(part.first % part.block).toBe(0);
            if (i < parts.length - 1) expect(part.count).toBe(blocks * part.block);
          }
        }
      }),
    );
  });

  it('makes 16 + 16 the same as 32', () => {
    const first = nextRun([], 16);
    const second = nextRun([first], 16);
    const [a, b] = splitRun(nextRun([], 32), 1);
    expect([first, second]).toEqual([a, b]);
  });
});
