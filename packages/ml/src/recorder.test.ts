import { AttemptId, BlobId, JobId, type Millis, TaskId, VolunteerId } from '@tabgrid/protocol/ids';
import type { TaskSpec } from '@tabgrid/protocol/task';
import type { SchedulerEvent } from '@tabgrid/scheduler/events';
import { createPlainOracle, type Oracle, type RunEnd, type VolunteerView } from '@tabgrid/scheduler/oracle';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { FAILURE_FEATURES } from './failure/features.js';
import { LATENCY_FEATURES } from './latency/features.js';
import type { Observation } from './observation.js';
import { createRecorder, type Recorder } from './recorder.js';
import { TIME_FEATURES, timeFeatures } from './time/features.js';
import { CONTEXT, volunteerView } from './view-kit.js';

const id = (name: string) => v.parse(VolunteerId, name);
const attempt = (name: string) => v.parse(AttemptId, name);
const [A, B, C] = [id('va'), id('vb'), id('vc')];

const TASK: TaskSpec = {
  id: v.parse(TaskId, 't1'),
  job: v.parse(JobId, 'j1'),
  kernel: { kind: 'k', version: '1' },
  params: {},
  inputs: [{ id: v.parse(BlobId, '0'.repeat(64)), bytes: 300 }],
  requires: {},
  workUnits: 4000,
  outputBytes: 50,
  verify: 'none',
};

const PLAIN = createPlainOracle(() => 1000);
/** Says twice what the plain one says. */
const LEARNED: Oracle = {
  duration(view, task) {
    const { p025, median, p975 } = PLAIN.duration(view, task);
    return { p025: 2 * p025, median: 2 * median, p975: 2 * p975 };
  },
  failure: () => 0.25,
  roundTrip: () => ({ median: 7, p95: 9 }),
};

/** A grid that a test moves by hand. */
function setUp() {
  const views = new Map<VolunteerId, VolunteerView>();
  const present = new Set<VolunteerId>();
  const seen: Observation[] = [];
  const recorder = createRecorder({
    view: (who) => views.get(who) ?? null,
    views: () => [...views.values()].filter((view) => present.has(view.id)),
    plain: PLAIN,
    learned: () => LEARNED,
    context: () => ({ ...CONTEXT, wallAtZero: 1_000_000 }),
    emit: (observation) => seen.push(observation),
  });
  const join = (now: Millis, who: VolunteerId, changes: Partial<VolunteerView> = {}) => {
    present.add(who);
    views.set(who, volunteerView({ id: who, now, ageMs: 0, ...changes }));
    const { capabilities } = volunteerView();
    recorder.handled(now, { type: 'volunteerJoined', volunteer: who, capabilities, paused: false, hidden: false }, []);
  };
  const leave = (now: Millis, who: VolunteerId) => {
    present.delete(who);
    recorder.handled(now, { type: 'volunteerLeft', volunteer: who, reason: '' }, []);
  };
  const of = <T extends Observation['type']>(type: T) =>
    seen.filter((one): one is Extract<Observation, { type: T }> => one.type === type);
  return { recorder, views, seen, join, leave, of };
}

const WOKEN: SchedulerEvent = { type: 'woken' };

const send = (who: VolunteerId, name: string) =>
  ({
    type: 'sendTask',
    volunteer: who,
    attempt: attempt(name),
    task: TASK,
    purpose: 'first',
    backups: [],
    untouched: false,
  }) as const;

const ran = (who: VolunteerId, name: string, end: RunEnd, ms: Millis) =>
  ({ type: 'ran', volunteer: who, attempt: attempt(name), task: TASK.id, end, ms, said: SAID }) as const;

const SAID = { p025: 1, median: 2, p975: 3 };

/** Lets time go by, a turn a second. */
function pass(recorder: Recorder, from: Millis, to: Millis): void {
  for (let now = from; now <= to; now += 1000) recorder.tick(now);
}

