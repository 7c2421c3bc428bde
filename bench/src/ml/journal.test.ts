import { BASE_KEY, digestOf, EMPTY_DIGEST, type EventsRecord, eventsKey } from '@tabgrid/coordinator/journal-records';
import { SCHEDULER_CONFIG } from '@tabgrid/coordinator/scheduler-config';
import { RECORDS_VERSION } from '@tabgrid/protocol/records';
import type { SchedulerEvent } from '@tabgrid/scheduler/events';
import { aid, capabilities, stats, taskSpec, tid, vid } from '@tabgrid/scheduler/fixture';
import { createScheduler } from '@tabgrid/scheduler/scheduler';
import { beforeEach, expect, it } from 'vitest';
import { createJournalReplay } from './journal.js';
import { type Sight, sightsIn } from './time/sights.js';

/** A page's scheduler, and what it would have written. */
function createPage() {
  const scheduler = createScheduler(SCHEDULER_CONFIG, 1);
  let upTo = 0;
  let now = 0;
  let digest = EMPTY_DIGEST;
  return {
    base() {
      digest = EMPTY_DIGEST;
      const value = { version: RECORDS_VERSION, upTo, at: now, wallAt: 1_000_000 + now, held: [], comparing: [] };
      return [BASE_KEY, { ...value, snapshot: structuredClone(scheduler.snapshot()) }] as const;
    },
    events(...all: readonly (readonly [at: number, event: SchedulerEvent])[]) {
      const first = upTo + 1;
      for (const [at, event] of all) {
        digest = digestOf(digest, scheduler.handle(event, at));
        upTo++;
        now = at;
      }
      const events = all.map(([at, event]) => ({ at, event }));
      const record: EventsRecord = { version: RECORDS_VERSION, first, events, digest, wallAt: 1_000_000 + now };
      return [eventsKey(first), record] as const;
    },
  };
}

const volunteer = vid('a');
const joined: SchedulerEvent = {
  ...{ type: 'volunteerJoined', volunteer, paused: false, hidden: false },
  capabilities: capabilities({ features: ['subgroups'], limits: { maxBufferSize: 5 } }),
};
const added = (...ids: string[]): SchedulerEvent => ({
  type: 'tasksAdded',
  tasks: ids.map((id) => ({ spec: taskSpec(id) })),
});
const returned = (attempt: string, task: string): SchedulerEvent => ({
  ...{ type: 'returned', volunteer, attempt: aid(attempt), task: tid(task), stats: stats(30) },
});

let page: ReturnType<typeof createPage>;
let seen: Sight[];
let replay: ReturnType<typeof createJournalReplay>;
beforeEach(() => {
  page = createPage();
  seen = [];
  replay = createJournalReplay((scheduler, at, effects) =>
    seen.push(...sightsIn(effects, at, 'cornell', (id) => scheduler.view(id))),
  );
});

it('sees what the page saw, at the time at which it did', () => {
  replay.record(...page.base());
  replay.record(...page.events([10, joined], [20, added('t1', 't2')]));
  replay.record('member/a', { of: 'no account' });
  replay.record(
    ...page.events([60, returned('t1.1', 't1')], [61, { type: 'checked', attempt: aid('t1.1'), fault: null }]),
  );
  const [first, second, third] = seen;
  expect(first).toMatchObject({ type: 'assigned', attempt: 't1.1', at: 1_000_020, scene: 'cornell' });
  if (first?.type !== 'assigned') throw new Error('not assigned');
  expect(first.view).toMatchObject({ id: 'a', ageMs: 10, inFlight: 0 });
  // Limits and features are long.
  expect(first.view.capabilities).toMatchObject({ features: [], limits: {} });
  expect([second, third].map((sight) => [sight?.type, sight?.attempt]).sort()).toEqual([
    ['assigned', 't2.1'],
    ['ended', 't1.1'],
  ]);
  expect(seen.find(({ type }) => type === 'ended')).toMatchObject({ at: 1_000_060, ms: 30, end: 'done' });
});

it('goes on from a state that holds events which were never written', () => {
  replay.record(...page.base());
  page.events([10, joined]);
  replay.record(...page.base());
  replay.record(...page.events([20, added('t1')]));
  expect(seen.map(({ attempt }) => attempt)).toEqual(['t1.1']);
});

it('refuses effects that the page did not have, and events that do not follow', () => {
  replay.record(...page.base());
  const [key, record] = page.events([10, joined], [20, added('t1')]);
  expect(() => replay.record(key, { ...record, digest: 1 })).toThrow('other effects');
  expect(() => replay.record(...page.events([30, added('t3')]))).not.toThrow();
  page.events([40, added('t4')]);
  expect(() => replay.record(...page.events([50, added('t5')]))).toThrow('do not follow');
  expect(() => replay.record(BASE_KEY, {})).toThrow();
});
