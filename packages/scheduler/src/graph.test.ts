import { describe, expect, it } from 'vitest';
import { aid, createFixture, type Fixture, jid, of, taskSpec, tid, vid } from './fixture.js';

const cancel = (f: Fixture, ...ids: string[]) =>
  f.tell({ type: 'tasksCancelled', tasks: ids.map(tid), reason: 'the owner does not want it' });
const retract = (f: Fixture, id: string) => f.tell({ type: 'retracted', task: tid(id), reason: 'it was wrong' });
const unneeded = (f: Fixture) => of(f.effects, 'outputUnneeded').map((e) => e.task);
const kinds = (f: Fixture, ...ids: string[]) => ids.map(f.kind);

/** t1 → (t2, t3) → t4. */
function diamond(): Fixture {
  const f = createFixture();
  f.join('a');
  f.add(taskSpec('t1'));
  f.after(taskSpec('t2'), 't1');
  f.after(taskSpec('t3'), 't1');
  f.after(taskSpec('t4'), 't2', 't3');
  return f;
}

describe('dependencies', () => {
  it('let a task start when all its inputs are there', () => {
    const f = diamond();
    expect(kinds(f, 't1', 't2', 't3', 't4')).toEqual(['running', 'waiting', 'waiting', 'waiting']);
    f.finish('t1.1');
    expect(kinds(f, 't2', 't3', 't4')).toEqual(['running', 'running', 'waiting']);
    f.finish('t2.1');
    expect(f.kind('t4')).toBe('waiting');
    f.finish('t3.1');
    expect(f.kind('t4')).toBe('running');
  });

  it('may be on tasks that are done already, and are added while others run', () => {
    const f = diamond();
    f.finish('t1.1');
    f.after(taskSpec('t5'), 't1');
    expect(f.kind('t5')).not.toBe('waiting');
    f.after(taskSpec('t6'), 't5', 't2');
    expect(f.kind('t6')).toBe('waiting');
    for (let [next] = f.scheduler.outstanding(); next; [next] = f.scheduler.outstanding()) f.finish(next.attempt);
    expect(kinds(f, 't4', 't5', 't6')).toEqual(['done', 'done', 'done']);
  });

  it('may reach into other jobs, which cannot be forgotten while their outputs are needed', () => {
    const f = createFixture();
    f.join('a', { cpuCores: 1 });
    f.add(taskSpec('t1'));
    f.after(taskSpec('u1', { job: jid('other'), requires: { cpuCores: 2 } }), 't1');
    f.finish('t1.1');
    expect(() => f.scheduler.handle({ type: 'jobForgotten', job: jid('job') }, 0)).toThrow(/too soon/);
    cancel(f, 'u1');
    f.tell({ type: 'jobForgotten', job: jid('job') });
    expect(f.kind('t1')).toBe('none');
    expect(f.kind('u1')).toBe('cancelled');
  });

  it('do not wait for what was forgotten: it was done', () => {
    const f = createFixture();
    f.join('a');
    f.add(taskSpec('t1'));
    f.after(taskSpec('u1', { job: jid('other') }), 't1');
    f.finish('t1.1');
    f.finish('u1.1');
    f.tell({ type: 'jobForgotten', job: jid('job') });
    retract(f, 'u1');
    expect(f.kind('u1')).toBe('running');
  });

  it('on nothing are a defect of the planner', () => {
    const f = createFixture();
    expect(() => f.after(taskSpec('t1'), 'nothing')).toThrow(/t1 waits for nothing, which is not there/);
  });
});

