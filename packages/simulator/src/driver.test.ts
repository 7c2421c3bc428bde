import { AttemptId, VolunteerId } from '@tabgrid/protocol/ids';
import type { Effect, SchedulerEvent } from '@tabgrid/scheduler/events';
import { createPlainOracle } from '@tabgrid/scheduler/oracle';
import { createScheduler, DEFAULT_CONFIG, type Scheduler } from '@tabgrid/scheduler/scheduler';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { BY_WORDS, createDriver, type Judge } from './driver.js';
import { RIGHT } from './lies.js';
import { createTally } from './tally.js';
import { aProfile, aSession } from './test-kit.js';
import { createTimeline } from './timeline.js';
import type { Volunteer } from './volunteer.js';
import { bagOf, tasksOf } from './workload.js';

const vid = (id: string) => v.parse(VolunteerId, id);
const aid = (id: string) => v.parse(AttemptId, id);
const profile = aProfile({ tasks: 3 });
const [one, two, three] = tasksOf(profile, 1);
if (!one || !two || !three) throw new Error('three tasks');

/** A scheduler that says what the test tells it to, and a volunteer that writes down what it is told. */
function setUp(answers: (event: SchedulerEvent) => readonly Effect[], origin = 0, judge: Judge = BY_WORDS) {
  const timeline = createTimeline();
  const tally = createTally();
  const events: { event: SchedulerEvent; now: number }[] = [];
  const told: string[] = [];
  const real = createScheduler({ ...DEFAULT_CONFIG, oracle: createPlainOracle(() => 1) }, 1);
  const scheduler: Scheduler = {
    ...real,
    handle(event, now) {
      events.push({ event, now });
      return answers(event);
    },
  };
  const workload = bagOf(profile, 1);
  const driver = createDriver({ scheduler, timeline, tally, origin, judge, workload, inspect: null });
  const volunteer = (id: string, adapter: number, values: Readonly<Record<string, string>> = {}): Volunteer => ({
    session: aSession({ adapter }),
    value: (attempt) => values[attempt] ?? RIGHT,
    send: (attempt) => told.push(`${id} send ${attempt}`),
    cancel: (attempt) => told.push(`${id} cancel ${attempt}`),
    accepted: (attempt) => told.push(`${id} accepted ${attempt}`),
    rejected: (attempt) => told.push(`${id} rejected ${attempt}`),
    dropped: () => told.push(`${id} dropped`),
    stop: () => {},
  });
  const run = () => {
    while (timeline.step());
  };
  return { timeline, tally, driver, events, told, volunteer, run };
}

const send = (attempt: string, volunteer: string): Effect => ({
  type: 'sendTask',
  volunteer: vid(volunteer),
  attempt: aid(attempt),
  task: one,
  purpose: 'first',
  backups: [],
  untouched: false,
});

