import type { AttemptId, Millis, TaskId } from '@tabgrid/protocol/ids';
import type { AttemptPurpose } from '@tabgrid/scheduler/events';
import { RIGHT } from './lies.js';
import { jainIndex, quantile } from './statistics.js';
import type { Span } from './steps.js';

/** A stretch of time during which a volunteer computed for one attempt. */
export interface Run extends Span {
  readonly attempt: AttemptId;
  readonly task: TaskId;
  /** Index of the volunteer's session. */
  readonly session: number;
  readonly purpose: AttemptPurpose;
  /** Work that was done, in units. */
  readonly units: number;
  readonly finished: boolean;
}

/** What became of a run in the end. */
export type Use = 'useful' | 'verification' | 'wasted';

export interface Outcome {
  /** Whether every task was done or failed before the limit. */
  readonly settled: boolean;
  /** From the job's beginning to the last accepted result; the limit when the job was not settled. */
  readonly makespanMs: Millis;
  readonly tasks: number;
  readonly done: number;
  /** Neither done nor going to be. */
  readonly lost: number;
  /** Work units: in accepted results, in results that others were compared with, in vain. */
  readonly usefulUnits: number;
  readonly verificationUnits: number;
  readonly wastedUnits: number;
  /** Wasted ÷ (useful + wasted): verification is neither. */
  readonly wastedShare: number;
  /** From a task's first handing out to its acceptance: median, 95th and 99th percentile. */
  readonly latencyMs: { readonly p50: Millis; readonly p95: Millis; readonly p99: Millis };
  /** Jain's index of the share of its time that each volunteer was busy. */
  readonly jain: number;
  /** Wrong results that are accepted in the end, and those that were at some time. */
  readonly escaped: number;
  readonly everWrong: number;
  readonly attempts: Readonly<Record<AttemptPurpose, number>>;
  /** Events that the scheduler handled. */
  readonly events: number;
  readonly runs: readonly (Run & { readonly use: Use })[];
}

/**
 * Keeps count of what happens.
 *
 * 1. A task has at most one accepted attempt at a time.
 * 2. Each attempt has at most one run.
 */
export interface Tally {
  sent(task: TaskId, purpose: AttemptPurpose, now: Millis): void;
  ran(run: Run): void;
  compared(a: AttemptId, b: AttemptId): void;
  /** @throws Error when another attempt of the task is accepted */
  accepted(task: TaskId, attempt: AttemptId, value: string, now: Millis): void;
  retracted(task: TaskId): void;
  event(): void;
  /** @param present when each session that took part was there, by its index, within the job's time */
  outcome(tasks: number, settled: boolean, end: Millis, present: ReadonlyMap<number, Span>): Outcome;
}

/** Whoever was there for less could not have been given its share. */
const LEAST_PRESENCE_MS: Millis = 30_000;

export function createTally(): Tally {
  const firstSent = new Map<TaskId, Millis>();
  const results = new Map<TaskId, { readonly attempt: AttemptId; readonly value: string; readonly at: Millis }>();
  const runs: Run[] = [];
  const verified = new Set<AttemptId>();
  const attempts: Record<AttemptPurpose, number> = { first: 0, again: 0, backup: 0, clone: 0, replica: 0, probe: 0 };
  let everWrong = 0;
  let events = 0;

  return {
    sent(task, purpose, now) {
      attempts[purpose]++;
      if (!firstSent.has(task)) firstSent.set(task, now);
    },
    ran: (run) => void runs.push(run),
    compared(a, b) {
      verified.add(a).add(b);
    },
    accepted(task, attempt, value, at) {
      const before = results.get(task);
      if (before) throw new Error(`${task} has two accepted attempts, ${before.attempt} and ${attempt}`);
      results.set(task, { attempt, value, at });
      if (value !== RIGHT) everWrong++;
    },
    retracted: (task) => void results.delete(task),
    event: () => void events++,

    outcome(tasks, settled, end, present) {
      const units: Record<Use, number> = { useful: 0, verification: 0, wasted: 0 };
      const busy = new Map<number, Millis>();
      const useOf = (run: Run): Use => {
        if (!run.finished) return 'wasted';
        if (results.get(run.task)?.attempt === run.attempt) return 'useful';
        return verified.has(run.attempt) ? 'verification' : 'wasted';
      };
      const used = runs.map((run) => {
        const use = useOf(run);
        units[use] += run.units;
        busy.set(run.session, (busy.get(run.session) ?? 0) + run.until - run.from);
        return { ...run, use };
      });
      const shares = [...present]
        .filter(([, { from, until }]) => until - from >= LEAST_PRESENCE_MS)
        .map(([session, { from, until }]) => (busy.get(session) ?? 0) / (until - from));
      const latencies = [...results].map(([task, { at }]) => at - (firstSent.get(task) ?? at));
      const last = [...results.values()].reduce((latest, { at }) => Math.max(latest, at), 0);
      return {
        settled,
        makespanMs: settled ? last : end,
        tasks,
        done: results.size,
        lost: tasks - results.size,
        usefulUnits: units.useful,
        verificationUnits: units.verification,
        wastedUnits: units.wasted,
        wastedShare: units.wasted / Math.max(units.useful + units.wasted, 1e-9),
        latencyMs: { p50: quantile(latencies, 0.5), p95: quantile(latencies, 0.95), p99: quantile(latencies, 0.99) },
        jain: jainIndex(shares),
        escaped: [...results.values()].filter(({ value }) => value !== RIGHT).length,
        everWrong,
        attempts,
        events,
        runs: used,
      };
    },
  };
}
