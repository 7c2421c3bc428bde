import { describe, expect, it } from 'vitest';
import { aid, createFixture, type Fixture, jid, of, taskSpec, tid } from './fixture.js';

const checked = (id: string) => taskSpec(id, { verify: 'replicate' });
const settled = (f: Fixture) => of(f.effects, 'jobSettled').length;
const audited = (f: Fixture) => of(f.effects, 'sendTask').filter((e) => e.purpose === 'replica');
const owner = (f: Fixture, attempt: string) => f.scheduler.outstanding().find((o) => o.attempt === attempt)?.volunteer;

/**
 * `a` earns its trust with the first task and does `count` more, of which the draws pass some over. Others are there, and
 * a task that nobody can do keeps the job from its end.
 */
function trusted(
  count: number,
  { others = ['b'], value = (i: number): string => (i > 0 ? 'right' : ''), checkFloor = 0.01 } = {},
): Fixture {
  const f = createFixture({ trustAfter: 0, checkFloor }, 5);
  f.add(taskSpec('last', { requires: { cpuCores: 64 } }));
  f.join('a');
  for (const id of others) f.join(id, {}, { paused: true });
  for (let i = 1; i <= count; i++) {
    f.add(checked(`t${i}`));
    f.say(f.live(`t${i}`), value(i));
  }
  for (const id of others) f.told(id, {});
  // What was drawn at once is confirmed.
  for (let [next] = f.scheduler.outstanding(); next; [next] = f.scheduler.outstanding()) {
    f.say(next.attempt, next.volunteer === 'a' ? value(Number(next.task.slice(1))) : 'right');
  }
  return f;
}

/** The job's last task is over. */
const end = (f: Fixture) => f.tell({ type: 'withdraw', tasks: [tid('last')] });

