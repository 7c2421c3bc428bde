import type { AttemptId, JobId, Millis, TaskId } from '@tabgrid/protocol/ids';
import type { JobRecord } from '@tabgrid/protocol/records';
import type { Effect, SchedulerEvent } from '@tabgrid/scheduler/events';
import type { Scheduler } from '@tabgrid/scheduler/scheduler';
import type { Snapshot } from '@tabgrid/scheduler/snapshot';
import type { RecordStore } from '@tabgrid/store/ports';
import * as v from 'valibot';
import {
  BASE_KEY,
  BaseRecord,
  digestOf,
  EMPTY_DIGEST,
  EVENTS,
  EventsRecord,
  JOURNAL_VERSIONS,
  MEMBERS,
  MemberRecord,
  ROUNDS,
  RoundRecord,
} from './journal-records.js';

/** Reading of what an earlier page left behind. Changes nothing in the store. */

/** What was there when the page ended: the scheduler as it was, and all that the driver has to know beside it. */
export interface Recovered {
  readonly scheduler: Scheduler;
  /** Number of the last event, and the scheduler's time then. */
  readonly upTo: number;
  readonly at: Millis;
  /** ms since 1970 when the last events were written. */
  readonly wallAt: number;
  readonly members: readonly MemberRecord[];
  /** Results whose bytes were only in memory, and comparisons that nobody will answer. */
  readonly lost: readonly AttemptId[];
  readonly comparing: readonly Comparison[];
  readonly rounds: ReadonlyMap<JobId, RoundRecord['parts']>;
  /** What became of tasks behind each job's record, in order. */
  readonly changes: readonly Change[];
}

export interface Comparison {
  readonly attempt: AttemptId;
  readonly with: AttemptId;
}

/** An effect that a planner has to hear of, with the number of its event. */
export interface Change {
  readonly number: number;
  readonly effect: Extract<Effect, { type: 'accept' | 'retract' | 'taskFailed' | 'jobSettled' }>;
}

export interface Leftover {
  /** Keys of the collection `journal`. */
  readonly keys: readonly string[];
  /** Jobs that were running or paused, the newest first. */
  readonly jobs: readonly JobRecord[];
  /** null when there is no journal, or none that can be replayed. */
  readonly recovered: Recovered | null;
  /** A journal of an unknown version is there: it is not to be touched. */
  readonly foreign: boolean;
}

export interface RecoveryDeps {
  readonly records: RecordStore;
  /** All jobs that the store has, the newest first. */
  jobs(): Promise<readonly JobRecord[]>;
  /** A scheduler that goes on from a snapshot. @throws when it is of another version or form */
  restore(snapshot: Snapshot): Scheduler;
}

/** Rejects when the store cannot be read at all. */
export async function readLeftover({ records, jobs, restore }: RecoveryDeps): Promise<Leftover> {
  const keys = await records.keys('journal');
  const foreign = isForeign(keys.includes(BASE_KEY) ? await records.get('journal', BASE_KEY) : null);
  const cutOff = (await jobs()).filter(({ state }) => state === 'running' || state === 'paused');
  if (foreign || cutOff.length === 0) return { keys, jobs: [], recovered: null, foreign };
  return { keys, jobs: cutOff, recovered: await replay(records, cutOff, restore), foreign };
}

function isForeign(base: unknown): boolean {
  const versioned = v.safeParse(v.looseObject({ version: v.number() }), base);
  return versioned.success && !JOURNAL_VERSIONS.some((known) => known === versioned.output.version);
}

async function replay(
  records: RecordStore,
  jobs: readonly JobRecord[],
  restore: RecoveryDeps['restore'],
): Promise<Recovered | null> {
  const base = v.safeParse(BaseRecord, await records.get('journal', BASE_KEY));
  if (!base.success) return null;
  const batches = await read(records, EVENTS, EventsRecord);
  const members = await read(records, MEMBERS, MemberRecord);
  const rounds = await read(records, ROUNDS, RoundRecord);
  if (batches === null || members === null || rounds === null) return null;
  const byJob = new Map(rounds.map(({ job, parts }) => [job, parts]));
  // A job whose tasks nobody knows any more cannot go on in the middle.
  if (jobs.some(({ id, journal }) => journal !== null && !byJob.has(id))) return null;

  const { snapshot, upTo: baseUpTo, at: baseAt, wallAt } = base.output;
  const open = createOpenResults(base.output);
  const changes: Change[] = [];
  let [upTo, at] = [baseUpTo, baseAt];
  let digest = EMPTY_DIGEST;
  try {
    const scheduler = restore(snapshot);
    for (const batch of batches) {
      if (batch.first !== upTo + 1) return null;
      for (const { at: when, event } of batch.events) {
        const effects = scheduler.handle(event, when);
        upTo++;
        at = when;
        digest = digestOf(digest, effects);
        open.heard(event);
        for (const effect of effects) {
          open.follow(effect);
          if (isChange(effect)) changes.push({ number: upTo, effect });
        }
      }
      // Another scheduler than the one that wrote it, though it takes the same snapshot.
      if (digest !== batch.digest) return null;
    }
    const lastWallAt = batches.at(-1)?.wallAt ?? wallAt;
    return { scheduler, upTo, at, wallAt: lastWallAt, members, ...open.left(), rounds: byJob, changes };
  } catch {
    // A snapshot of another version, or events that do not fit to it: the results alone have to do.
    return null;
  }
}

/** All records below a prefix, or null when one of them is not of its form. */
async function read<T>(
  records: RecordStore,
  prefix: string,
  schema: v.GenericSchema<unknown, T>,
): Promise<readonly T[] | null> {
  const parsed = v.safeParse(
    v.array(schema),
    (await records.range('journal', prefix)).map(({ value }) => value),
  );
  return parsed.success ? parsed.output : null;
}

/** Keeps count of the results whose bytes the driver held, and of the comparisons that it owed. */
function createOpenResults(base: Pick<BaseRecord, 'held' | 'comparing'>) {
  const held = new Map<AttemptId, TaskId>(base.held.map(({ attempt, task }) => [attempt, task]));
  const keyOf = (pair: Comparison) => `${pair.attempt} ${pair.with}`;
  const comparing = new Map(base.comparing.map((pair) => [keyOf(pair), pair]));
  return {
    heard(event: SchedulerEvent): void {
      if (event.type === 'compared') comparing.delete(keyOf(event));
      if (event.type === 'resultGone') held.delete(event.attempt);
    },
    follow(effect: Effect): void {
      if (effect.type === 'check') held.set(effect.attempt, effect.task);
      else if (effect.type === 'compare') comparing.set(keyOf(effect), effect);
      else if (effect.type === 'reject' || effect.type === 'cancelAttempt') held.delete(effect.attempt);
      else if (effect.type === 'accept') {
        for (const [attempt, task] of held) if (task === effect.task) held.delete(attempt);
      }
    },
    left: () => ({ lost: [...held.keys()], comparing: [...comparing.values()] }),
  };
}

function isChange(effect: Effect): effect is Change['effect'] {
  return (
    effect.type === 'accept' ||
    effect.type === 'retract' ||
    effect.type === 'taskFailed' ||
    effect.type === 'jobSettled'
  );
}
