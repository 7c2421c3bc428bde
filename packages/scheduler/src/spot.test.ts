import { describe, expect, it } from 'vitest';
import type { SchedulerConfig } from './core.js';
import type { Effect } from './events.js';
import { aid, capabilities, createFixture, type Fixture, jid, of, taskSpec, tid, vid } from './fixture.js';
import { earliestFinish } from './policies/earliest-finish.js';
import { createScheduler } from './scheduler.js';
import { keyFrom } from './secret.js';

const spot = (id: string, change = {}) => taskSpec(id, { verify: 'spot', ...change });

/** Parts of a quarter of a percent: four of them make up the share of a task. */
const QUARTERS: Partial<SchedulerConfig> = {
  spotShare: 0.01,
  probe: ({ workUnits }, secret) => ({ params: { secret }, workUnits: workUnits / 400, outputBytes: 16 }),
};

const job = (f: Fixture) => {
  const progress = f.scheduler.job(jid('job'));
  if (!progress) throw new Error('there is a job');
  return progress;
};
const verified = (f: Fixture, id: string) => f.scheduler.volunteers().find((v) => v.id === id)?.verified;
const probes = (f: Fixture) => of(f.effects, 'sendTask').filter(({ purpose }) => purpose === 'probe');
const makerOf = (f: Fixture, attempt: string) =>
  of(f.effects, 'sendTask').find((e) => e.attempt === attempt)?.volunteer ?? '';

/** So many volunteers of as many networks, each doing as it does, until nothing is with anybody. */
function grid(change: Partial<SchedulerConfig>, names: readonly string[], seed = 1): Fixture {
  const f = createFixture({ spotShare: 0.01, ...change }, seed);
  for (const id of names) f.join(id, {}, { tags: { network: id } });
  return f;
}

/** What a volunteer says of a task, or of the part that a secret stands for. */
type Mind = (who: string, secret: number | null, task: string, purpose: string) => string;

function run(f: Fixture, mind: Mind, most = 2000, stepMs = 10): void {
  for (let i = 0; i < most; i++) {
    const left = new Map(f.scheduler.outstanding().map((one) => [one.attempt, one]));
    // What was handed out first comes back first.
    const next = of(f.effects, 'sendTask').flatMap(({ attempt }) => left.get(attempt) ?? [])[0];
    if (!next) return;
    f.now += stepMs;
    f.say(next.attempt, (secret) => mind(next.volunteer, secret, next.task, next.purpose));
  }
  throw new Error(`${most} results were not enough`);
}

const HONEST: Mind = () => 'right';

