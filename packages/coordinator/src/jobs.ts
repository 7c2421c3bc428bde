import type { JobId, TaskId } from '@tabgrid/protocol/ids';
import type { JobRecord } from '@tabgrid/protocol/records';
import { sampleCount } from '@tabgrid/splitters/render/samples';
import type { UnfinishedJob } from './api.js';
import type { Job } from './job.js';

/**
 * The jobs that this page knows.
 *
 * 1. A job is in one place: running (or paused), cut off and not taken up yet, or at rest. At rest are the shown one, and
 *    those that could not be stored.
 * 2. The shown job is running or at rest.
 */
export interface Jobs {
  readonly shown: Job | null;
  /** In the order of launching. */
  running(): readonly Job[];
  isRunning(id: JobId): boolean;
  /** Jobs that the scheduler knows: those that run, and those that may be taken up in the middle. */
  known(): readonly Job[];
  byTask(task: TaskId): Job | undefined;
  get(id: JobId): Job | undefined;
  /** At rest, in memory. */
  atRest(): readonly Job[];
  unfinished(): readonly Unfinished[];
  /** Runs from now on, and is shown. */
  run(job: Job): void;
  /** It came to rest. @returns false when it did so before */
  rest(job: Job): boolean;
  show(job: Job): void;
  cutOff(job: Unfinished): void;
  /** It is taken up, or given up. */
  removeUnfinished(id: JobId): void;
}

/** A job that an earlier page was working on. */
export interface Unfinished {
  readonly record: JobRecord;
  /** Ready to go on in the middle; null when its results are all that is left. */
  readonly job: Job | null;
  /** Of its work, safe in the store. */
  readonly share: () => number;
}

/** Each has a film in memory. */
const MOST_AT_REST = 8;

/** @param keepAtRest whether jobs at rest have to stay in memory, because the store has them not */
export function createJobs(keepAtRest: () => boolean): Jobs {
  const running = new Map<JobId, Job>();
  const atRest = new Map<JobId, Job>();
  const unfinished = new Map<JobId, Unfinished>();
  let shown: Job | null = null;

  const known = () => [...running.values(), ...[...unfinished.values()].flatMap(({ job }) => job ?? [])];
  const dropUnshown = () => {
    let most = keepAtRest() ? MOST_AT_REST : 0;
    for (const job of [...atRest.values()].reverse()) {
      if (job !== shown && most-- <= 0) atRest.delete(job.id);
    }
  };
  const show = (job: Job) => {
    shown = job;
    if (!running.has(job.id)) atRest.set(job.id, job);
    dropUnshown();
  };

  return {
    get shown() {
      return shown;
    },
    running: () => [...running.values()],
    isRunning: (id) => running.has(id),
    known,
    byTask: (task) => known().find((job) => job.has(task)),
    get: (id) => running.get(id) ?? atRest.get(id),
    atRest: () => [...atRest.values()],
    unfinished: () => [...unfinished.values()],
    run(job) {
      atRest.delete(job.id);
      unfinished.delete(job.id);
      running.set(job.id, job);
      show(job);
    },
    rest(job) {
      const was = running.delete(job.id) || unfinished.delete(job.id);
      // A job that was only given up is on nobody's screen.
      if (was && job.picture) atRest.set(job.id, job);
      dropUnshown();
      return was;
    },
    show,
    cutOff: (job) => void unfinished.set(job.record.id, job),
    removeUnfinished: (id) => void unfinished.delete(id),
  };
}

export function unfinishedView({ record, job, share }: Unfinished): UnfinishedJob {
  return { ...pastView(record), state: job?.state ?? record.state, share: share() };
}

/** A job as the list of past ones shows it. */
export function pastView({ id, title, state, spec, runs, startedAt, wallMs }: JobRecord) {
  return {
    id,
    title,
    state,
    width: spec.width,
    height: spec.height,
    spp: Math.round(sampleCount(runs, spec)),
    startedAt,
    wallMs,
  };
}