describe('an audit', () => {
  it('looks at a sample of what nobody else has confirmed before the job is settled', () => {
    const f = trusted(40, { checkFloor: 0.1 });
    const before = audited(f).length;
    end(f);
    // A tenth of what the draws passed over is handed out at once; no other event may come for long.
    expect(settled(f)).toBe(0);
    expect(f.queue('b').length).toBeGreaterThan(0);
    const checking = () => Array.from({ length: 40 }, (_, i) => tid(`t${i + 1}`)).filter(f.scheduler.isChecking);
    expect(checking()).toContain(audited(f).at(-1)?.task.id);
    while (f.queue('b').length > 0) f.say(f.queue('b')[0] ?? '');
    const made = audited(f).length - before;
    expect(made).toBeGreaterThanOrEqual(1);
    expect(made).toBeLessThanOrEqual(4);
    expect(settled(f)).toBe(1);
    expect(checking()).toEqual([]);
    expect(f.scheduler.job(jid('job'))).toMatchObject({ done: 40, retracted: 0 });
  });

  it('is made once: a settled job stays settled', () => {
    const f = trusted(10);
    end(f);
    while (f.queue('b').length > 0) f.say(f.queue('b')[0] ?? '');
    const made = audited(f).length;
    for (let i = 0; i < 5; i++) f.pass(1000);
    expect(audited(f)).toHaveLength(made);
    expect(settled(f)).toBe(1);
  });

  it('finds who lied once it was trusted, and takes back all that rests on its word', () => {
    const f = trusted(10, { others: ['b', 'c', 'd'], value: (i) => `lie ${i}` });
    end(f);
    for (let i = 0; i < 100 && f.scheduler.outstanding().length > 0; i++) {
      const [next] = f.scheduler.outstanding();
      if (next) f.say(next.attempt, next.volunteer === 'a' ? 'lie' : 'right');
    }
    expect(f.standing('a')).toBe('quarantined');
    expect(
      of(f.effects, 'retract')
        .map((e) => e.task)
        .sort(),
    ).toEqual(Array.from({ length: 10 }, (_, i) => `t${i + 1}`).sort());
    for (const id of ['b', 'c', 'd']) expect(f.standing(id)).toBe('ready');
    const accepted = new Map(of(f.effects, 'accept').map((e) => [e.task, e.volunteer]));
    expect([...accepted.values()]).not.toContain('a');
    expect(settled(f)).toBe(1);
  });

  it('goes on although who made the result is gone', () => {
    const f = trusted(5);
    f.leave('a');
    end(f);
    expect(settled(f)).toBe(0);
    const replica = f.queue('b')[0] ?? '';
    expect(f.scheduler.task(tid(replica.split('.')[0] ?? ''))?.kind).toBe('done');
    f.say(replica);
    expect(settled(f)).toBe(1);
  });

  it('is dropped when nobody is there who could make it', () => {
    const f = trusted(5, { others: [] });
    end(f);
    expect(settled(f)).toBe(1);
    expect(audited(f)).toEqual([]);
  });

  it('is dropped when the only one who could make it leaves, not while it is at it', () => {
    const f = trusted(5);
    end(f);
    for (let i = 0; i < 3; i++) f.pass(100);
    expect(f.queue('b')).toHaveLength(1);
    expect(settled(f)).toBe(0);
    f.leave('b');
    expect(settled(f)).toBe(1);
  });

  it('is tried again by who failed it, but not for ever', () => {
    const f = trusted(5);
    end(f);
    f.fail(f.queue('b')[0] ?? '');
    expect(f.queue('b')).toHaveLength(1);
    for (let i = 0; i < 20 && settled(f) === 0; i++) {
      if (f.queue('b').length === 0) f.pass(700_000);
      else f.fail(f.queue('b')[0] ?? '');
    }
    expect(settled(f)).toBe(1);
    expect(f.scheduler.job(jid('job'))).toMatchObject({ done: 5, failed: 0 });
  });

  it('ends when the bytes that it would be compared with are gone', () => {
    const f = trusted(5);
    end(f);
    const [task] = (f.queue('b')[0] ?? '').split('.');
    f.tell({ type: 'resultGone', attempt: aid(`${task}.1`) });
    expect(f.queue('b')).toEqual([]);
    expect(settled(f)).toBe(1);
  });

  it('is made by somebody else when the bytes of its own result are gone', () => {
    const f = trusted(5, { others: ['b', 'c'] });
    end(f);
    const [replica] = f.scheduler.outstanding();
    f.finish(replica?.attempt ?? '');
    expect(f.comparing.splice(0)).toHaveLength(1);
    f.tell({ type: 'resultGone', attempt: aid(replica?.attempt ?? '') });
    const again = f.live(replica?.task ?? '');
    expect(again).not.toBe('');
    f.say(again);
    expect(settled(f)).toBe(1);
  });

  it('waits while its job is paused', () => {
    const f = trusted(5);
    f.tell({ type: 'jobPaused', job: jid('job') });
    end(f);
    expect(audited(f)).toEqual([]);
    expect(settled(f)).toBe(0);
    f.tell({ type: 'jobResumed', job: jid('job') });
    expect(f.queue('b')).toHaveLength(1);
  });
});

describe('the end of a job that checks', () => {
  it('comes at once when it is cancelled: nothing more is checked', () => {
    const f = trusted(20);
    f.tell({ type: 'jobCancelled', job: jid('job'), reason: 'the owner has seen enough' });
    expect(settled(f)).toBe(1);
    expect(f.scheduler.outstanding()).toEqual([]);
  });

  it('comes although a comparison is answered after it was cancelled', () => {
    const f = trusted(5);
    end(f);
    f.finish(f.queue('b')[0] ?? '');
    const [late] = f.comparing;
    f.tell({ type: 'jobCancelled', job: jid('job'), reason: 'the owner has seen enough' });
    expect(settled(f)).toBe(1);
    if (late) expect(f.answer(late, 'different')).toEqual([]);
    f.pass(1000);
    expect(f.scheduler.outstanding()).toEqual([]);
  });

  it('comes although a comparison is answered after it was forgotten', () => {
    const f = trusted(5);
    end(f);
    f.finish(f.queue('b')[0] ?? '');
    const [late] = f.comparing;
    f.tell({ type: 'jobForgotten', job: jid('job') });
    if (late) expect(f.answer(late, 'different')).toEqual([]);
    expect(f.scheduler.job(jid('job'))).toBeNull();
    expect([f.standing('a'), f.standing('b')]).toEqual(['ready', 'ready']);
  });

  it('comes again after a retraction, once what was taken back is done', () => {
    const f = createFixture();
    f.join('a');
    f.add(taskSpec('t1'));
    f.finish('t1.1');
    expect(settled(f)).toBe(1);
    f.tell({ type: 'retracted', task: tid('t1'), reason: 'test' });
    expect(settled(f)).toBe(1);
    f.finish(f.live('t1'));
    expect(settled(f)).toBe(2);
    // And again after new tasks.
    f.add(taskSpec('t2'));
    f.finish(f.live('t2'));
    expect(settled(f)).toBe(3);
  });

  it('comes with failed and cancelled tasks as well', () => {
    const f = createFixture({ volunteersToFailTask: 1 });
    f.join('a');
    f.add(taskSpec('t1'));
    f.after(taskSpec('t2'), 't1');
    f.fail('t1.1');
    expect(settled(f)).toBe(1);
    expect(f.scheduler.job(jid('job'))).toMatchObject({ failed: 1, cancelled: 1 });
    expect(owner(f, 't1.1')).toBeUndefined();
  });
});

