import { describe, expect, it } from 'vitest';
import { aid, capabilities, createFixture, jid, KERNEL, of, stats, taskSpec, tasks, tid, vid } from './fixture.js';
import { createScheduler, DEFAULT_CONFIG } from './scheduler.js';

describe('the way of one task', () => {
  it('is sent, started, returned, checked, accepted', () => {
    const f = createFixture();
    f.join('a');
    expect(of(f.add(taskSpec('t1')), 'sendTask')).toMatchObject([{ volunteer: 'a', attempt: 't1.1' }]);
    f.tell({ type: 'sent', attempt: aid('t1.1') });
    f.tell({ type: 'started', volunteer: vid('a'), attempt: aid('t1.1') });
    f.tell({ type: 'progressed', volunteer: vid('a'), attempt: aid('t1.1'), share: 0.5 });
    f.now = 900;
    const effects = f.finish('t1.1');
    expect(effects.map((e) => e.type)).toEqual(['ran', 'check', 'accept', 'jobSettled']);
    expect(f.scheduler.task(tid('t1'))).toEqual({ kind: 'done', by: 't1.1' });
    expect(f.scheduler.job(jid('job'))).toMatchObject({ done: 1, share: 1, attempts: 1, again: 0, open: 0 });
  });

  it('keeps a second task queued, and more when tasks are short against the way there and back', () => {
    const f = createFixture();
    f.join('a');
    f.add(...tasks(40));
    expect(f.queue('a')).toEqual(['t1.1', 't2.1']);
    // Tasks turn out to take 1 s: three at once hide a turnaround of 400 ms.
    f.now = 1000;
    f.finish('t1.1', 1000);
    expect(f.queue('a')).toHaveLength(3);
    // A far volunteer with very short tasks.
    f.join('b');
    f.tell({ type: 'roundTripMeasured', volunteer: vid('b'), ms: 200 });
    f.now = 1040;
    const [first] = f.queue('b');
    f.finish(first ?? '', 20);
    expect(f.queue('b').length).toBeGreaterThan(10);
    expect(f.queue('b').length).toBeLessThanOrEqual(12);
  });

  it('learns who is fast and gives it more', () => {
    const f = createFixture();
    f.join('fast');
    f.join('slow');
    f.add(...tasks(60));
    const done = { fast: 0, slow: 0 };
    const next = { fast: 100, slow: 1000 };
    while (f.scheduler.job(jid('job'))?.done !== 60) {
      const who = next.fast <= next.slow ? 'fast' : 'slow';
      f.now = next[who];
      const [head] = f.queue(who);
      next[who] += who === 'fast' ? 100 : 1000;
      if (head === undefined) continue;
      f.finish(head, who === 'fast' ? 100 : 1000);
      done[who]++;
    }
    expect(done.fast).toBeGreaterThan(45);
    // 60 tasks at 10 + 1 a second are done in 5.5 s at best: the slow one must not be what everybody waits for.
    expect(f.now).toBeLessThanOrEqual(7000);
  });
});

