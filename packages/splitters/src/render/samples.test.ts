import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { afterRun, blockSize, nextRun, runBetween, sampleCount, splitRun } from './samples.js';

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

const FILM = { width: 8, height: 4 };

describe('samples between two numbers', () => {
  it('are whole blocks of powers of two, few of them', () => {
    expect(runBetween(32, 48)).toEqual({ first: 32, count: 16, block: 16 });
    expect(runBetween(64, 96)).toEqual({ first: 64, count: 32, block: 32 });
    expect(runBetween(32, 128)).toEqual({ first: 32, count: 96, block: 32 });
    expect(runBetween(48, 192)).toEqual({ first: 48, count: 144, block: 16 });
    expect(runBetween(4096, 20_000)).toMatchObject({ block: 4096 });
    // What follows begins with a whole block.
    expect(runBetween(96, 100)).toEqual({ first: 96, count: 4, block: 16 });
    expect(afterRun(runBetween(96, 100))).toBe(112);
  });

  it('count by the share of the picture that they are of', () => {
    const half = { samples: runBetween(32, 64), rects: [{ x: 0, y: 0, width: 8, height: 2 }] };
    expect(sampleCount([{ samples: runBetween(0, 32) }, half], FILM)).toBe(48);
  });
});

describe('runs', () => {
  it('begin with a whole block, never overlap, and give every sample asked for', () => {
    const asked = fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(asked, fc.integer({ min: 1, max: 5 }), (rounds, blocks) => {
        const runs = [{ samples: nextRun([], rounds[0] ?? 1) }];
        for (const spp of rounds.slice(1)) runs.push({ samples: nextRun(runs, spp) });
        expect(sampleCount(runs, FILM)).toBe(rounds.reduce((a, b) => a + b));
        let end = 0;
        for (const { samples: run } of runs) {
          expect(run.first % run.block).toBe(0);
          expect(run.first).toBeGreaterThanOrEqual(end);
          end = run.first + run.count;
          const parts = splitRun(run, blocks);
          expect(parts.reduce((sum, { count }) => sum + count, 0)).toBe(run.count);
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
    const second = nextRun([{ samples: first }], 16);
    const [a, b] = splitRun(nextRun([], 32), 1);
    expect([first, second]).toEqual([a, b]);
  });
});
