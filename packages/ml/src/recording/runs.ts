import type { AttemptId, Millis, VolunteerId } from '@tabgrid/protocol/ids';
import type { TaskSpec } from '@tabgrid/protocol/task';
import { type RunEnd, taskView } from '@tabgrid/scheduler/oracle';
import { speedOf } from '../learned-oracle.js';
import type { RunObservation } from '../observation.js';
import { timeFeatures } from '../time/features.js';
import { type Recording, wallAt } from './grid.js';

/** Attempts, from their assignment to their end. */
export interface Runs {
  /** @param others that were given to the same volunteer in one go with it: they were not there when it was chosen */
  sent(attempt: AttemptId, volunteer: VolunteerId, task: TaskSpec, others: number): void;
  ran(now: Millis, attempt: AttemptId, end: RunEnd, ms: Millis): void;
  /** It ended without having run, or long ago. */
  over(attempt: AttemptId): void;
}

type Open = Omit<RunObservation, 'type' | 'at' | 'ms' | 'end'>;

/** More attempts than this are never under way; the oldest goes. */
const MOST_OPEN = 20_000;

export function createRuns(grid: Recording): Runs {
  const open = new Map<AttemptId, Open>();
  return {
    sent(attempt, volunteer, spec, others) {
      const now = grid.view(volunteer);
      if (!now) return;
      const view = { ...now, inFlight: Math.max(0, now.inFlight - others) };
      const task = taskView(spec);
      if (open.size >= MOST_OPEN) {
        for (const oldest of open.keys()) {
          open.delete(oldest);
          break;
        }
      }
      open.set(attempt, {
        volunteer,
        kernel: `${task.kernel.kind}@${task.kernel.version}`,
        features: timeFeatures(view, task, grid.context()),
        plain: interval(grid.plain.duration(view, task)),
        said: interval(grid.learned().duration(view, task)),
        results: speedOf(view, task)?.samples ?? 0,
        ageMs: view.ageMs,
      });
    },
    ran(now, attempt, end, ms) {
      const run = open.get(attempt);
      if (!run) return;
      open.delete(attempt);
      const at = wallAt(grid.context(), now);
      grid.emit({ type: 'run', at, ...run, ms, end: end === 'returned' ? 'done' : 'cut' });
    },
    over: (attempt) => void open.delete(attempt),
  };
}

function interval({ p025, median, p975 }: RunObservation['plain']): RunObservation['plain'] {
  return { p025, median, p975 };
}
