import type { Scheduler } from '@tabgrid/scheduler/scheduler';
import type { JobWork } from './api.js';
import type { Job } from './job.js';

/** What was done for a job, over all of its rounds. */
export function workOf(job: Job, scheduler: Scheduler): { readonly attempts: number; readonly work: JobWork } {
  const now = scheduler.job(job.id);
  const { again, backups, clones, replicas, probes, rejected, retracted, unseen } = job.work;
  return {
    attempts: job.attempts + (now?.attempts ?? 0),
    work: {
      again: again + (now?.again ?? 0),
      backups: backups + (now?.backups ?? 0),
      clones: clones + (now?.clones ?? 0),
      replicas: replicas + (now?.replicas ?? 0),
      probes: probes + (now?.probes ?? 0),
      rejected: rejected + (now?.rejected ?? 0),
      retracted: retracted + (now?.retracted ?? 0),
      unseen: unseen + (now?.unseen ?? 0),
      checking: now?.checking ?? 0,
    },
  };
}