describe('losses', () => {
  it('redoes what a departed volunteer had, before the tasks that were never tried', () => {
    const f = createFixture();
    f.join('a');
    f.add(...tasks(10));
    f.leave('a');
    expect(of(f.join('b'), 'sendTask').map((e) => e.attempt)).toEqual(['t1.2', 't2.2']);
    expect(f.scheduler.job(jid('job'))).toMatchObject({ attempts: 4, again: 2 });
  });

  it('takes the late result of an attempt that it had given up, and stops the other', () => {
    const f = createFixture();
    f.join('a');
    f.add(taskSpec('t1'));
    f.leave('a');
    f.join('b');
    expect(f.queue('b')).toEqual(['t1.2']);
    f.join('a');
    const effects = f.finish('t1.1');
    expect(of(effects, 'accept')).toMatchObject([{ attempt: 't1.1', volunteer: 'a' }]);
    expect(of(effects, 'cancelAttempt')).toMatchObject([{ attempt: 't1.2', volunteer: 'b' }]);
    // The loser's own result, sent before it heard of that, changes nothing.
    expect(of(f.finish('t1.2'), 'cancelAttempt')).toMatchObject([{ attempt: 't1.2', volunteer: 'b' }]);
    expect(f.scheduler.task(tid('t1'))).toEqual({ kind: 'done', by: 't1.1' });
  });

  it('lets a volunteer go on with what it still runs when its link is back', () => {
    const f = createFixture();
    f.join('a');
    f.add(taskSpec('t1'));
    f.leave('a');
    f.tell({ type: 'held', share: 0 });
    f.join('a');
    expect(f.queue('a')).toEqual([]);
    f.tell({ type: 'progressed', volunteer: vid('a'), attempt: aid('t1.1'), share: 0.9 });
    expect(f.queue('a')).toEqual(['t1.1']);
    expect(of(f.finish('t1.1'), 'accept')).toHaveLength(1);
  });

  it('takes the last words of a closed link where they are a result, and nothing else of them', () => {
    const f = createFixture();
    f.join('a');
    f.add(...tasks(2));
    f.leave('a');
    expect(f.tell({ type: 'progressed', volunteer: vid('a'), attempt: aid('t2.1'), share: 1 })).toEqual([]);
    expect(f.finish('t1.1').map((e) => e.type)).toEqual(['check', 'accept']);
    expect(f.finish('t1.1')).toEqual([]);
    expect(f.scheduler.task(tid('t2'))?.kind).toBe('ready');
  });

  it('does not take somebody for fast who repeats a result', () => {
    const f = createFixture();
    f.join('a');
    f.add(...tasks(4));
    f.now = 1000;
    f.finish('t1.1', 1000);
    const again = { type: 'returned', volunteer: vid('a'), attempt: aid('t1.1'), task: tid('t1') } as const;
    f.now = 1990;
    f.tell({ ...again, stats: stats(1) });
    f.now = 2000;
    f.finish('t2.1', 10);
    // A second for a thousand units was seen: the claim of ten milliseconds is worth a quarter of it at best.
    const speed = [...(f.scheduler.volunteers()[0]?.speeds.values() ?? [])][0] ?? 0;
    expect(speed).toBeLessThanOrEqual(4001);
  });

  it('acknowledges a repeated result again and counts it once', () => {
    const f = createFixture();
    f.join('a');
    f.add(...tasks(2));
    f.finish('t1.1');
    expect(f.finish('t1.1').map((e) => e.type)).toEqual(['acknowledge']);
    expect(f.scheduler.job(jid('job'))?.done).toBe(1);
  });

  it('gives up on silence, not on slowness with signs of life', () => {
    const f = createFixture();
    f.join('a');
    f.add(taskSpec('t1'));
    for (f.now = 20_000; f.now <= 200_000; f.now += 20_000) {
      f.tell({ type: 'progressed', volunteer: vid('a'), attempt: aid('t1.1'), share: f.now / 300_000 });
      f.tell({ type: 'woken' });
      expect(f.queue('a')).toEqual(['t1.1']);
    }
    f.join('b');
    f.now += 20_000;
    f.tell({ type: 'woken' });
    f.now += 20_000;
    const effects = f.tell({ type: 'woken' });
    expect(of(effects, 'cancelAttempt')).toMatchObject([{ attempt: 't1.1', volunteer: 'a' }]);
    expect(f.standing('a')).toBe('suspect');
    expect(f.scheduler.task(tid('t1'))?.kind).toBe('running');
    // A sign of life ends the suspicion.
    f.tell({ type: 'heard', volunteer: vid('a') });
    expect(f.standing('a')).toBe('ready');
  });

  it('asks to be woken when a lease ends, and blames nobody for its own sleep', () => {
    const f = createFixture();
    f.join('a');
    // First when the attempt is overdue, then when its lease ends.
    const [overdue] = of(f.add(taskSpec('t1')), 'wake');
    expect(overdue?.at).toBeGreaterThan(1000);
    f.now = overdue?.at ?? 0;
    const [wake] = of(f.tell({ type: 'woken' }), 'wake');
    expect(wake?.at).toBeGreaterThanOrEqual(30_000);
    // The dashboard's computer slept for an hour.
    f.now = 3_600_000;
    f.tell({ type: 'woken' });
    expect(f.queue('a')).toEqual(['t1.1']);
    expect(f.standing('a')).toBe('ready');
  });

  it('ignores a clock that goes backwards', () => {
    const f = createFixture();
    f.now = 1000;
    f.join('a');
    f.now = 10;
    f.add(taskSpec('t1'));
    expect(f.queue('a')).toEqual(['t1.1']);
  });
});

