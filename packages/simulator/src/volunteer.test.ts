import { AttemptId, type VolunteerId } from '@tabgrid/protocol/ids';
import type { TaskSpec } from '@tabgrid/protocol/task';
import type { SchedulerEvent } from '@tabgrid/scheduler/events';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { stream } from './draws.js';
import { RIGHT } from './lies.js';
import type { Liars } from './profile.js';
import { during } from './steps.js';
import type { Run } from './tally.js';
import { aProfile, aSession, NO_SIGNS } from './test-kit.js';
import { createTimeline } from './timeline.js';
import { createUplink } from './uplink.js';
import { createVolunteer, type Volunteer } from './volunteer.js';
import { KERNEL, tasksOf } from './workload.js';
import type { Session } from './world.js';

const aid = (id: string) => v.parse(AttemptId, id);

/** Tasks of a second on the session of the test kit. */
const specs = tasksOf(aProfile({ tasks: 8, taskMs: 1000, outputBytes: 0 }), 1);
const spec = (i: number, change: Partial<TaskSpec> = {}): TaskSpec => {
  const found = specs[i];
  if (!found) throw new Error('no such task');
  return { ...found, ...change };
};

/** A volunteer 20 ms away (10 each way), and what the coordinator hears of it when. */
function setUp(change: Partial<Session> = {}, progressMs = 10_000, telemetryMs: number | null = null) {
  const timeline = createTimeline();
  const heard: { at: number; event: SchedulerEvent }[] = [];
  const runs: Run[] = [];
  const names: VolunteerId[] = [];
  const volunteer: Volunteer = createVolunteer(
    {
      timeline,
      uplink: createUplink(timeline, Number.POSITIVE_INFINITY),
      random: stream(1, 'test'),
      invited: false,
      ring: new Set(),
      capabilities: { features: [], limits: {}, cpuCores: 1, kernels: [KERNEL] },
      progressMs,
      telemetryMs,
      jitter: stream(1, 'jitter'),
      name: (id) => names.push(id),
      tell: (event) => heard.push({ at: timeline.now(), event }),
      ran: (run) => runs.push(run),
      trueUnits: (s) => s.workUnits,
    },
    aSession(change),
  );
  /** Lets time pass, and nothing after that. */
  const until = (end: number) => {
    let over = false;
    timeline.at(end, () => {
      over = true;
    });
    while (!over && timeline.step());
  };
  const times = (...types: SchedulerEvent['type'][]) =>
    heard.filter(({ event }) => types.includes(event.type)).map(({ at, event }) => [event.type, at]);
  return { timeline, volunteer, heard, runs, names, until, times };
}

describe('work', () => {
  it('is done one after the other, told of half a round trip later', () => {
    const { volunteer, until, times, runs } = setUp();
    until(100);
    volunteer.send(aid('a'), spec(0), 'first');
    volunteer.send(aid('b'), spec(1), 'backup');
    until(5000);
    expect(times('sent', 'started', 'returned')).toEqual([
      ['sent', 120],
      ['started', 120],
      ['sent', 120],
      ['started', 1120],
      ['returned', 1120],
      ['returned', 2120],
    ]);
    expect(runs).toMatchObject([
      { attempt: 'a', from: 110, until: 1110, units: 1000, finished: true, purpose: 'first' },
      { attempt: 'b', from: 1110, until: 2110, units: 1000, finished: true, purpose: 'backup' },
    ]);
    expect(volunteer.value(aid('a'))).toBe(RIGHT);
  });

  it('is told of as it goes on', () => {
    const { volunteer, until, heard } = setUp({}, 300);
    until(0);
    volunteer.send(aid('a'), spec(0), 'first');
    until(2000);
    const shares = heard.flatMap(({ event }) => (event.type === 'progressed' ? [event.share] : []));
    expect(shares).toEqual([0.3, 0.6, 0.9]);
  });

  it('takes longer while the machine is slow, and the result says so', () => {
    const { volunteer, until, heard } = setUp({ speed: during([{ from: 500, until: 1500 }], 0.5) });
    until(0);
    volunteer.send(aid('a'), spec(0), 'first');
    until(3000);
    const [returned] = heard.filter(({ event }) => event.type === 'returned');
    expect(returned?.event).toMatchObject({ stats: { wallMs: 1500 } });
  });

  it('stops at once when told to, and goes on with the next', () => {
    const { volunteer, until, times, runs } = setUp();
    until(0);
    for (const [i, id] of ['a', 'b', 'c'].entries()) volunteer.send(aid(id), spec(i), 'first');
    until(500);
    volunteer.cancel(aid('a'));
    volunteer.cancel(aid('b'));
    until(5000);
    expect(times('returned')).toEqual([['returned', 1520]]);
    expect(runs).toMatchObject([
      { attempt: 'a', finished: false, units: 500 },
      { attempt: 'c', from: 510, finished: true },
    ]);
  });

  it('takes as long to hand over as its line needs', () => {
    const { volunteer, until, times } = setUp({ upBytesPerMs: 100 });
    until(0);
    volunteer.send(aid('a'), spec(0, { outputBytes: 50_000 }), 'first');
    volunteer.send(aid('b'), spec(1), 'first');
    until(5000);
    expect(times('started', 'returned')).toEqual([
      ['started', 20],
      ['started', 1020],
      ['returned', 1520],
      ['returned', 2020],
    ]);
  });

  it('waits for its inputs, which come once', () => {
    const { volunteer, until, times, heard } = setUp({ downBytesPerMs: 1000 });
    const [inputs] = [tasksOf(aProfile({ inputBytes: 500_000 }), 1)[0]?.inputs ?? []];
    until(0);
    volunteer.send(aid('a'), spec(0, { inputs }), 'first');
    volunteer.send(aid('b'), spec(1, { inputs }), 'first');
    until(5000);
    // Half a round trip to ask, the transfer, half a one for its last byte, and the word that it began.
    expect(times('started')).toEqual([
      ['started', 10 + 10 + 500 + 10 + 10],
      ['started', 1540],
    ]);
    expect(heard.filter(({ event }) => event.type === 'bandwidthMeasured')).toHaveLength(1);
    expect(times('heard').length).toBeGreaterThanOrEqual(2);
  });
});

