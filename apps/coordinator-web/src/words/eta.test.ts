import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aJob } from '../testing/samples.js';
import { etaText, isActive, isWaiting, jobSentence, resultSentence, stateText } from './eta.js';

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