describe('bad results and bad volunteers', () => {
  it('rejects an invalid result and redoes the task, with somebody else where there is somebody', () => {
    const f = createFixture();
    f.join('a');
    f.join('b');
    f.add(taskSpec('t1'));
    const effects = f.finish('t1.1', 1000, 'not finite');
    expect(of(effects, 'reject')).toMatchObject([{ volunteer: 'a', attempt: 't1.1', reason: 'not finite' }]);
    expect(f.queue('b')).toEqual(['t1.2']);
    expect(of(f.finish('t1.1'), 'reject')).toHaveLength(1);
  });

  it('puts a volunteer that fails three times in a row into quarantine, and lets it out again', () => {
    const f = createFixture();
    f.join('a');
    f.add(...tasks(5));
    f.fail('t1.1');
    f.fail('t2.1');
    expect(f.standing('a')).toBe('ready');
    f.fail(f.queue('a')[0] ?? '');
    expect(f.standing('a')).toBe('quarantined');
    expect(f.queue('a')).toEqual([]);
    const until = f.scheduler.volunteers()[0]?.state;
    expect(until).toMatchObject({ reason: expect.stringContaining('it broke') });
    const wake = of(f.effects, 'wake').at(-1);
    expect(wake?.at).toBeLessThanOrEqual(33_000);
    f.now = 34_000;
    f.tell({ type: 'woken' });
    expect(f.standing('a')).toBe('ready');
    expect(f.queue('a').length).toBeGreaterThan(0);
  });

  it('does not lose its quarantine by leaving and coming back', () => {
    const f = createFixture();
    f.join('a');
    f.add(...tasks(5));
    for (let i = 0; i < 3; i++) f.fail(f.queue('a')[0] ?? '');
    f.leave('a');
    f.join('a');
    expect(f.standing('a')).toBe('quarantined');
  });

  it('does not count stopping as a failure', () => {
    const f = createFixture();
    f.join('a');
    f.add(taskSpec('t1'));
    for (let i = 0; i < 20; i++) {
      f.now += 3_000;
      f.tell({ type: 'woken' });
      const [attempt] = f.queue('a');
      f.tell({
        type: 'failed',
        volunteer: vid('a'),
        attempt: aid(attempt ?? ''),
        failure: { code: 'stopped', message: '' },
      });
    }
    expect(f.standing('a')).toBe('ready');
    expect(f.scheduler.task(tid('t1'))?.kind).toBe('ready');
    // It is not asked again at once, but as soon as it tells of itself.
    f.tell({ type: 'volunteerTold', volunteer: vid('a'), paused: false, hidden: false });
    expect(f.queue('a')).toHaveLength(1);
  });

  it('fails a task that three different volunteers failed, with their reasons', () => {
    const f = createFixture();
    for (const id of ['a', 'b', 'c', 'd']) f.join(id);
    f.add(taskSpec('t1'));
    f.fail('t1.1', 'first');
    f.fail('t1.2', 'second');
    const effects = f.fail('t1.3', 'third');
    const [failed] = of(effects, 'taskFailed');
    expect(failed?.reasons.map((r) => r.split(': ').at(-1))).toEqual(['first', 'second', 'third']);
    expect(f.scheduler.job(jid('job'))).toMatchObject({ failed: 1, open: 0 });
  });

  it('ends a task that one lonely volunteer fails again and again', () => {
    const f = createFixture();
    f.join('a');
    f.add(taskSpec('t1'));
    for (let i = 0; i < 8; i++) {
      if (f.standing('a') === 'quarantined') {
        f.now += 700_000;
        f.tell({ type: 'woken' });
      }
      f.fail(f.queue('a')[0] ?? '');
    }
    expect(f.scheduler.task(tid('t1'))?.kind).toBe('failed');
  });

  it('drops a volunteer that speaks of somebody else’s attempt, and redoes a task that it misnamed', () => {
    const f = createFixture();
    f.join('a');
    f.join('b');
    f.add(...tasks(6));
    const foreign = f.queue('b')[0] ?? '';
    const returned = (attempt: string, task: string) =>
      f.tell({ type: 'returned', volunteer: vid('a'), attempt: aid(attempt), task: tid(task), stats: stats(1) });
    const own = f.queue('a')[0] ?? '';
    expect(of(returned(own, 't5'), 'reject')).toMatchObject([{ attempt: own }]);
    expect(of(returned('j.t9.1', 't9'), 'cancelAttempt')).toMatchObject([{ attempt: 'j.t9.1' }]);
    expect(of(returned(foreign, 't1'), 'dropVolunteer')).toMatchObject([{ volunteer: 'a' }]);
    expect(f.standing('a')).toBe('quarantined');
    expect(f.queue('a')).toEqual([]);
  });
});