describe('coming and going', () => {
  it('joins when its session begins, with what it can do and where it comes from', () => {
    const { until, heard, names } = setUp({ joinsAt: 500, network: 'n7', adapter: 3, index: 12 });
    until(400);
    expect(heard).toEqual([]);
    until(600);
    expect(names).toEqual(['v12']);
    expect(heard[0]).toMatchObject({
      at: 500,
      event: {
        type: 'volunteerJoined',
        volunteer: 'v12',
        capabilities: { adapter: { vendor: 'vendor-3' }, kernels: [KERNEL] },
        tags: { network: 'n7', trusted: false, invited: false },
      },
    });
    expect(heard[1]?.event.type).toBe('roundTripMeasured');
  });

  it('says goodbye, and nothing after that', () => {
    const { volunteer, until, times, runs } = setUp({ leavesAt: 700 });
    until(0);
    volunteer.send(aid('a'), spec(0), 'first');
    until(9000);
    expect(times('linkSuspect', 'volunteerLeft', 'returned')).toEqual([['volunteerLeft', 710]]);
    expect(runs).toMatchObject([{ finished: false, units: 690 }]);
  });

  it('leaves without a word: suspect after some seconds, gone after six', () => {
    const { volunteer, until, times } = setUp({ leavesAt: 700, goodbye: false, suspectAfterMs: 2500 });
    until(0);
    volunteer.send(aid('a'), spec(0), 'first');
    until(1000);
    volunteer.send(aid('b'), spec(1), 'first');
    until(9000);
    expect(times('linkSuspect', 'volunteerLeft', 'returned', 'sent')).toEqual([
      ['sent', 20],
      ['linkSuspect', 3200],
      ['volunteerLeft', 6700],
    ]);
  });

  it('still delivers what was wholly away when it left, and nothing else', () => {
    const { volunteer, until, times } = setUp({ leavesAt: 1015, upBytesPerMs: 1 });
    until(0);
    volunteer.send(aid('a'), spec(0), 'first');
    until(9000);
    expect(times('returned', 'volunteerLeft')).toEqual([
      ['returned', 1020],
      ['volunteerLeft', 1025],
    ]);
    const late = setUp({ leavesAt: 1015, upBytesPerMs: 1 });
    late.until(0);
    late.volunteer.send(aid('a'), spec(0, { outputBytes: 10 }), 'first');
    late.until(9000);
    expect(late.times('returned', 'volunteerLeft')).toEqual([['volunteerLeft', 1025]]);
  });

  it('tells when its tab is hidden and shown', () => {
    const { until, heard } = setUp({ hidden: [{ from: 1000, until: 2000 }] });
    until(5000);
    const told = heard.flatMap(({ at, event }) => (event.type === 'volunteerTold' ? [[at, event.hidden]] : []));
    expect(told).toEqual([
      [1010, true],
      [2010, false],
    ]);
  });

  it('counts what it did when the job ends', () => {
    const { volunteer, until, runs } = setUp();
    until(0);
    volunteer.send(aid('a'), spec(0), 'clone');
    until(400);
    volunteer.stop();
    expect(runs).toMatchObject([{ finished: false, units: 390, purpose: 'clone' }]);
  });
});

