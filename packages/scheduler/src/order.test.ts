import { BlobId } from '@tabgrid/protocol/ids';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { aid, createFixture, type Fixture, jid, of, taskSpec, vid } from './fixture.js';
import { earliestFinish } from './policies/earliest-finish.js';

/** What is handed out first, and when. */

const sized = (id: string, workUnits: number, job = 'job') => taskSpec(id, { workUnits, job: jid(job) });
const sent = (effects: Parameters<typeof of>[0]) => of(effects, 'sendTask').map((e) => e.attempt);

/** A volunteer that takes a millisecond a work unit, and has shown it. */
function known(f: Fixture, id: string): void {
  f.join(id);
  for (let i = 0; i < 3; i++) {
    f.add(taskSpec(`${id}-${i}`, { job: jid('warm') }));
    const [attempt] = f.queue(id);
    f.now += 1000;
    if (attempt) f.finish(attempt, 1000);
  }
}

describe('among tasks that nobody has', () => {
  it('the longest goes first, since a long one that is begun late ends late', () => {
    const f = createFixture();
    known(f, 'a');
    f.add(sized('short', 500), sized('long', 3000), sized('middle', 1000), sized('other', 1000));
    const begun: string[] = [];
    for (let [next] = f.queue('a'); next; [next] = f.queue('a')) {
      begun.push(next);
      f.now += 1000;
      f.finish(next);
    }
    expect(begun).toEqual(['long.1', 'middle.1', 'other.1', 'short.1']);
  });

  it('one that was tried goes before a longer one that was not', () => {
    const f = createFixture();
    known(f, 'a');
    f.add(sized('short', 500), sized('next', 500));
    f.add(sized('long', 3000));
    f.now += 500;
    f.fail('short.1');
    f.join('b');
    expect(f.queue('b')[0]).toBe('short.2');
  });

  it('who is done first goes on with what it has the inputs of, unless that is much shorter', () => {
    const blob = (k: number) => ({ id: v.parse(BlobId, String(k).repeat(64)), bytes: 1000 });
    const part = (id: string, k: number, workUnits = 1000) => taskSpec(id, { inputs: [blob(k)], workUnits });
    /** Who had `y` is a little faster from then on, by more than a part takes to get there. */
    const round = (workUnits: number) => {
      const f = createFixture();
      for (const id of ['a', 'b']) f.join(id);
      f.add(taskSpec('one', { job: jid('warm') }), taskSpec('other', { job: jid('warm') }));
      f.now += 1000;
      for (const { attempt } of f.scheduler.outstanding()) f.finish(attempt);
      f.add(part('x', 1), part('y', 2));
      const had = new Map(
        ['x', 'y'].map((id) => [id, f.scheduler.outstanding().find(({ task }) => task === id)?.volunteer]),
      );
      f.now += 1000;
      for (const [id, who] of had) f.finish(`${id}.1`, who === had.get('y') ? 990 : 1000);
      f.add(part('x2', 1), part('y2', 2, workUnits));
      const has = (task: string) => f.scheduler.outstanding().find((one) => one.task === task)?.volunteer;
      return { had, has };
    };
    for (const units of [1000, 900]) {
      const { had, has } = round(units);
      expect([has('x2'), has('y2')]).toEqual([had.get('x'), had.get('y')]);
    }
    const { had, has } = round(500);
    expect(has('x2')).toBe(had.get('y'));
  });

  it('somebody of whom nothing is known gets the shortest', () => {
    const f = createFixture();
    f.join('new');
    f.add(sized('long', 3000), sized('short', 500), sized('middle', 1000));
    expect(f.queue('new')[0]).toBe('short.1');
  });

  it('a deadline goes before size', () => {
    const f = createFixture();
    f.set('urgent', { deadlineMs: 1000 });
    known(f, 'a');
    f.tell({ type: 'held', share: 0 });
    f.add(sized('long', 3000, 'urgent'));
    f.now += 10;
    f.add(sized('longer', 9000, 'urgent'));
    f.tell({ type: 'released' });
    expect(f.queue('a')[0]).toBe('long.1');
  });
});