describe('who gets nothing', () => {
  it('paused and suspect volunteers get nothing new; an idle one may redo what they have', () => {
    const f = createFixture();
    f.join('a');
    f.add(taskSpec('t1'));
    f.tell({ type: 'volunteerTold', volunteer: vid('a'), paused: true, hidden: false });
    f.add(taskSpec('t2'));
    expect(f.queue('a')).toEqual(['t1.1']);
    f.join('b');
    expect(f.queue('b')).toEqual(['t2.1']);
    f.finish('t2.1');
    expect(f.queue('b')).toEqual(['t1.2']);
    expect(f.scheduler.job(jid('job'))).toMatchObject({ backups: 1, clones: 0 });
    f.tell({ type: 'volunteerTold', volunteer: vid('a'), paused: false, hidden: true });
    f.tell({ type: 'linkSuspect', volunteer: vid('a'), reason: 'silent' });
    f.add(taskSpec('t3'));
    expect(f.queue('a')).toEqual(['t1.1']);
    f.tell({ type: 'linkOpen', volunteer: vid('a') });
    expect(f.standing('a')).toBe('ready');
  });

  it('reports a task that nobody present can run, with what it lacks, and lets others pass', () => {
    const f = createFixture();
    f.join('a', { cpuCores: 2 });
    f.add(
      taskSpec('big', { requires: { features: ['shader-f16'], limits: { maxBufferSize: 10 }, cpuCores: 8 } }),
      taskSpec('other', { kernel: { kind: 'test', version: 'v2' } }),
      taskSpec('plain'),
    );
    expect(f.queue('a')).toEqual(['plain.1']);
    const [big, other] = f.scheduler.blocked();
    expect(big?.lacks).toHaveLength(3);
    expect(big?.lacks[0]).toContain('shader-f16');
    expect(other?.lacks[0]).toContain('reload');
    f.join('b', { features: ['shader-f16'], limits: { maxBufferSize: 10 }, cpuCores: 8 });
    expect(f.queue('b')).toEqual(['big.1']);
    expect(f.scheduler.blocked()).toHaveLength(1);
  });

  it('keeps a task with a least score from volunteers that were measured to be slower', () => {
    const f = createFixture();
    f.join('a');
    f.add(taskSpec('t1'));
    f.now = 1000;
    f.finish('t1.1', 1000);
    f.add(taskSpec('t2', { requires: { score: 5000 } }));
    expect(f.queue('a')).toEqual([]);
    expect(f.scheduler.blocked()[0]?.lacks[0]).toContain('score of 5000');
  });
});