describe('a spot check', () => {
  it('has secret parts of a stranger’s result computed by others before it is believed', () => {
    const f = grid(QUARTERS, ['a', 'b', 'c', 'd', 'e']);
    f.add(spot('t1'));
    const maker = makerOf(f, 't1.1');
    const effects = f.say('t1.1');
    expect(of(effects, 'accept')).toEqual([]);
    expect(f.kind('t1')).toBe('checking');
    const asked = probes(f);
    expect(asked).toHaveLength(4);
    // Each part to somebody else, and none to its maker.
    expect(new Set(asked.map(({ volunteer }) => volunteer)).size).toBe(4);
    expect(asked.map(({ volunteer }) => volunteer)).not.toContain(maker);
    // The part alone, under the task's name.
    const secrets = asked.map(({ task }) => task.params['secret']);
    expect(new Set(secrets).size).toBe(4);
    expect(asked.every(({ task }) => task.id === 't1' && task.workUnits === 2.5)).toBe(true);
    for (const { attempt } of asked.slice(0, 3)) expect(of(f.say(attempt), 'accept')).toEqual([]);
    const last = f.say(asked[3]?.attempt ?? '');
    expect(of(last, 'accept')).toMatchObject([{ attempt: 't1.1', volunteer: maker }]);
    expect(of(f.effects, 'cancelAttempt').map(({ attempt }) => attempt)).toEqual(asked.map(({ attempt }) => attempt));
    expect(job(f)).toMatchObject({ probes: 4, replicas: 0, probeUnits: 10, attempts: 1, checking: 0 });
    expect(of(last, 'jobSettled')).toHaveLength(1);
    expect(of(f.effects, 'check').map(({ secret }) => secret)).toEqual([null, ...secrets]);
    expect(of(f.effects, 'compare').map(({ secret }) => secret)).toEqual(secrets);
  });

  it('is made by newcomers too while a hold keeps the last task back', () => {
    const f = grid(QUARTERS, ['a', 'b']);
    f.tell({ type: 'held', share: 0.9 });
    f.add(spot('t1'), spot('t2'));
    f.say('t1.1');
    expect([f.kind('t1'), f.kind('t2')]).toEqual(['checking', 'ready']);
    // The other one has shown nothing of its speed, and gets no task to show it by.
    expect(probes(f).map(({ volunteer }) => volunteer)).not.toEqual([]);
    run(f, HONEST);
    expect(f.kind('t1')).toBe('done');
    expect(of(f.effects, 'holdReached')).toHaveLength(1);
  });

  it('says nothing of how fast somebody is', () => {
    const f = grid(QUARTERS, ['a', 'b']);
    f.add(spot('t1'));
    run(f, HONEST);
    const [made] = of(f.effects, 'ran');
    expect(of(f.effects, 'ran')).toHaveLength(1);
    const other = made?.volunteer === 'a' ? 'b' : 'a';
    expect(f.scheduler.volunteers().find(({ id }) => id === other)?.speeds.size).toBe(0);
    expect(verified(f, other)).toBe(0);
  });

  it('compares whole results where a kind of task has no parts', () => {
    const f = grid({ probe: () => null }, ['a', 'b']);
    f.add(spot('t1'));
    f.say('t1.1');
    expect(of(f.effects, 'sendTask').at(-1)).toMatchObject({ purpose: 'replica' });
    f.say('t1.2');
    expect(f.kind('t1')).toBe('done');
  });

  it('needs nobody for what the owner’s own machine made', () => {
    const f = createFixture(QUARTERS);
    f.join('own', {}, { tags: { trusted: true } });
    f.add(spot('t1'));
    expect(of(f.say('t1.1'), 'accept')).toHaveLength(1);
  });

  it('goes to the owner’s own machine while that is there and has little to do', () => {
    const f = grid(QUARTERS, ['a', 'b', 'c']);
    f.join('own', {}, { tags: { trusted: true, network: 'a' } });
    f.add(...Array.from({ length: 8 }, (_, i) => spot(`t${i}`)));
    while (f.queue('own').length > 0) f.say(f.queue('own')[0] ?? '');
    const stranger = f.scheduler.outstanding().find(({ volunteer }) => volunteer !== 'own');
    f.say(stranger?.attempt ?? '');
    expect(probes(f).every(({ volunteer }) => volunteer === 'own')).toBe(true);
    expect(probes(f).length).toBeGreaterThan(0);
  });

  it('is never made by somebody who may be its maker', () => {
    const f = createFixture(QUARTERS);
    f.join('a', {}, { tags: { network: 'n' } });
    f.add(spot('t1'));
    for (const id of ['b', 'c']) f.join(id, {}, { tags: { network: 'n' } });
    f.join('d', {}, { tags: { network: 'm' } });
    f.say('t1.1');
    expect(probes(f).map(({ volunteer }) => volunteer)).toEqual(['d', 'd', 'd', 'd']);
  });

  it('waits for another when somebody leaves with a part, or cannot compute it', () => {
    const f = grid({}, ['a', 'b', 'c']);
    f.add(spot('t1'));
    f.say('t1.1');
    const [first] = probes(f);
    f.fail(first?.attempt ?? '');
    const [, second] = probes(f);
    expect(second?.attempt).toBe('t1.3');
    f.leave(second?.volunteer ?? '');
    run(f, HONEST);
    expect(f.kind('t1')).toBe('done');
    // A part that somebody could not compute is nothing against the task.
    expect(f.scheduler.snapshot().tasks[0]?.failures).toEqual([]);
  });

  it('ends with its job', () => {
    const f = grid(QUARTERS, ['a', 'b', 'c']);
    f.add(spot('t1'));
    f.say('t1.1');
    f.tell({ type: 'jobCancelled', job: jid('job'), reason: 'test' });
    expect(f.scheduler.outstanding()).toEqual([]);
    expect(of(f.effects, 'jobSettled')).toHaveLength(1);
  });

  it('is begun anew when the result’s bytes are gone', () => {
    const f = grid(QUARTERS, ['a', 'b', 'c']);
    f.add(spot('t1'));
    f.say('t1.1');
    f.tell({ type: 'resultGone', attempt: aid('t1.1') });
    expect(probes(f).every(({ attempt }) => f.live('t1') !== attempt)).toBe(true);
    run(f, HONEST);
    expect(of(f.effects, 'accept').map(({ attempt }) => attempt)).not.toContain('t1.1');
    expect(f.kind('t1')).toBe('done');
  });

  it('does not save what somebody returned who is caught meanwhile: a part that is right acquits no liar', () => {
    const f = grid({}, ['a', 'b', 'c', 'd', 'e', 'f']);
    f.add(...Array.from({ length: 12 }, (_, i) => spot(`t${i}`)));
    const made = f.queue('a');
    expect(made.length).toBeGreaterThan(1);
    const [wrong, other] = made;
    // Both are here; only one is looked at, and the other one's part would be right.
    for (const attempt of [wrong, other]) f.finish(attempt ?? '');
    const lies = (attempt: string) => attempt === wrong;
    for (let i = 0; i < 200 && f.standing('a') !== 'quarantined'; i++) {
      for (let next = f.comparing[0]; next; next = f.comparing[0]) {
        f.answer(next, lies(next.attempt) !== lies(next.with) ? 'different' : 'equal');
      }
      const [task] = (wrong ?? '').split('.');
      const next = f.scheduler.outstanding().find((one) => one.task === task && one.volunteer !== 'a');
      if (!next) break;
      f.finish(next.attempt);
    }
    expect(f.standing('a')).toBe('quarantined');
    const [task] = (other ?? '').split('.');
    run(f, HONEST);
    expect(f.kind(task ?? '')).toBe('done');
    expect(of(f.effects, 'accept').map(({ attempt }) => attempt)).not.toContain(other);
    expect(of(f.effects, 'reject').map(({ attempt }) => attempt)).toContain(other);
  });

  it('comes again though opinions on it were being compared when it was lost', () => {
    const f = grid({}, ['e']);
    f.add(spot('t1'));
    // Late: somebody else has it as well.
    f.pass(20_000);
    f.join('a', {}, { tags: { network: 'a' } });
    expect(f.queue('a')).toEqual(['t1.2']);
    f.finish('t1.1');
    f.finish(probes(f)[0]?.attempt ?? '');
    const [pair] = f.comparing;
    if (pair) f.answer(pair, 'different');
    f.join('c', {}, { tags: { network: 'c' } });
    f.finish(probes(f)[1]?.attempt ?? '');
    f.tell({ type: 'resultGone', attempt: aid('t1.1') });
    f.comparing.length = 0;
    f.finish('t1.1');
    run(f, HONEST);
    expect(f.kind('t1')).toBe('done');
  });
});

