import type { JobView } from '@tabgrid/coordinator/api';
import { describe, expect, it } from 'vitest';
import { aJob } from '../testing/samples.js';
import { createAnnouncer, QUIET_MS } from './announcer.js';

const at = (share: number, state: JobView['state'] = 'running', notice: string | null = null): JobView =>
  aJob({ state, share, etaMs: null, wallMs: 1000, notice });

describe('the announcer', () => {
  it('says nothing before there is a job', () => {
    expect(createAnnouncer().next(null, 0)).toBe('');
  });

  it('says a change of state at once', () => {
    const announcer = createAnnouncer();
    expect(announcer.next(at(0), 0)).toBe('Bunny: 0 per cent.');
    expect(announcer.next(at(1, 'done'), 1)).toBe('Bunny is done, in 1 s.');
  });

  it('says what keeps the job from going on at once', () => {
    const announcer = createAnnouncer();
    announcer.next(at(0.1), 0);
    expect(announcer.next(at(0.1, 'running', 'Nobody is here.'), 10)).toContain('Nobody is here.');
  });

  it('is quiet about progress until enough time has passed and a tenth is done', () => {
    const announcer = createAnnouncer();
    const first = announcer.next(at(0), 0);
    expect(announcer.next(at(0.9), QUIET_MS - 1)).toBe(first);
    expect(announcer.next(at(0.05), QUIET_MS + 1)).toBe(first);
    expect(announcer.next(at(0.31), QUIET_MS + 2)).toBe('Bunny: 31 per cent.');
    expect(announcer.next(at(0.5), QUIET_MS + 3)).toBe('Bunny: 31 per cent.');
  });

  it('speaks at most once in QUIET_MS however fast the job is', () => {
    const announcer = createAnnouncer();
    const said = new Set<string>();
    for (let ms = 0; ms < 60_000; ms += 250) said.add(announcer.next(at(ms / 60_001), ms));
    expect(said.size).toBeLessThanOrEqual(60_000 / QUIET_MS);
    expect(said.size).toBeGreaterThan(1);
  });
});
