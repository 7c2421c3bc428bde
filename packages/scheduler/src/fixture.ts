import type { AttemptId, JobId, Millis, TaskId, VolunteerId } from '@tabgrid/protocol/ids';
import * as ids from '@tabgrid/protocol/ids';
import type { Capabilities, RunStats, TaskSpec } from '@tabgrid/protocol/task';
import * as v from 'valibot';
import type { Probe, SchedulerConfig } from './core.js';
import type { Effect, JobSettings, SchedulerEvent, Verdict, VolunteerTags } from './events.js';
import { createPlainOracle, NO_RECORD, type TelemetryView, type VolunteerView } from './oracle.js';
import { earliestFinish } from './policies/earliest-finish.js';
import type { Policy } from './policies/policy.js';
import { createScheduler, DEFAULT_CONFIG, type Scheduler } from './scheduler.js';
import { NOBODY, ONE_ATTEMPT, PLAIN_JOB } from './state.js';

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

/** Parts of any task: each a hundredth of it. */
const partOf = ({ workUnits }: TaskSpec, secret: number): Probe => ({
  params: { secret },
  workUnits: workUnits / 100,
  outputBytes: 16,
});

export const stats = (wallMs: Millis): RunStats => ({ kernelMs: wallMs, wallMs, submissions: 1 });

/** A volunteer of whom nothing is known but that it is there. */
export const aView = (change: Partial<VolunteerView> = {}): VolunteerView => ({
  id: vid('a'),
  now: 60_000,
  capabilities: capabilities(),
  hidden: false,
  ageMs: 60_000,
  speeds: new Map(),
  roundTrip: null,
  record: NO_RECORD,
  inFlight: 0,
  sinceSignMs: 0,
  sinceReturnMs: 0,
  telemetry: null,
  link: null,
  origin: { network: null, owner: null, region: null, provider: null },
  grid: { volunteers: 1, busyShare: 0, waiting: 0 },
  share: ONE_ATTEMPT,
  ...change,
});

/** The effects of one type. */
export const of = <T extends Effect['type']>(effects: readonly Effect[], type: T) =>
  effects.filter((e): e is Extract<Effect, { type: T }> => e.type === type);

type Comparison = Extract<Effect, { type: 'compare' }>;

const EAGER: Policy = { ...earliestFinish, ahead: 'early' };

/** What a volunteer is and tells when it joins, beside its capabilities. */
interface Joining {
  readonly tags?: Partial<VolunteerTags>;
  readonly paused?: boolean;
  readonly hidden?: boolean;
}

type Says = string | ((secret: number | null) => string);

export interface Fixture {
  readonly scheduler: Scheduler;
  readonly config: SchedulerConfig;
  now: Millis;
  /** Every effect so far. */
  readonly effects: Effect[];
  /** Every event with its time, to replay. */
  readonly events: { readonly event: SchedulerEvent; readonly now: Millis }[];
  /** Handles an event, checks the invariants, and collects and returns the effects. */
  tell(event: SchedulerEvent): readonly Effect[];
  add(...specs: TaskSpec[]): readonly Effect[];
  /** Adds one task that needs the outputs of others. */
  after(spec: TaskSpec, ...inputs: string[]): readonly Effect[];
  join(id: string, change?: Partial<Capabilities>, joining?: Joining): readonly Effect[];
  leave(id: string): readonly Effect[];
  /** What the volunteer tells of itself. */
  told(
    id: string,
    told: { readonly paused?: boolean; readonly hidden?: boolean; readonly telemetry?: TelemetryView },
  ): readonly Effect[];
  /** Time passes, and the scheduler is woken. */
  pass(ms: Millis): readonly Effect[];
  set(job: string, settings: Partial<JobSettings>): readonly Effect[];
  /** A whole result of the attempt, found valid unless `fault` is given. */
  finish(attempt: string, wallMs?: Millis, fault?: string | null): readonly Effect[];
  fail(attempt: string, message?: string): readonly Effect[];
  /**
   * A valid result that says `value`, and every comparison that is open answered: equal values are equal.
   * @param value may be another one in each part
   */
  say(attempt: string, value?: Says): readonly Effect[];
  /** Comparisons that were asked for and not answered yet, oldest first. */
  readonly comparing: Comparison[];
  answer(comparison: Comparison, verdict: Verdict): readonly Effect[];
  /** Attempts that a volunteer has now, in order. */
  queue(volunteer: string): readonly string[];
  standing(volunteer: string): string;
  /** The kind of a task's state; `none` for one that is not there. */
  kind(task: string): string;
  /** The one attempt of a task that is with a volunteer now; empty when there is none. */
  live(task: string): string;
}

