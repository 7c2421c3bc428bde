import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { quantile } from './statistics.js';
import { cutEmptySpans, lengthOf, parseTrace } from './trace.js';

describe('sessions of a trace', () => {
  it('end when nothing came for a minute', () => {
    const csv = 'seconds,volunteer\n0,1\n30,1\n90,1\n151,1\n10,2\n';
    // Gaps within a session: 30 and 60 s; the longer one of an even number counts.
    expect(parseTrace(csv)).toEqual([
      { volunteer: 1, from: 0, until: 90_000, results: 3 },
      { volunteer: 2, from: 10_000, until: 70_000, results: 1 },
      { volunteer: 1, from: 151_000, until: 211_000, results: 1 },
    ]);
  });

  it('do not depend on the order of the lines', () => {
    const lines = ['0,1', '5,2', '7,1', '100,2', '9,1', '104,2'];
    const of = (order: readonly string[]) => parseTrace(['seconds,volunteer', ...order].join('\n'));
    expect(of(lines.toReversed())).toEqual(of(lines));
  });

  it('refuses what is no trace', () => {
    expect(() => parseTrace('seconds,volunteer\n1,a\n')).toThrow(/1,a/);
    expect(() => parseTrace('seconds,volunteer\n1\n')).toThrow(RangeError);
    expect(() => parseTrace('seconds,volunteer\n1,2,3\n')).toThrow(RangeError);
    expect(() => parseTrace('seconds,volunteer\n')).toThrow(/without results/);
    expect(() => parseTrace('')).toThrow(RangeError);
  });
});

describe('cutting empty spans', () => {
  const session = (from: number, until: number, volunteer = 0) => ({ volunteer, from, until, results: 2 });

  it('closes the gaps and leaves the rest as it is', () => {
    const cut = cutEmptySpans([session(100, 200), session(150, 260, 1), session(500, 600), session(590, 700, 1)]);
    expect(cut).toEqual([session(0, 100), session(50, 160, 1), session(160, 260), session(250, 360, 1)]);
    expect(lengthOf(cut)).toBe(360);
    expect(lengthOf([])).toBe(0);
  });

  it('leaves somebody present at every moment', () => {
    const cut = cutEmptySpans([session(5, 9), session(30, 31), session(12, 20), session(15, 40, 1)]);
    for (let t = 0.5; t < lengthOf(cut); t++) expect(cut.some((s) => s.from <= t && t < s.until)).toBe(true);
  });
});

const SHARED = new URL('../../../../shared/data/', import.meta.url);

describe.each(['nodio-64.csv', 'nodio-128.csv'])('%s', (file) => {
  const path = new URL(file, SHARED);
  it.skipIf(!existsSync(path))(
    'has the sessions that were published of it (skipped where the data is not there)',
    () => {
      const sessions = parseTrace(readFileSync(path, 'utf8'));
      const single = sessions.filter((s) => s.results === 1).length / sessions.length;
      expect(single).toBeGreaterThan(0.7);
      expect(single).toBeLessThan(0.73);
      const longer = sessions.filter((s) => s.results > 1).map((s) => (s.until - s.from) / 1000);
      expect(quantile(longer, 0.5)).toBeGreaterThan(53);
      expect(quantile(longer, 0.5)).toBeLessThan(62);
      // Published of sessions that begin and end with a result.
      const seen = sessions.filter((s) => s.results > 1);
      const atOnce = seen.map((s) => seen.filter((o) => o.from <= s.from && s.from <= o.until).length);
      expect(Math.max(...atOnce)).toBeLessThanOrEqual(14);
      expect(lengthOf(cutEmptySpans(sessions))).toBeLessThan(0.7 * lengthOf(sessions));
    },
  );
});