describe('the end of a subtree', () => {
  it('takes all that need its outputs, and stops who is at them', () => {
    const f = diamond();
    f.finish('t1.1');
    const effects = cancel(f, 't2');
    expect(kinds(f, 't1', 't2', 't3', 't4')).toEqual(['done', 'cancelled', 'running', 'cancelled']);
    expect(of(effects, 'cancelAttempt').map((e) => e.attempt)).toEqual(['t2.1']);
    f.finish('t3.1');
    expect(of(f.effects, 'jobSettled')).toHaveLength(1);
  });

  it('takes what was made from an output that is there', () => {
    const f = diamond();
    f.finish('t1.1');
    cancel(f, 't1');
    expect(kinds(f, 't1', 't2', 't3', 't4')).toEqual(['done', 'cancelled', 'cancelled', 'cancelled']);
  });

  it('leaves alone what is done, and tells nothing twice', () => {
    const f = diamond();
    f.finish('t1.1');
    f.finish('t2.1');
    f.finish('t3.1');
    f.finish('t4.1');
    expect(cancel(f, 't1', 'unknown')).toEqual([]);
    expect(kinds(f, 't1', 't2', 't3', 't4')).toEqual(['done', 'done', 'done', 'done']);
  });

  it('comes with a failure, and names the task that failed', () => {
    const f = createFixture({ volunteersToFailTask: 1 });
    f.join('a');
    f.add(taskSpec('t1'));
    f.after(taskSpec('t2'), 't1');
    f.after(taskSpec('t3'), 't2');
    f.fail('t1.1');
    expect(f.scheduler.task(tid('t2'))).toEqual({
      kind: 'cancelled',
      reason: expect.stringContaining('t1, which is failed'),
    });
    expect(f.scheduler.task(tid('t3'))).toMatchObject({ reason: expect.stringContaining('t2, which is cancelled') });
    // What comes later is over at once.
    f.after(taskSpec('t4'), 't1');
    expect(f.kind('t4')).toBe('cancelled');
  });

  it('comes with a withdrawal', () => {
    const f = diamond();
    const effects = f.tell({ type: 'withdraw', tasks: [tid('t1')] });
    expect(of(effects, 'withdrawn').map((e) => e.task)).toEqual(['t1']);
    expect(kinds(f, 't1', 't2', 't3', 't4')).toEqual(['cancelled', 'cancelled', 'cancelled', 'cancelled']);
  });
});

describe('an output', () => {
  it('is unneeded when the last that needs it is over, and that is said once', () => {
    const f = diamond();
    f.finish('t1.1');
    f.finish('t2.1');
    expect(unneeded(f)).toEqual([]);
    f.finish('t3.1');
    expect(unneeded(f)).toEqual(['t1']);
    f.finish('t4.1');
    expect(unneeded(f)).toEqual(['t1', 't2', 't3']);
    f.pass(1000);
    expect(unneeded(f)).toHaveLength(3);
  });

  it('is unneeded when those that need it are cancelled before it is there', () => {
    const f = diamond();
    cancel(f, 't2', 't3');
    expect(unneeded(f)).toEqual([]);
    f.finish('t1.1');
    expect(unneeded(f)).toEqual(['t1']);
  });

  it('is needed again by a task that is added later', () => {
    const f = diamond();
    f.finish('t1.1');
    cancel(f, 't2', 't3');
    expect(unneeded(f)).toEqual(['t1']);
    f.after(taskSpec('t5'), 't1');
    f.finish('t5.1');
    expect(unneeded(f)).toEqual(['t1', 't1']);
  });

  it('of a task that nobody waits for is the owner’s', () => {
    const f = createFixture();
    f.join('a');
    f.add(taskSpec('t1'));
    f.finish('t1.1');
    expect(unneeded(f)).toEqual([]);
  });
});