describe('a result that is questioned', () => {
  /** `a` does a task of a job that does not check, or is passed over by a draw. */
  function done(verify: 'none' | 'spot', others: readonly string[], value = 'right'): Fixture {
    const f = createFixture({ trustAfter: 0, checkFloor: 0.01 }, 5);
    f.join('a');
    for (const id of others) f.join(id, {}, { paused: true });
    f.add(taskSpec('t', { verify }));
    f.say(f.live('t'), value);
    for (const id of others) f.told(id, {});
    return f;
  }
  const question = (f: Fixture) => of(f.tell({ type: 'questioned', tasks: [tid('t')] }), 'confirmed');
  const confirmed = (f: Fixture) => of(f.effects, 'confirmed').map(({ whole }) => whole);

  it.each(['none', 'spot'] as const)('is compared with all of somebody else’s, in a job that checks: %s', (verify) => {
    const f = done(verify, ['b']);
    const before = confirmed(f).length;
    question(f);
    expect(of(f.effects, 'sendTask').at(-1)).toMatchObject({ volunteer: 'b', purpose: 'replica' });
    expect(confirmed(f)).toHaveLength(before);
    f.say(f.queue('b')[0] ?? '');
    expect(confirmed(f).slice(before)).toEqual([true]);
    expect(f.scheduler.job(jid('job'))).toMatchObject({ done: 1, retracted: 0 });
    // Somebody apart came to the same: that is known from now on.
    expect(question(f)).toMatchObject([{ whole: true }]);
  });

  it('is taken back, and its maker caught, when others come to something else', () => {
    const f = done('none', ['b', 'c', 'd'], 'lie');
    question(f);
    for (let next = f.scheduler.outstanding()[0]; next; next = f.scheduler.outstanding()[0]) f.say(next.attempt);
    expect(of(f.effects, 'retract')).toMatchObject([{ task: 't', volunteer: 'a' }]);
    expect(of(f.effects, 'accept').at(-1)?.volunteer).not.toBe('a');
    expect(f.standing('a')).toBe('quarantined');
    expect(question(f)).toMatchObject([{ whole: true }]);
  });

  it('stands where nobody could look at it', () => {
    const f = done('none', []);
    expect(question(f)).toMatchObject([{ task: 't', whole: false }]);
    expect(settled(f)).toBe(2);
    // Nor is an answer waited for of whoever leaves.
    f.join('b');
    expect(question(f)).toEqual([]);
    f.leave('b');
    expect(confirmed(f)).toEqual([false, false]);
  });
});

it('a result is being checked as soon as somebody is there who could look at it', () => {
  const f = createFixture({ trustAfter: 100, checkFloor: 1 }, 5);
  f.add(checked('t1'));
  f.join('a');
  f.say(f.live('t1'), 'right');
  expect(f.scheduler.job(jid('job'))?.noApart).toBe(1);
  expect(f.scheduler.isChecking(tid('t1'))).toBe(false);
  f.join('b');
  expect(f.scheduler.isChecking(tid('t1'))).toBe(true);
  f.say(f.queue('b')[0] ?? '', 'right');
  expect(f.scheduler.isChecking(tid('t1'))).toBe(false);
});
