import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOf, concatBytes } from './bytes.js';
import { deflated } from './deflate.js';
import { applyPatch, makePatch, PatchError, type PatchPlan, type Run, type Words } from './patch.js';

const word = fc.oneof(fc.integer(), fc.integer({ min: -3, max: 3 }));
const words = (most: number) => fc.array(word, { maxLength: most }).map((list) => Int32Array.from(list));

/** Any plan of so many words over bases of these lengths. */
const planOf = (length: number, lengths: readonly number[]): fc.Arbitrary<PatchPlan> => {
  const cuts = fc.array(fc.integer({ min: 0, max: length }), { maxLength: 6 }).map((list) => {
    const bounds = [0, ...list.sort((a, b) => a - b), length];
    return bounds.slice(1).map((end, i) => end - (bounds[i] ?? 0));
  });
  const run = (size: number): fc.Arbitrary<Run> => {
    const fitting = [...lengths.keys()].filter((base) => (lengths[base] ?? 0) >= size);
    const none = fc.constant({ base: null, at: 0, words: size });
    return fc.oneof(
      none,
      ...fitting.map((base) =>
        fc.integer({ min: 0, max: (lengths[base] ?? 0) - size }).map((at) => ({ base, at, words: size })),
      ),
    );
  };
  return fc.record({
    runs: cuts.chain((sizes) => fc.tuple(...sizes.map(run))),
    tables: fc.tuple(cuts, fc.integer({ min: 1, max: 5 }), fc.boolean()).map(([sizes, columns, chained]) =>
      sizes.flatMap((size) => {
        const rows = Math.floor(size / columns);
        return [
          { rows, columns, chained },
          { rows: 1, columns: size - rows * columns },
        ];
      }),
    ),
  });
};

const cases = fc.tuple(words(60), fc.array(words(60), { maxLength: 3 })).chain(([target, bases]) =>
  fc.tuple(
    fc.constant(target),
    fc.constant(bases),
    planOf(
      target.length,
      bases.map(({ length }) => length),
    ),
  ),
);

const refused = async (patch: Uint8Array, bases: readonly Words[], bytes: number): Promise<string> =>
  await applyPatch(patch, bases, bytes).then(
    () => 'taken',
    (error: unknown) => (error instanceof PatchError ? error.message : `another error: ${String(error)}`),
  );

describe('a patch', () => {
  it('brings its target back, to the last bit, whatever the plan', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ([target, bases, plan]) => {
        const patch = await makePatch(target, bases, plan);
        expect(await applyPatch(patch, bases, target.byteLength)).toEqual(bytesOf(target));
      }),
      { numRuns: 200 },
    );
  });

  it('takes next to nothing for what has not changed, and little for what has changed by little', async () => {
    const rows = 2000;
    const target = Int32Array.from({ length: 10 * rows }, (_, i) => Math.imul(i + 1, 0x9e37_79b1));
    const plan: PatchPlan = { tables: [{ rows, columns: 10 }], runs: [{ base: 0, at: 0, words: 10 * rows }] };
    expect((await makePatch(target, [target.slice()], plan)).byteLength).toBeLessThan(200);
    const near = target.map((x, i) => x + ((i * 7) % 50));
    expect((await makePatch(target, [near], plan)).byteLength).toBeLessThan(target.byteLength / 4);
  });

  it('is refused when it is anything else', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.boolean(), async (junk, packed) => {
        const patch = packed ? await deflated(junk) : junk;
        expect(await refused(patch, [new Int32Array(8)], 4 * 50)).not.toMatch(/^(taken|another error)/);
      }),
      { numRuns: 200 },
    );
  });

  it('is refused for other bases, another length, and when a bit of it is another', async () => {
    const target = Int32Array.of(1, 2, 3, 4);
    const plan: PatchPlan = { tables: [{ rows: 2, columns: 2 }], runs: [{ base: 1, at: 2, words: 4 }] };
    const patch = await makePatch(target, [new Int32Array(0), new Int32Array(6)], plan);
    expect(await refused(patch, [new Int32Array(0), new Int32Array(5)], 16)).toBe('a run of what no base has');
    expect(await refused(patch, [], 16)).toBe('a run of what no base has');
    expect(await refused(patch, [], 20)).toBe('a patch for 16 bytes, not for 20');
    expect(await refused(patch.subarray(0, -3), [], 16)).toMatch(/inflate|soon|differences/);
    await expect(makePatch(target, [], plan)).rejects.toThrow(RangeError);
  });

  it('is given up when it grows beyond what was agreed', async () => {
    const bomb = await deflated(new Uint8Array(64 * 1024 * 1024));
    expect(bomb.byteLength).toBeLessThan(100_000);
    expect(await refused(bomb, [], 1024)).toMatch(/inflates to more than/);
    // Numbers that would make long lists of nothing.
    const lists = await deflated(concatBytes([Uint8Array.of(4, 255, 255, 255, 255, 15)]));
    expect(await refused(lists, [], 16)).toBe('a list of 4294967295');
  });
});
