import type { AttemptId, JobId, TaskId } from '@tabgrid/protocol/ids';
import type { AdapterClass } from '@tabgrid/protocol/task';
import type { SchedulerEvent, Verdict } from '@tabgrid/scheduler/events';
import type { Arrival, Job } from './job.js';
import type { BaseRecord } from './journal-records.js';
import type { Comparison } from './recovery.js';
import type { Results } from './results.js';

/**
 * Results whose fate is open, with their bytes; also those of a part of a task alone, which is named by its secret.
 *
 * 1. Bytes are held from a result's arrival until an effect ends it: accepted, rejected or cancelled. What the scheduler
 *    does not want checked is dropped at once.
 * 2. Every `check` is answered by `checked` and every `compare` by `compared`, for bytes that are gone after the word that
 *    they are.
 * 3. A result is compared by its kernel alone. Two results are of one adapter class only when everything that their
 *    volunteers' browsers told of the adapters is equal, and something was told.
 */
export interface HeldResults {
  /** A result is here; the scheduler hears of it next. */
  arrived(arrival: Arrival): void;
  /** @param secret the part that the result is of; null: all of the task */
  check(of: Checks | undefined, attempt: AttemptId, task: TaskId, secret: number | null): void;
  /** @param secret the part in which the two are compared */
  compare(of: Compares | undefined, task: TaskId, pair: Comparison, secret: number | null): void;
  /** Ends one. @returns what was held of it */
  take(attempt: AttemptId): Arrival | null;
  /** The task has its result: no other one of it is waited for. */
  endTask(task: TaskId): void;
  endJob(job: JobId): void;
  /** After all effects of a turn. */
  settled(): void;
  /** What a page after this one could not know of. */
  open(): Pick<BaseRecord, 'held' | 'comparing'>;
}

/** What is asked about the structure of its results: a job, a simulation, or the viewport. */
export type Checks = Pick<Job, 'fault'>;

/** What compares its results, also with one that was accepted before. */
export interface Compares extends Pick<Job, 'compare'> {
  readonly id: JobId;
  /** An accepted result that is not stored; undefined where results of this task are. */
  resultOf(task: TaskId): Arrival | null | undefined;
}

/** Ends a comparison of which a side is gone, and the scheduler has been told so: the verdict then counts for nobody. */
export function nothingToCompare(pair: Comparison): SchedulerEvent {
  return { type: 'compared', attempt: pair.attempt, with: pair.with, verdict: 'different' };
}

export interface HeldResultsDeps {
  readonly results: Results;
  tell(event: SchedulerEvent): void;
}

export function createHeldResults({ results, tell }: HeldResultsDeps): HeldResults {
  /** Not asked about yet. */
  const fresh = new Map<AttemptId, Arrival>();
  const held = new Map<AttemptId, Held>();
  /** Comparisons that wait for the store. */
  const comparing = new Map<string, Comparison>();

  /** A result as a comparison needs it, also of one that was accepted before; null when its bytes are gone. */
  const find = async (job: Compares, task: TaskId, attempt: AttemptId): Promise<Comparable | null> => {
    const here = held.get(attempt);
    if (here) return here;
    const kept = job.resultOf(task);
    if (kept !== undefined) return kept?.attempt === attempt ? { ...kept, secret: null } : null;
    const stored = await results.get(job.id, task);
    return stored?.attempt === attempt ? { ...stored, body: stored.result, secret: null } : null;
  };

  const compareNow = (job: Compares, task: TaskId, a: Comparable, b: Comparable, secret: number | null): Verdict => {
    return job.compare(task, [a, b], { sameClass: sameClass(a, b), secret });
  };

  return {
    arrived(arrival) {
      if (!held.has(arrival.attempt)) fresh.set(arrival.attempt, arrival);
    },
    check(of, attempt, task, secret) {
      const arrival = fresh.get(attempt) ?? held.get(attempt);
      fresh.delete(attempt);
      if (!arrival || !of) {
        tell({ type: 'checked', attempt, fault: 'the result is gone' });
        return;
      }
      held.set(attempt, { ...arrival, secret });
      tell({ type: 'checked', attempt, fault: of.fault(task, arrival.head, arrival.body, secret) });
    },
    compare(job, task, pair, secret) {
      const { attempt, with: other } = pair;
      const key = `${attempt} ${other}`;
      const [left, right] = [held.get(attempt), held.get(other)];
      if (job && left && right) {
        tell({ type: 'compared', ...pair, verdict: compareNow(job, task, left, right, secret) });
        return;
      }
      comparing.set(key, pair);
      const found = job ? [find(job, task, attempt), find(job, task, other)] : [];
      void Promise.all(found).then(([a, b]) => {
        comparing.delete(key);
        if (job && a && b) {
          tell({ type: 'compared', ...pair, verdict: compareNow(job, task, a, b, secret) });
        } else {
          if (!a) tell({ type: 'resultGone', attempt });
          if (!b) tell({ type: 'resultGone', attempt: other });
          tell(nothingToCompare(pair));
        }
      });
    },
    open: () => ({
      held: [...held].map(([attempt, { head }]) => ({ attempt, task: head.ref.task })),
      comparing: [...comparing.values()],
    }),
    take(attempt) {
      const arrival = held.get(attempt) ?? null;
      held.delete(attempt);
      fresh.delete(attempt);
      return arrival;
    },
    endTask(task) {
      for (const [attempt, { head }] of held) if (head.ref.task === task) held.delete(attempt);
    },
    endJob(job) {
      for (const [attempt, { head }] of held) if (head.ref.job === job) held.delete(attempt);
    },
    settled: () => fresh.clear(),
  };
}

interface Held extends Arrival {
  readonly secret: number | null;
}

interface Comparable {
  /** Of what part the body is. */
  readonly secret: number | null;
  readonly body: Arrival['body'];
  readonly adapter: AdapterClass;
  readonly software: boolean;
}

function sameClass(a: Comparable, b: Comparable): boolean {
  const told = a.adapter.vendor !== '' || a.adapter.architecture !== '' || a.adapter.description !== '';
  return (
    told &&
    a.software === b.software &&
    a.adapter.vendor === b.adapter.vendor &&
    a.adapter.architecture === b.adapter.architecture &&
    a.adapter.description === b.adapter.description &&
    a.adapter.browser === b.adapter.browser
  );
}