describe('standing still', () => {
  const frozen = (from: number, until: number): Partial<Session> => ({
    frozen: [{ from, until }],
    speed: during([{ from, until }], 0),
  });

  it('for a moment is not noticed, but for the time', () => {
    const { volunteer, until, times } = setUp(frozen(500, 2500));
    until(0);
    volunteer.send(aid('a'), spec(0), 'first');
    until(600);
    volunteer.send(aid('b'), spec(1), 'first');
    until(9000);
    expect(times('linkSuspect', 'linkOpen', 'volunteerLeft', 'sent', 'returned')).toEqual([
      ['sent', 20],
      ['sent', 2510],
      ['returned', 3020],
      ['returned', 4020],
    ]);
  });

  it('for some seconds makes its link suspect until it is heard again', () => {
    const { volunteer, until, times } = setUp(frozen(500, 5000));
    until(0);
    volunteer.send(aid('a'), spec(0), 'first');
    until(9000);
    expect(times('linkSuspect', 'linkOpen', 'volunteerLeft', 'returned')).toEqual([
      ['linkSuspect', 3500],
      ['linkOpen', 5010],
      ['returned', 5520],
    ]);
  });

  it('for longer costs it its link and its work: it comes back under the same name with what it had finished', () => {
    const { volunteer, until, times, names, runs } = setUp({ ...frozen(1500, 20_000), upBytesPerMs: 100 });
    until(0);
    volunteer.send(aid('a'), spec(0, { outputBytes: 100_000 }), 'first');
    volunteer.send(aid('b'), spec(1), 'first');
    until(30_000);
    expect(times('linkSuspect', 'volunteerLeft', 'volunteerJoined', 'returned')).toEqual([
      ['volunteerJoined', 0],
      ['linkSuspect', 4500],
      ['volunteerLeft', 7500],
      ['volunteerJoined', 21_000],
      ['returned', 21_030],
    ]);
    expect(new Set(names).size).toBe(1);
    expect(runs).toMatchObject([
      { attempt: 'a', finished: true },
      { attempt: 'b', finished: false, units: 490 },
    ]);
  });

  it('keeps a result until somebody answered it, and not longer', () => {
    const { volunteer, until, times } = setUp(frozen(1500, 20_000));
    until(0);
    volunteer.send(aid('a'), spec(0), 'first');
    until(1100);
    volunteer.accepted(aid('a'));
    until(30_000);
    expect(times('returned')).toEqual([['returned', 1020]]);
  });
});

