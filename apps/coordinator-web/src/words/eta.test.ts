import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aJob } from '../testing/samples.js';
import { etaRange, etaText, etaWithin, isActive, isWaiting, jobSentence, resultSentence, stateText } from './eta.js';

const job = aJob({
  spp: 16,
  etaMs: 61_000,
  tasks: { total: 100, accepted: 42, running: 4 },
  attempts: 46,
  retries: 0,
  wallMs: 40_000,
});

describe('etaText', () => {
  it.each([
    [400, 'a moment'],
    [4_200, '5 s'],
    [61_000, '1 min 5 s'],
    [121_000, '3 min'],
    [3_600_000, '1 h'],
    [null, '–'],
  ])('%s ms is %s', (etaMs, text) => {
    expect(etaText({ ...job, etaMs })).toBe(text);
  });

  it('is nothing once the job is over, and says that it is on hold or paused', () => {
    for (const state of ['done', 'cancelled', 'failed'] as const) expect(etaText({ ...job, state })).toBe('');
    expect(etaText({ ...job, held: true })).toBe('on hold');
    expect(etaText({ ...job, state: 'paused' })).toBe('paused');
  });

  it('never promises less than the estimate', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1000, max: 10_000_000 }), (etaMs) => {
        const text = etaText({ ...job, etaMs });
        const part = (unit: string) => Number(new RegExp(`(\\d+) ${unit}`).exec(text)?.[1] ?? 0);
        const shown = part('h') * 3_600_000 + part('min') * 60_000 + part('s') * 1000;
        expect(shown).toBeGreaterThanOrEqual(etaMs - 60_000 * Number(etaMs > 3_500_000));
      }),
    );
  });
});

describe('etaWithin', () => {
  it.each([
    [170_000, 121_000, 290_000, 'about 3 min, 2–5'],
    [83_000, 61_000, 118_000, 'about 1 min 25 s, 60–120 s'],
    [8_200, 2_500, 11_100, 'about 9 s, 2–12'],
    [30_000, 0, 45_000, 'about 30 s, up to 45'],
    [4_000, 4_000, 5_000, 'about 4 s, 4–5'],
    [4_000, 4_000, 4_000, 'about 4 s'],
    [600, 200, 3_000, 'a moment'],
    [100_000, 90_000, 200_000, 'about 1 min 40 s, 1–4 min'],
    [3 * 3_600_000, 2 * 3_600_000, 5.5 * 3_600_000, 'about 3 h, 2–6'],
  ])('%s ms between %s and %s is %s', (etaMs, low, high, text) => {
    expect(etaWithin({ ...job, etaMs, etaInterval: { low, high } })).toBe(text);
  });

  it('is as plain as the estimate where there is no interval, or nothing to estimate', () => {
    const etaInterval = { low: 1_000, high: 9_000 };
    expect(etaWithin({ ...job, etaInterval: null })).toBe(etaText(job));
    expect(etaWithin({ ...job, etaInterval, etaMs: null })).toBe('–');
    expect(etaWithin({ ...job, etaInterval, state: 'paused' })).toBe('paused');
    expect(etaWithin({ ...job, etaInterval, held: true })).toBe('on hold');
    expect(etaWithin({ ...job, etaInterval, state: 'done' })).toBe('');
  });
});

it('etaRange promises no more than it knows', () => {
  const span = fc.integer({ min: 0, max: 50_000_000 });
  fc.assert(
    fc.property(span, span, (a, b) => {
      const [low, high] = [Math.min(a, b), Math.max(a, b)];
      const text = etaRange(low, high);
      const [, from, to, unit] = /^(?:(?:(\d+)–|up to )?(\d+) (s|min|h)|a moment)$/.exec(text) ?? [];
      const ms = unit === 'h' ? 3_600_000 : unit === 'min' ? 60_000 : 1000;
      expect(Number(to ?? 0) * ms).toBeGreaterThanOrEqual(high);
      expect(Number(from ?? 0) * ms).toBeLessThanOrEqual(low);
    }),
  );
});

it('isWaiting tells a job that stands still from one between two tasks', () => {
  const idle = { ...job, tasks: { ...job.tasks, running: 0 } };
  expect(isWaiting(idle)).toBe(false);
  expect(isWaiting({ ...idle, notice: 'Nobody is here.' })).toBe(true);
  expect(isWaiting({ ...idle, held: true })).toBe(true);
  expect(isWaiting({ ...job, notice: 'The store is full.' })).toBe(false);
  expect(isWaiting({ ...idle, state: 'failed', notice: 'Broken.' })).toBe(false);
});

describe('sentences', () => {
  it('tells where the job is', () => {
    expect(jobSentence(job)).toBe('Bunny: 42 per cent, about 1 min 5 s left.');
    expect(jobSentence({ ...job, etaMs: null, notice: 'Nobody is here.' })).toBe('Bunny: 42 per cent. Nobody is here.');
    expect(jobSentence({ ...job, state: 'preparing' })).toBe('Bunny is being prepared.');
    expect(jobSentence({ ...job, state: 'paused' })).toBe('Bunny is paused at 42 per cent.');
    expect(jobSentence({ ...job, state: 'done' })).toBe('Bunny is done, in 40 s.');
    expect(jobSentence({ ...job, state: 'cancelled' })).toBe('Bunny was stopped at 42 per cent.');
    expect(jobSentence({ ...job, state: 'failed', notice: 'Out of memory.' })).toBe('Bunny failed. Out of memory.');
  });

  it('sums up a result', () => {
    expect(resultSentence({ ...job, state: 'done' }, 2)).toBe('16 samples a pixel by 2 computers in 40 s.');
    expect(resultSentence({ ...job, state: 'cancelled' }, 0)).toBe(
      '42 % of 16 samples a pixel in 40 s; what is there stays.',
    );
  });

  it('has a word for every state, and knows which of them are not over', () => {
    const states = ['preparing', 'running', 'paused', 'done', 'cancelled', 'failed'] as const;
    expect(states.map((state) => isActive({ state }))).toEqual([true, true, true, false, false, false]);
    expect(isActive(null)).toBe(false);
    expect(states.map(stateText)).toEqual(['Preparing', 'Rendering', 'Paused', 'Done', 'Stopped', 'Failed']);
  });
});
