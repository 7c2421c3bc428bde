import type { JobId } from '@tabgrid/protocol/ids';
import type { JobRecord } from '@tabgrid/protocol/records';
import type { Scheduler } from '@tabgrid/scheduler/scheduler';
import type { Snapshot } from '@tabgrid/scheduler/snapshot';
import type { GridState } from '@tabgrid/splitters/planner';
import { type RenderJob, restingState } from '@tabgrid/splitters/render/planner';
import { type Coordinator, UserError } from './api.js';
import type { Contributions } from './contributions.js';
import type { CoordinatorDeps } from './deps.js';
import type { Dispatcher } from './dispatcher.js';
import { type HeldResults, nothingToCompare } from './held-results.js';
import type { Inputs } from './inputs.js';
import { createJob, type Job } from './job.js';
import type { JobStore } from './job-store.js';
import type { Jobs, Unfinished } from './jobs.js';
import type { OpenableJournal } from './journal.js';
import { mustHaveRoom } from './launch.js';
import { hearChanges, recoverJob, shareOf, stagesLeft } from './recovered-jobs.js';
import { type Leftover, type Recovered, readLeftover } from './recovery.js';
import { freshGeneration, isWhole, type Pictures, renderJobOf } from './reopen.js';
import type { Results } from './results.js';
import type { Roster } from './roster.js';
import type { Rounds } from './rounds.js';

/**
 * Goes on where an earlier page was cut off.
 *
 * 1. The scheduler is restored before anybody joins, so that whoever comes back is known and may hand over what it still
 *    holds – also before its job is taken up. Until then the job hands out nothing new.
 * 2. Nobody is there at first: everybody has left, and results whose bytes were only in memory are lost.
 * 3. A stage that was cut off is run anew, when its job is taken up: what it had made is in no store.
 * 4. A journal that cannot be replayed is given up; its jobs go on from their results alone: what is missing is made again.
 */
export interface TakeUp {
  /** Once, before anything is told to the dispatcher. Never rejects. */
  open(): Promise<void>;
  /** Why a reload loses what runs, though the store works; null while all is well. */
  readonly problem: string | null;
  takeUp: Coordinator['takeUp'];
  giveUp: Coordinator['giveUp'];
}

export interface TakeUpDeps extends Pick<CoordinatorDeps, 'records' | 'clock' | 'wallClock' | 'claim' | 'random'> {
  readonly dispatcher: Dispatcher;
  readonly journal: OpenableJournal;
  readonly jobs: Jobs;
  readonly roster: Roster;
  readonly results: Results;
  readonly pictures: Pictures;
  readonly held: HeldResults;
  readonly inputs: Inputs;
  readonly rounds: Rounds;
  readonly store: JobStore;
  readonly contributions: Contributions;
  /** A scheduler that goes on from a snapshot. @throws when it is of another version or form */
  restore(snapshot: Snapshot): Scheduler;
  gridState(): GridState;
  changed(): void;
}

/** Only one page of a browser may write the journal. */
const CLAIM = 'tabgrid journal';

const NOTHING_LEFT: Leftover = { keys: [], jobs: [], recovered: null, foreign: false };

