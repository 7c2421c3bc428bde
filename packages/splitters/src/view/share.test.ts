import { VolunteerId } from '@tabgrid/protocol/ids';
import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { type Sharer, shareOut } from './share.js';

const helper = (id: string, fixedMs: number, unitMs: number): Sharer => ({
  volunteer: v.parse(VolunteerId, id),
  fixedMs,
  unitMs,
});

const anyHelpers = fc
  .array(fc.tuple(fc.double({ min: 0, max: 2000, noNaN: true }), fc.double({ min: 1e-4, max: 10, noNaN: true })), {
    minLength: 1,
    maxLength: 12,
  })
  .map((list) => list.map(([fixedMs, unitMs], i) => helper(`v${i}`, fixedMs, unitMs)));

describe('shareOut', () => {
  it('shares by speed among equally near ones', () => {
    const { parts, ms } = shareOut([helper('slow', 10, 2), helper('fast', 10, 1)], 300);
    expect(parts).toEqual([
      { volunteer: 'fast', share: expect.closeTo(2 / 3) },
      { volunteer: 'slow', share: expect.closeTo(1 / 3) },
    ]);
    expect(ms).toBeCloseTo(210);
    expect(shareOut([helper('slow', 10, 2), helper('fast', 10, 1)], 300).workMs).toBeCloseTo(200);
  });

  it('gives the farther one of two equals less, so that both are done at one time', () => {
    const { parts, ms } = shareOut([helper('far', 100, 1), helper('near', 0, 1)], 300);
    expect(ms).toBeCloseTo(200);
    expect(parts).toEqual([
      { volunteer: 'near', share: expect.closeTo(2 / 3) },
      { volunteer: 'far', share: expect.closeTo(1 / 3) },
    ]);
  });

  it('leaves out whose round trip is longer than the others need, however fast it is', () => {
    const near = [helper('a', 5, 1), helper('b', 5, 1)];
    const fast = helper('far', 200, 1e-6);
    expect(shareOut([...near, fast], 100).parts.map(({ volunteer }) => volunteer)).toEqual(['a', 'b']);
    // For more work it is worth the way.
    expect(shareOut([...near, fast], 10_000).parts[0]?.volunteer).toBe('far');
  });

  it('does without parts that are too small', () => {
    const two = [helper('near', 0, 1), helper('far', 95, 1)];
    expect(shareOut(two, 100).parts).toHaveLength(2);
    expect(shareOut(two, 100, 0.1).parts).toEqual([{ volunteer: 'near', share: 1 }]);
  });

  it('is never shared while nobody is there', () => {
    expect(shareOut([], 100)).toMatchObject({ parts: [], ms: Number.POSITIVE_INFINITY });
  });

  it('hands out everything once, and nobody could make it sooner', () => {
    fc.assert(
      fc.property(anyHelpers, fc.double({ min: 1, max: 1e6, noNaN: true }), (helpers, units) => {
        const { parts, ms } = shareOut(helpers, units);
        expect(parts.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
        const taking = new Set(parts.map(({ volunteer }) => volunteer));
        for (const { volunteer, fixedMs, unitMs } of helpers) {
          const share = parts.find((part) => part.volunteer === volunteer)?.share ?? 0;
          if (taking.has(volunteer)) expect(fixedMs + share * units * unitMs).toBeCloseTo(ms, 3);
          else expect(fixedMs).toBeGreaterThanOrEqual(ms);
        }
      }),
    );
  });

  it('is never later for one more helper', () => {
    fc.assert(
      fc.property(anyHelpers, fc.double({ min: 1, max: 1e6, noNaN: true }), (helpers, units) => {
        const { ms } = shareOut(helpers, units);
        expect(ms).toBeLessThanOrEqual(shareOut(helpers.slice(1), units).ms * (1 + 1e-9));
      }),
    );
  });
});
