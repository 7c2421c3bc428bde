import type { JobView } from '@tabgrid/coordinator/api';
import { describe, expect, it } from 'vitest';
import { createEndedJobs } from './ended-jobs.js';
import { aJob, aJobId } from './testing/samples.js';

const [a, b] = [aJob({ id: aJobId('a') }), aJob({ id: aJobId('b') })];
const view = (job: JobView | null, ...jobs: JobView[]) => ({ job, jobs });

describe('jobs that ended', () => {
  it('are unseen when another was shown, until they are', () => {
    const ended = createEndedJobs();
    expect(ended.note(view(b, a, b))).toBe(false);
    expect(ended.note(view(b, b))).toBe(true);
    expect(ended.unseen()).toEqual(['a']);
    expect(ended.note(view(b, b))).toBe(false);
    expect(ended.note(view({ ...a, state: 'done' }, b))).toBe(false);
    expect(ended.unseen()).toEqual([]);
  });

  it('were seen when they were shown at their end', () => {
    const ended = createEndedJobs();
    ended.note(view(a, a));
    expect(ended.note(view({ ...a, state: 'done' }))).toBe(true);
    expect(ended.unseen()).toEqual([]);
  });

  it('can be hidden, and are forgotten when they go on', () => {
    const ended = createEndedJobs();
    ended.note(view(null, a, b));
    ended.note(view(null));
    expect(ended.unseen()).toEqual(['a', 'b']);
    ended.hide(a.id);
    expect(ended.unseen()).toEqual(['b']);
    ended.note(view(null, b));
    expect(ended.unseen()).toEqual([]);
  });
});