describe('what becomes of effects', () => {
  it('hands tasks and answers to who is named', () => {
    const volunteer = vid('a');
    const attempt = aid('1');
    const {
      driver,
      told,
      volunteer: make,
    } = setUp((event) =>
      event.type === 'tasksAdded'
        ? [
            send('1', 'a'),
            { type: 'accept', volunteer, attempt, task: one.id },
            { type: 'acknowledge', volunteer, attempt },
            { type: 'cancelAttempt', volunteer, attempt, reason: '' },
            { type: 'reject', volunteer, attempt, reason: '' },
            { type: 'dropVolunteer', volunteer, reason: '' },
          ]
        : [],
    );
    driver.name(volunteer, make('a', 0));
    driver.begin();
    expect(told).toEqual(['a send 1', 'a accepted 1', 'a accepted 1', 'a cancel 1', 'a rejected 1', 'a dropped']);
    expect(driver.tasks).toBe(3);
  });

  it('has every result looked at, a moment later', () => {
    const { driver, events, run, volunteer } = setUp((event) =>
      event.type === 'tasksAdded'
        ? [send('1', 'a'), { type: 'check', volunteer: vid('a'), attempt: aid('1'), task: one.id, secret: null }]
        : [],
    );
    driver.name(vid('a'), volunteer('a', 0));
    driver.begin();
    expect(events).toHaveLength(1);
    run();
    expect(events[1]).toEqual({ now: 5, event: { type: 'checked', attempt: '1', fault: null } });
  });

  it.each([
    ['equal', { 1: 'x' }, { 2: 'x' }, 0],
    ['within', { 1: 'x' }, { 2: 'x' }, 1],
    ['different', { 1: 'x' }, { 2: 'y' }, 0],
    ['different', {}, { 2: 'y' }, 1],
  ] as const)('compares two results: %s', (verdict, first, second, adapter) => {
    const { driver, events, run, tally, volunteer } = setUp((event) =>
      event.type === 'tasksAdded'
        ? [
            send('1', 'a'),
            send('2', 'b'),
            { type: 'compare', task: one.id, attempt: aid('1'), with: aid('2'), secret: null },
          ]
        : [],
    );
    driver.name(vid('a'), volunteer('a', 0, first));
    driver.name(vid('b'), volunteer('b', adapter, second));
    driver.begin();
    run();
    expect(events[1]?.event).toEqual({ type: 'compared', attempt: '1', with: '2', verdict });
    tally.ran({
      attempt: aid('1'),
      task: one.id,
      session: 0,
      purpose: 'first',
      from: 0,
      until: 1,
      units: 1,
      finished: true,
    });
    expect(tally.outcome(3, true, 1, new Map()).verificationUnits).toBe(1);
  });

  it('counts what is accepted and takes out what is retracted', () => {
    const effects = (event: SchedulerEvent): readonly Effect[] => {
      if (event.type === 'tasksAdded') {
        return [send('1', 'a'), { type: 'accept', volunteer: vid('a'), attempt: aid('1'), task: one.id }];
      }
      return [{ type: 'retract', volunteer: vid('a'), attempt: aid('1'), task: one.id, reason: '' }];
    };
    const { driver, tally, volunteer } = setUp(effects);
    driver.name(vid('a'), volunteer('a', 0, { 1: 'wrong' }));
    driver.begin();
    expect(tally.outcome(3, true, 1, new Map())).toMatchObject({ done: 1, escaped: 1 });
    driver.tell({ type: 'released' });
    expect(tally.outcome(3, true, 1, new Map())).toMatchObject({ done: 0, escaped: 0, everWrong: 1 });
  });

  it('is over when the job is settled, not before', () => {
    const { driver } = setUp((event) => {
      if (event.type === 'released') return [{ type: 'jobSettled', job: one.job }];
      const failed = event.type === 'woken' ? [two, three] : [one];
      return [
        ...failed.map(({ id }) => ({ type: 'taskFailed', task: id, reasons: [] }) as const),
        { type: 'holdReached' },
      ];
    });
    driver.begin();
    expect(driver.settled).toBe(false);
    // All that the scheduler knows of is over; the planner waits for more.
    driver.tell({ type: 'released' });
    expect(driver.settled).toBe(false);
    driver.tell({ type: 'woken' });
    driver.tell({ type: 'released' });
    expect(driver.settled).toBe(true);
  });

  it('refuses a task for somebody who never came', () => {
    const { driver } = setUp((event) => (event.type === 'tasksAdded' ? [send('1', 'nobody')] : []));
    expect(() => driver.begin()).toThrow(/nobody/);
  });
});

describe('time', () => {
  it('wakes the scheduler when it asked for that, by its own clock, once', () => {
    let asked = 0;
    const { driver, events, run } = setUp((event) => {
      if (event.type === 'tasksAdded') return [{ type: 'wake', at: 1500 }];
      return event.type === 'woken' && ++asked === 1 ? [{ type: 'wake', at: 1700 }] : [];
    }, 1000);
    driver.begin();
    run();
    expect(events.map(({ event, now }) => [event.type, now])).toEqual([
      ['tasksAdded', 1000],
      ['woken', 1500],
      ['woken', 1700],
    ]);
  });

  it('forgets a wake-up when another one is asked for', () => {
    const { driver, events, run } = setUp((event) =>
      event.type === 'tasksAdded'
        ? [
            { type: 'wake', at: 100 },
            { type: 'wake', at: 50 },
          ]
        : [],
    );
    driver.begin();
    run();
    expect(events.map(({ now }) => now)).toEqual([0, 50]);
  });

  it('is never a rounding error early', () => {
    // 0.1 + 0.2 − 0.1 is not 0.2.
    const at = 1e6 + 0.3;
    const { driver, events, run } = setUp(
      (event) => (event.type === 'tasksAdded' ? [{ type: 'wake', at }] : []),
      1e6 / 3,
    );
    driver.begin();
    run();
    expect(events.at(-1)?.now).toBeGreaterThanOrEqual(at);
  });
});

it('handles what an effect brings about after the event’s other effects', () => {
  const order: string[] = [];
  const { driver, volunteer } = setUp((event) => {
    order.push(event.type);
    if (event.type === 'tasksAdded') {
      return [{ type: 'dropVolunteer', volunteer: vid('a'), reason: '' }, send('1', 'b')];
    }
    return [];
  });
  const dropped = volunteer('a', 0);
  driver.name(vid('a'), {
    ...dropped,
    dropped: () => driver.tell({ type: 'volunteerLeft', volunteer: vid('a'), reason: '' }),
  });
  driver.name(vid('b'), { ...volunteer('b', 0), send: () => order.push('send') });
  driver.begin();
  expect(order).toEqual(['tasksAdded', 'send', 'volunteerLeft']);
});