describe('which parts are looked at, and by whom', () => {
  const drawn = (key: ReturnType<typeof keyFrom>) => {
    const { config } = createFixture(QUARTERS);
    const scheduler = createScheduler(config, 1, key);
    let now = 0;
    const effects: Effect[] = [];
    for (const id of ['a', 'b', 'c', 'd', 'e', 'f']) {
      const joined = { type: 'volunteerJoined', volunteer: vid(id), capabilities: capabilities() } as const;
      effects.push(...scheduler.handle({ ...joined, paused: false, hidden: false }, now++));
    }
    effects.push(...scheduler.handle({ type: 'tasksAdded', tasks: [{ spec: spot('t1') }] }, now++));
    const sent = of(effects, 'sendTask')[0];
    if (!sent) throw new Error('the task was given to somebody');
    const stats = { kernelMs: 1, wallMs: 1, submissions: 1 };
    const { attempt, volunteer } = sent;
    scheduler.handle({ type: 'returned', volunteer, attempt, task: tid('t1'), stats }, now++);
    const after = scheduler.handle({ type: 'checked', attempt, fault: null }, now++);
    return of(after, 'sendTask').map((e) => [e.task.params['secret'], e.volunteer]);
  };

  it('follows from the owner’s key, whatever the seed', () => {
    expect(drawn(keyFrom(1))).toEqual(drawn(keyFrom(1)));
    expect(drawn(keyFrom(1))).not.toEqual(drawn(keyFrom(2)));
  });

  it('is anybody in good standing, busy or not, those who proved right more often', () => {
    const f = grid({ trustAfter: 1, checkFloor: 1 }, ['known']);
    for (const id of ['x', 'y', 'z']) f.join(id, {}, { tags: { network: id }, paused: true });
    for (const task of ['a1', 'a2']) {
      f.add(spot(task));
      for (const id of ['x', 'y', 'z']) f.told(id, {});
      run(f, HONEST);
      for (const id of ['x', 'y', 'z']) f.told(id, { paused: true });
    }
    expect(verified(f, 'known')).toBe(1);
    // The others have done something that nobody checks.
    for (const id of ['x', 'y', 'z']) {
      f.told('known', { paused: true });
      f.told(id, {});
      f.add(taskSpec(`plain-${id}`));
      f.say(f.live(`plain-${id}`));
      f.told(id, { paused: true });
    }
    const asked = { known: 0, x: 0, y: 0, z: 0 };
    for (let i = 0; i < 60; i++) {
      // Somebody new each time, whose result all four could look at.
      const maker = `maker${i}`;
      for (const id of Object.keys(asked)) f.told(id, { paused: true });
      f.join(maker, {}, { tags: { network: maker } });
      f.add(spot(`t${i}`), taskSpec(`busy${i}`));
      for (const id of Object.keys(asked)) f.told(id, {});
      const [first] = of(f.say(f.live(`t${i}`)), 'sendTask').filter(({ purpose }) => purpose === 'probe');
      for (const id of ['known', 'x', 'y', 'z'] as const) if (first?.volunteer === id) asked[id]++;
      f.leave(maker);
      run(f, HONEST);
    }
    // 1 against ¼ for each of three strangers, until their own results are confirmed: `known` is asked most.
    expect(asked.known).toBeGreaterThan(22);
    for (const id of ['x', 'y', 'z'] as const) expect(asked[id]).toBeGreaterThan(2);
  });
});

