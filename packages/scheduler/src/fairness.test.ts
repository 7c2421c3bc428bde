import { describe, expect, it } from 'vitest';
import { createFixture, type Fixture, jid, of, taskSpec } from './fixture.js';

const added = (f: Fixture, job: string, count: number, workUnits = 1000) =>
  f.add(...Array.from({ length: count }, (_, i) => taskSpec(`${job}${i}`, { job: jid(job), workUnits })));

/** Everybody finishes what comes, one task after the other. @returns tasks handed out by job, in order */
function run(f: Fixture, tasks: number): readonly string[] {
  const before = f.effects.length;
  for (let i = 0; i < tasks; i++) {
    const [next] = f.scheduler.outstanding();
    if (!next) break;
    f.now += 1000;
    f.finish(next.attempt);
  }
  return of(f.effects.slice(before), 'sendTask').map((e) => e.task.job);
}

const count = (jobs: readonly string[], job: string) => jobs.filter((j) => j === job).length;

describe('jobs share volunteers', () => {
  it('equally, unless told otherwise', () => {
    const f = createFixture();
    f.join('a');
    added(f, 'x', 100);
    added(f, 'y', 100);
    const shares = run(f, 60);
    expect(Math.abs(count(shares, 'x') - count(shares, 'y'))).toBeLessThanOrEqual(3);
  });

  it('by weight: 2 to 1', () => {
    const f = createFixture();
    f.join('a');
    f.set('x', { weight: 2 });
    added(f, 'x', 100);
    added(f, 'y', 100);
    const shares = run(f, 90);
    expect(count(shares, 'x') / count(shares, 'y')).toBeGreaterThan(1.8);
    expect(count(shares, 'x') / count(shares, 'y')).toBeLessThan(2.2);
  });

  it('by time, not by tasks', () => {
    const f = createFixture();
    f.join('a');
    added(f, 'x', 200, 1000);
    added(f, 'y', 200, 4000);
    const first = of(f.effects, 'sendTask').length;
    for (let i = 0; i < 60; i++) {
      const [next] = f.scheduler.outstanding();
      if (!next) break;
      const ms = next.task.startsWith('x') ? 1000 : 4000;
      f.now += ms;
      f.finish(next.attempt, ms);
    }
    const sent = of(f.effects, 'sendTask')
      .slice(first)
      .map((e) => e.task.job);
    expect(count(sent, 'x') / count(sent, 'y')).toBeGreaterThan(3);
    expect(count(sent, 'x') / count(sent, 'y')).toBeLessThan(5);
  });

  it('by priority before all weights', () => {
    const f = createFixture();
    f.set('y', { priority: 1 });
    f.set('x', { weight: 100 });
    added(f, 'x', 10);
    added(f, 'y', 10);
    f.join('a');
    const sent = [...of(f.effects, 'sendTask').map((e) => e.task.job as string), ...run(f, 20)];
    expect(sent.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 'y'));
    expect(count(sent, 'x')).toBe(10);
  });

  it('from when they come: nobody makes up for time that it never asked for', () => {
    const f = createFixture();
    f.join('a');
    added(f, 'x', 200);
    run(f, 50);
    added(f, 'y', 200);
    const shares = run(f, 40);
    expect(count(shares, 'x')).toBeGreaterThan(15);
    // Nor after a pause.
    f.tell({ type: 'jobPaused', job: jid('y') });
    expect(count(run(f, 30), 'y')).toBe(0);
    f.tell({ type: 'jobResumed', job: jid('y') });
    expect(count(run(f, 40), 'x')).toBeGreaterThan(15);
  });

  it('without weight are a defect of the owner', () => {
    const f = createFixture();
    expect(() => f.set('x', { weight: 0 })).toThrow(/job x with the weight 0/);
    expect(() => createFixture().set('x', { weight: Number.NaN })).toThrow(/weight/);
  });
});

describe('a paused job', () => {
  it('lets what runs go on, hands out nothing new, and is not in others’ way', () => {
    const f = createFixture();
    f.join('a');
    added(f, 'x', 10);
    const running = f.queue('a');
    expect(f.tell({ type: 'jobPaused', job: jid('x') })).toEqual([]);
    expect(f.queue('a')).toEqual(running);
    added(f, 'y', 2);
    run(f, 10);
    expect(f.scheduler.job(jid('x'))).toMatchObject({ done: running.length, paused: true });
    expect(f.scheduler.job(jid('y'))).toMatchObject({ done: 2 });
    f.tell({ type: 'jobResumed', job: jid('x') });
    run(f, 20);
    expect(f.scheduler.job(jid('x'))).toMatchObject({ done: 10, paused: false });
  });
});

describe('a cancelled job', () => {
  it('leaves the volunteers to others at once', () => {
    const f = createFixture();
    f.join('a');
    added(f, 'x', 10);
    added(f, 'y', 10);
    const effects = f.tell({ type: 'jobCancelled', job: jid('x'), reason: 'enough' });
    expect(of(effects, 'cancelAttempt').every((e) => e.attempt.startsWith('x'))).toBe(true);
    expect(f.queue('a').every((attempt) => attempt.startsWith('y'))).toBe(true);
    expect(of(effects, 'jobSettled').map((e) => e.job)).toEqual(['x']);
    expect(f.tell({ type: 'jobCancelled', job: jid('nothing'), reason: '' })).toEqual([]);
  });
});

describe('two classes of tasks in one job', () => {
  it('go each to whom they suit; what nobody can do is not in the other’s way', () => {
    const f = createFixture();
    f.join('small', { cpuCores: 2 });
    f.join('large', { cpuCores: 16 });
    f.add(
      ...Array.from({ length: 4 }, (_, i) => taskSpec(`big${i}`, { requires: { cpuCores: 16 } })),
      ...Array.from({ length: 4 }, (_, i) => taskSpec(`any${i}`)),
      taskSpec('huge', { requires: { cpuCores: 64 } }),
    );
    expect(f.queue('small').every((attempt) => attempt.startsWith('any'))).toBe(true);
    expect(f.queue('large')[0]).toBe('big0.1');
    run(f, 20);
    expect(f.scheduler.job(jid('job'))).toMatchObject({ done: 8, open: 1 });
    expect(f.scheduler.blocked()).toMatchObject([
      { job: 'job', tasks: 1, lacks: [expect.stringContaining('64 processor cores')] },
    ]);
  });

  it('are found by what they need, not by how it is written', () => {
    const f = createFixture();
    f.add(
      taskSpec('t1', { requires: { cpuCores: 64, score: 1 } }),
      taskSpec('t2', { requires: { score: 1, cpuCores: 64 } }),
    );
    expect(f.scheduler.blocked()).toMatchObject([{ job: 'job', tasks: 2, lacks: ['a volunteer'] }]);
  });
});

describe('newcomers', () => {
  it('get something short first, out of the next few; whoever is known gets what is next', () => {
    const f = createFixture();
    f.add(
      taskSpec('long1', { workUnits: 9000 }),
      taskSpec('long2', { workUnits: 9000 }),
      taskSpec('short', { workUnits: 500 }),
    );
    f.join('a');
    expect(f.queue('a')[0]).toBe('short.1');
  });

  it('do not hold up what comes back', () => {
    const f = createFixture();
    f.join('a', { cpuCores: 1 });
    f.add(taskSpec('lost', { workUnits: 9000 }));
    f.leave('a');
    f.add(taskSpec('short', { workUnits: 500 }));
    f.join('b');
    expect(f.queue('b')[0]).toBe('lost.2');
  });
});
