import { describe, expect, it } from 'vitest';
import { aid, createFixture, type Fixture, jid, of, stats, taskSpec, tasks, tid, vid } from './fixture.js';
import { createPlainOracle, type VolunteerView } from './oracle.js';
import { restoreScheduler } from './scheduler.js';

const job = (f: Fixture) => f.scheduler.job(jid('job'));
const started = (f: Fixture, volunteer: string, attempt: string) =>
  f.tell({ type: 'started', volunteer: vid(volunteer), attempt: aid(attempt) });
const network = (name: string) => ({ tags: { network: name } });

/** Everybody does three tasks in so many ms each, so that the scheduler knows them. */
function measured(speeds: Readonly<Record<string, number>>, change: Parameters<typeof createFixture>[0] = {}): Fixture {
  const f = createFixture(change);
  for (const id of Object.keys(speeds)) f.join(id);
  for (let round = 0; round < 3; round++) {
    f.add(...Object.keys(speeds).map((id) => taskSpec(`${id}-${round}`, { job: jid('warm') })));
    for (const [id, ms] of Object.entries(speeds)) {
      for (let [next] = f.queue(id); next; [next] = f.queue(id)) {
        f.now += ms;
        f.finish(next, ms);
      }
    }
  }
  f.tell({ type: 'jobForgotten', job: jid('warm') });
  return f;
}

describe('the backups of an attempt', () => {
  const backups = (join: (f: Fixture) => void) => {
    const f = createFixture();
    f.join('a', {}, network('n'));
    join(f);
    return of(f.add(taskSpec('t1')), 'sendTask').map((e) => [e.volunteer, ...e.backups]);
  };

  it('are two others, none while nobody else is there', () => {
    expect(backups(() => {})).toEqual([['a']]);
    expect(backups((f) => f.join('b'))).toEqual([['a', 'b']]);
  });

  it('are of other networks and owners, where there are such', () => {
    expect(
      backups((f) => {
        f.join('b', {}, network('n'));
        f.join('c', {}, network('m'));
        f.join('d', {}, network('m'));
        f.join('e', {}, network('o'));
      }),
    ).toEqual([['a', 'c', 'e']]);
    expect(
      backups((f) => {
        f.join('b', {}, { tags: { owner: 'o' } });
        f.join('c', {}, { tags: { owner: 'o' } });
        f.join('d', {}, { tags: { owner: 'p' } });
      }),
    ).toEqual([['a', 'b', 'd']]);
  });

  it('are who is least likely to go with the first, and with each other, where the oracle knows', () => {
    const pairs = new Set(['a b', 'a c', 'd e']);
    const oracle = {
      ...createPlainOracle(() => 1000),
      failure: () => 0.3,
      together: (x: VolunteerView, y: VolunteerView) => (pairs.has(`${x.id} ${y.id}`) ? 3 : 1),
    };
    const f = createFixture({ oracle });
    for (const id of ['a', 'b', 'c', 'd', 'e', 'f']) f.join(id, {}, network('n'));
    expect(of(f.add(taskSpec('t1')), 'sendTask').map((e) => [e.volunteer, ...e.backups])).toEqual([['a', 'd', 'f']]);
  });

  it('are of the same network where there is no other', () => {
    expect(backups((f) => f.join('b', {}, network('n')))).toEqual([['a', 'b']]);
  });

  it('are counted', () => {
    const f = createFixture();
    f.join('a');
    f.join('b');
    f.add(taskSpec('t1'));
    const standing = () => f.scheduler.volunteers().map((v) => v.backupFor);
    expect(standing()).toEqual([0, 1]);
    f.finish('t1.1');
    expect(standing()).toEqual([0, 0]);
  });
});

describe('a second attempt of what is overdue', () => {
  it('is offered to whoever would be done first, not to a slow one that was reserved once', () => {
    const f = measured({ a: 1000, quick: 500, slow: 3000 });
    f.add(taskSpec('t1'), taskSpec('t2'));
    const [sent] = of(f.effects, 'sendTask').filter((e) => e.volunteer === vid('a') && e.task.id === tid('t2'));
    expect(sent?.backups[0]).toBe(vid('slow'));
    f.now += 500;
    f.finish('t1.1', 500);
    // On the slow one it would take longer than it may still take here.
    f.pass(1500);
    f.pass(1000);
    expect(f.queue('quick')).toEqual(['t2.2']);
  });
});

