import type { GridView } from '@tabgrid/coordinator/api';
import type { JobId } from '@tabgrid/protocol/ids';

/**
 * Which jobs ended behind the back of their owner: while another one was shown.
 *
 * Invariants:
 * 1. A job is unseen from the view in which it is no longer among the open ones until it is shown, hidden, or goes on.
 * 2. The shown job is never unseen.
 */
export interface EndedJobs {
  /** Takes note of a view. @returns whether a job ended with it, shown or not */
  note(view: Pick<GridView, 'job' | 'jobs'>): boolean;
  /** In the order of their ends. */
  unseen(): readonly JobId[];
  hide(id: JobId): void;
}

export function createEndedJobs(): EndedJobs {
  let open = new Set<JobId>();
  const unseen = new Set<JobId>();
  return {
    note({ job, jobs }) {
      const now = new Set(jobs.map(({ id }) => id));
      const ended = [...open].filter((id) => !now.has(id));
      open = now;
      for (const id of ended) unseen.add(id);
      for (const id of [...now, job?.id]) if (id !== undefined) unseen.delete(id);
      return ended.length > 0;
    },
    unseen: () => [...unseen],
    hide: (id) => void unseen.delete(id),
  };
}
