import { describe, expect, it } from 'vitest';
import { aid, createFixture, type Fixture, of, stats, taskSpec, tasks, vid } from './fixture.js';

const ends = (f: Fixture) => of(f.effects, 'ran').map(({ attempt, end, ms }) => [attempt, end, ms]);
const start = (f: Fixture, attempt: string, volunteer = 'a') =>
  f.tell({ type: 'started', volunteer: vid(volunteer), attempt: aid(attempt) });

function setUp(): Fixture {
  const f = createFixture({ failuresToFailTask: 99, volunteersToFailTask: 9, failuresToQuarantine: 99 });
  f.join('a');
  f.add(...tasks(2));
  f.now = 100;
  return f;
}

describe('what is said of an attempt that ran', () => {
  it('is as long as its volunteer’s speed is measured by', () => {
    const f = setUp();
    start(f, 't1.1');
    f.now = 1100;
    f.finish('t1.1', 700);
    expect(ends(f)).toEqual([['t1.1', 'returned', 700]]);
    expect(f.scheduler.snapshot().volunteers[0]?.speeds[0]?.[1].ms).toBe(700);
    f.now = 2000;
    // What we saw bounds the claim.
    f.finish('t2.1', 5000);
    expect(ends(f).at(-1)).toEqual(['t2.1', 'returned', 900]);
  });

  it('is the time since it was the first, when it was given up, failed or stopped', () => {
    for (const [end, happen] of [
      ['failed', (f: Fixture) => f.fail('t1.1')],
      ['lost', (f: Fixture) => f.leave('a')],
      ['cancelled', (f: Fixture) => f.tell({ type: 'jobCancelled', job: taskSpec('t').job, reason: 'test' })],
    ] as const) {
      const f = setUp();
      start(f, 't1.1');
      f.now = 800;
      happen(f);
      expect(ends(f)).toEqual([['t1.1', end, 800]]);
    }
  });

  it('is said of one that was sent and is the first, too', () => {
    const f = setUp();
    f.tell({ type: 'sent', attempt: aid('t1.1') });
    f.now = 300;
    f.leave('a');
    expect(ends(f)).toEqual([['t1.1', 'lost', 300]]);
  });

  it('is nothing of what never ran: not sent, or behind another', () => {
    const f = setUp();
    f.fail('t1.1');
    expect(ends(f)).toEqual([]);
    const g = setUp();
    g.tell({ type: 'sent', attempt: aid('t2.1') });
    g.fail('t2.1');
    expect(ends(g)).toEqual([]);
  });

  it('is nothing of a result that comes again, or long after it was given up', () => {
    const f = setUp();
    f.finish('t1.1');
    f.finish('t1.1');
    f.leave('a');
    f.join('a');
    const late = { attempt: aid('t2.1'), task: taskSpec('t2').id, stats: stats(5) };
    f.tell({ type: 'returned', volunteer: vid('a'), ...late });
    expect(ends(f).filter(([, end]) => end === 'returned')).toHaveLength(1);
  });
});
