import type { JobState, JobWork } from '@tabgrid/coordinator/api';
import { describe, expect, it } from 'vitest';
import { A_SPEC, aJob, NO_EXTRA_WORK } from '../testing/samples.js';
import { workWords } from './work.js';

const words = (work: Partial<JobWork>, more: { state?: JobState; verify?: 'none' | 'replicate' } = {}) =>
  workWords(
    aJob({
      attempts: 221,
      work: { ...NO_EXTRA_WORK, ...work },
      state: more.state ?? 'running',
      spec: { ...A_SPEC, verify: more.verify ?? 'none' },
    }),
  );

describe('workWords', () => {
  it('says nothing before anything was tried', () => {
    expect(workWords(aJob({ attempts: 0 }))).toBeNull();
  });

  it('is short about a job where all went well', () => {
    expect(words({})).toEqual({ summary: '221 tries so far, each the first at its tile.', wrong: null, lines: [] });
    expect(words({}, { state: 'done' })?.summary).toBe('221 tries, each the first at its tile.');
  });

  it('counts what was done beside the first tries, and says why', () => {
    const told = words({ again: 4, backups: 1, clones: 2 });
    expect(told?.summary).toBe('221 tries so far: 4 tried again, 1 backup, 2 doubled at the end.');
    expect(told?.lines.map(({ of }) => of)).toEqual(['again', 'backups', 'clones']);
    for (const { why } of told?.lines ?? []) expect(why).not.toBe('');
  });

  it('says that compared results agreed only when some were and none was found wrong', () => {
    const verify = 'replicate';
    expect(words({ replicas: 9, checking: 2 }, { verify })?.summary).toContain('All that were compared agreed.');
    expect(words({ replicas: 2, checking: 2 }, { verify })?.summary).not.toContain('agreed');
    expect(words({ replicas: 9, rejected: 1 }, { verify })?.summary).not.toContain('agreed');
    expect(words({}, { verify })?.summary).not.toContain('agreed');
  });

  it('tells what was wrong and that it does no harm', () => {
    expect(words({ rejected: 1 })?.wrong).toBe(
      '1 result was found wrong and thrown away. Others do these tiles again: nothing of it is in the picture.',
    );
    expect(words({ rejected: 2, retracted: 5 }, { state: 'done' })?.wrong).toBe(
      '2 results were found wrong and thrown away. 5 earlier results from the same hands were taken out as well. Others did these tiles again: nothing of it is in the picture.',
    );
    expect(words({ retracted: 1 }, { state: 'cancelled' })?.wrong).toBe(
      '1 earlier result was taken out, because their volunteer was caught.',
    );
    expect(words({ again: 1 })?.wrong).toBeNull();
  });

  it('has a line for every kind of work', () => {
    const all = words({
      ...{ again: 1, backups: 1, clones: 1, replicas: 1, probes: 1 },
      ...{ checking: 1, unseen: 1, rejected: 1, retracted: 1 },
    });
    expect(new Set(all?.lines.map(({ of }) => of))).toEqual(new Set(Object.keys(NO_EXTRA_WORK)));
  });
});
