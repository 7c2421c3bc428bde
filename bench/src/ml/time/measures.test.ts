import { VolunteerId } from '@tabgrid/protocol/ids';
import * as v from 'valibot';
import { expect, it } from 'vitest';
import { coverage, maeLog, mdape, slicesOf, widthLog, winkler } from './measures.js';
import type { Row } from './prequential.js';

const row = (ms: number, change: Partial<Row['asked']> = {}): Row => ({
  asked: {
    ...{
      kind: 'asked',
      id: 0,
      volunteer: v.parse(VolunteerId, 'a'),
      kernel: 'k@1',
      features: [],
      units: 1,
      scene: null,
    },
    plain: { p025: 50, median: 100, p975: 200 },
    ...{ results: 0, ageMs: 0 },
    ...change,
  },
  said: { p025: 50, median: 100, p975: 200, confidence: 1 },
  others: { globalMean: 1, boinc: 1, aci: [1, 2], aciScaled: [1, 2] },
  ms,
});
const centre = (r: Row) => r.said.median;
const bounds = (r: Row) => [r.said.p025, r.said.p975] as const;

it('measures errors as shares of what was observed', () => {
  const rows = [row(200), row(100), row(50)];
  expect(mdape(rows, centre)).toBe(0.5);
  expect(maeLog(rows, centre)).toBeCloseTo((2 * Math.log(2)) / 3);
});

it('measures intervals', () => {
  const rows = [row(50), row(100), row(200), row(400)];
  expect(coverage(rows, bounds)).toBe(0.75);
  expect(widthLog(rows, bounds)).toBeCloseTo(Math.log(4));
  // The width, and 40 times the miss of one row in four.
  expect(winkler(rows, bounds)).toBeCloseTo(Math.log(4) + 10 * Math.log(2));
  expect(winkler([row(20)], bounds, (ms) => ms)).toBe(150 + 40 * 30);
});

it('slices what is large enough', () => {
  const many = Array.from({ length: 600 }, (_, i) => row(1, { results: i, scene: i < 100 ? 'small' : 'large' }));
  const names = slicesOf(many).map(({ name }) => name);
  expect(names).toContain('kernel k@1');
  expect(names).toContain('session up to 1 min');
  expect(names).toContain('scene large');
  expect(names).not.toContain('scene small');
});
