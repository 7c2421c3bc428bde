import type { AttemptId, Millis, VolunteerId } from '@tabgrid/protocol/ids';
import type { TaskSpec } from '@tabgrid/protocol/task';
import type { Effect, SchedulerEvent } from '@tabgrid/scheduler/events';
import type { Scheduler } from '@tabgrid/scheduler/scheduler';
import type { PlannerEvent, Step } from '@tabgrid/splitters/planner';
import { RIGHT } from './lies.js';
import type { Tally } from './tally.js';
import type { Timeline } from './timeline.js';
import type { Volunteer } from './volunteer.js';
import type { Workload } from './workload.js';

/**
 * The coordinator's runtime on the virtual clock: it runs the scheduler's effects and tells it what comes of them. It
 * decides nothing.
 *
 * Invariants
 *  1. Events are handled one at a time, each after all effects of the one before.
 *  2. At most one wake-up is awaited.
 *  3. An effect for a volunteer goes to whoever has that name now.
 */
export interface Driver {
  tell(event: SchedulerEvent): void;
  begin(): void;
  name(id: VolunteerId, volunteer: Volunteer): void;
  /** The job is settled: all its tasks are final and nothing is being checked. */
  readonly settled: boolean;
  readonly tasks: number;
}

export interface DriverDeps {
  readonly scheduler: Scheduler;
  readonly timeline: Timeline;
  readonly workload: Workload;
  readonly tally: Tally;
  /** The scheduler's clock is the timeline's plus this. */
  readonly origin: Millis;
  /** Looks at the scheduler after every event. */
  readonly inspect: ((event: SchedulerEvent, effects: readonly Effect[]) => void) | null;
}

/** Looking at a result, or at two of them, on a page that has other things to do. */
const HANDLING_MS: Millis = 5;

export function createDriver(deps: DriverDeps): Driver {
  const { scheduler, timeline, workload, tally } = deps;
  const events: SchedulerEvent[] = [];
  const volunteers = new Map<VolunteerId, Volunteer>();
  const byAttempt = new Map<AttemptId, { readonly volunteer: Volunteer; readonly task: TaskSpec }>();
  let busy = false;
  let settled = false;
  let tasks = 0;
  /** The scheduler's. */
  let clock: Millis = 0;
  let awaited: Millis | null = null;

  const tell = (event: SchedulerEvent): void => {
    events.push(event);
    if (busy) return;
    busy = true;
    for (let next = events.shift(); next; next = events.shift()) {
      tally.event();
      clock = Math.max(clock, deps.origin + timeline.now());
      const effects = scheduler.handle(next, clock);
      deps.inspect?.(next, effects);
      for (const effect of effects) perform(effect);
    }
    busy = false;
  };

  const soon = (event: SchedulerEvent) => timeline.at(timeline.now() + HANDLING_MS, () => tell(event));

  const grid = () => ({ volunteers: volunteers.size, unitsPerSecond: null });

  const follow = ({ add, withdraw }: Step): void => {
    tasks += add.length;
    if (add.length > 0) tell({ type: 'tasksAdded', tasks: add.map((spec) => ({ spec })) });
    if (withdraw.length > 0) tell({ type: 'withdraw', tasks: withdraw });
  };

  const plan = (event: PlannerEvent<never>) => follow(workload.resume(event, grid()));

  const saysOf = (attempt: AttemptId) => byAttempt.get(attempt)?.volunteer.value(attempt) ?? RIGHT;

  const perform = (effect: Effect): void => {
    switch (effect.type) {
      case 'sendTask': {
        const volunteer = volunteers.get(effect.volunteer);
        if (!volunteer) throw new Error(`a task for ${effect.volunteer}, which never came`);
        byAttempt.set(effect.attempt, { volunteer, task: effect.task });
        tally.sent(effect.task.id, effect.purpose, timeline.now());
        volunteer.send(effect.attempt, effect.task, effect.purpose);
        return;
      }
      case 'cancelAttempt':
        volunteers.get(effect.volunteer)?.cancel(effect.attempt);
        return;
      case 'check':
        soon({ type: 'checked', attempt: effect.attempt, fault: null });
        return;
      case 'compare': {
        tally.compared(effect.attempt, effect.with);
        const [a, b] = [effect.attempt, effect.with];
        soon({ type: 'compared', attempt: a, with: b, verdict: verdictOn(a, b) });
        return;
      }
      case 'accept':
        tally.accepted(effect.task, effect.attempt, saysOf(effect.attempt), timeline.now());
        volunteers.get(effect.volunteer)?.accepted(effect.attempt);
        plan({ type: 'accepted', task: effect.task });
        return;
      case 'acknowledge':
        volunteers.get(effect.volunteer)?.accepted(effect.attempt);
        return;
      case 'reject':
        volunteers.get(effect.volunteer)?.rejected(effect.attempt);
        return;
      case 'retract':
        tally.retracted(effect.task);
        return;
      case 'dropVolunteer':
        volunteers.get(effect.volunteer)?.dropped();
        return;
      case 'taskFailed':
        plan({ type: 'failed', task: effect.task });
        return;
      case 'withdrawn':
      case 'tooLate':
        plan({ type: effect.type, task: effect.task });
        return;
      case 'jobSettled':
        settled = true;
        return;
      case 'wake':
        wake(effect.at);
        return;
      case 'outputUnneeded':
      case 'holdReached':
      case 'ran':
        return;
    }
  };

  /** Equal machines differ in nothing, others by rounding. */
  const verdictOn = (a: AttemptId, b: AttemptId) => {
    if (saysOf(a) !== saysOf(b)) return 'different';
    const [one, other] = [byAttempt.get(a)?.volunteer.session.adapter, byAttempt.get(b)?.volunteer.session.adapter];
    return one === other ? 'equal' : 'within';
  };

  const wake = (at: Millis): void => {
    awaited = at;
    timeline.at(at - deps.origin, () => {
      if (awaited !== at) return;
      awaited = null;
      // Not a rounding error before it was asked for, or it would be asked for again without end.
      clock = Math.max(clock, at);
      tell({ type: 'woken' });
    });
  };

  return {
    tell,
    begin: () => follow(workload.begin(grid())),
    name: (id, volunteer) => void volunteers.set(id, volunteer),
    get settled() {
      return settled;
    },
    get tasks() {
      return tasks;
    },
  };
}