describe('the tail', () => {
  it('clones the longest outstanding task to an idle volunteer, within its share, and stops the loser', () => {
    const f = createFixture();
    f.join('slow');
    f.join('fast');
    f.add(...tasks(2));
    f.now = 100;
    f.finish(f.queue('fast')[0] ?? '', 100);
    f.now = 600;
    f.tell({ type: 'woken' });
    const [clone] = f.queue('fast');
    expect(clone).toBe('t1.2');
    expect(f.scheduler.job(jid('job'))).toMatchObject({ clones: 1, again: 0 });
    f.now = 700;
    const effects = f.finish('t1.2', 100);
    expect(of(effects, 'cancelAttempt')).toMatchObject([{ volunteer: 'slow', attempt: 't1.1' }]);
  });
});

describe('hold', () => {
  it('stops assignments at the share and never hands out the last task before the release', () => {
    const f = createFixture();
    f.join('a');
    f.tell({ type: 'held', share: 0.5 });
    f.add(...tasks(8));
    let reached = 0;
    while (f.queue('a').length > 0) {
      const effects = f.finish(f.queue('a')[0] ?? '');
      if (of(effects, 'holdReached').length > 0) reached = f.scheduler.job(jid('job'))?.done ?? 0;
    }
    expect(reached).toBe(4);
    expect(f.scheduler.job(jid('job'))?.open).toBeGreaterThan(0);
    f.leave('a');
    f.join('b');
    expect(f.queue('b')).toEqual([]);
    f.tell({ type: 'released' });
    expect(f.queue('b').length).toBeGreaterThan(0);
  });

  it('is reached when only the task that it keeps back is left', () => {
    const f = createFixture();
    f.join('a');
    f.tell({ type: 'held', share: 0.99 });
    f.add(...tasks(3));
    f.finish('t1.1');
    expect(of(f.finish('t2.1'), 'holdReached')).toHaveLength(1);
    expect(f.queue('a')).toEqual([]);
  });
});

describe('graphs, withdrawal, ends', () => {
  it('lets a task wait for others, and cancels it when they fail', () => {
    const f = createFixture();
    f.join('a');
    f.tell({
      type: 'tasksAdded',
      tasks: [{ spec: taskSpec('t1') }, { spec: taskSpec('t2'), after: [tid('t1')] }, { spec: taskSpec('t3') }],
    });
    expect(f.scheduler.task(tid('t2'))?.kind).toBe('waiting');
    f.finish('t1.1');
    expect(f.scheduler.task(tid('t2'))?.kind).toBe('running');
    f.tell({ type: 'tasksAdded', tasks: [{ spec: taskSpec('t4'), after: [tid('t3')] }] });
    f.tell({ type: 'withdraw', tasks: [tid('t3')] });
    expect(f.scheduler.task(tid('t4'))).toMatchObject({ kind: 'cancelled' });
  });

  it('answers each withdrawal', () => {
    const f = createFixture();
    f.join('a');
    f.add(...tasks(3));
    f.finish('t1.1');
    const effects = f.tell({ type: 'withdraw', tasks: [tid('t1'), tid('t2'), tid('t3'), tid('nothing')] });
    expect(of(effects, 'withdrawn').map((e) => e.task)).toEqual(['t2', 't3']);
    expect(of(effects, 'tooLate').map((e) => e.task)).toEqual(['t1', 'nothing']);
    expect(of(effects, 'cancelAttempt').map((e) => e.attempt)).toEqual(['t2.1', 't3.1']);
  });

  it('withdraws nothing that somebody has begun', () => {
    const f = createFixture();
    f.join('a');
    f.add(...tasks(2));
    f.tell({ type: 'started', volunteer: vid('a'), attempt: aid('t1.1') });
    const effects = f.tell({ type: 'withdraw', tasks: [tid('t1'), tid('t2')] });
    expect(of(effects, 'tooLate').map((e) => e.task)).toEqual(['t1']);
    expect(of(effects, 'withdrawn').map((e) => e.task)).toEqual(['t2']);
    expect(f.scheduler.task(tid('t1'))?.kind).toBe('running');
    // Given up, it is nobody's again.
    f.tell({ type: 'volunteerLeft', volunteer: vid('a'), reason: 'gone' });
    expect(of(f.tell({ type: 'withdraw', tasks: [tid('t1')] }), 'withdrawn').map((e) => e.task)).toEqual(['t1']);
  });

  it('cancels a job, tells its volunteers, and forgets it', () => {
    const f = createFixture();
    f.join('a');
    f.add(...tasks(5));
    const effects = f.tell({ type: 'jobCancelled', job: jid('job'), reason: 'the owner stopped it' });
    expect(of(effects, 'cancelAttempt')).toHaveLength(2);
    expect(f.scheduler.job(jid('job'))).toMatchObject({ cancelled: 5, open: 0 });
    f.tell({ type: 'jobForgotten', job: jid('job') });
    expect(f.scheduler.job(jid('job'))).toBeNull();
    expect(of(f.finish('t1.1'), 'cancelAttempt')).toHaveLength(1);
  });

  it('redoes a task whose result is retracted', () => {
    const f = createFixture();
    f.join('a');
    f.join('b');
    f.add(taskSpec('t1'));
    f.finish('t1.1');
    f.tell({ type: 'retracted', task: tid('t1'), reason: 'its volunteer lied elsewhere' });
    expect(f.queue('b')).toEqual(['t1.2']);
    expect(of(f.finish('t1.2'), 'accept')).toHaveLength(1);
  });
});

