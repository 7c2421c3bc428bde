import { describe, expect, it } from 'vitest';
import { aid, createFixture, type Fixture, jid, KERNEL, of, taskSpec, tasks, vid } from './fixture.js';
import { speedKey } from './oracle.js';
import { earliestFinish } from './policies/earliest-finish.js';

const urgent = (id: string) => taskSpec(id, { job: jid('urgent') });
const sent = (f: Fixture) => of(f.effects, 'sendTask').map((e) => e.attempt as string);

describe('a soft deadline', () => {
  it('takes the place of queued work, not of running work', () => {
    const f = createFixture();
    f.join('a');
    f.add(...tasks(4));
    f.tell({ type: 'started', volunteer: vid('a'), attempt: aid('t1.1') });
    expect(f.queue('a')).toEqual(['t1.1', 't2.1']);
    f.set('urgent', { deadlineMs: 100 });
    const effects = f.add(urgent('u1'));
    expect(of(effects, 'cancelAttempt').map((e) => e.attempt)).toEqual(['t2.1']);
    expect(f.queue('a')).toEqual(['t1.1', 'u1.1']);
    f.finish('t1.1');
    f.finish('u1.1');
    // What made way comes back before what was never tried.
    expect(f.queue('a')[0]).toBe('t2.2');
  });

  it('goes at once beside work that will run for long, whatever the policy hands out ahead', () => {
    const f = createFixture({ policy: earliestFinish });
    f.join('a');
    for (let i = 0; i < 3; i++) {
      f.add(taskSpec(`w${i}`, { workUnits: 100_000 }));
      f.now += 100_000;
      f.finish(`w${i}.1`, 100_000);
    }
    f.add(taskSpec('t1', { workUnits: 100_000 }), taskSpec('t2', { workUnits: 100_000 }));
    f.tell({ type: 'started', volunteer: vid('a'), attempt: aid('t1.1') });
    expect(f.queue('a')).toEqual(['t1.1']);
    f.add(taskSpec('p1', { job: jid('plain'), requires: { cpuCores: 1 } }));
    expect(f.queue('a')).toEqual(['t1.1']);
    f.set('urgent', { deadlineMs: 100 });
    f.add(taskSpec('u1', { job: jid('urgent'), requires: { cpuCores: 2 }, workUnits: 10 }));
    expect(f.queue('a')).toEqual(['t1.1', 'u1.1']);
    // One more is there when that one ends; what takes longer to come to waits.
    const requires = { cpuCores: 2 };
    f.add(...[2, 3, 4].map((i) => taskSpec(`u${i}`, { job: jid('urgent'), requires, workUnits: 100_000 })));
    expect(f.queue('a')).toEqual(['t1.1', 'u1.1', 'u2.1']);
    f.tell({ type: 'started', volunteer: vid('a'), attempt: aid('u1.1') });
    f.now += 100;
    f.finish('u1.1', 90);
    expect(f.queue('a')).toEqual(['t1.1', 'u2.1', 'u3.1']);
  });

  it('does not take the place of what runs out of turn', () => {
    const f = createFixture();
    f.join('a');
    f.add(...tasks(3));
    f.tell({ type: 'started', volunteer: vid('a'), attempt: aid('t2.1') });
    f.set('urgent', { deadlineMs: 100 });
    expect(of(f.add(urgent('u1')), 'cancelAttempt')).toEqual([]);
    expect(f.queue('a')).toEqual(['t1.1', 't2.1']);
  });

  it('does not take the place of other work with one', () => {
    const f = createFixture();
    f.join('a');
    f.set('urgent', { deadlineMs: 100 });
    f.set('job', { deadlineMs: 5000 });
    f.add(...tasks(3));
    expect(of(f.add(urgent('u1')), 'cancelAttempt')).toEqual([]);
    f.finish('t1.1');
    expect(f.queue('a').slice(0, 2)).toEqual(['t2.1', 'u1.1']);
  });

  it('goes before everything else, the earliest first, whatever the priorities', () => {
    const f = createFixture();
    f.set('urgent', { deadlineMs: 100 });
    f.set('later', { deadlineMs: 16_000 });
    f.set('important', { priority: 9 });
    f.add(taskSpec('i1', { job: jid('important') }));
    f.add(taskSpec('l1', { job: jid('later') }));
    f.now = 10;
    f.add(urgent('u1'));
    f.now = 11;
    f.add(urgent('u2'));
    f.join('a');
    for (let [next] = f.queue('a'); next; [next] = f.queue('a')) f.finish(next);
    expect(sent(f)).toEqual(['u1.1', 'u2.1', 'l1.1', 'i1.1']);
  });

  it('counts from when a task is ready, not from when it was added', () => {
    const f = createFixture();
    f.set('urgent', { deadlineMs: 100 });
    f.join('a', { cpuCores: 1 });
    f.add(taskSpec('t1'));
    f.after(urgent('u1'), 't1');
    f.now = 1000;
    f.add(taskSpec('u2', { job: jid('urgent'), requires: { cpuCores: 4 } }));
    f.now = 2000;
    f.finish('t1.1');
    f.leave('a');
    f.join('b', { cpuCores: 4 });
    expect(sent(f).slice(-2)).toEqual(['u2.1', 'u1.2']);
  });

  it('that is set later puts the queue into its order', () => {
    const f = createFixture();
    f.add(taskSpec('p1', { job: jid('plain') }), urgent('u1'), urgent('u2'));
    f.set('urgent', { deadlineMs: 100 });
    f.join('a');
    expect(f.queue('a')).toEqual(['u1.1', 'u2.1']);
  });

  it('does not take away work for a task that the volunteer has failed', () => {
    const f = createFixture();
    f.join('a');
    f.join('b');
    f.set('urgent', { deadlineMs: 100 });
    f.add(urgent('u1'));
    const [failer] = of(f.effects, 'sendTask').map((e) => e.volunteer);
    const other = failer === 'a' ? 'b' : 'a';
    f.told(other, { paused: true });
    f.tell({ type: 'linkSuspect', volunteer: vid(other), reason: 'silent' });
    f.add(...tasks(6));
    f.fail('u1.1');
    const before = f.effects.length;
    for (let i = 0; i < 5; i++) f.tell({ type: 'heard', volunteer: vid(failer ?? '') });
    expect(of(f.effects.slice(before), 'cancelAttempt')).toEqual([]);
  });

  it('does not take away work that would come back to the same place', () => {
    const f = createFixture();
    f.join('fast');
    f.join('slow');
    // Everybody is measured: the fast one does a task in 100 ms, the slow one in 10 s.
    for (let i = 0; i < 3; i++) {
      f.add(taskSpec(`w${i}`), taskSpec(`x${i}`));
      for (const who of ['fast', 'slow']) {
        for (let [next] = f.queue(who); next; [next] = f.queue(who)) {
          f.now += who === 'fast' ? 100 : 10_000;
          f.finish(next, who === 'fast' ? 100 : 10_000);
        }
      }
    }
    f.add(...tasks(8));
    f.set('urgent', { deadlineMs: 100 });
    f.add(...Array.from({ length: 8 }, (_, i) => urgent(`u${i}`)));
    // The slow one has room, and would be too slow: the queue of the fast one makes way.
    expect(f.queue('fast')).toEqual(['t1.1', 'u0.1', 'u1.1', 'u2.1', 'u3.1', 'u4.1']);
    expect(f.queue('slow').filter((attempt) => attempt.startsWith('u'))).toEqual([]);
    const before = f.effects.length;
    for (let i = 0; i < 10; i++) f.tell({ type: 'heard', volunteer: vid('slow') });
    expect(of(f.effects.slice(before), 'cancelAttempt')).toEqual([]);
  });

  it('takes nothing away while a hold keeps it back', () => {
    const f = createFixture();
    f.join('a');
    f.add(...tasks(4));
    f.tell({ type: 'held', share: 0.9 });
    // Its only task is the one that is kept back.
    f.set('urgent', { deadlineMs: 100 });
    const before = f.effects.length;
    f.add(urgent('u1'));
    for (let i = 0; i < 5; i++) f.tell({ type: 'heard', volunteer: vid('a') });
    expect(of(f.effects.slice(before), 'cancelAttempt')).toEqual([]);
  });

  it('says little of a volunteer’s speed by short tasks, whose time is mostly what was in their way', () => {
    const f = createFixture();
    f.join('a');
    for (let i = 0; i < 3; i++) {
      f.add(taskSpec(`w${i}`));
      f.now += 1000;
      f.finish(`w${i}.1`, 1000);
    }
    const speed = () => f.scheduler.volunteers()[0]?.speeds.get(speedKey(KERNEL, false)) ?? 0;
    expect(speed()).toBeCloseTo(1000);
    f.set('urgent', { deadlineMs: 100 });
    for (let i = 0; i < 10; i++) {
      f.add(taskSpec(`u${i}`, { job: jid('urgent'), workUnits: 10 }));
      f.now += 100;
      f.finish(`u${i}.1`, 100);
    }
    expect(speed()).toBeGreaterThan(900);
    // Long ones are believed as any other.
    for (let i = 0; i < 6; i++) {
      f.add(taskSpec(`v${i}`, { job: jid('urgent') }));
      f.now += 4000;
      f.finish(`v${i}.1`, 4000);
    }
    expect(speed()).toBeLessThan(300);
  });

  it('waits while its job is paused', () => {
    const f = createFixture();
    f.join('a');
    f.add(...tasks(4));
    f.set('urgent', { deadlineMs: 100 });
    f.tell({ type: 'jobPaused', job: jid('urgent') });
    expect(of(f.add(urgent('u1')), 'cancelAttempt')).toEqual([]);
    f.tell({ type: 'jobResumed', job: jid('urgent') });
    expect(f.queue('a')).toEqual(['t1.1', 'u1.1']);
  });
});

describe('parts of results that are computed again', () => {
  it('do not make way, however much that is urgent comes: somebody must look at a result in the end', () => {
    const f = createFixture();
    f.join('a');
    // Strangers' results all are looked at.
    f.add(taskSpec('s1', { verify: 'spot' }));
    f.join('b');
    f.add(taskSpec('p1', { job: jid('plain') }));
    expect(f.queue('b')).toEqual(['p1.1']);
    f.finish('s1.1');
    expect(f.queue('b')).toEqual(['p1.1', 's1.2']);
    f.tell({ type: 'started', volunteer: vid('b'), attempt: aid('p1.1') });
    f.told('a', { paused: true });
    f.set('urgent', { deadlineMs: 100 });
    for (let i = 0; i < 5; i++) {
      f.add(...tasks(3, { job: jid('plain') }).map((spec) => ({ ...spec, id: taskSpec(`p${i}-${spec.id}`).id })));
      f.add(urgent(`u${i}`));
      expect(f.queue('b')).toContain(`u${i}.1`);
      expect(f.queue('b')).toContain('s1.2');
      f.finish(`u${i}.1`);
    }
    f.say('s1.2');
    expect(f.kind('s1')).toBe('done');
  });
});