describe('attempts', () => {
  it('are recorded as they were asked about, and end as they ended', () => {
    const { recorder, views, join, of } = setUp();
    join(0, A, { inFlight: 3 });
    recorder.handled(100, WOKEN, [send(A, 'a1'), send(A, 'a2')]);
    const then = views.get(A) ?? volunteerView();
    views.set(A, volunteerView({ id: A, inFlight: 9, ageMs: 999_999 }));
    recorder.handled(900, WOKEN, [ran(A, 'a1', 'returned', 750)]);
    recorder.handled(950, WOKEN, [ran(A, 'a2', 'lost', 60)]);
    const [first, second] = of('run');
    const task = { kernel: TASK.kernel, workUnits: 4000, inputBytes: 300, outputBytes: 50 };
    expect(first).toEqual({
      ...{ type: 'run', at: 1_000_900, volunteer: A, kernel: 'k@1', ms: 750, end: 'done', results: 5, ageMs: 0 },
      // Chosen while it had one of the three; the second of the two that came at once saw one more.
      features: timeFeatures({ ...then, inFlight: 1 }, task, { ...CONTEXT, wallAtZero: 1_000_000 }),
      plain: PLAIN.duration(then, task),
      said: LEARNED.duration(then, task),
    });
    expect(second).toMatchObject({ end: 'cut', ms: 60 });
    expect(second?.features).toEqual(
      timeFeatures({ ...then, inFlight: 2 }, task, { ...CONTEXT, wallAtZero: 1_000_000 }),
    );
    expect(first?.features).toHaveLength(TIME_FEATURES.length);
  });

  it('are recorded once, and not at all when they never ran', () => {
    const { recorder, join, of } = setUp();
    join(0, A);
    recorder.handled(1, WOKEN, [send(A, 'a1'), send(A, 'a2')]);
    recorder.handled(2, WOKEN, [{ type: 'cancelAttempt', volunteer: A, attempt: attempt('a1'), reason: '' }]);
    recorder.handled(3, WOKEN, [ran(A, 'a1', 'cancelled', 5)]);
    recorder.handled(4, WOKEN, [ran(A, 'a2', 'returned', 5)]);
    recorder.handled(5, WOKEN, [ran(A, 'a2', 'returned', 5), ran(B, 'b9', 'returned', 5)]);
    expect(of('run')).toHaveLength(1);
  });

  it('that are stopped while they run are cut, not forgotten', () => {
    const { recorder, join, of } = setUp();
    join(0, A);
    recorder.handled(1, WOKEN, [send(A, 'a1')]);
    recorder.handled(9, WOKEN, [
      { type: 'cancelAttempt', volunteer: A, attempt: attempt('a1'), reason: '' },
      ran(A, 'a1', 'cancelled', 8),
    ]);
    expect(of('run')).toMatchObject([{ end: 'cut', ms: 8 }]);
  });
});

describe('presence', () => {
  it('is looked at every ten seconds and labelled a minute later', () => {
    const { recorder, join, of } = setUp();
    join(0, A);
    pass(recorder, 0, 69_000);
    expect(of('presence')).toHaveLength(0);
    pass(recorder, 70_000, 90_000);
    const looks = of('presence');
    // When it was known, not when it was asked: looks at who leaves are known sooner.
    expect(looks.map(({ at }) => at)).toEqual([1_070_000, 1_080_000, 1_090_000]);
    expect(looks.map(({ at, watchedMs }) => at - watchedMs)).toEqual([1_010_000, 1_020_000, 1_030_000]);
    for (const look of looks) expect(look).toMatchObject({ watchedMs: 60_000, left: false, said: 0.25 });
    expect(looks[0]?.features).toHaveLength(FAILURE_FEATURES.length);
    expect(looks[0]?.plain).toBe(PLAIN.failure(volunteerView({ ageMs: 0 }), 60_000));
  });

  it('ends with who leaves', () => {
    const { recorder, join, leave, of } = setUp();
    join(0, A);
    pass(recorder, 0, 25_000);
    leave(25_500, A);
    expect(of('presence').map(({ watchedMs, left }) => [watchedMs, left])).toEqual([
      [15_500, true],
      [5_500, true],
    ]);
    pass(recorder, 26_000, 200_000);
    expect(of('presence')).toHaveLength(2);
  });

  it('is not a departure when a look is a minute old by then', () => {
    const { recorder, join, leave, of } = setUp();
    join(0, A);
    recorder.tick(10_000);
    leave(70_001, A);
    expect(of('presence')).toMatchObject([{ watchedMs: 60_000, left: false }]);
  });

  it('is censored when the page stops looking', () => {
    const { recorder, join, of } = setUp();
    join(0, A);
    pass(recorder, 0, 12_000);
    recorder.close(14_000);
    expect(of('presence')).toMatchObject([{ watchedMs: 4_000, left: false }]);
  });

  it('starts anew with whoever comes back', () => {
    const { recorder, join, leave, of } = setUp();
    join(0, A);
    leave(5_000, A);
    join(6_000, A);
    pass(recorder, 6_000, 15_000);
    leave(15_500, A);
    expect(of('presence')).toHaveLength(0);
    join(20_000, A);
    pass(recorder, 20_000, 31_000);
    leave(31_000, A);
    expect(of('presence')).toHaveLength(1);
  });

  it('does a bounded amount of work in a turn, and gets round to everybody', () => {
    const { recorder, join, of } = setUp();
    for (let i = 0; i < 200; i++) join(0, id(`w${i}`));
    recorder.tick(10_000);
    recorder.close(10_000);
    expect(of('presence')).toHaveLength(32);
    const later = setUp();
    for (let i = 0; i < 200; i++) later.join(0, id(`w${i}`));
    pass(later.recorder, 0, 17_000);
    later.recorder.close(17_000);
    expect(new Set(later.of('presence').map(({ volunteer }) => volunteer)).size).toBe(200);
  });
});