describe('a newcomer', () => {
  it('has done a task before it is asked about others’, as long as there are tasks to do', () => {
    const f = grid({}, ['a', 'b']);
    f.add(...Array.from({ length: 90 }, (_, i) => spot(`t${i}`)));
    for (const id of ['a', 'b', 'a', 'b']) f.say(f.queue(id)[0] ?? '');
    f.join('late', {}, { tags: { network: 'late' } });
    for (let i = 0; i < 6; i++) f.say(f.queue('a')[0] ?? '');
    const given = of(f.effects, 'sendTask').filter(({ volunteer }) => volunteer === 'late');
    expect(given.length).toBeGreaterThan(0);
    expect(given.every(({ purpose }) => purpose === 'first')).toBe(true);
    f.say(f.queue('late')[0] ?? '');
    run(f, HONEST);
    expect(probes(f).some(({ volunteer }) => volunteer === 'late')).toBe(true);
  });
});

describe('what checks cost', () => {
  /** The share of the work that was computed again for a job of `count` tasks by honest strangers. */
  const share = (partShare: number, count: number, change: Partial<SchedulerConfig> = {}, names = 4, stepMs = 10) => {
    const people = Array.from({ length: names }, (_, i) => `v${i}`);
    const probe: SchedulerConfig['probe'] = ({ workUnits }, secret) => ({
      params: { secret },
      workUnits: workUnits * partShare,
      outputBytes: 16,
    });
    const f = grid({ probe, ...change }, people);
    f.add(...Array.from({ length: count }, (_, i) => spot(`t${i}`)));
    run(f, HONEST, 20_000, stepMs);
    expect(job(f).done).toBe(count);
    return { share: job(f).probeUnits / job(f).units, probes: job(f).probes };
  };

  it('stays below the share, however large the parts are', () => {
    for (const part of [1 / 2000, 1 / 256, 1 / 100]) expect(share(part, 80).share).toBeLessThanOrEqual(0.01);
  });

  it('looks at a stranger’s every result while a part is within the share of one', () => {
    const { probes: made } = share(1 / 100, 100, { trustAfter: 1000 });
    expect(made).toBe(100);
  });

  it('looks at fewer where a part is much of a task, but not below the floor', () => {
    const { share: cost, probes: made } = share(1 / 16, 150, { trustAfter: 1000 });
    expect(cost).toBeLessThan(0.02);
    expect(made).toBeGreaterThan(0.05 * 150);
    const { probes: least } = share(1 / 2, 100, { trustAfter: 1000, checkFloor: 0.1 });
    expect(least).toBeGreaterThan(0.05 * 100);
  });

  it('is less for those who proved right', () => {
    expect(share(1 / 400, 150, { trustAfter: 2, policy: earliestFinish }, 2, 500).share).toBeLessThan(0.004);
  });
});

