import { VolunteerId } from '@tabgrid/protocol/ids';
import type { SchedulerEvent } from '@tabgrid/scheduler/events';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { createLine } from './line.js';
import { aSession } from './test-kit.js';
import { createTimeline } from './timeline.js';
import type { Session } from './world.js';

const volunteer = v.parse(VolunteerId, 'v0');
const goodbye: SchedulerEvent = { type: 'volunteerLeft', volunteer, reason: 'bye' };
const heard: SchedulerEvent = { type: 'heard', volunteer };

function setUp(change: Partial<Session> = {}) {
  const timeline = createTimeline();
  const told: [string, number][] = [];
  const session = aSession({ roundTripMs: 100, suspectAfterMs: 3000, ...change });
  const tell = (event: SchedulerEvent) => told.push([event.type, timeline.now()]);
  const line = createLine({ timeline, session, name: () => volunteer, tell });
  line.open();
  /** Lets everything happen that is to come. */
  const run = () => {
    while (timeline.step());
    return told;
  };
  return { timeline, line, run, arrived: (what: string) => () => told.push([what, timeline.now()]) };
}

describe('what is sent', () => {
  it('takes half a round trip, both ways, or as long as it is told to', () => {
    const { line, run, arrived } = setUp();
    line.say(heard);
    line.say(heard, 7);
    line.toPage(arrived('at the page'))();
    expect(run()).toEqual([
      ['heard', 7],
      ['heard', 50],
      ['at the page', 50],
    ]);
  });

  it('arrives over its own link or never', () => {
    const { timeline, line, run, arrived } = setUp();
    line.say(heard);
    const late = line.toPage(arrived('at the page'));
    timeline.at(10, () => line.cut('enough'));
    timeline.at(20, () => line.open());
    timeline.at(30, late);
    expect(run()).toEqual([['volunteerLeft', 10]]);
    expect(line.isOpen).toBe(true);
  });

  it('waits for a page that stands still, and does not reach one that has left', () => {
    const still = setUp({ frozen: [{ from: 40, until: 900 }] });
    still.line.toPage(still.arrived('at the page'))();
    expect(still.run()).toEqual([['at the page', 900]]);
    const gone = setUp();
    gone.line.toPage(gone.arrived('at the page'))();
    gone.line.leave();
    expect(gone.run()).toEqual([]);
  });
});

describe('the end of a link', () => {
  it('is told once, whoever was first', () => {
    const { timeline, line, run } = setUp();
    line.say(goodbye);
    timeline.at(20, () => line.cut('enough'));
    timeline.at(60, () => line.cut('enough'));
    expect(run()).toEqual([['volunteerLeft', 20]]);
    expect(line.isOpen).toBe(false);
  });

  it('is the last that is heard', () => {
    const { line, run } = setUp();
    line.say(goodbye);
    line.say(heard, 60);
    expect(run()).toEqual([['volunteerLeft', 50]]);
  });
});

describe('silence', () => {
  it.each([
    [2000, []],
    [
      4000,
      [
        ['linkSuspect', 3000],
        ['linkOpen', 4050],
      ],
    ],
    [
      Number.POSITIVE_INFINITY,
      [
        ['linkSuspect', 3000],
        ['volunteerLeft', 6000],
      ],
    ],
  ])('until %d ms', (until, expected) => {
    const { line, run } = setUp();
    line.silent(until);
    expect(run()).toEqual(expected);
  });

  it('of a link that is gone is nothing', () => {
    const { line, run } = setUp();
    line.cut('enough');
    line.silent(Number.POSITIVE_INFINITY);
    expect(run()).toEqual([['volunteerLeft', 0]]);
  });
});
