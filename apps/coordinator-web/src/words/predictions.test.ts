import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aPrediction } from '../testing/learning-samples.js';
import { MOST_ROWS, predictionRows } from './predictions.js';

const rowOf = (...args: Parameters<typeof aPrediction>) => predictionRows([aPrediction(...args)])[0];

it('tells finish, interval, risk and who takes over', () => {
  expect(rowOf()).toMatchObject({
    task: '12',
    volunteer: 'Ada’s laptop',
    finish: '4 s',
    interval: '2–8 s',
    late: false,
    risk: '2 %',
    risky: false,
    backups: ['Kitchen PC', 'This computer'],
  });
});

it('puts the soonest first, and no more than anybody reads', () => {
  const at = (median: number, task: string) => aPrediction({ task, finish: { p025: 0, median, p975: 10_000 } });
  const rows = predictionRows([at(3_000, 'j:b'), at(9_000, 'j:c'), at(-1, 'j:a')]);
  expect(rows.map(({ task }) => task)).toEqual(['a', 'b', 'c']);
  const many = Array.from({ length: 60 }, (_, i) => at(60_000 - i, `j:${i}`));
  expect(predictionRows(many)).toHaveLength(MOST_ROWS);
  expect(predictionRows(many)[0]?.task).toBe('59');
  expect(predictionRows([])).toEqual([]);
});

it('keeps the order of those that end together', () => {
  const [a, b] = [aPrediction({ task: 'j:1' }), aPrediction({ task: 'j:2' })];
  expect(predictionRows([b, a])).toEqual(predictionRows([a, b]));
});

describe('a task that should be done', () => {
  it('is late, with what it may still take', () => {
    expect(rowOf({ finish: { p025: -6_000, median: -4_100, p975: 3_800 } })).toMatchObject({
      finish: 'due 5 s ago',
      interval: 'at most 4 s more',
      late: true,
      span: { low: 0, middle: 0, high: 1 },
    });
  });

  it('is later than expected once its interval is over', () => {
    expect(rowOf({ finish: { p025: -9_000, median: -8_000, p975: -2_000 } })).toMatchObject({
      interval: 'later than expected',
      span: { low: 0, middle: 0, high: 0 },
    });
  });
});

it('marks a volunteer that may well leave first', () => {
  expect(rowOf({ risk: 0.19 })?.risky).toBe(false);
  expect(rowOf({ risk: 0.2 })?.risky).toBe(true);
  expect(rowOf({ risk: 0.004 })?.risk).toBe('1 %');
});

it('draws all intervals on one line, in order', () => {
  const finish = fc
    .array(fc.integer({ min: -100_000, max: 10_000_000 }), { minLength: 3, maxLength: 3 })
    .map((some) => some.sort((a, b) => a - b))
    .map(([p025 = 0, median = 0, p975 = 0]) => aPrediction({ finish: { p025, median, p975 } }));
  fc.assert(
    fc.property(fc.array(finish, { maxLength: 20 }), (running) => {
      for (const { span } of predictionRows(running)) {
        expect([0, span.low, span.middle, span.high, 1]).toEqual(
          [0, span.low, span.middle, span.high, 1].sort((a, b) => a - b),
        );
      }
    }),
  );
});
