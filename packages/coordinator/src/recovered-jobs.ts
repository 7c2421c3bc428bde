import type { Clock } from '@tabgrid/protocol/clock';
import type { JobId } from '@tabgrid/protocol/ids';
import type { JobRecord } from '@tabgrid/protocol/records';
import type { SchedulerEvent } from '@tabgrid/scheduler/events';
import type { Scheduler } from '@tabgrid/scheduler/scheduler';
import { recoveredState, restingState } from '@tabgrid/splitters/render/planner';
import { createJob, type Job } from './job.js';
import type { Jobs } from './jobs.js';
import type { Member } from './member.js';
import { withName } from './performer.js';
import type { Recovered } from './recovery.js';
import { renderJobOf } from './reopen.js';
import type { Roster } from './roster.js';

/** Jobs as they were when an earlier page ended: their records, and what the journal says of the time after these. */

/** A job in the middle of its round, as its record says it was; null when it cannot go on there. */
export function recoverJob(
  clock: Clock,
  members: () => readonly Member[],
  record: JobRecord,
  recovered: Recovered,
  names: readonly string[],
): Job | null {
  const round = recovered.rounds.get(record.id);
  if (!round || record.journal === null || recovered.scheduler.job(record.id) === null) return null;
  const { upTo, at } = record.journal;
  // The store has what was accepted at the end, the record what was so far: the changes between the two lead back.
  const there = new Set(names);
  const { parts, guides } = round;
  const own = new Set(parts.map(({ task }) => task));
  const accepted = new Set([...own].filter((task) => there.has(task)));
  for (const { number, effect } of [...recovered.changes].reverse()) {
    if (number <= upTo || !('task' in effect) || !own.has(effect.task)) continue;
    if (effect.type === 'accept') accepted.delete(effect.task);
    if (effect.type === 'retract') accepted.add(effect.task);
  }
  try {
    const { title, spec, sharing, startedAt, runs, generation, planner, progress } = record;
    const { open, failed } = planner;
    const ranOn = record.state === 'running' ? Math.max(0, recovered.at - at) : 0;
    return createJob({
      ...{ clock, members, title, spec, sharing, startedAt },
      planner: recoveredState(restingState(renderJobOf(record), runs, generation), {
        ...{ open, failed },
        guides: guides.map(({ task }) => task),
        tasks: parts.map(({ task, ...part }) => ({ id: task, ...part })),
      }),
      round: { progress, parts, guides, accepted: [...accepted] },
      before: { ...record, wallMs: record.wallMs + ranOn },
    });
  } catch {
    // Another version of the kernel: `takeUp` says so.
    return null;
  }
}

/** What became of jobs and tasks behind each job's record. */
export function hearChanges(jobs: Jobs, roster: Pick<Roster, 'members'>, { changes }: Recovered): void {
  const upTo = new Map<JobId, number>(jobs.unfinished().map(({ record }) => [record.id, record.journal?.upTo ?? 0]));
  for (const { number, effect } of changes) {
    const job = effect.type === 'jobSettled' ? find(jobs, effect.job) : jobs.byTask(effect.task);
    if (!job || number <= (upTo.get(job.id) ?? 0)) continue;
    switch (effect.type) {
      case 'accept':
        job.ledger.accepted(effect.task);
        break;
      case 'retract':
        job.ledger.retracted(effect.task);
        job.settled = false;
        break;
      case 'taskFailed':
        job.fail(
          effect.task,
          effect.reasons.map((reason) => withName(roster, reason)),
        );
        break;
      case 'jobSettled':
        job.settled = true;
        break;
    }
  }
}

/** Ends what is left of stages: the tasks that are of none of the rounds. */
export function stagesLeft(jobs: Jobs, scheduler: Scheduler): readonly SchedulerEvent[] {
  const denoising = new Set(jobs.known().flatMap((job) => (job.spec.denoise ? [job.id] : [])));
  if (denoising.size === 0) return [];
  const tasks = scheduler.snapshot().tasks.flatMap(({ spec: { id, job } }) => {
    return denoising.has(job) && jobs.byTask(id) === undefined ? [id] : [];
  });
  return [{ type: 'tasksCancelled', tasks, reason: 'the dashboard was closed' }];
}

function find(jobs: Jobs, id: JobId): Job | undefined {
  return jobs.known().find((job) => job.id === id);
}

/** Share of a job's work that is accepted. */
export function shareOf({ ledger }: Job): number {
  const { units, unitsDone } = ledger.progress;
  return units > 0 ? unitsDone / units : 0;
}
