import { describe, expect, it } from 'vitest';
import { aid, createFixture, type Fixture, jid, KERNEL, of, taskSpec, tid, vid } from './fixture.js';

const checked = (id: string) => taskSpec(id, { verify: 'replicate' });
const job = (f: Fixture) => f.scheduler.job(jid('job'));
const verified = (f: Fixture, id: string) => f.scheduler.volunteers().find((v) => v.id === id)?.verified;
const makers = (f: Fixture) => of(f.effects, 'accept').map((e) => e.volunteer);

describe('a stranger', () => {
  it('is believed once somebody else agrees', () => {
    const f = createFixture();
    f.join('a');
    f.join('b');
    f.add(checked('t1'));
    const first = f.live('t1');
    expect(of(f.say(first), 'accept')).toEqual([]);
    expect(f.kind('t1')).toBe('checking');
    const replica = f.live('t1');
    expect(of(f.effects, 'sendTask').at(-1)).toMatchObject({ attempt: replica, purpose: 'replica' });
    const effects = f.say(replica);
    expect(of(effects, 'accept')).toMatchObject([{ attempt: first }]);
    // The other one is told that it need not keep its result.
    expect(of(effects, 'cancelAttempt')).toMatchObject([{ attempt: replica }]);
    expect(of(effects, 'jobSettled')).toHaveLength(1);
    expect([verified(f, 'a'), verified(f, 'b')]).toEqual([1, 1]);
  });

  it('is believed when results are within what the kernel tolerates', () => {
    const f = createFixture();
    f.join('a');
    f.join('b');
    f.add(checked('t1'));
    f.finish(f.live('t1'));
    f.finish(f.live('t1'));
    const [comparison] = f.comparing;
    if (comparison) f.answer(comparison, 'within');
    expect(f.kind('t1')).toBe('done');
  });

  it('is believed at once in a job that does not check', () => {
    const f = createFixture();
    f.join('a');
    f.add(taskSpec('t1'));
    expect(of(f.say('t1.1'), 'accept')).toHaveLength(1);
    expect(verified(f, 'a')).toBe(0);
  });
});

describe('trust', () => {
  /** Does tasks one by one, everybody honest, until `count` are done. */
  const work = (f: Fixture, count: number, from = 1) => {
    // What nobody here can do keeps the job open, and its audits away.
    if (from === 1) f.add(taskSpec('last', { requires: { cpuCores: 64 } }));
    for (let i = from; i < from + count; i++) {
      f.add(checked(`t${i}`));
      for (let live = f.live(`t${i}`); live; live = f.live(`t${i}`)) {
        f.now += 1000;
        f.say(live);
      }
    }
  };

  it('makes checks rarer with each verified result, but never rarer than the floor', () => {
    const f = createFixture({ trustAfter: 4, checkFloor: 0.2 });
    f.join('a');
    f.join('b');
    const share = () => f.scheduler.volunteers()[0]?.checkShare;
    expect(share()).toBe(1);
    work(f, 3);
    expect(share()).toBe(1);
    work(f, 1, 4);
    expect(share()).toBeCloseTo(4 / 5);
    work(f, 300, 5);
    expect(share()).toBe(0.2);
    const { replicas, done, attempts } = job(f) ?? { replicas: 0, done: 0, attempts: 0 };
    expect(done).toBe(304);
    expect(attempts).toBe(304 + replicas);
    // Four by force, some while trust grows, and a fifth of the rest.
    expect(replicas).toBeGreaterThan(50);
    expect(replicas).toBeLessThan(120);
  });

  it('is drawn by the seed, so that nobody can foretell which task is checked', () => {
    const drawn = (seed: number) => {
      const f = createFixture({ trustAfter: 1, checkFloor: 0.3 }, seed);
      f.join('a');
      f.join('b');
      work(f, 40);
      return of(f.effects, 'compare').map((e) => e.task);
    };
    expect(drawn(1)).toEqual(drawn(1));
    expect(drawn(1)).not.toEqual(drawn(2));
  });

  it('logs each draw with its chance', () => {
    const f = createFixture();
    f.join('a');
    f.join('b');
    work(f, 1);
    expect(f.scheduler.story('t1')).toMatch(/returned → to be checked \(drawn with a chance of 1\)/);
  });

  it('is earned for one adapter and one build of a kernel', () => {
    const f = createFixture({ trustAfter: 1, checkFloor: 0 });
    const { adapter } = { adapter: { vendor: 'other', architecture: 'x', description: '', browser: 'test-1' } };
    f.join('a');
    f.join('b');
    work(f, 1);
    const trusting = f.live('t2');
    expect(trusting).toBe('');
    f.leave('a');
    f.leave('b');
    f.join('a', { adapter });
    f.add(checked('t2'));
    expect(of(f.say(f.live('t2')), 'accept')).toEqual([]);
    // With another kernel as well.
    const kernel = { kind: 'other', version: 'v1' };
    f.leave('a');
    f.join('a', { kernels: [KERNEL, kernel] });
    f.add(taskSpec('t3', { verify: 'replicate', kernel }));
    expect(of(f.say(f.live('t3')), 'accept')).toEqual([]);
  });

  it('falls to nothing with the first wrong result', () => {
    const f = createFixture({ trustAfter: 2, checkFloor: 0.5 });
    for (const id of ['a', 'b', 'c']) f.join(id);
    work(f, 30);
    expect(verified(f, 'a')).toBeGreaterThan(2);
    for (let i = 100; f.standing('a') !== 'quarantined' && i < 200; i++) {
      f.add(checked(`t${i}`));
      for (let live = f.live(`t${i}`); live; live = f.live(`t${i}`)) {
        const who = f.scheduler.outstanding().find((o) => o.attempt === live)?.volunteer;
        f.now += 1000;
        f.say(live, who === 'a' ? `wrong ${live}` : 'right');
      }
    }
    expect(f.standing('a')).toBe('quarantined');
    expect(verified(f, 'a')).toBe(0);
  });
});