describe('defects of a driver', () => {
  it('throw, with the story of the thing', () => {
    const f = createFixture();
    f.join('a');
    f.add(taskSpec('t1'));
    f.finish('t1.1');
    expect(() => f.tell({ type: 'checked', attempt: aid('t1.1'), fault: null })).toThrow(/running → checking/);
    expect(() => f.add(taskSpec('t1'))).toThrow(/there already/);
    expect(() => f.join('a')).toThrow(/joined while ready/);
    expect(() => f.tell({ type: 'heard', volunteer: vid('nobody') })).toThrow(/no volunteer/);
  });
});

describe('the log', () => {
  it('is plain data and replays to the same effects and state', () => {
    const f = createFixture();
    f.join('a');
    f.join('b', { software: false });
    f.add(...tasks(6));
    f.fail('t1.1');
    f.now = 50;
    f.finish(f.queue('b')[0] ?? '');
    const log = JSON.parse(JSON.stringify(f.scheduler.log())) as ReturnType<typeof f.scheduler.log>;
    expect(log.base).toBeNull();
    const again = createFixture();
    for (const { event, at } of log.events) {
      again.now = at;
      again.tell(event);
    }
    expect(again.effects).toEqual(f.effects);
    expect(again.scheduler.snapshot()).toEqual(f.scheduler.snapshot());
  });

  it('is bounded: a state, and the events since', () => {
    const f = createFixture({ logLimit: 10 });
    f.join('a');
    for (let i = 0; i < 100; i++) f.tell({ type: 'heard', volunteer: vid('a') });
    const log = f.scheduler.log();
    expect(log.events.length).toBeLessThanOrEqual(20);
    expect((log.base?.events ?? 0) + log.events.length).toBe(101);
    expect(log.events.at(-1)?.number).toBe(101);
  });
});

it('has a default configuration that works', () => {
  const scheduler = createScheduler(DEFAULT_CONFIG, 7);
  const joined = {
    type: 'volunteerJoined',
    volunteer: vid('a'),
    capabilities: capabilities({ kernels: [KERNEL] }),
    paused: false,
    hidden: false,
  } as const;
  expect(scheduler.handle(joined, 0)).toEqual([]);
  expect(scheduler.handle({ type: 'tasksAdded', tasks: [{ spec: taskSpec('t1') }] }, 0)).toHaveLength(2);
});
