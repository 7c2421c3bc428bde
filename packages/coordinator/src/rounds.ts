import type { JobId } from '@tabgrid/protocol/ids';
import { RECORDS_VERSION } from '@tabgrid/protocol/records';
import type { TaskSpec } from '@tabgrid/protocol/task';
import type { GridState } from '@tabgrid/splitters/planner';
import type { JobShare } from './api.js';
import type { Dispatcher } from './dispatcher.js';
import type { HeldResults } from './held-results.js';
import type { Inputs } from './inputs.js';
import type { Job } from './job.js';
import type { JobStore } from './job-store.js';
import type { Jobs } from './jobs.js';
import type { Journal, Put } from './journal.js';
import { ROUNDS, type RoundRecord } from './journal-records.js';
import type { Outbound } from './outbound.js';
import { workOf } from './work.js';

/**
 * How a job's rounds begin and end: in the scheduler, in the journal, and with the volunteers.
 *
 * 1. What a round is stands in the journal before its first task is sent: its tasks, its job's record and the events that
 *    began it are one transaction. So are those of what its planner cuts anew in the middle.
 * 2. A round ends when the scheduler says that it is settled – a job that was cut off has to be taken up first – or when
 *    the owner cancels it; the scheduler then forgets it.
 * 3. Events are kept exactly while a job runs or could be taken up.
 * 4. A job whose picture is whole gets further samples where it is to have less noise, and then goes through its stage, if it has
 *    one, all as parts of the same round.
 */
export interface Rounds {
  begin(job: Job, tasks: readonly TaskSpec[]): void;
  /** Does what the job's planner wants in the middle of a round, if anything. */
  follow(job: Job): void;
  /** All of its tasks are final, and nothing is being checked. */
  settled(id: JobId): void;
  cancel(job: Job, reason: string): void;
  pause(job: Job): void;
  resume(job: Job): void;
  share(job: Job, sharing: JobShare): void;
  /** Writes the job's record with the next transaction. */
  save(job: Job): void;
  /** The records of a job that a journal needs beside the scheduler's state. */
  recordsOf(job: Job): readonly Put[];
}

export interface RoundsDeps {
  readonly dispatcher: Dispatcher;
  readonly journal: Journal;
  readonly jobs: Jobs;
  readonly held: HeldResults;
  readonly inputs: Inputs;
  readonly outbound: Outbound;
  readonly store: JobStore;
  gridState(): GridState;
  changed(): void;
}

export function createRounds(deps: RoundsDeps): Rounds {
  const { dispatcher, journal, jobs, held, inputs, outbound, store, gridState, changed } = deps;

  const recordOf = (job: Job): Put => ({ collection: 'jobs', key: job.id, make: (mark) => job.record(mark) });
  const roundOf = (job: Job): Put => ({
    collection: 'journal',
    key: `${ROUNDS}${job.id}`,
    make: (): RoundRecord => ({ version: RECORDS_VERSION, job: job.id, ...job.ledger.round() }),
  });
  const put = ({ collection, key, make }: Put) => journal.put(collection, key, make);
  const save = (job: Job) => put(recordOf(job));

  const tellSharing = (job: Job): void => {
    dispatcher.tell({
      type: 'jobSet',
      job: job.id,
      settings: { ...job.sharing, deadlineMs: null, extraShare: null },
    });
  };

  const end = (job: Job, reason: string): void => {
    if (!jobs.rest(job)) return;
    const { id } = job;
    held.endJob(id);
    for (const { spec } of job.stage?.tasks ?? []) inputs.dropTask(spec.id);
    dispatcher.tell({ type: 'jobCancelled', job: id, reason });
    const { attempts, work } = workOf(job, dispatcher.scheduler);
    const { checking: _, ...past } = work;
    job.attempts = attempts;
    job.work = past;
    dispatcher.tell({ type: 'jobForgotten', job: id });
    inputs.drop(id);
    journal.delete('journal', `${ROUNDS}${id}`);
    save(job);
    if (jobs.known().length === 0) journal.stop();
    outbound.jobOver(id, () => !jobs.isRunning(id));
    void journal.durable().then(() => store.prune(kept()));
    changed();
  };

  const kept = (): Set<JobId> => {
    const ids = [...jobs.running(), ...jobs.atRest()].map(({ id }) => id);
    return new Set([...ids, ...jobs.unfinished().map(({ record }) => record.id)]);
  };

  /** The scheduler's time names a stage: one that was cut off was begun at another. */
  const stageOf = (job: Job) => job.beginStage(`s${Math.floor(dispatcher.now())}`);

  /** What the job's planner wants in the middle of a round. */
  const follow = (job: Job): void => {
    const { add, withdraw } = job.ledger.next();
    if (add.length + withdraw.length === 0) return;
    save(job);
    put(roundOf(job));
    if (withdraw.length > 0) dispatcher.tell({ type: 'withdraw', tasks: withdraw });
    if (add.length > 0) dispatcher.tell({ type: 'tasksAdded', tasks: add.map((spec) => ({ spec })) });
    changed();
  };

  /** All samples are there: the stage, if there is one, else the end. */
  const finish = (job: Job, reason: string): void => {
    const stage = stageOf(job);
    if (!stage) {
      job.settle();
      end(job, reason);
      return;
    }
    job.settled = false;
    dispatcher.tell({ type: 'tasksAdded', tasks: stage.tasks.map(({ spec, after }) => ({ spec, after })) });
    changed();
  };

  /** All tasks are final. */
  const goOn = (job: Job, reason: string): void => {
    job.settled = true;
    const { picture, spec } = job;
    if (spec.noise === undefined || !picture) {
      finish(job, reason);
      return;
    }
    void picture.settled().then(() => {
      // It may have been cancelled meanwhile, or a result taken back: then all tasks will be final once more.
      if (!jobs.isRunning(job.id) || !job.settled) return;
      if (job.refine(gridState())) follow(job);
      else finish(job, reason);
    });
  };

  return {
    begin(job, tasks) {
      jobs.run(job);
      job.tally.start();
      journal.start();
      save(job);
      put(roundOf(job));
      tellSharing(job);
      if (tasks.length > 0) dispatcher.tell({ type: 'tasksAdded', tasks: tasks.map((spec) => ({ spec })) });
      else goOn(job, 'nothing was left to do');
      changed();
    },
    follow,
    settled(id) {
      const job = jobs.known().find((known) => known.id === id);
      if (!job?.ledger.done) return;
      job.settled = true;
      if (jobs.isRunning(id)) goOn(job, 'the job is over');
    },
    cancel(job, reason) {
      job.stop();
      end(job, reason);
    },
    pause(job) {
      if (job.state !== 'running') return;
      job.state = 'paused';
      job.tally.stop();
      dispatcher.tell({ type: 'jobPaused', job: job.id });
      save(job);
      changed();
    },
    resume(job) {
      job.state = 'running';
      job.tally.start();
      dispatcher.tell({ type: 'jobResumed', job: job.id });
      save(job);
      changed();
    },
    share(job, sharing) {
      job.sharing = sharing;
      tellSharing(job);
      save(job);
      changed();
    },
    save,
    recordsOf: (job) => [recordOf(job), roundOf(job)],
  };
}
