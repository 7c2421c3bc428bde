import { describe, expect, it } from 'vitest';
import { createFixture, type Fixture, jid, of, taskSpec, tasks, tid, vid } from './fixture.js';
import { createPlainOracle, type Oracle } from './oracle.js';
import { restoreScheduler } from './scheduler.js';
import { type Snapshot, SnapshotError } from './snapshot.js';

/** A bit of everything: done, running, checking with an open comparison, waiting, cancelled, failed; somebody gone. */
function busy(): Fixture {
  const f = createFixture({ failuresToFailTask: 1 });
  for (const id of ['a', 'b', 'c']) f.join(id, {}, { tags: { network: id } });
  f.add(taskSpec('t1', { verify: 'replicate' }), taskSpec('t2'), taskSpec('t3'), taskSpec('t4'));
  f.after(taskSpec('t5'), 't1');
  f.now = 500;
  f.finish(f.live('t1'));
  f.finish(f.live('t1'));
  f.finish(f.live('t2'));
  f.fail(f.live('t3'));
  f.tell({ type: 'tasksCancelled', tasks: [tid('t5')], reason: 'test' });
  f.tell({ type: 'roundTripMeasured', volunteer: vid('a'), ms: 20 });
  f.leave('c');
  return f;
}

const plain = (f: Fixture): Snapshot => JSON.parse(JSON.stringify(f.scheduler.snapshot())) as Snapshot;

/** What a snapshot becomes when something in it is changed. */
const broken = (change: (snapshot: Snapshot) => void) => {
  const f = busy();
  const snapshot = plain(f);
  change(snapshot);
  return () => restoreScheduler(f.config, snapshot);
};

const first = <T>(list: readonly T[], which: (item: T) => boolean = () => true): T => {
  const found = list.find(which);
  if (!found) throw new Error('the test wants what is not there');
  return found;
};

describe('a snapshot', () => {
  it('goes through JSON and back unchanged', () => {
    const f = busy();
    expect(plain(f)).toEqual(f.scheduler.snapshot());
    expect(restoreScheduler(f.config, plain(f)).snapshot()).toEqual(f.scheduler.snapshot());
  });

  it('is not touched by what happens afterwards', () => {
    const f = busy();
    const taken = f.scheduler.snapshot();
    const before = JSON.stringify(taken);
    const [open] = f.comparing;
    if (open) f.answer(open, 'equal');
    f.add(...tasks(3).map((spec) => ({ ...spec, id: tid(`new-${spec.id}`) })));
    f.leave('a');
    expect(JSON.stringify(taken)).toBe(before);
  });

  it('is gone on from: the open comparison, the queues, the order', () => {
    const f = busy();
    const restored = restoreScheduler(f.config, plain(f));
    const [open] = f.comparing;
    if (!open) throw new Error('nothing to compare');
    const event = { type: 'compared', attempt: open.attempt, with: open.with, verdict: 'equal' } as const;
    const effects = restored.handle(event, 600);
    restored.validateState();
    expect(of(effects, 'accept').map((e) => e.task)).toEqual(['t1']);
    f.now = 600;
    expect(f.answer(open, 'equal')).toEqual(effects);
    expect(restored.snapshot()).toEqual(f.scheduler.snapshot());
    expect(restored.job(jid('job'))).toEqual(f.scheduler.job(jid('job')));
  });
});