describe('a result that is wrong', () => {
  const names = ['liar', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
  /** The liar alone is there for the first task, the others come then. */
  const caught = (mind: Mind, change: Partial<SchedulerConfig> = {}) => {
    const f = grid({ ...QUARTERS, ...change }, ['liar']);
    f.add(spot('t1'));
    for (const id of names.slice(1)) f.join(id, {}, { tags: { network: id } });
    run(f, mind);
    return f;
  };

  it('is made again, and who made it is accused once the new one is believed', () => {
    const f = caught((who) => (who === 'liar' ? 'wrong' : 'right'));
    expect(f.standing('liar')).toBe('quarantined');
    expect(of(f.effects, 'reject')).toMatchObject([{ attempt: 't1.1', volunteer: 'liar' }]);
    expect(of(f.effects, 'accept').map(({ volunteer }) => volunteer)).not.toContain('liar');
    for (const id of names.slice(1)) expect(f.standing(id)).toBe('ready');
    // Parts decided it: the task was computed once more and not more often.
    expect(job(f)).toMatchObject({ replicas: 1, done: 1, rejected: 1 });
    expect(f.scheduler.story('t1')).toContain('a part → wrong');
  });

  it('is found when only some of its parts are', () => {
    let found = 0;
    for (let seed = 1; seed <= 20; seed++) {
      const f = grid(QUARTERS, ['liar'], seed);
      f.add(spot('t1'));
      for (const id of names.slice(1)) f.join(id, {}, { tags: { network: id } });
      // A quarter of the parts, and therefore the whole, which is another than the right one.
      run(f, (who, secret) => (who === 'liar' && (secret === null || secret % 4 === 0) ? 'wrong' : 'right'));
      if (f.standing('liar') === 'quarantined') found++;
    }
    // 1 − ¾⁴ = 0.68 of them.
    expect(found).toBeGreaterThan(8);
    expect(found).toBeLessThan(19);
  });

  it('accuses nobody while one stands against one', () => {
    const f = grid({}, ['a', 'b']);
    f.add(spot('t1'));
    run(f, (who) => who);
    expect(f.kind('t1')).toBe('checking');
    expect([f.standing('a'), f.standing('b')]).toEqual(['ready', 'ready']);
    expect(job(f)).toMatchObject({ noApart: 1 });
  });

  it('is decided by two against one where nobody else is there', () => {
    const f = grid({}, ['liar']);
    f.add(spot('t1'));
    for (const id of ['b', 'c']) f.join(id, {}, { tags: { network: id } });
    run(f, (who) => (who === 'liar' ? 'wrong' : 'right'));
    expect([f.standing('liar'), f.standing('b'), f.standing('c')]).toEqual(['quarantined', 'ready', 'ready']);
    expect(f.kind('t1')).toBe('done');
  });

  it('is decided by the owner’s own machine alone, which makes the task again if it likes', () => {
    const f = grid({}, ['liar']);
    f.add(spot('t1'));
    f.join('own', {}, { tags: { trusted: true } });
    run(f, (who) => (who === 'liar' ? 'wrong' : 'right'));
    expect(f.standing('liar')).toBe('quarantined');
    expect(of(f.effects, 'accept').at(-1)).toMatchObject({ volunteer: 'own' });
    expect(probes(f)).toHaveLength(1);
  });

  it('does not stand because friends of its maker say so: parts go to others, and others’ votes count', () => {
    let accepted = 0;
    let accused = 0;
    for (let seed = 1; seed <= 40; seed++) {
      const f = grid(QUARTERS, ['liar'], seed);
      f.add(spot('t1'));
      for (const id of ['friend', ...names.slice(1)]) f.join(id, {}, { tags: { network: id } });
      // The friend says of the liar's results what the liar says.
      const friends: Mind = (who, _, __, purpose) =>
        who === 'liar' || (who === 'friend' && purpose !== 'first') ? 'agreed upon' : 'right';
      run(f, friends);
      const [last] = of(f.effects, 'accept').slice(-1);
      if (last?.volunteer === 'liar' || last?.volunteer === 'friend') accepted++;
      for (const id of names.slice(1)) if (f.standing(id) !== 'ready') accused++;
    }
    expect(accepted).toBe(0);
    expect(accused).toBe(0);
  });

  it('takes everything that its maker delivered before with it', () => {
    const f = grid({ ...QUARTERS, trustAfter: 0, checkFloor: 0.2 }, names, 2);
    f.add(...Array.from({ length: 60 }, (_, i) => spot(`t${i}`)));
    // Its results from the fifth on are wrong, its word on others' is not.
    const made: string[] = [];
    run(f, (who, _, task, purpose) => {
      if (who !== 'liar' || purpose === 'probe') return 'right';
      if (!made.includes(task)) made.push(task);
      return made.indexOf(task) < 4 ? 'right' : 'wrong';
    });
    expect(f.standing('liar')).toBe('quarantined');
    const last = new Map(of(f.effects, 'accept').map(({ task, volunteer }) => [task, volunteer]));
    for (const { task } of of(f.effects, 'retract')) expect(f.kind(task)).toBe('done');
    expect([...last.values()]).not.toContain('liar');
    expect(of(f.effects, 'jobSettled').length).toBeGreaterThan(0);
  });
});

describe('a word on a part that is wrong', () => {
  const people = ['a', 'b', 'c', 'd', 'e', 'f', 'wolf'];

  it('accuses nobody by itself, but is held against who said it', () => {
    const f = grid({ ...QUARTERS, trustAfter: 1, checkFloor: 1 }, ['wolf']);
    f.add(spot('t0'));
    for (const id of people.slice(0, 6)) f.join(id, {}, { tags: { network: id } });
    run(f, HONEST);
    expect(f.scheduler.snapshot().volunteers.find(({ id }) => id === 'wolf')?.verified[0]?.[1]).toBe(0.5);
    let asked = 0;
    for (let i = 1; asked === 0 && i < 100; i++) {
      f.told('wolf', { paused: true });
      f.add(spot(`t${i}`));
      f.told('wolf', {});
      run(f, (who, _, __, purpose) => {
        if (who !== 'wolf' || purpose !== 'probe') return 'right';
        asked++;
        return 'wrong';
      });
    }
    expect(f.standing('wolf')).toBe('ready');
    expect(f.scheduler.snapshot().volunteers.find(({ id }) => id === 'wolf')).toMatchObject({
      verified: [],
      doubts: 1,
    });
    expect(job(f)).toMatchObject({ rejected: 0, replicas: 0 });
    for (const id of people) expect(f.standing(id)).toBe('ready');
  });

  it('catches who says nothing else', () => {
    const f = grid(QUARTERS, people, 4);
    f.add(...Array.from({ length: 60 }, (_, i) => spot(`t${i}`)));
    run(f, (who, _, __, purpose) => (who === 'wolf' && purpose === 'probe' ? 'wrong' : 'right'));
    expect(f.standing('wolf')).toBe('quarantined');
    expect(f.scheduler.volunteers().find(({ id }) => id === 'wolf')?.state).toMatchObject({
      reason: expect.stringContaining('3 times in a row'),
    });
    for (const id of people.slice(0, 6)) expect(f.standing(id)).toBe('ready');
    expect(job(f)).toMatchObject({ rejected: 0, done: 60 });
  });

  it('counts no more once who said it was caught: what rests on it is looked at again', () => {
    const f = grid({ trustAfter: 0, checkFloor: 0.5 }, ['a', 'wolf'], 3);
    f.add(taskSpec('last', { requires: { cpuCores: 64 } }));
    f.add(...Array.from({ length: 10 }, (_, i) => spot(`t${i}`)));
    run(f, HONEST);
    const before = job(f).probes;
    expect(before).toBeGreaterThan(0);
    for (const id of ['c', 'd', 'e', 'g']) f.join(id, {}, { tags: { network: id } });
    for (let i = 20; f.standing('wolf') !== 'quarantined' && i < 100; i++) {
      f.add(spot(`t${i}`));
      run(f, (who) => (who === 'wolf' ? 'wrong' : 'right'));
    }
    run(f, HONEST);
    const checks = f.scheduler.snapshot().tasks.map(({ check }) => check?.confirmed ?? []);
    expect(checks.flat()).not.toContain('wolf');
    expect(job(f).probes).toBeGreaterThan(before + 4);
  });
});

describe('a few pixels that differ between honest machines', () => {
  it('have the task computed once more and accuse nobody: whole results decide', () => {
    const people = ['m', 'b', 'c', 'd', 'e', 'f'];
    const f = grid({}, ['m']);
    f.add(spot('t1'));
    for (const id of people.slice(1)) f.join(id, {}, { tags: { network: id } });
    // Everybody else comes to something else in that part, and the whole results agree.
    run(f, (who, secret) => (who === 'm' && secret !== null ? 'rounded' : 'right'));
    for (const id of people) expect(f.standing(id)).toBe('ready');
    expect(job(f)).toMatchObject({ replicas: 1, rejected: 0, done: 1 });
    const doubts = f.scheduler.snapshot().volunteers.map((v) => v.doubts);
    expect(doubts).toEqual(people.map(() => 0));
  });
});

describe('where nobody is there who could look', () => {
  it('takes a result for now, and looks at it when somebody comes', () => {
    const f = grid({}, ['a']);
    f.add(spot('t1'), spot('t2'), taskSpec('last', { requires: { cpuCores: 64 } }));
    run(f, () => 'wrong');
    expect([f.kind('t1'), f.kind('t2')]).toEqual(['done', 'done']);
    expect(job(f)).toMatchObject({ probes: 0, checking: 2, noApart: 2 });
    for (const id of ['b', 'c', 'd', 'e', 'g']) f.join(id, {}, { tags: { network: id } });
    run(f, (who) => (who === 'a' ? 'wrong' : 'right'));
    expect(f.standing('a')).toBe('quarantined');
    expect(
      of(f.effects, 'retract')
        .map(({ task }) => task)
        .sort(),
    ).toEqual(['t1', 't2']);
    expect(
      of(f.effects, 'accept')
        .slice(-2)
        .map(({ volunteer }) => volunteer),
    ).not.toContain('a');
  });

  it('ends the job all the same, and says how many results nobody saw', () => {
    const f = grid({}, ['a']);
    f.add(spot('t1'), spot('t2'));
    run(f, HONEST);
    expect(of(f.effects, 'jobSettled')).toHaveLength(1);
    expect(job(f)).toMatchObject({ done: 2, unseen: 2, checking: 0 });
    expect(verified(f, 'a')).toBe(0);
    // Until it is done again.
    f.tell({ type: 'retracted', task: tid('t1'), reason: 'test' });
    expect(job(f)).toMatchObject({ unseen: 1 });
  });

  it('waits when who could have looked leaves, but not for ever', () => {
    const f = grid({}, ['a', 'b']);
    f.add(spot('t1'));
    const maker = makerOf(f, 't1.1');
    f.say('t1.1');
    expect(f.kind('t1')).toBe('checking');
    f.now = 5000;
    f.leave(maker === 'a' ? 'b' : 'a');
    // Who lost its link comes back.
    expect(f.kind('t1')).toBe('checking');
    const wake = of(f.effects, 'wake').at(-1);
    f.pass(14_000);
    expect(f.kind('t1')).toBe('checking');
    f.pass(1001);
    expect(f.kind('t1')).toBe('done');
    expect(of(f.effects, 'jobSettled')).toHaveLength(1);
    expect(job(f)).toMatchObject({ unseen: 1 });
    expect(wake?.at).toBeLessThanOrEqual(20_000);
  });
});

describe('audits of a job of spot checks', () => {
  it('look at parts of what was passed over, not at whole tasks', () => {
    const f = grid({ ...QUARTERS, trustAfter: 0, checkFloor: 0.1 }, ['a', 'b', 'c']);
    f.add(...Array.from({ length: 80 }, (_, i) => spot(`t${i}`)));
    run(f, HONEST);
    expect(job(f)).toMatchObject({ done: 80, replicas: 0 });
    const audited = f.scheduler.snapshot().tasks.filter(({ check }) => check?.covered && check.confirmed.length > 0);
    expect(audited.length).toBeGreaterThan(0);
    expect(of(f.effects, 'jobSettled')).toHaveLength(1);
  });

  it('find who lied once it was trusted, and take back all that rests on its word', () => {
    const f = grid({ ...QUARTERS, trustAfter: 0, checkFloor: 0.02 }, ['sleeper'], 5);
    const others = ['b', 'c', 'd', 'e', 'g'];
    for (const id of others) f.join(id, {}, { tags: { network: id }, paused: true });
    f.add(taskSpec('last', { requires: { cpuCores: 64 } }));
    for (let i = 0; i < 30; i++) {
      f.add(spot(`t${i}`));
      f.say(f.live(`t${i}`), i < 3 ? 'right' : 'wrong');
    }
    expect(job(f)).toMatchObject({ done: 30, probes: 0 });
    for (const id of others) f.told(id, {});
    const mind: Mind = (who, _, task) => (who === 'sleeper' && Number(task.slice(1)) >= 3 ? 'wrong' : 'right');
    run(f, mind);
    expect(of(f.effects, 'jobSettled')).toEqual([]);
    f.tell({ type: 'withdraw', tasks: [tid('last')] });
    run(f, mind);
    expect(f.standing('sleeper')).toBe('quarantined');
    expect(job(f)).toMatchObject({ done: 30, retracted: 30 });
    const last = new Map(of(f.effects, 'accept').map(({ task, volunteer }) => [task, volunteer]));
    expect([...last.values()]).not.toContain('sleeper');
    for (const id of others) expect(f.standing(id)).toBe('ready');
    expect(of(f.effects, 'jobSettled')).toHaveLength(1);
  });
});
