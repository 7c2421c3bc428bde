import type { AttemptId, JobId, Millis, TaskId, VolunteerId } from '@tabgrid/protocol/ids';
import * as ids from '@tabgrid/protocol/ids';
import type { Capabilities, RunStats, TaskSpec } from '@tabgrid/protocol/task';
import * as v from 'valibot';
import type { SchedulerConfig } from './core.js';
import type { Effect, SchedulerEvent } from './events.js';
import { createPlainOracle } from './oracle.js';
import { createScheduler, DEFAULT_CONFIG, type Scheduler } from './scheduler.js';

/** For tests: a scheduler whose invariants are checked after every event, and short ways to say what happens. */

export const vid = (id: string): VolunteerId => v.parse(ids.VolunteerId, id);
export const tid = (id: string): TaskId => v.parse(ids.TaskId, id);
export const jid = (id: string): JobId => v.parse(ids.JobId, id);
export const aid = (id: string): AttemptId => v.parse(ids.AttemptId, id);

export const KERNEL = { kind: 'test', version: 'v1' };

export const capabilities = (change: Partial<Capabilities> = {}): Capabilities => ({
  adapter: { vendor: 'test', architecture: 'test', description: '', browser: 'test-1' },
  software: true,
  features: [],
  limits: {},
  cpuCores: 2,
  kernels: [KERNEL],
  ...change,
});

export const taskSpec = (id: string, change: Partial<TaskSpec> = {}): TaskSpec => ({
  id: tid(id),
  job: jid('job'),
  kernel: KERNEL,
  params: {},
  inputs: [],
  requires: {},
  workUnits: 1000,
  outputBytes: 16,
  verify: 'none',
  ...change,
});

export const stats = (wallMs: Millis): RunStats => ({ kernelMs: wallMs, wallMs, submissions: 1 });

export interface Fixture {
  readonly scheduler: Scheduler;
  now: Millis;
  /** Every effect so far. */
  readonly effects: Effect[];
  /** Every event with its time, to replay. */
  readonly events: { readonly event: SchedulerEvent; readonly now: Millis }[];
  /** Handles an event, checks the invariants, and collects and returns the effects. */
  tell(event: SchedulerEvent): readonly Effect[];
  add(...specs: TaskSpec[]): readonly Effect[];
  join(id: string, change?: Partial<Capabilities>): readonly Effect[];
  leave(id: string): readonly Effect[];
  /** A whole result of the attempt, found valid unless `fault` is given. */
  finish(attempt: string, wallMs?: Millis, fault?: string | null): readonly Effect[];
  fail(attempt: string, message?: string): readonly Effect[];
  /** Attempts that a volunteer has now, in order. */
  queue(volunteer: string): readonly string[];
  standing(volunteer: string): string;
}

/** Speed of a volunteer without a result: 1,000 units a second, so that the default task takes 1 s. */
export function createFixture(change: Partial<SchedulerConfig> = {}, seed = 1): Fixture {
  const oracle = createPlainOracle(() => 1000);
  const scheduler = createScheduler({ ...DEFAULT_CONFIG, oracle, ...change }, seed);
  const owner = (attempt: string) => {
    const sent = fixture.effects.find((e) => e.type === 'sendTask' && e.attempt === attempt);
    if (sent?.type !== 'sendTask') throw new Error(`attempt ${attempt} was never sent`);
    return sent;
  };
  const fixture: Fixture = {
    scheduler,
    now: 0,
    effects: [],
    events: [],
    tell(event) {
      fixture.events.push({ event, now: fixture.now });
      const effects = scheduler.handle(event, fixture.now);
      scheduler.validateState();
      fixture.effects.push(...effects);
      return effects;
    },
    add: (...specs) => fixture.tell({ type: 'tasksAdded', tasks: specs.map((spec) => ({ spec })) }),
    join: (id, change) =>
      fixture.tell({
        type: 'volunteerJoined',
        volunteer: vid(id),
        capabilities: capabilities(change),
        paused: false,
        hidden: false,
      }),
    leave: (id) => fixture.tell({ type: 'volunteerLeft', volunteer: vid(id), reason: 'its page closed' }),
    finish(attempt, wallMs = 1000, fault = null) {
      const { volunteer, task } = owner(attempt);
      const id = aid(attempt);
      const first = fixture.tell({ type: 'returned', volunteer, attempt: id, task: task.id, stats: stats(wallMs) });
      if (!first.some((e) => e.type === 'check')) return first;
      return [...first, ...fixture.tell({ type: 'checked', attempt: id, fault })];
    },
    fail: (attempt, message = 'it broke') =>
      fixture.tell({
        type: 'failed',
        volunteer: owner(attempt).volunteer,
        attempt: aid(attempt),
        failure: { code: 'kernelError', message },
      }),
    queue: (id) =>
      scheduler
        .outstanding()
        .filter((o) => o.volunteer === id)
        .map((o) => o.attempt),
    standing: (id) => scheduler.volunteers().find((x) => x.id === id)?.state.kind ?? 'unknown',
  };
  return fixture;
}

/** `count` equal tasks named t1, t2, … */
export const tasks = (count: number, change: Partial<TaskSpec> = {}): TaskSpec[] =>
  Array.from({ length: count }, (_, i) => taskSpec(`t${i + 1}`, change));