describe('who is apart enough to confirm a result', () => {
  const confirms = (one: Parameters<Fixture['join']>[2], other: Parameters<Fixture['join']>[2]) => {
    const f = createFixture();
    f.join('a', {}, one);
    f.add(checked('t1'));
    f.say('t1.1');
    f.join('b', {}, other);
    return f.queue('b').length === 1;
  };
  const tags = (change: object) => ({ tags: change });

  it('is somebody of another network, or of one that nobody knows', () => {
    expect(confirms(tags({ network: 'n' }), tags({ network: 'n' }))).toBe(false);
    expect(confirms(tags({ network: 'n' }), tags({ network: 'm' }))).toBe(true);
    expect(confirms(tags({ network: 'n' }), tags({}))).toBe(true);
  });

  it('is any other link where both were invited', () => {
    expect(confirms(tags({ network: 'n', invited: true }), tags({ network: 'n', invited: true }))).toBe(true);
    expect(confirms(tags({ network: 'n', invited: true }), tags({ network: 'n' }))).toBe(false);
  });

  it('is never the same person, invited or not', () => {
    expect(confirms(tags({ owner: 'o', invited: true }), tags({ owner: 'o', invited: true }))).toBe(false);
    expect(confirms(tags({ owner: 'o', network: 'n' }), tags({ owner: 'o', network: 'm' }))).toBe(false);
  });

  it('is the owner’s own machine, wherever it is', () => {
    expect(confirms(tags({ network: 'n', owner: 'o' }), tags({ network: 'n', owner: 'o', trusted: true }))).toBe(true);
  });

  it('is somebody who is found behind any number of others', () => {
    const f = createFixture();
    for (let i = 0; i < 100; i++) f.join(`n${i}`, {}, tags({ network: 'n' }));
    f.join('far', {}, tags({ network: 'm' }));
    f.tell({ type: 'roundTripMeasured', volunteer: vid('far'), ms: 5000 });
    f.add(checked('t1'));
    f.say(f.live('t1'));
    for (let i = 0; i < 20 && f.queue('far').length === 0; i++) f.pass(500);
    expect(f.queue('far')).toHaveLength(1);
  });

  it('is missing: the job says so, and waits', () => {
    const f = createFixture();
    f.join('a', {}, tags({ network: 'n' }));
    f.join('b', {}, tags({ network: 'n' }));
    f.add(checked('t1'));
    f.say(f.live('t1'));
    expect(job(f)).toMatchObject({ checking: 1, noApart: 1, done: 0 });
    f.join('c', {}, tags({ network: 'm' }));
    expect(job(f)).toMatchObject({ noApart: 0 });
    f.say(f.live('t1'));
    expect(f.kind('t1')).toBe('done');
  });
});