describe('round trips', () => {
  const measured = (recorder: Recorder, now: Millis, ms: Millis) =>
    recorder.handled(now, { type: 'roundTripMeasured', volunteer: A, ms }, []);

  it('are held against what was said before they were known', () => {
    const { recorder, views, join, of } = setUp();
    join(0, A);
    measured(recorder, 1_000, 40);
    expect(of('trip')).toHaveLength(0);
    views.set(A, volunteerView({ id: A, roundTrip: { meanMs: 500, deviationMs: 1 } }));
    measured(recorder, 11_000, 90);
    const [trip] = of('trip');
    expect(trip).toMatchObject({ ms: 90, at: 1_011_000, said: { median: 7, p95: 9 } });
    expect(trip?.plain).toEqual(PLAIN.roundTrip(volunteerView()));
    expect(trip?.features).toHaveLength(LATENCY_FEATURES.length);
  });

  it('that are told of again with every result count once', () => {
    const { recorder, join, of } = setUp();
    join(0, A);
    for (const [now, ms] of [
      [1_000, 40],
      [2_000, 40],
      [3_000, 40],
      [3_100, 41],
      [5_000, 42],
      [5_100, 43],
    ] as const) {
      measured(recorder, now, ms);
    }
    expect(of('trip').map(({ ms }) => ms)).toEqual([41, 42]);
  });
});

describe('departures', () => {
  it('tell who of the others left within a minute', () => {
    const { recorder, join, leave, of } = setUp();
    for (const who of [A, B, C]) join(0, who);
    leave(100_000, A);
    leave(130_000, B);
    recorder.tick(159_000);
    expect(of('departure')).toHaveLength(0);
    recorder.tick(160_000);
    expect(of('departure').map(({ others }) => others.map(({ left }) => left))).toEqual([[true, false]]);
    leave(189_999, C);
    recorder.tick(250_000);
    expect(of('departure').map(({ others }) => others.map(({ left }) => left))).toEqual([[true, false], [true]]);
  });

  it('look at a bounded number of the others', () => {
    const { recorder, join, leave, of } = setUp();
    for (let i = 0; i < 500; i++) join(0, id(`w${i}`));
    leave(1_000, id('w0'));
    recorder.tick(70_000);
    const others = of('departure')[0]?.others.length ?? 0;
    expect(others).toBeGreaterThan(30);
    expect(others).toBeLessThanOrEqual(64);
  });
});

describe('periods of a second', () => {
  it('tell what was chosen, and what came of it', () => {
    const { recorder, join, leave, of } = setUp();
    join(0, A, { share: { attempts: 4, probability: 0.3 } });
    join(0, B);
    recorder.tick(1_000);
    recorder.handled(1_200, WOKEN, [ran(A, 'a1', 'returned', 5), ran(A, 'a2', 'returned', 5), ran(B, 'b1', 'lost', 5)]);
    recorder.handled(1_300, { type: 'roundTripMeasured', volunteer: A, ms: 60 }, []);
    leave(1_400, B);
    recorder.tick(2_000);
    const period = of('balance').at(-1);
    expect(period?.choices).toHaveLength(2);
    const a = period?.choices.find(({ action }) => action === 4);
    const b = period?.choices.find(({ action }) => action === 3);
    expect(a?.probability).toBe(0.3);
    // 2 × 10 − 0.1 × 60 + 5.
    expect(a?.raw).toBeCloseTo(19, 6);
    expect(a?.next).not.toBeNull();
    expect(b?.next).toBeNull();
    // One lost; nobody is worse off than another.
    expect(b?.raw).toBeCloseTo(-5 + 5, 6);
  });

  it('are none while there is nothing to do, or after a sleep', () => {
    const idle = setUp();
    idle.join(0, A, { inFlight: 0, grid: { volunteers: 1, busyShare: 0, waiting: 0 } });
    pass(idle.recorder, 0, 10_000);
    expect(idle.of('balance')).toHaveLength(0);
    const asleep = setUp();
    asleep.join(0, A);
    asleep.recorder.tick(60_000);
    expect(asleep.of('balance')).toHaveLength(0);
  });

  it('look at a bounded number of volunteers, all of them in turn', () => {
    const { recorder, join, of } = setUp();
    for (let i = 0; i < 100; i++) join(0, id(`w${i}`), { share: { attempts: 1 + (i % 12), probability: 1 } });
    pass(recorder, 0, 3_000);
    for (const { choices } of of('balance')) expect(choices.length).toBeLessThanOrEqual(64);
    expect(of('balance').length).toBeGreaterThan(1);
  });
});

describe('conditions', () => {
  it('are recorded once a minute while somebody is there', () => {
    const { recorder, join, leave, of } = setUp();
    recorder.tick(0);
    recorder.tick(60_000);
    join(61_000, A);
    join(61_000, B, { roundTrip: null, link: null });
    pass(recorder, 62_000, 180_000);
    expect(of('conditions')).toHaveLength(2);
    expect(of('conditions')[0]).toMatchObject({ busyShare: 0.9, waiting: 100, roundTripMs: 60, jitterMs: 5 });
    leave(181_000, A);
    leave(181_000, B);
    pass(recorder, 182_000, 400_000);
    expect(of('conditions')).toHaveLength(2);
  });
});
