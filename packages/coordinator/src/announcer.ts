import type { Scheduler } from '@tabgrid/scheduler/scheduler';
import type { OwnerSource } from '@tabgrid/transport/source';
import type { Job } from './job.js';

/** A dashboard holds so many direct links. */
const MOST_VOLUNTEERS = 100;
/** Volunteers come for several tasks, or not at all. */
const TASKS_A_VOLUNTEER = 4;
/** More would get so little of a picture that is here in a tenth of a second that the way is longer. */
const VIEWERS = 8;

interface GridState {
  readonly open: boolean;
  readonly jobs: readonly Job[];
  /** Whether a person looks through the viewport, or at a world on its way: what they see is wanted at once. */
  readonly watching: boolean;
  readonly present: number;
}

/** Tells the server what pool volunteers should know, once a change. */
export interface Announcer {
  announce(state: GridState): void;
}

export function createAnnouncer(source: Pick<OwnerSource, 'announce'>, scheduler: () => Scheduler): Announcer {
  let last = '';
  return {
    announce({ open, jobs, watching, present }) {
      const running = jobs.filter(({ state }) => state === 'running');
      const hasWork = running.length > 0 || watching;
      const waiting = running.reduce((sum, { id }) => sum + (scheduler().job(id)?.open ?? 0), 0);
      const room = MOST_VOLUNTEERS - present;
      const useful = Math.max(Math.ceil(waiting / TASKS_A_VOLUNTEER), watching ? VIEWERS - present : 0);
      const wanted = hasWork ? Math.max(0, Math.min(room, useful)) : 0;
      const next = { open, hasWork, wanted };
      if (JSON.stringify(next) === last) return;
      last = JSON.stringify(next);
      source.announce(next);
    },
  };
}