describe('results that differ', () => {
  it('accuse nobody while one stands against one', () => {
    const f = createFixture();
    f.join('a');
    f.join('b');
    f.add(checked('t1'));
    f.say(f.live('t1'), 'x');
    f.say(f.live('t1'), 'y');
    expect([f.standing('a'), f.standing('b')]).toEqual(['ready', 'ready']);
    expect(f.kind('t1')).toBe('checking');
    expect(job(f)).toMatchObject({ checking: 1, noApart: 1 });
  });

  it('accuse who stands alone against two', () => {
    const f = createFixture();
    f.join('a');
    f.add(checked('t1'));
    f.say('t1.1', 'wrong');
    f.join('b');
    f.say('t1.2');
    f.join('c');
    const effects = f.say('t1.3');
    expect(of(effects, 'reject')).toMatchObject([{ volunteer: 'a', attempt: 't1.1' }]);
    expect(of(effects, 'accept')).toMatchObject([{ volunteer: 'b' }]);
    expect([f.standing('a'), f.standing('b'), f.standing('c')]).toEqual(['quarantined', 'ready', 'ready']);
  });

  it('do not accuse by the word of two who may be one', () => {
    const f = createFixture();
    f.join('a', {}, { tags: { network: 'n' } });
    f.add(checked('t1'));
    // The second attempt is made since the first is given up; then the first comes after all.
    f.tell({ type: 'linkSuspect', volunteer: vid('a'), reason: 'silent' });
    f.join('b', {}, { tags: { network: 'n' } });
    expect(f.queue('b')).toEqual(['t1.2']);
    f.say('t1.2', 'lie');
    f.say('t1.1', 'lie');
    f.tell({ type: 'linkOpen', volunteer: vid('a') });
    f.join('honest', {}, { tags: { network: 'm' } });
    f.say(f.live('t1'));
    expect(f.standing('honest')).toBe('ready');
    f.join('honest2', {}, { tags: { network: 'o' } });
    f.say(f.live('t1'));
    expect(makers(f)).toEqual(['honest']);
    expect([f.standing('a'), f.standing('b')]).toEqual(['quarantined', 'quarantined']);
  });

  it('are decided by the owner’s own machine alone', () => {
    const f = createFixture();
    f.join('a');
    f.add(checked('t1'));
    f.say('t1.1', 'lie');
    f.join('own', {}, { tags: { trusted: true } });
    f.say('t1.2');
    expect(makers(f)).toEqual(['own']);
    expect(f.standing('a')).toBe('quarantined');
    // And its results need no check.
    f.add(checked('t2'));
    expect(of(f.say('t2.1'), 'accept')).toHaveLength(1);
    expect(job(f)).toMatchObject({ replicas: 1, done: 2 });
  });

  it('fail a task of which no two agree, with everybody’s result refused and nobody accused', () => {
    const f = createFixture();
    f.add(checked('t1'));
    for (let i = 0; i < 9; i++) {
      f.join(`v${i}`);
      f.say(f.live('t1'), `opinion ${i}`);
    }
    expect(f.kind('t1')).toBe('failed');
    expect(of(f.effects, 'reject')).toHaveLength(9);
    expect(of(f.effects, 'taskFailed')[0]?.reasons[0]).toContain('no two of 9 results agree');
    for (let i = 0; i < 9; i++) expect(f.standing(`v${i}`)).toBe('ready');
  });

  it('accuse nobody whose comparison with another’s is answered late', () => {
    const f = createFixture();
    f.join('a');
    f.join('b');
    f.add(checked('t1'));
    f.finish('t1.1');
    f.finish('t1.2');
    const [stale] = f.comparing.splice(0);
    // Both results are taken back before they were compared, and made again by others.
    f.tell({ type: 'resultGone', attempt: aid('t1.1') });
    f.tell({ type: 'resultGone', attempt: aid('t1.2') });
    f.leave('a');
    f.leave('b');
    f.join('c');
    f.join('d');
    f.finish('t1.3');
    f.finish('t1.4');
    const [fresh] = f.comparing;
    if (!stale || !fresh) throw new Error('nothing to compare');
    f.answer(stale, 'different');
    expect(f.kind('t1')).toBe('checking');
    f.answer(fresh, 'equal');
    expect(f.kind('t1')).toBe('done');
    for (const id of ['c', 'd']) expect(f.standing(id)).toBe('ready');
  });

  it('go on without a result whose bytes are gone', () => {
    const f = createFixture();
    f.join('a');
    f.join('b');
    f.add(checked('t1'));
    f.finish('t1.1');
    f.finish('t1.2');
    f.comparing.splice(0);
    f.tell({ type: 'resultGone', attempt: aid('t1.2') });
    expect(f.kind('t1')).toBe('checking');
    const replica = f.live('t1');
    expect(replica).toBe('t1.3');
    f.say(replica);
    expect(f.kind('t1')).toBe('done');
  });

  it('are judged again when a result that was given up comes after all', () => {
    const f = createFixture();
    f.join('a');
    f.add(checked('t1'));
    f.say('t1.1');
    f.join('b');
    f.leave('b');
    f.say('t1.2');
    expect(f.kind('t1')).toBe('done');
    expect(verified(f, 'b')).toBe(1);
  });
});

