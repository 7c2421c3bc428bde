import { describe, expect, it } from 'vitest';
import { createFixture, type Fixture, taskSpec, tasks, vid } from './fixture.js';
import type { Oracle, VolunteerView } from './oracle.js';
import { createPlainOracle } from './oracle.js';
import { restoreScheduler } from './scheduler.js';

const seen = (f: Fixture, id: string): VolunteerView => {
  const view = f.scheduler.view(vid(id));
  if (!view) throw new Error(`${id} was never there`);
  return view;
};

const QUALITY = { path: 'direct', jitterMs: 4, lateShare: 0.1, congestion: 0.2, silentMs: 300 } as const;
const LOW = { intensity: 0.5, battery: { level: 0.1, charging: false } };

describe('what an oracle sees of a volunteer', () => {
  it('begins with nothing, and is null for a stranger', () => {
    const f = createFixture();
    f.now = 500;
    f.join('a');
    expect(seen(f, 'a')).toMatchObject({
      now: 500,
      ageMs: 0,
      inFlight: 0,
      record: { success: 1, ended: 0, failed: 0, lost: 0 },
      telemetry: null,
      link: null,
      origin: { network: null, owner: null, region: null, provider: null },
      share: { attempts: 1, probability: 1 },
    });
    expect(seen(f, 'a').rhythm).toBeUndefined();
    expect(f.scheduler.view(vid('z'))).toBeNull();
  });

  it('has what it told and what was measured, until it comes over another link', () => {
    const f = createFixture();
    f.join('a', {}, { tags: { network: 'n', region: 'FR', provider: 'AS1' } });
    f.told('a', { telemetry: LOW });
    f.tell({ type: 'linkMeasured', volunteer: vid('a'), quality: QUALITY });
    f.told('a', { hidden: true });
    expect(seen(f, 'a')).toMatchObject({ telemetry: LOW, link: QUALITY, hidden: true });
    expect(seen(f, 'a').origin).toEqual({ network: 'n', owner: null, region: 'FR', provider: 'AS1' });
    f.leave('a');
    f.join('a');
    expect(seen(f, 'a')).toMatchObject({ telemetry: null, link: null });
  });

  it('counts what became of its attempts, the newest for an eighth', () => {
    const f = createFixture();
    f.join('a');
    f.add(...tasks(3));
    f.finish('t1.1');
    expect(seen(f, 'a').record).toEqual({ success: 1, ended: 1, failed: 0, lost: 0 });
    f.fail('t2.1');
    expect(seen(f, 'a').record).toEqual({ success: 7 / 8, ended: 2, failed: 1, lost: 0 });
    f.leave('a');
    const { success, lost } = seen(f, 'a').record;
    expect(lost).toBe(2);
    expect(success).toBeCloseTo((7 / 8) ** 3);
  });

  it('does not hold against it what was cancelled', () => {
    const f = createFixture();
    f.join('a');
    f.add(...tasks(2));
    f.tell({ type: 'jobCancelled', job: taskSpec('t').job, reason: 'test' });
    expect(seen(f, 'a').record.ended).toBe(0);
    expect(seen(f, 'a').inFlight).toBe(0);
  });

  it('has the time since its last sign and its last result, counted from its joining at most', () => {
    const f = createFixture();
    f.join('a');
    f.add(...tasks(3));
    f.now = 1000;
    f.finish('t1.1');
    f.now = 1600;
    f.tell({ type: 'heard', volunteer: vid('a') });
    f.now = 1700;
    f.tell({ type: 'released' });
    expect(seen(f, 'a')).toMatchObject({ sinceSignMs: 100, sinceReturnMs: 700, inFlight: 2 });
    f.leave('a');
    f.now = 5000;
    f.join('a');
    expect(seen(f, 'a')).toMatchObject({ sinceReturnMs: 0, ageMs: 0 });
  });

  it('has the rhythm of its results in this session', () => {
    const f = createFixture();
    f.join('a');
    f.add(...tasks(9));
    for (const at of [100, 300, 500]) {
      f.now = at;
      f.finish(f.queue('a')[0] ?? '');
    }
    expect(seen(f, 'a').rhythm).toEqual({ results: 3, meanMs: 200, deviationMs: 0 });
    f.leave('a');
    f.join('a');
    expect(seen(f, 'a').rhythm).toBeUndefined();
  });

  it('has its own earlier sessions, or else those from its network', () => {
    const f = createFixture();
    const n = { tags: { network: 'n' } };
    f.join('a', {}, n);
    expect(seen(f, 'a').visits).toBeUndefined();
    f.now = 1000;
    f.leave('a');
    f.now = 3000;
    f.join('a', {}, n);
    f.join('b', {}, n);
    f.join('c', {}, { tags: { network: 'm' } });
    f.now = 3500;
    f.leave('b');
    expect(seen(f, 'a').visits).toEqual({ count: 1, lastMs: 1000 });
    f.join('d', {}, n);
    expect(seen(f, 'd').visits).toEqual({ count: 2, lastMs: 500 });
    expect(seen(f, 'c').visits).toBeUndefined();
  });
});