describe('a task in doubt', () => {
  it('goes to the reserved backup when its volunteer’s link is silent', () => {
    const f = createFixture();
    for (const id of ['a', 'b', 'c', 'd']) f.join(id);
    const [sent] = of(f.add(taskSpec('t1')), 'sendTask');
    const effects = f.tell({ type: 'linkSuspect', volunteer: vid(sent?.volunteer ?? ''), reason: 'silent' });
    expect(of(effects, 'sendTask')).toMatchObject([{ volunteer: sent?.backups[0], purpose: 'backup' }]);
    expect(job(f)).toMatchObject({ backups: 1, again: 0 });
  });

  it('is free again when its volunteer says goodbye', () => {
    const f = createFixture();
    f.join('a');
    f.join('b');
    f.add(taskSpec('t1'));
    const effects = f.leave('a');
    expect(of(effects, 'sendTask')).toMatchObject([{ volunteer: 'b', purpose: 'again' }]);
  });

  it('is tried by somebody else when it is past its bound, and the loser is stopped', () => {
    const f = measured({ a: 1000, b: 1000 });
    f.add(taskSpec('t1'));
    const [first] = f.scheduler.outstanding();
    started(f, first?.volunteer ?? '', 't1.1');
    const other = first?.volunteer === 'a' ? 'b' : 'a';
    f.pass(900);
    expect(f.queue(other)).toEqual([]);
    for (let i = 0; i < 20 && f.queue(other).length === 0; i++) f.pass(500);
    expect(f.queue(other)).toEqual(['t1.2']);
    expect(of(f.finish('t1.2'), 'cancelAttempt')).toMatchObject([{ attempt: 't1.1', volunteer: first?.volunteer }]);
  });

  it('has two live attempts at most', () => {
    const f = createFixture();
    for (const id of ['a', 'b', 'c', 'd']) f.join(id);
    f.add(taskSpec('t1'));
    for (const id of ['a', 'b', 'c']) f.tell({ type: 'linkSuspect', volunteer: vid(id), reason: 'silent' });
    expect(f.scheduler.outstanding()).toHaveLength(2);
  });

  it('gets another backup when the first one leaves', () => {
    const f = createFixture();
    f.join('a');
    f.add(taskSpec('t1'));
    f.told('a', { paused: true });
    f.join('b');
    expect(f.queue('b')).toEqual(['t1.2']);
    f.leave('b');
    f.join('c');
    expect(f.queue('c')).toEqual(['t1.3']);
  });

  it('waits with its job', () => {
    const f = createFixture();
    f.join('a');
    f.add(taskSpec('t1'));
    f.tell({ type: 'jobPaused', job: jid('job') });
    f.told('a', { paused: true });
    f.join('b');
    expect(f.queue('b')).toEqual([]);
    f.tell({ type: 'jobResumed', job: jid('job') });
    expect(f.queue('b')).toEqual(['t1.2']);
  });

  it('is not given to who has failed it', () => {
    const f = createFixture();
    f.join('b');
    f.add(taskSpec('t1'));
    f.fail('t1.1');
    f.join('a');
    // It was alone, and so it had it again.
    f.fail('t1.2');
    expect(f.queue('a')).toEqual(['t1.3']);
    f.told('a', { paused: true });
    expect(f.queue('b')).toEqual([]);
  });
});

describe('extra work', () => {
  /** Ten tasks, one on each of ten slow volunteers, overdue for long; a fast one is idle. @returns how many it may try as well */
  const clones = (extraShare: number | null, config = 0.05) => {
    const speeds = Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`slow${i}`, 1000]));
    const f = measured(speeds, { extraShare: config });
    f.set('job', { extraShare });
    f.add(...tasks(10));
    for (const { volunteer, attempt } of f.scheduler.outstanding()) started(f, volunteer, attempt);
    f.join('idle');
    for (let i = 0; i < 40; i++) {
      f.pass(500);
      for (const id of f.scheduler.volunteers().map((v) => v.id)) f.tell({ type: 'heard', volunteer: id });
    }
    const { clones = 0, backups = 0 } = job(f) ?? {};
    return clones + backups;
  };

  it('stays within the share that the scheduler allows, one task at least', () => {
    expect(clones(null, 0.05)).toBe(1);
    expect(clones(null, 0.3)).toBe(3);
  });

  it('stays within the share of the job, and is none at 0', () => {
    expect(clones(0.2)).toBe(2);
    expect(clones(0)).toBe(0);
  });
});