export function createTakeUp(deps: TakeUpDeps): TakeUp {
  const { dispatcher, journal, jobs, roster, results, pictures, held, inputs, rounds, changed } = deps;
  const { tell } = dispatcher;
  const busy = new Set<JobId>();
  let problem: string | null = null;
  /** Whether volunteers have the ids that they had for the page before. */
  let sameIds = false;

  /** @returns what to go on from; null, with `problem` set, when this page may not touch it */
  const read = async (): Promise<Leftover | null> => {
    const claimed = await (deps.claim?.(CLAIM) ?? Promise.resolve(true)).catch(() => false);
    if (!claimed) {
      problem = 'another tab of this browser has the dashboard open';
      return null;
    }
    try {
      const left = await readLeftover({ records: deps.records, jobs: deps.store.jobs, restore: deps.restore });
      if (!left.foreign) return left;
      problem = 'another version of this page left a job here that only it can go on with';
    } catch (error) {
      problem = `this browser cannot read what it keeps for this page (${String(error)})`;
    }
    return null;
  };

  const open = async (): Promise<void> => {
    const found = await read();
    const left = found ?? NOTHING_LEFT;
    const names = new Map<JobId, readonly string[]>();
    for (const { id } of left.jobs) names.set(id, await results.tasks(id));
    // From here on in one turn: nobody sees a half of it.
    const { recovered } = left;
    journal.open({
      keeps: found !== null,
      upTo: recovered?.upTo ?? 0,
      at: recovered?.at ?? 0,
      keys: left.keys,
    });
    for (const record of left.jobs) {
      const there = names.get(record.id) ?? [];
      const job = recovered && recoverJob(deps.clock, roster.members, record, recovered, there);
      jobs.cutOff({
        record,
        job,
        share: () => (job ? shareOf(job) : there.length / Math.max(1, record.progress.tasks)),
      });
    }
    if (recovered) goOn(recovered);
    else dispatcher.open();
    if (jobs.known().length === 0) journal.stop();
    changed();
  };

  const goOn = (recovered: Recovered): void => {
    sameIds = true;
    roster.restore(recovered.members);
    hearChanges(jobs, roster, recovered);
    const { scheduler, at, wallAt, lost, comparing } = recovered;
    const present = scheduler.volunteers().filter(({ state }) => state.kind !== 'gone');
    const paused = jobs
      .unfinished()
      .flatMap(({ record, job }) => (job ? [{ type: 'jobPaused', job: record.id } as const] : []));
    if (jobs.known().length > 0) journal.start();
    dispatcher.open({
      scheduler,
      now: at + Math.max(0, deps.wallClock() - wallAt),
      first: [
        // Nothing is handed out, and nothing is taken of which the bytes are gone.
        ...paused,
        ...lost.map((attempt) => ({ type: 'resultGone', attempt }) as const),
        ...comparing.map(nothingToCompare),
        ...stagesLeft(jobs, scheduler),
        ...present.map(
          ({ id }) => ({ type: 'volunteerLeft', volunteer: id, reason: 'the dashboard was closed' }) as const,
        ),
        { type: 'released' },
        // The timer that it asked for went with its page.
        { type: 'woken' },
      ],
    });
    // A view that was open ended with its page.
    const known = new Set(jobs.unfinished().map(({ record }) => record.id));
    for (const id of scheduler.jobs()) {
      if (known.has(id)) continue;
      tell({ type: 'jobCancelled', job: id, reason: 'the dashboard was closed' });
      tell({ type: 'jobForgotten', job: id });
    }
    for (const { record, job } of jobs.unfinished()) {
      if (!job) {
        forget(record.id);
        continue;
      }
      // Whoever is still fetching its inputs goes on with it.
      inputs.serve(job.job).catch(() => {});
    }
  };

  /** The scheduler knows nothing more of it: its results are all that is left. */
  const forget = (id: JobId): void => {
    held.endJob(id);
    for (const { record, share } of jobs.unfinished()) {
      if (record.id === id) jobs.cutOff({ record, job: null, share });
    }
    tell({ type: 'jobCancelled', job: id, reason: 'the job goes on from its results' });
    tell({ type: 'jobForgotten', job: id });
  };

  const unfinished = (id: JobId): Unfinished => {
    const found = jobs.unfinished().find(({ record }) => record.id === id);
    if (!found) throw new UserError('There is no such unfinished job any more.');
    if (busy.has(id)) throw new UserError('This job is being taken up already: wait a moment.');
    return found;
  };

  /** Goes on in the middle. @returns false when results that were accepted are gone */
  const resume = async (job: Job): Promise<boolean> => {
    pictures.give(job);
    const given = await pictures.fill(job, { sameIds: true, count: false });
    await job.picture?.settled();
    if (!isWhole(job)) return false;
    for (const result of given) deps.contributions.add(result);
    jobs.run(job);
    rounds.resume(job);
    // What its planner wanted of events that its record did not have yet.
    rounds.follow(job);
    // The last results may have come in the meantime, from volunteers that still held them.
    if (job.settled) rounds.settled(job.id);
    return true;
  };

  /** Goes on from the results alone. */
  const remake = async (record: JobRecord, renderJob: RenderJob): Promise<void> => {
    const { title, spec, sharing, startedAt, runs } = record;
    const planner = restingState(renderJob, runs, freshGeneration(record, deps.random));
    const { clock } = deps;
    const job = createJob({ clock, members: roster.members, title, spec, sharing, startedAt, planner, before: record });
    pictures.give(job);
    const given = await pictures.fill(job, { sameIds, count: true });
    mustHaveRoom(jobs);
    if (sameIds) for (const result of given) deps.contributions.add(result);
    rounds.begin(job, job.extend(0, deps.gridState()));
  };

  return {
    open,
    get problem() {
      return problem;
    },
    async takeUp(id) {
      const { record, job } = unfinished(id);
      mustHaveRoom(jobs);
      busy.add(id);
      try {
        const renderJob = renderJobOf(record);
        await inputs.serve(renderJob);
        if (job && (await resume(job))) return;
        if (job) forget(id);
        await remake(record, renderJob);
      } catch (error) {
        inputs.drop(id);
        if (job) job.picture = null;
        throw error;
      } finally {
        busy.delete(id);
        changed();
      }
    },
    async giveUp(id) {
      const { record, job } = unfinished(id);
      if (job) {
        rounds.cancel(job, 'the owner gave the job up');
      } else {
        jobs.removeUnfinished(id);
        journal.put('jobs', id, () => ({ ...record, state: 'cancelled', journal: null }));
      }
      changed();
      await journal.durable();
    },
  };
}