/**
 * Speed of a volunteer without a result: 1,000 units a second, so that the default task takes 1 s. Work ahead is handed out at
 * once, so that queues can be looked at without waiting; `config` takes the default policy back.
 */
export function createFixture(change: Partial<SchedulerConfig> = {}, seed = 1): Fixture {
  const oracle = createPlainOracle(() => 1000);
  const config = { ...DEFAULT_CONFIG, policy: EAGER, oracle, probe: partOf, ...change };
  const scheduler = createScheduler(config, seed);
  const owner = (attempt: string) => {
    const sent = fixture.effects.find((e) => e.type === 'sendTask' && e.attempt === attempt);
    if (sent?.type !== 'sendTask') throw new Error(`attempt ${attempt} was never sent`);
    return sent;
  };
  const values = new Map<string, Says>();
  const told = (attempt: string, secret: number | null) => {
    const value = values.get(attempt) ?? 'right';
    return typeof value === 'string' ? value : value(secret);
  };
  const fixture: Fixture = {
    scheduler,
    config,
    now: 0,
    effects: [],
    events: [],
    tell(event) {
      fixture.events.push({ event, now: fixture.now });
      const effects = scheduler.handle(event, fixture.now);
      scheduler.validateState();
      fixture.effects.push(...effects);
      fixture.comparing.push(...of(effects, 'compare'));
      return effects;
    },
    add: (...specs) => fixture.tell({ type: 'tasksAdded', tasks: specs.map((spec) => ({ spec })) }),
    after: (spec, ...inputs) => fixture.tell({ type: 'tasksAdded', tasks: [{ spec, after: inputs.map(tid) }] }),
    join: (id, change, { tags, paused = false, hidden = false } = {}) =>
      fixture.tell({
        type: 'volunteerJoined',
        volunteer: vid(id),
        capabilities: capabilities(change),
        paused,
        hidden,
        ...(tags && { tags: { ...NOBODY, ...tags } }),
      }),
    told: (id, { paused = false, hidden = false, telemetry }) =>
      fixture.tell({ type: 'volunteerTold', volunteer: vid(id), paused, hidden, ...(telemetry && { telemetry }) }),
    pass(ms) {
      fixture.now += ms;
      return fixture.tell({ type: 'woken' });
    },
    set: (id, settings) => fixture.tell({ type: 'jobSet', job: jid(id), settings: { ...PLAIN_JOB, ...settings } }),
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
    say(attempt, value = 'right') {
      values.set(attempt, value);
      const effects = [...fixture.finish(attempt)];
      for (let next = fixture.comparing[0]; next; next = fixture.comparing[0]) {
        const { attempt: one, with: other, secret } = next;
        const same = told(one, secret) === told(other, secret);
        effects.push(...fixture.answer(next, same ? 'equal' : 'different'));
      }
      return effects;
    },
    comparing: [],
    answer(comparison, verdict) {
      const at = fixture.comparing.indexOf(comparison);
      if (at >= 0) fixture.comparing.splice(at, 1);
      return fixture.tell({ type: 'compared', attempt: comparison.attempt, with: comparison.with, verdict });
    },
    queue: (id) =>
      scheduler
        .outstanding()
        .filter((o) => o.volunteer === id)
        .map((o) => o.attempt),
    standing: (id) => scheduler.volunteers().find((x) => x.id === id)?.state.kind ?? 'unknown',
    kind: (id) => scheduler.task(tid(id))?.kind ?? 'none',
    live: (id) => scheduler.outstanding().find((o) => o.task === id)?.attempt ?? '',
  };
  return fixture;
}

/** `count` equal tasks named t1, t2, … */
export const tasks = (count: number, change: Partial<TaskSpec> = {}): TaskSpec[] =>
  Array.from({ length: count }, (_, i) => taskSpec(`t${i + 1}`, change));