describe('a smaller share', () => {
  it('does not hold what was done before against the job', () => {
    const f = createFixture();
    f.set('job', { extraShare: 1 });
    f.join('a');
    f.add(...tasks(3));
    f.finish(f.live('t1'));
    for (const id of ['b', 'c']) f.join(id);
    for (let i = 0; i < 40; i++) {
      f.pass(500);
      for (const id of ['a', 'b', 'c']) f.tell({ type: 'heard', volunteer: vid(id) });
    }
    const { clones = 0, backups = 0 } = job(f) ?? {};
    expect(clones + backups).toBeGreaterThan(1);
    f.set('job', { extraShare: 0 });
    // Nor against its snapshot.
    expect(() => restoreScheduler(f.config, f.scheduler.snapshot())).not.toThrow();
  });
});

describe('work that waits behind other work', () => {
  it('is taken over by somebody idle, at no extra cost', () => {
    const f = createFixture();
    f.join('a');
    f.add(...tasks(2));
    expect(f.queue('a')).toEqual(['t1.1', 't2.1']);
    const effects = f.join('b');
    f.pass(300);
    expect(f.queue('b')).toEqual(['t2.2']);
    expect(f.queue('a')).toEqual(['t1.1']);
    expect(job(f)).toMatchObject({ again: 1, clones: 0, backups: 0 });
    expect(of([...effects, ...f.effects], 'cancelAttempt')[0]).toMatchObject({ attempt: 't2.1', volunteer: 'a' });
  });

  it('is left where it is when it is the last try of a task that too many have failed', () => {
    const f = createFixture({ volunteersToFailTask: 1 });
    f.join('a');
    f.add(...tasks(2));
    f.leave('a');
    f.join('b');
    expect(f.queue('b')).toEqual(['t1.2', 't2.2']);
    // While somebody has it, a fault of an earlier attempt does not end it.
    f.join('a', {}, { paused: true });
    f.tell({ type: 'returned', volunteer: vid('a'), attempt: aid('t2.1'), task: tid('t1'), stats: stats(1) });
    expect(f.kind('t2')).toBe('running');
    f.join('idle');
    f.pass(300);
    expect(f.queue('idle')).not.toContain('t2.3');
    f.finish('t2.2');
    expect(f.kind('t2')).toBe('done');
  });

  it('is not taken over while it runs, although the result of the one before is not here yet', () => {
    const f = createFixture();
    f.join('a');
    f.add(...tasks(2));
    started(f, 'a', 't1.1');
    f.now = 900;
    started(f, 'a', 't2.1');
    f.join('b');
    f.pass(300);
    expect(f.queue('a')).toEqual(['t1.1', 't2.1']);
  });
});

describe('what a volunteer had when its link broke', () => {
  it('is dismissed once when it is back, and answered when it speaks of it', () => {
    const f = createFixture();
    f.join('a');
    f.add(taskSpec('t1'));
    f.leave('a');
    f.join('b');
    expect(of(f.join('a'), 'cancelAttempt')).toMatchObject([{ volunteer: 'a', attempt: 't1.1' }]);
    f.leave('a');
    expect(of(f.join('a'), 'cancelAttempt')).toEqual([]);
    const late = f.tell({ type: 'progressed', volunteer: vid('a'), attempt: aid('t1.1'), share: 0.5 });
    expect(of(late, 'cancelAttempt')).toMatchObject([{ volunteer: 'a', attempt: 't1.1' }]);
    expect(of(f.finish('t1.1'), 'accept')).toHaveLength(1);
    expect(f.scheduler.task(tid('t1'))).toEqual({ kind: 'done', by: 't1.1' });
  });
});