describe('the grid’s load', () => {
  it('counts who is there and not paused, who is busy, and what waits; so does a restored scheduler', () => {
    const f = createFixture();
    for (const id of ['a', 'b', 'c', 'd']) f.join(id);
    f.told('d', { paused: true });
    f.leave('c');
    expect(seen(f, 'a').grid).toEqual({ volunteers: 2, busyShare: 0, waiting: 0 });
    f.add(taskSpec('t0'));
    expect(seen(f, 'a').grid).toEqual({ volunteers: 2, busyShare: 0.5, waiting: 0 });
    f.add(...tasks(20));
    const { grid } = seen(f, 'b');
    expect(grid).toMatchObject({ volunteers: 2, busyShare: 1 });
    expect(grid.waiting).toBe(21 - f.scheduler.outstanding().length);
    const restored = restoreScheduler(f.config, JSON.parse(JSON.stringify(f.scheduler.snapshot())));
    expect(restored.views()).toEqual(f.scheduler.views());
    expect(restored.views().map(({ id }) => id)).toEqual(['a', 'b', 'd']);
  });
});

describe('the share', () => {
  const warm = (attempts: number | null) => {
    const share = { attempts: attempts ?? 0, probability: 0.25 };
    const f = createFixture({
      advice: { share: (vs) => new Map(attempts === null ? [] : vs.map(({ id }) => [id, share])) },
    });
    f.join('a');
    f.add(...tasks(100));
    for (let i = 0; i < 4; i++) {
      f.now += 1000;
      f.finish(f.queue('a')[0] ?? '', 1000);
    }
    return seen(f, 'a');
  };

  it('is the policy’s own depth, which leaves no choice, or what is advised, with its chance', () => {
    const plain = warm(null);
    expect(plain.share).toEqual({ attempts: plain.usual, probability: 1 });
    expect(plain.inFlight).toBe(plain.share.attempts);
    const advised = warm(5);
    expect(advised).toMatchObject({ share: { attempts: 5, probability: 0.25 }, usual: plain.usual });
    expect(warm(1000).share.attempts).toBe(2 * (plain.usual ?? 0));
  });

  it('is advised by the oracle that answers, and by nobody once another one does', () => {
    const learned: Oracle = {
      ...createPlainOracle(() => 1000),
      advice: { share: (vs) => new Map(vs.map(({ id }) => [id, { attempts: 5, probability: 0.5 }])) },
    };
    const f = createFixture({ oracles: (hash) => (hash === 'learned' ? learned : null) });
    f.join('a');
    f.tell({ type: 'oracleChanged', revision: 1, hash: 'learned' });
    f.add(...tasks(100));
    const round = () => {
      f.now += 1000;
      f.finish(f.queue('a')[0] ?? '', 1000);
      return seen(f, 'a').share;
    };
    for (let i = 0; i < 3; i++) round();
    expect(round()).toEqual({ attempts: 5, probability: 0.5 });
    f.tell({ type: 'oracleChanged', revision: 2, hash: 'none' });
    expect(round()).toEqual({ attempts: 3, probability: 1 });
  });
});
