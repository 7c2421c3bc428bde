import type { RunningPrediction } from '@tabgrid/coordinator/api';
import type { Millis } from '@tabgrid/protocol/ids';
import { etaRange, etaSpan } from './eta.js';
import { percentOf } from './format.js';

/** What is expected of the tasks that run now: a row each. Pure. */

export interface PredictionRow {
  readonly key: string;
  readonly task: string;
  readonly volunteer: string;
  /** `3 s`, or how long ago it should have been. */
  readonly finish: string;
  /** The 95 % interval: `2–8 s`. */
  readonly interval: string;
  readonly late: boolean;
  readonly risk: string;
  /** Whether the chance that its volunteer leaves first is worth a look. */
  readonly risky: boolean;
  /** Who takes over, in order. */
  readonly backups: readonly string[];
  /** The interval and its median on a line from now (0) to the latest of all (1). */
  readonly span: { readonly low: number; readonly middle: number; readonly high: number };
}

/** From this chance on, a row is marked. */
const RISKY = 0.2;

/** More rows than that nobody reads; the soonest are shown. */
export const MOST_ROWS = 24;

/** Those that end first come first. */
export function predictionRows(running: readonly RunningPrediction[]): readonly PredictionRow[] {
  const soonest = [...running]
    .sort((a, b) => a.finish.median - b.finish.median || (a.task < b.task ? -1 : 1))
    .slice(0, MOST_ROWS);
  const end = Math.max(1, ...soonest.map(({ finish }) => finish.p975));
  return soonest.map((prediction) => rowOf(prediction, end));
}

function rowOf({ task, volunteer, backups, finish, risk }: RunningPrediction, end: Millis): PredictionRow {
  const place = (ms: Millis) => Math.min(1, Math.max(0, ms / end));
  const late = finish.median < 0;
  return {
    key: `${task} ${volunteer}`,
    task: taskName(task),
    volunteer,
    finish: late ? `due ${etaSpan(-finish.median)} ago` : etaSpan(finish.median),
    interval:
      finish.p975 <= 0
        ? 'later than expected'
        : late
          ? `at most ${etaSpan(finish.p975)} more`
          : etaRange(finish.p025, finish.p975),
    late,
    risk: `${percentOf(risk)} %`,
    risky: risk >= RISKY,
    backups,
    span: { low: place(finish.p025), middle: place(finish.median), high: place(finish.p975) },
  };
}

/** An id without the job it belongs to: `job-1:12` → `12`. */
function taskName(id: string): string {
  return id.slice(id.lastIndexOf(':') + 1);
}
