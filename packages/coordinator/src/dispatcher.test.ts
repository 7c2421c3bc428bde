import { createManualClock } from '@tabgrid/protocol/clock';
import { VolunteerId } from '@tabgrid/protocol/ids';
import type { Effect, SchedulerEvent } from '@tabgrid/scheduler/events';
import { createScheduler, DEFAULT_CONFIG, type Scheduler } from '@tabgrid/scheduler/scheduler';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { createDispatcher } from './dispatcher.js';

const volunteer = v.parse(VolunteerId, 'v1');
const heard: SchedulerEvent = { type: 'heard', volunteer };
const woken: SchedulerEvent = { type: 'woken' };
const released: SchedulerEvent = { type: 'released' };

/** A scheduler that answers as told, and remembers what it was asked. */
function fakeScheduler(answer: (event: SchedulerEvent) => readonly Effect[] = () => []) {
  const handled: { type: SchedulerEvent['type']; at: number }[] = [];
  const scheduler: Scheduler = {
    ...createScheduler(DEFAULT_CONFIG, 1),
    handle(event, at) {
      handled.push({ type: event.type, at });
      return answer(event);
    },
  };
  return { scheduler, handled };
}

function setUp(scheduler: Scheduler) {
  const clock = createManualClock(100);
  const log: string[] = [];
  let settled = 0;
  const dispatcher = createDispatcher({
    scheduler,
    clock,
    handled: (at, event) => log.push(`${event.type} at ${at}`),
    perform(effect) {
      log.push(effect.type);
      if (effect.type === 'holdReached') dispatcher.tell(released);
    },
    settled: () => settled++,
  });
  return { clock, log, dispatcher, settled: () => settled };
}

describe('the dispatcher', () => {
  it('handles nothing before it is opened, and then everything in order', () => {
    const { scheduler, handled } = fakeScheduler();
    const { dispatcher, settled } = setUp(scheduler);
    dispatcher.tell(heard);
    dispatcher.tell(woken);
    expect(handled).toEqual([]);
    dispatcher.open();
    dispatcher.tell(released);
    dispatcher.open();
    expect(handled.map(({ type }) => type)).toEqual(['heard', 'woken', 'released']);
    expect(settled()).toBe(2);
  });

  it('performs all effects of an event before what they bring about', () => {
    const { scheduler } = fakeScheduler(({ type }) =>
      type === 'heard' ? [{ type: 'holdReached' }, { type: 'dropVolunteer', volunteer, reason: '' }] : [],
    );
    const { dispatcher, log } = setUp(scheduler);
    dispatcher.open();
    dispatcher.tell(heard);
    expect(log).toEqual(['heard at 100', 'holdReached', 'dropVolunteer', 'released at 100']);
  });

  it('has one timer, for the last time asked for', async () => {
    const { scheduler, handled } = fakeScheduler(({ type }) =>
      type === 'heard' ? [{ type: 'wake', at: 500 }] : type === 'released' ? [{ type: 'wake', at: 200 }] : [],
    );
    const { dispatcher, clock } = setUp(scheduler);
    dispatcher.open();
    dispatcher.tell(heard);
    dispatcher.tell(released);
    await clock.advance(1_000);
    expect(handled.at(-1)).toEqual({ type: 'woken', at: 200 });
    expect(handled.filter(({ type }) => type === 'woken')).toHaveLength(1);
  });

  it('goes on in the time of an earlier page, what that page has to say first', async () => {
    const old = fakeScheduler();
    const restored = fakeScheduler(({ type }) => (type === 'released' ? [{ type: 'wake', at: 9_100 }] : []));
    const { dispatcher, clock } = setUp(old.scheduler);
    dispatcher.tell(heard);
    dispatcher.open({ scheduler: restored.scheduler, now: 9_000, first: [released] });
    expect(dispatcher.scheduler).toBe(restored.scheduler);
    expect(old.handled).toEqual([]);
    expect(restored.handled).toEqual([
      { type: 'released', at: 9_000 },
      { type: 'heard', at: 9_000 },
    ]);
    await clock.advance(150);
    expect(restored.handled.at(-1)).toEqual({ type: 'woken', at: 9_100 });
    expect(dispatcher.now()).toBe(9_150);
  });

  it('is woken once for a time that adding up misses by a rounding error', async () => {
    const wakes = [100.1 + 0.2, 100.7 + 0.1, 101.1];
    for (const wake of wakes) {
      const { scheduler, handled } = fakeScheduler(({ type }) =>
        type === 'heard' ? [{ type: 'wake', at: wake }] : [],
      );
      const { dispatcher, clock } = setUp(scheduler);
      dispatcher.open({ scheduler, now: 100.3, first: [] });
      dispatcher.tell(heard);
      await clock.advance(10);
      expect(handled).toHaveLength(2);
      expect(handled[1]?.at).toBeGreaterThanOrEqual(wake);
      expect(handled[1]?.at).toBeLessThan(wake + 0.001);
    }
  });

  it('hears nothing once it is closed, not even its own timer', async () => {
    const { scheduler, handled } = fakeScheduler(() => [{ type: 'wake', at: 200 }]);
    const { dispatcher, clock } = setUp(scheduler);
    dispatcher.open();
    dispatcher.tell(heard);
    dispatcher.close();
    dispatcher.tell(heard);
    dispatcher.open();
    await clock.advance(1_000);
    expect(handled).toHaveLength(1);
  });
});
