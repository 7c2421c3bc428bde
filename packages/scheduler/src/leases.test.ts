import { describe, expect, it } from 'vitest';
import { aid, createFixture, of, taskSpec, tasks, vid } from './fixture.js';
import { createPlainOracle, measuredSpeed, type VolunteerView } from './oracle.js';

describe('a sleep of the page', () => {
  it('is nobody’s silence and nobody’s slowness', () => {
    const f = createFixture();
    f.join('a');
    f.join('b');
    f.add(...tasks(2));
    f.now = 1000;
    f.finish(f.queue('b')[0] ?? '');
    expect(f.queue('b')).toEqual([]);
    const before = f.effects.length;
    f.now = 3_600_000;
    f.tell({ type: 'woken' });
    expect(f.effects.slice(before).map((e) => e.type)).toEqual(['wake']);
    expect([f.standing('a'), f.standing('b')]).toEqual(['ready', 'ready']);
    // From then on the usual rules hold.
    f.pass(10_000);
    expect(f.queue('b')).toHaveLength(1);
    f.pass(80_000);
    expect(f.standing('a')).toBe('suspect');
  });

  it('is no sleep when a timer was late by a minute: a hidden page’s timers are', () => {
    const f = createFixture();
    f.join('a');
    f.add(taskSpec('t1'));
    f.pass(70_000);
    expect(f.standing('a')).toBe('suspect');
  });
});

describe('a clock that jumps', () => {
  it('back changes nothing, and goes on when it has caught up', () => {
    const f = createFixture();
    f.now = 10_000;
    f.join('a');
    f.add(...tasks(2));
    f.now = 0;
    expect(of(f.finish('t1.1'), 'accept')).toHaveLength(1);
    f.tell({ type: 'woken' });
    f.now = 10_500;
    expect(of(f.finish('t2.1'), 'accept')).toHaveLength(1);
    const [a] = f.scheduler.volunteers();
    for (const speed of a?.speeds.values() ?? []) expect(speed).toBeGreaterThan(0);
  });
});

describe('a quarantine', () => {
  it('ends by itself, doubles, and is bounded', () => {
    const f = createFixture({ quarantineMs: 10_000, longestQuarantineMs: 30_000, failuresToFailTask: 100 });
    f.join('a');
    f.add(...tasks(40));
    const lengths: number[] = [];
    for (let i = 0; i < 4; i++) {
      while (f.standing('a') === 'ready') f.fail(f.queue('a')[0] ?? '');
      const until = f.scheduler.volunteers()[0]?.quarantinedUntil ?? 0;
      lengths.push(until - f.now);
      // The wake-up that was asked for is enough.
      const wake = of(f.effects, 'wake').at(-1)?.at ?? 0;
      expect(wake).toBeLessThanOrEqual(until);
      f.now = until - 1;
      f.tell({ type: 'woken' });
      expect(f.standing('a')).toBe('quarantined');
      f.pass(1);
      expect(f.standing('a')).toBe('ready');
    }
    for (const [i, expected] of [10_000, 20_000, 30_000, 30_000].entries()) {
      expect(lengths[i]).toBeGreaterThan(0.89 * expected);
      expect(lengths[i]).toBeLessThan(1.11 * expected);
    }
  });

  it('ends into whatever the volunteer is by then', () => {
    const f = createFixture();
    f.join('a');
    f.add(...tasks(5));
    for (let i = 0; i < 3; i++) f.fail(f.queue('a')[0] ?? '');
    f.told('a', { paused: true });
    expect(f.standing('a')).toBe('quarantined');
    f.pass(40_000);
    expect(f.standing('a')).toBe('paused');
  });
});

describe('a lease', () => {
  it('is about the first attempt: the next one’s begins when it becomes the first', () => {
    const f = createFixture();
    f.join('a');
    f.add(...tasks(2));
    f.pass(30_000);
    f.finish('t1.1');
    f.pass(30_000);
    expect(f.queue('a')).toEqual(['t2.1']);
    f.pass(30_000);
    expect(f.queue('a')).toEqual([]);
    expect(f.standing('a')).toBe('suspect');
  });

  it('ends with all that the volunteer has; its result counts after all', () => {
    const f = createFixture();
    f.join('a');
    f.add(...tasks(2));
    const effects = f.pass(50_000);
    expect(of(effects, 'cancelAttempt').map((e) => e.attempt)).toEqual(['t1.1', 't2.1']);
    expect(of(f.finish('t1.1'), 'accept')).toHaveLength(1);
    expect(f.standing('a')).toBe('ready');
  });

  it('is longer for what takes longer', () => {
    const f = createFixture();
    f.join('a');
    f.add(taskSpec('t1', { workUnits: 100_000 }));
    f.pass(500_000);
    expect(f.queue('a')).toEqual(['t1.1']);
  });
});

describe('who rests', () => {
  it('gets nothing for a while after it handed work back, and then is asked again', () => {
    const f = createFixture();
    f.join('a');
    f.add(taskSpec('t1'));
    const failure = { code: 'stopped', message: '' } as const;
    f.tell({ type: 'failed', volunteer: vid('a'), attempt: aid('t1.1'), failure });
    expect(f.queue('a')).toEqual([]);
    f.pass(f.config.restMs - 1);
    expect(f.queue('a')).toEqual([]);
    f.pass(1);
    expect(f.queue('a')).toEqual(['t1.2']);
  });
});

describe('a volunteer that comes back', () => {
  it('with another GPU is measured anew, with the same one it is not', () => {
    const seen: (number | null)[] = [];
    const plain = createPlainOracle(() => 1000);
    const oracle = {
      ...plain,
      duration(v: VolunteerView, t: Parameters<typeof plain.duration>[1]) {
        seen.push(measuredSpeed(v, t.kernel));
        return plain.duration(v, t);
      },
    };
    const f = createFixture({ oracle });
    f.join('a');
    f.add(taskSpec('t1'));
    f.now = 100;
    f.finish('t1.1', 100);
    f.leave('a');
    f.join('a');
    expect(seen.at(-1)).toBe(10_000);
    f.leave('a');
    f.join('a', { adapter: { vendor: 'other', architecture: 'x', description: '', browser: 'test-1' } });
    expect(seen.at(-1)).toBeNull();
  });

  it('with other capabilities gets what it can do now', () => {
    const f = createFixture();
    f.join('a', { cpuCores: 8 });
    f.leave('a');
    f.add(taskSpec('big', { requires: { cpuCores: 8 } }), taskSpec('plain'));
    f.join('a', { cpuCores: 2 });
    expect(f.queue('a')).toEqual(['plain.1']);
    f.leave('a');
    f.join('a', { cpuCores: 8 });
    expect(f.queue('a')).toContain('big.1');
  });
});