describe('work ahead', () => {
  const late = () => {
    const f = createFixture({ policy: earliestFinish });
    known(f, 'a');
    f.add(...['t1', 't2', 't3'].map((id) => sized(id, 1000)));
    f.tell({ type: 'started', volunteer: vid('a'), attempt: aid('t1.1') });
    return f;
  };

  it('comes when the running task is about to end, and the scheduler asks to be woken for it', () => {
    const f = late();
    expect(f.queue('a')).toEqual(['t1.1']);
    const began = f.now;
    // As a driver would: it comes back when it was asked to.
    let wakeAt = of(f.effects, 'wake').at(-1)?.at ?? Number.POSITIVE_INFINITY;
    while (f.queue('a').length === 1 && wakeAt < began + 1000) {
      const effects = f.pass(Math.max(0, wakeAt - f.now));
      wakeAt = of(effects, 'wake').at(-1)?.at ?? Number.POSITIVE_INFINITY;
    }
    expect(f.queue('a')).toEqual(['t1.1', 't2.1']);
    expect(f.now - began).toBeGreaterThan(300);
    expect(f.now - began).toBeLessThan(1000);
    f.now = began + 1000;
    expect(sent(f.finish('t1.1', 1000))).toEqual([]);
    expect(f.queue('a')).toEqual(['t2.1']);
  });

  it('does not pile up behind one that is late', () => {
    const f = late();
    for (let i = 0; i < 100; i++) f.pass(50);
    expect(f.queue('a').length).toBeLessThanOrEqual(2);
  });

  it('is nothing that nobody can take back: a volunteer that vanishes in mid-task loses one task', () => {
    const f = late();
    f.now += 200;
    f.leave('a');
    expect(f.scheduler.job(jid('job'))).toMatchObject({ open: 3, attempts: 1 });
  });
});

describe('near the end of a job', () => {
  /** `slow` runs what is left; the others have nothing to do. Speeds in units a second. */
  const tail = (speeds: Readonly<Record<string, number>>) => {
    const f = createFixture({
      extraShare: 3,
      oracle: {
        duration: (v, t) => {
          const median = (t.workUnits / (speeds[v.id] ?? 1)) * 1000;
          return { p025: median, median, p975: median };
        },
        failure: () => 0,
        roundTrip: () => ({ median: 0, p95: 0 }),
      },
    });
    f.join('slow');
    f.add(sized('t', 10_000));
    f.tell({ type: 'started', volunteer: vid('slow'), attempt: aid('t.1') });
    return f;
  };
  const holders = (f: Fixture) => f.scheduler.outstanding().map((o) => o.volunteer);

  it('the fastest of those with nothing to do tries what would end last, not the one that was reserved', () => {
    const f = tail({ slow: 100, reserved: 90, fast: 1000 });
    f.join('reserved');
    f.pass(1000);
    expect(holders(f)).toEqual(['slow']);
    f.join('fast');
    f.pass(1000);
    expect(holders(f)).toEqual(['slow', 'fast']);
  });

  it('somebody faster takes the place of the slower of two, which is told to stop', () => {
    const f = tail({ slow: 100, medium: 200, fast: 2000 });
    f.join('medium');
    f.pass(1000);
    expect(holders(f)).toEqual(['slow', 'medium']);
    f.join('fast');
    f.pass(1000);
    expect(holders(f)).toEqual(['medium', 'fast']);
    expect(of(f.effects, 'cancelAttempt').map((e) => e.volunteer)).toEqual(['slow']);
    f.finish(f.queue('fast')[0] ?? '', 5000);
    expect(f.kind('t')).toBe('done');
    expect(holders(f)).toEqual([]);
  });

  it('nobody takes the place of two that would be no later', () => {
    const f = tail({ slow: 100, medium: 200, other: 210 });
    f.join('medium');
    f.pass(1000);
    f.join('other');
    f.pass(1000);
    expect(holders(f)).toEqual(['slow', 'medium']);
  });
});