describe('tolerance', () => {
  it('accuses nobody who agrees with one of two that agree', () => {
    const f = createFixture();
    f.join('a');
    f.add(checked('t1'));
    f.finish('t1.1');
    f.join('b');
    f.finish('t1.2');
    const [ab] = f.comparing;
    if (ab) f.answer(ab, 'different');
    // Between the two, and near enough to both.
    f.join('c');
    f.finish('t1.3');
    for (const comparison of [...f.comparing]) f.answer(comparison, 'within');
    expect([f.standing('a'), f.standing('b'), f.standing('c')]).toEqual(['ready', 'ready', 'ready']);
  });
});

describe('a volunteer that is caught', () => {
  /** Results of `a` that nobody has looked at, which takes a floor of 0. */
  const trusting = () => {
    const f = createFixture({ trustAfter: 0, checkFloor: 0 });
    f.add(taskSpec('last', { requires: { cpuCores: 64 } }));
    f.join('a');
    f.add(checked('t1'));
    f.say('t1.1', 'wrong');
    f.after(checked('t2'), 't1');
    f.leave('a');
    f.join('b');
    f.say(f.live('t2'));
    return f;
  };

  it('waits longer than for a failure, and begins as a stranger', () => {
    const f = createFixture({ trustAfter: 1, checkFloor: 1 });
    f.join('a');
    f.join('own', {}, { paused: true, tags: { trusted: true } });
    f.add(checked('t1'), checked('t2'));
    f.say('t1.1');
    f.say('t2.1', 'wrong');
    f.told('own', {});
    f.say('t1.2');
    expect(verified(f, 'a')).toBe(1);
    f.say('t2.2');
    expect([f.standing('a'), verified(f, 'a')]).toEqual(['quarantined', 0]);
    const until = f.scheduler.volunteers().find((v) => v.id === 'a')?.quarantinedUntil ?? 0;
    expect(until - f.now).toBeGreaterThan(2 * f.config.quarantineMs);
    f.pass(until);
    expect(f.standing('a')).toBe('ready');
    expect(verified(f, 'a')).toBe(0);
  });

  it('takes what was made from its result along when that is taken back', () => {
    const f = trusting();
    expect([f.kind('t1'), f.kind('t2')]).toEqual(['done', 'done']);
    f.tell({ type: 'retracted', task: tid('t1'), reason: 'the owner looked at it' });
    expect(of(f.effects, 'retract').map((e) => e.task)).toEqual(['t1', 't2']);
    expect(f.kind('t2')).toBe('waiting');
    f.say(f.live('t1'));
    f.say(f.live('t2'));
    expect([f.kind('t1'), f.kind('t2')]).toEqual(['done', 'done']);
  });
});