describe('a retraction', () => {
  it('takes back all that was made from it, and stops who is making more', () => {
    const f = diamond();
    f.finish('t1.1');
    f.finish('t2.1');
    const effects = retract(f, 't1');
    expect(of(effects, 'retract').map((e) => e.task)).toEqual(['t1', 't2']);
    expect(of(effects, 'cancelAttempt').map((e) => e.attempt)).toEqual(['t3.1']);
    expect(kinds(f, 't1', 't2', 't3', 't4')).toEqual(['running', 'waiting', 'waiting', 'waiting']);
    for (let [next] = f.scheduler.outstanding(); next; [next] = f.scheduler.outstanding()) f.finish(next.attempt);
    expect(kinds(f, 't1', 't2', 't3', 't4')).toEqual(['done', 'done', 'done', 'done']);
    expect(f.scheduler.job(jid('job'))).toMatchObject({ retracted: 2, share: 1 });
  });

  it('does not take late results that were made from the wrong one', () => {
    const f = diamond();
    f.finish('t1.1');
    f.join('b');
    f.leave('a');
    retract(f, 't1');
    f.join('a');
    expect(of(f.finish('t2.1'), 'check')).toEqual([]);
    expect(f.kind('t2')).toBe('waiting');
  });

  it('of what is not done changes nothing', () => {
    const f = diamond();
    expect(retract(f, 't1')).toEqual([]);
    expect(() => retract(f, 'nothing')).toThrow(/no task nothing/);
  });

  it('counts against who made it: somebody else does it again', () => {
    const f = createFixture();
    f.join('a');
    f.add(taskSpec('t1'));
    f.finish('t1.1');
    f.join('b');
    retract(f, 't1');
    expect(f.queue('b')).toEqual(['t1.2']);
  });
});

describe('who holds the inputs', () => {
  const blob = { id: 'b'.repeat(64) as never, bytes: 50_000_000 };

  it('is preferred by what fetching them would cost', () => {
    const f = createFixture();
    f.join('a');
    f.join('b');
    f.add(taskSpec('t1', { outputBytes: 4_000_000 }));
    const [maker] = of(f.effects, 'sendTask');
    f.finish('t1.1');
    const next = of(f.after(taskSpec('t2'), 't1'), 'sendTask');
    expect(next[0]?.volunteer).toBe(maker?.volunteer);
  });

  it('is found although others are shown first', () => {
    const f = createFixture();
    f.join('far');
    f.tell({ type: 'roundTripMeasured', volunteer: vid('far'), ms: 300 });
    f.add(taskSpec('t1', { outputBytes: 4_000_000 }), taskSpec('x1'), taskSpec('x2'));
    f.finish('t1.1');
    for (let i = 0; i < 40; i++) f.join(`v${i}`);
    f.finish('x1.1');
    f.finish('x2.1');
    f.now += 1000;
    expect(of(f.after(taskSpec('t2'), 't1'), 'sendTask')[0]?.volunteer).toBe('far');
  });

  it('does not get what it has failed while others are there', () => {
    const f = createFixture();
    f.join('a');
    f.add(taskSpec('t1', { outputBytes: 4_000_000 }));
    f.finish('t1.1');
    f.after(taskSpec('t2'), 't1');
    f.join('b');
    f.fail('t2.1');
    expect(f.queue('b')).toEqual(['t2.2']);
  });

  it('is who has the blobs, by what its link carries', () => {
    const f = createFixture();
    f.join('slow');
    f.join('fast');
    f.tell({ type: 'bandwidthMeasured', volunteer: vid('slow'), bytesPerSecond: 100_000 });
    f.tell({ type: 'bandwidthMeasured', volunteer: vid('fast'), bytesPerSecond: 10_000_000 });
    f.add(taskSpec('t1', { inputs: [blob] }));
    expect(f.queue('fast')).toEqual(['t1.1']);
    // Who has begun has it all.
    f.tell({ type: 'started', volunteer: vid('fast'), attempt: aid('t1.1') });
    f.tell({ type: 'bandwidthMeasured', volunteer: vid('fast'), bytesPerSecond: 1 });
    f.add(taskSpec('t2', { inputs: [blob] }));
    expect(f.queue('slow')).toEqual([]);
    f.finish('t1.1');
    expect(f.queue('fast')).toEqual(['t2.1']);
  });
});
