import { describe, expect, it } from 'vitest';
import { MODEL_NAMES, type Score } from './model.js';
import { ALL_BASELINE, LEAST_SAMPLES, type Standing, standingAfter } from './standing.js';

const score = (learned: number | null, baseline: number | null, samples = 300): Score => ({
  samples,
  learned,
  baseline,
  measure: '',
});

const all = (one: Score) => ({ time: one, assignment: one, balance: one, failure: one, latency: one });
const learned: Standing = {
  time: 'learned',
  assignment: 'learned',
  balance: 'learned',
  failure: 'learned',
  latency: 'learned',
};

describe('standingAfter', () => {
  it('lets a model take over that is clearly better', () => {
    expect(standingAfter(ALL_BASELINE, all(score(0.9, 1)))).toEqual(learned);
  });

  it('leaves one that is hardly better, worse, or not judged yet where it is', () => {
    for (const one of [
      score(0.995, 1),
      score(1, 1),
      score(1.5, 1),
      score(null, null),
      score(0.1, 1, LEAST_SAMPLES - 1),
    ]) {
      expect(standingAfter(ALL_BASELINE, all(one))).toEqual(ALL_BASELINE);
    }
  });

  it('takes the decision away from one that is worse, not from one that is as good', () => {
    expect(standingAfter(learned, all(score(1, 1)))).toEqual(learned);
    expect(standingAfter(learned, all(score(1.001, 1)))).toEqual(ALL_BASELINE);
    expect(standingAfter(learned, all(score(1.001, 1, LEAST_SAMPLES - 1)))).toEqual(learned);
  });

  it('never trusts a loss that is no number', () => {
    expect(standingAfter(learned, all(score(Number.NaN, 1)))).toEqual(ALL_BASELINE);
    expect(standingAfter(learned, all(score(Number.NEGATIVE_INFINITY, 1)))).toEqual(ALL_BASELINE);
    expect(standingAfter(ALL_BASELINE, all(score(Number.NaN, 1)))).toEqual(ALL_BASELINE);
  });

  it('works for losses below 0, such as lost reward', () => {
    expect(standingAfter(ALL_BASELINE, all(score(-1.2, -1))).balance).toBe('learned');
    expect(standingAfter(ALL_BASELINE, all(score(-1.005, -1))).balance).toBe('baseline');
    expect(standingAfter(learned, all(score(-0.9, -1))).balance).toBe('baseline');
  });

  it('does not go to and fro about one that is about as good', () => {
    let standing: Standing = ALL_BASELINE;
    let changes = 0;
    for (let i = 0; i < 200; i++) {
      const next = standingAfter(standing, all(score(0.9975 + 0.004 * Math.sin(i), 1)));
      if (next.time !== standing.time) changes++;
      standing = next;
    }
    expect(changes).toBe(0);
  });

  it('judges each by itself', () => {
    const after = standingAfter(ALL_BASELINE, { ...all(score(2, 1)), latency: score(0.5, 1) });
    expect(MODEL_NAMES.filter((name) => after[name] === 'learned')).toEqual(['latency']);
  });
});