describe('liars', () => {
  const liar: Liars = { kind: 'independent', share: 1, wrongShare: 1, honestResults: 2, backAfterMs: 3000 };

  it('come back under another name when they are found out', () => {
    const { volunteer, until, times, names } = setUp({ liar, index: 4 });
    until(0);
    volunteer.send(aid('a'), spec(0), 'first');
    volunteer.send(aid('b'), spec(1), 'first');
    until(1500);
    expect(volunteer.value(aid('a'))).not.toBe(RIGHT);
    volunteer.rejected(aid('a'));
    volunteer.rejected(aid('b'));
    until(9000);
    expect(names).toEqual(['v4', 'v4.1']);
    expect(times('volunteerLeft', 'volunteerJoined', 'returned')).toEqual([
      ['volunteerJoined', 0],
      ['returned', 1020],
      ['volunteerLeft', 1520],
      ['volunteerJoined', 4520],
    ]);
  });

  it('come back as well when their link is closed', () => {
    const { volunteer, until, times } = setUp({ liar });
    until(100);
    volunteer.dropped();
    until(9000);
    expect(times('volunteerLeft', 'volunteerJoined')).toEqual([
      ['volunteerJoined', 0],
      ['volunteerLeft', 100],
      ['volunteerJoined', 3110],
    ]);
  });

  it('are honest until they are trusted, when they are of that kind, and again under a new name', () => {
    const { volunteer, until } = setUp({ liar: { ...liar, kind: 'sleeper' } });
    until(0);
    const say = (id: string, i: number) => {
      volunteer.send(aid(id), spec(i), 'first');
      until(2000 * (i + 1));
      return volunteer.value(aid(id)) === RIGHT;
    };
    const honest: boolean[] = [];
    for (const [i, id] of ['a', 'b', 'c'].entries()) {
      honest.push(say(id, i));
      volunteer.accepted(aid(id));
    }
    expect(honest).toEqual([true, true, false]);
    volunteer.rejected(aid('c'));
    until(12_000);
    expect(say('d', 6)).toBe(true);
  });

  it('may leave before they are found out, after so many results', () => {
    const { volunteer, until, times, names } = setUp({ liar: { ...liar, leavesAfter: 2 } });
    until(0);
    for (const [i, id] of ['a', 'b', 'c'].entries()) volunteer.send(aid(id), spec(i), 'first');
    until(9000);
    expect(times('volunteerLeft', 'volunteerJoined', 'returned')).toEqual([
      ['volunteerJoined', 0],
      ['returned', 1020],
      ['returned', 2020],
      ['volunteerLeft', 2020],
      ['volunteerJoined', 5020],
    ]);
    expect(names).toHaveLength(2);
  });

  it('say of parts of others’ results what is right, unless they cannot know', () => {
    for (const wrongWords of [false, true]) {
      const { volunteer, until } = setUp({ liar: { ...liar, wrongWords } });
      until(0);
      volunteer.send(aid('a'), spec(0), 'first');
      volunteer.send(aid('b'), spec(1), 'probe');
      until(5000);
      expect([volunteer.value(aid('a')) === RIGHT, volunteer.value(aid('b')) === RIGHT]).toEqual([false, !wrongWords]);
    }
  });

  it('are not made of honest ones that somebody wrongly accuses', () => {
    const { volunteer, until, names } = setUp();
    until(0);
    volunteer.send(aid('a'), spec(0), 'first');
    until(1500);
    volunteer.rejected(aid('a'));
    until(20_000);
    expect(names).toEqual(['v0']);
  });
});

describe('what it shows of itself', () => {
  const signs = {
    ...NO_SIGNS,
    intensity: 0.5,
    calmJitterMs: 3,
    battery: { at: 0, level: 0.5, perMs: -1e-6, least: 0, charging: false },
  };

  it('is told when it joins, whether anybody asks for more or not', () => {
    const { heard, until, times } = setUp({ signs });
    until(60_000);
    expect(heard[0]?.event).toMatchObject({
      type: 'volunteerJoined',
      capabilities: { scores: signs.scores },
      tags: { region: 'FR', provider: 'AS64500' },
      telemetry: { intensity: 0.5, battery: { level: 0.5, charging: false } },
    });
    expect(times('linkMeasured', 'volunteerTold')).toEqual([]);
  });

  it('is told again and again, with how its link is doing, until it leaves, and not while it stands still', () => {
    const { heard, until, times } = setUp(
      { signs, leavesAt: 45_000, frozen: [{ from: 19_000, until: 21_000 }] },
      10_000,
      10_000,
    );
    until(90_000);
    expect(times('volunteerTold')).toEqual([10_010, 30_010, 40_010].map((at) => ['volunteerTold', at]));
    const told = heard.flatMap(({ event }) =>
      event.type === 'volunteerTold' ? [event.telemetry?.battery?.level] : [],
    );
    expect(told).toEqual([0.49, 0.47, 0.46]);
    expect(times('linkMeasured').map(([, at]) => at)).toEqual([10, 10_010, 30_010, 40_010]);
    expect(heard.find(({ event }) => event.type === 'linkMeasured')?.event).toMatchObject({ quality: { jitterMs: 3 } });
  });

  it('is silence, when its link is suspect', () => {
    const { heard, until } = setUp({ signs, leavesAt: 700, goodbye: false, suspectAfterMs: 2500 }, 10_000, 60_000);
    until(9_000);
    const silences = heard.flatMap(({ event }) => (event.type === 'linkMeasured' ? [event.quality.silentMs] : []));
    expect(silences).toEqual([0, 3000]);
  });

  it('is measured with results, but not with each of many', () => {
    const { volunteer, until, times } = setUp({ signs }, 10_000, 60_000);
    until(1);
    for (let i = 0; i < 8; i++) volunteer.send(aid(`a${i}`), spec(i), 'first');
    until(9_000);
    expect(times('returned')).toHaveLength(8);
    expect(times('linkMeasured')).toHaveLength(5);
  });
});
