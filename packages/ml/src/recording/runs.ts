import type { AttemptId, Millis } from '@tabgrid/protocol/ids';
import { type RunEnd, taskView } from '@tabgrid/scheduler/oracle';
import { speedOf } from '../learned-oracle.js';
import type { RunObservation } from '../observation.js';
import { timeFeatures } from '../time/features.js';
import type { Assignment } from './assignments.js';
import { type Recording, wallAt } from './grid.js';

/** Attempts, from their assignment to their end. */
export interface Runs {
  sent(assignment: Assignment): void;
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
    sent({ attempt, view, task: spec }) {
      const task = taskView(spec);
      if (open.size >= MOST_OPEN) {
        for (const oldest of open.keys()) {
          open.delete(oldest);
          break;
        }
      }
      open.set(attempt, {
        volunteer: view.id,
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
