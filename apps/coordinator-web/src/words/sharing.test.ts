import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aJob, aJobId } from '../testing/samples.js';
import { choiceOfSharing, SHARING_CHOICES, sharingChoiceOf, sharingNow } from './sharing.js';

describe('the choices', () => {
  it('read back as what they set', () => {
    for (const { choice, sharing } of SHARING_CHOICES) {
      expect(choiceOfSharing(sharing)).toBe(choice);
      expect(sharingChoiceOf(choice)?.sharing).toEqual(sharing);
    }
    expect(sharingChoiceOf('toString')).toBeNull();
  });

  it('admit a sharing that none of them makes', () => {
    expect(choiceOfSharing({ weight: 3, priority: 0 })).toBe('');
    expect(choiceOfSharing({ weight: 3, priority: 2 })).toBe('first');
  });
});

describe('sharingNow', () => {
  const job = (id: string, weight: number, priority = 0, state: 'running' | 'paused' = 'running') =>
    aJob({ id: aJobId(id), sharing: { weight, priority }, state });

  it('says each one’s part', () => {
    const [one, two] = [job('a', 1), job('b', 2)];
    expect(sharingNow(one, [one, two])).toBe('now about 33 %');
    expect(sharingNow(two, [one, two])).toBe('now about 67 %');
  });

  it('has nothing to say about a job alone', () => {
    const alone = job('a', 4);
    expect(sharingNow(alone, [alone])).toBe('');
    expect(sharingNow(alone, [alone, job('b', 1, 0, 'paused')])).toBe('');
  });

  it('tells who comes first, and who waits', () => {
    const [first, other, paused] = [job('a', 1, 1), job('b', 4), job('c', 1, 1, 'paused')];
    const jobs = [first, other, paused];
    expect(sharingNow(first, jobs)).toBe('now all that it can use');
    expect(sharingNow(other, jobs)).toBe('now what the first leaves');
    expect(sharingNow(paused, jobs)).toBe('nothing while it is paused');
  });

  it('gives parts that come to the whole', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(0.5, 1, 2, 4), { minLength: 2, maxLength: 6 }), (weights) => {
        const jobs = weights.map((weight, i) => job(`j${i}`, weight));
        const parts = jobs.map((one) => Number(/\d+/.exec(sharingNow(one, jobs))?.[0]));
        expect(Math.abs(parts.reduce((sum, part) => sum + part, 0) - 100)).toBeLessThanOrEqual(jobs.length);
      }),
    );
  });
});
