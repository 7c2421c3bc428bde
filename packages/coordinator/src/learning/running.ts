import type { AttemptId, Millis, VolunteerId } from '@tabgrid/protocol/ids';
import type { Effect, SchedulerEvent } from '@tabgrid/scheduler/events';
import { type Oracle, type TaskView, taskView, type VolunteerView } from '@tabgrid/scheduler/oracle';
import type { RunningPrediction } from '../api.js';
import { etaInterval, type Interval } from './eta.js';

/** What is under way, and when it is expected to end. */
export interface Running {
  handled(now: Millis, event: SchedulerEvent, effects: readonly Effect[]): void;
  predictions(now: Millis, names: (id: VolunteerId) => string): readonly RunningPrediction[];
  /** 95 % interval of the time until so many more tasks of `units` each are done; null while nobody knows. */
  eta(now: Millis, waiting: number, units: number): { readonly low: Millis; readonly high: Millis } | null;
}

export interface RunningDeps {
  view(id: VolunteerId): VolunteerView | null;
  views(): readonly VolunteerView[];
  oracle(): Oracle;
}

interface Attempt {
  readonly id: AttemptId;
  readonly task: string;
  readonly view: TaskView;
  readonly backups: readonly VolunteerId[];
}

interface Queue {
  /** In the order of sending: the first one is being done. */
  readonly attempts: Attempt[];
  /** Since when the first one is at work, as far as can be told. */
  since: Millis;
}

const NOTHING: Interval = { p025: 0, median: 0, p975: 0 };
/** The page shows no more than that. */
const MOST_SHOWN = 500;

export function createRunning({ view, views, oracle }: RunningDeps): Running {
  const queues = new Map<VolunteerId, Queue>();
  /** The kernel that was asked for last: what is still to come is most likely of it. */
  let kernel: TaskView | null = null;

  const over = (now: Millis, volunteer: VolunteerId, attempt: AttemptId): void => {
    const queue = queues.get(volunteer);
    const at = queue?.attempts.findIndex(({ id }) => id === attempt) ?? -1;
    if (!queue || at < 0) return;
    queue.attempts.splice(at, 1);
    if (at === 0) queue.since = now;
    if (queue.attempts.length === 0) queues.delete(volunteer);
  };

  /** When each of a volunteer's attempts ends, from now; below 0 where it should have. */
  const ends = (now: Millis, of: VolunteerView): { readonly attempt: Attempt; readonly finish: Interval }[] => {
    const queue = queues.get(of.id);
    if (!queue) return [];
    let before: Interval = { p025: queue.since - now, median: queue.since - now, p975: queue.since - now };
    return queue.attempts.map((attempt) => {
      const { p025, median, p975 } = oracle().duration(of, attempt.view);
      before = { p025: before.p025 + p025, median: before.median + median, p975: before.p975 + p975 };
      const finish = before;
      // What comes next cannot have begun before now.
      before = { p025: Math.max(0, before.p025), median: Math.max(0, before.median), p975: Math.max(0, before.p975) };
      return { attempt, finish };
    });
  };

  return {
    handled(now, event, effects) {
      for (const effect of effects) {
        if (effect.type === 'sendTask') {
          const queue = queues.get(effect.volunteer) ?? { attempts: [], since: now };
          queues.set(effect.volunteer, queue);
          kernel = taskView(effect.task);
          queue.attempts.push({ id: effect.attempt, task: effect.task.id, view: kernel, backups: effect.backups });
        } else if (effect.type === 'ran' || effect.type === 'cancelAttempt' || effect.type === 'reject') {
          over(now, effect.volunteer, effect.attempt);
        }
      }
      if (event.type === 'returned' || event.type === 'failed') over(now, event.volunteer, event.attempt);
      if (event.type === 'volunteerLeft') queues.delete(event.volunteer);
    },
    predictions(now, names) {
      const all: RunningPrediction[] = [];
      for (const id of queues.keys()) {
        const of = view(id);
        if (!of) continue;
        for (const { attempt, finish } of ends(now, of)) {
          if (all.length >= MOST_SHOWN) return all;
          all.push({
            task: attempt.task,
            volunteer: names(id),
            backups: attempt.backups.map(names),
            finish,
            risk: oracle().failure(of, Math.max(0, finish.median)),
          });
        }
      }
      return all;
    },
    eta(now, waiting, units) {
      const next = kernel;
      if (!next) return null;
      const workers = views()
        .filter(({ share }) => share.attempts > 0)
        .map((of) => ({
          free: ends(now, of).at(-1)?.finish ?? NOTHING,
          task: oracle().duration(of, { ...next, workUnits: units }),
          leaves: oracle().failure(of, 60_000),
        }));
      return etaInterval(workers, waiting);
    },
  };
}