describe('no snapshot', () => {
  it('is anything else, or of another version', () => {
    const { config } = createFixture();
    for (const value of [null, undefined, 7, 'x', [], {}, { version: 1 }]) {
      expect(() => restoreScheduler(config, value)).toThrow(SnapshotError);
    }
    expect(broken((s) => Object.assign(s, { version: 99 }))).toThrow(/of version 99; this is version 3/);
    expect(broken((s) => Object.assign(s, { more: 1 }))).toThrow(SnapshotError);
    expect(broken((s) => Object.assign(first(s.volunteers), { queue: 'x' }))).toThrow(/not a snapshot/);
  });

  const ids = { volunteer: vid('nobody'), task: tid('nothing') };
  const dangling: Readonly<Record<string, (s: Snapshot) => void>> = {
    'a task of a job': (s) => first(s.jobs).tasks.push(ids.task),
    'an audit': (s) => first(s.jobs).audits.push(ids.task),
    'a maker of a queue': (s) => first(first(s.jobs).queues).makers.push(ids.volunteer),
    'a dependent': (s) => first(s.tasks).dependents.push(ids.task),
    'who made an attempt': (s) => Object.assign(first(first(s.tasks).attempts), ids),
    'a backup': (s) => first(first(s.tasks).attempts).backups.push(ids.volunteer),
    'who made a result': (s) =>
      Object.assign(first(s.tasks, (t) => t.check !== null).check ?? {}, { maker: ids.volunteer }),
    'who vouches': (s) => first(s.tasks, (t) => t.check !== null).check?.agreed.push(ids.volunteer),
    'what is vouched for': (s) => first(s.volunteers).vouched.push(ids.task),
    'what is in doubt': (s) => s.doubtful.push(ids.task),
    'what is disputed': (s) => s.disputed.push(ids.task),
    'an attempt in a queue': (s) => first(s.volunteers).queue.push('nothing.1' as never),
    'a lost attempt': (s) => first(s.volunteers).lost.push('nothing.1' as never),
    'a job': (s) => s.jobs.splice(0),
    'a class': (s) => s.classes.splice(0),
  };
  for (const [what, change] of Object.entries(dangling)) {
    it(`names ${what} that is not in it`, () => {
      expect(broken(change)).toThrow(SnapshotError);
    });
  }

  const contradictions: Readonly<Record<string, (s: Snapshot) => void>> = {
    'a done task without its result': (s) => {
      for (const attempt of first(s.tasks, (t) => t.state.kind === 'done').attempts) attempt.state = { kind: 'sent' };
    },
    'a ready task that is being done': (s) => {
      first(s.tasks, (t) => t.state.kind === 'running').state = { kind: 'ready' };
    },
    'a queue without a live attempt in it': (s) => first(s.volunteers, (v) => v.queue.length > 0).queue.splice(0),
    'an attempt twice in a queue': (s) => {
      const { queue } = first(s.volunteers, (v) => v.queue.length > 0);
      queue.push(first(queue));
    },
    'somebody gone with a queue': (s) => {
      first(s.volunteers, (v) => v.queue.length > 0).state = { kind: 'gone', reason: '' };
    },
    'work units that do not add up': (s) => {
      first(s.jobs).units += 1;
    },
    'the same task twice': (s) => {
      s.tasks.push(first(s.tasks, (t) => t.state.kind === 'done'));
    },
    'a volunteer with work whom nobody will look after': (s) => {
      first(s.volunteers, (v) => v.queue.length > 0).timerAt = null;
    },
    'too much extra work': (s) => {
      first(s.jobs).extraUnits = 1e9;
    },
    'backups that were miscounted': (s) => {
      first(s.volunteers).backupFor += 1;
    },
    'an open check of nobody’s result': (s) => {
      const { check } = first(s.tasks, (t) => t.check?.open === true);
      if (check) check.maker = null;
    },
  };
  for (const [what, change] of Object.entries(contradictions)) {
    it(`has ${what}`, () => {
      expect(broken(change)).toThrow(SnapshotError);
    });
  }
});

describe('the log', () => {
  const slower: Oracle = createPlainOracle(() => 100);
  const oracles = (hash: string) => (hash === 'slower' ? slower : null);

  /** A long history with two changes of the oracle. */
  const history = (logLimit: number) => {
    const f = createFixture({ logLimit, oracles });
    f.join('a');
    f.join('b');
    for (let i = 0; i < 60; i++) {
      f.add(taskSpec(`t${i}`));
      if (i === 10) f.tell({ type: 'oracleChanged', revision: 1, hash: 'slower' });
      if (i === 50) f.tell({ type: 'oracleChanged', revision: 2, hash: 'nobody has it' });
      f.now += 100;
      const [next] = f.scheduler.outstanding();
      if (next) f.finish(next.attempt, 100);
      if (i % 20 === 19) f.tell({ type: 'jobCancelled', job: jid('job'), reason: 'test' });
      if (i % 20 === 19) f.tell({ type: 'jobForgotten', job: jid('job') });
    }
    return f;
  };

  it('replays from its base to the same effects and state, whatever oracle answered', () => {
    for (const logLimit of [5, 40, 100_000]) {
      const f = history(logLimit);
      const { base, events } = JSON.parse(JSON.stringify(f.scheduler.log())) as ReturnType<Fixture['scheduler']['log']>;
      const again = base ? restoreScheduler(f.config, base) : createFixture({ logLimit, oracles }).scheduler;
      const effects = events.flatMap(({ event, at }) => again.handle(event, at));
      expect(effects).toEqual(f.effects.slice(f.effects.length - effects.length));
      expect(again.snapshot()).toEqual(f.scheduler.snapshot());
      expect(again.log().events.map(({ number }) => number)).toEqual(events.map(({ number }) => number));
    }
  });

  it('is bounded, moves as well, and numbers its events from the beginning', () => {
    const f = history(5);
    const { base, events, moves } = f.scheduler.log();
    expect(events.length).toBeLessThan(f.events.length / 2);
    expect(moves.length).toBeLessThanOrEqual(40);
    expect((base?.events ?? 0) + events.length).toBe(f.events.length);
    expect(moves.every(({ cause }) => cause >= 1 && cause <= f.events.length)).toBe(true);
  });

  it('makes a difference by its oracle: what was said by another does not hold', () => {
    const expected = (hash: string) => {
      const f = createFixture({ oracles });
      f.join('a');
      f.tell({ type: 'oracleChanged', revision: 1, hash });
      f.add(taskSpec('t1'));
      return f.scheduler.snapshot().tasks[0]?.attempts[0]?.expectedMs;
    };
    expect(expected('slower')).toBe(10_000);
    expect(expected('another')).toBe(1000);
  });

  it('tells the story of one thing, with the causes', () => {
    const f = createFixture();
    f.join('a');
    f.add(taskSpec('t1'));
    f.now = 70;
    f.fail('t1.1', 'the shader did not compile');
    expect(f.scheduler.story('t1')).toContain(
      '#3 at 70 ms: attempt t1.1 reserved → lost (kernelError: the shader did not compile)',
    );
    expect(f.scheduler.story('a')).toContain('volunteer a joining → ready');
    expect(f.scheduler.story('z')).toBe('(nothing in the log)');
  });
});
