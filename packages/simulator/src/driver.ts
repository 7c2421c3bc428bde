import type { AttemptId, Millis, TaskId, VolunteerId } from '@tabgrid/protocol/ids';
import type { TaskSpec } from '@tabgrid/protocol/task';
import type { Effect, SchedulerEvent, Verdict } from '@tabgrid/scheduler/events';
import type { Scheduler } from '@tabgrid/scheduler/scheduler';
import type { VolunteerStanding } from '@tabgrid/scheduler/views';
import type { GridState, PlannerEvent, Step } from '@tabgrid/splitters/planner';
import { RIGHT } from './lies.js';
import { MEDIAN_UNITS_PER_SECOND } from './profile.js';
import type { Tally } from './tally.js';
import type { Timeline } from './timeline.js';
import type { Volunteer } from './volunteer.js';
import type { ComputedTask, Workload } from './workload.js';
import type { Session } from './world.js';

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

/** A result as it is judged. */
export interface Claim {
  readonly attempt: AttemptId;
  readonly volunteer: VolunteerId;
  readonly session: Session;
  readonly says: string;
}

/** Looks at results, in the place of a kernel. */
export interface Judge {
  /** What is wrong with a result's structure, or null. @param secret the part that it is of; null: all of the task */
  fault(task: TaskSpec, claim: Claim, secret: number | null): string | null;
  /** @param secret the part in which two results are compared */
  compare(task: TaskSpec, a: Claim, b: Claim, secret: number | null): Verdict;
}

/** By what results say: equal machines differ in nothing, others by rounding. */
export const BY_WORDS: Judge = {
  fault: () => null,
  compare(_, a, b) {
    if (a.says !== b.says) return 'different';
    return a.session.adapter === b.session.adapter ? 'equal' : 'within';
  },
};

export interface DriverDeps {
  readonly judge: Judge;
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
  const byAttempt = new Map<
    AttemptId,
    { readonly volunteer: Volunteer; readonly run: Omit<ComputedTask, 'ms'>; ms: Millis }
  >();
  /** Whole tasks, as they were planned. */
  const specs = new Map<TaskId, TaskSpec>();
  let busy = false;
  let settled = false;
  /** The planner waits for nothing more. */
  let planned = false;
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
      if (next.type === 'returned') {
        const attempt = byAttempt.get(next.attempt);
        if (attempt) attempt.ms = next.stats.kernelMs;
      }
      clock = Math.max(clock, deps.origin + timeline.now());
      const effects = scheduler.handle(next, clock);
      deps.inspect?.(next, effects);
      for (const effect of effects) perform(effect);
    }
    busy = false;
  };

  const soon = (event: SchedulerEvent) => timeline.at(timeline.now() + HANDLING_MS, () => tell(event));

  /** What the scheduler has measured, for planners that ask; whoever has shown nothing counts as the median volunteer. */
  const grid = (): GridState => {
    let found: Required<GridState> | null = null;
    const look = () => {
      found ??= gridOf(scheduler.volunteers());
      return found;
    };
    return {
      get volunteers() {
        return look().volunteers;
      },
      get unitsPerSecond() {
        return look().unitsPerSecond;
      },
      get speeds() {
        return look().speeds;
      },
    };
  };

  const follow = ({ add, withdraw, done }: Step): void => {
    tasks += add.length;
    planned ||= done !== undefined;
    for (const spec of add) specs.set(spec.id, spec);
    if (add.length > 0) tell({ type: 'tasksAdded', tasks: add.map((spec) => ({ spec })) });
    if (withdraw.length > 0) tell({ type: 'withdraw', tasks: withdraw });
  };

  const plan = (event: PlannerEvent<never>, attempt?: AttemptId) => {
    const of = attempt && byAttempt.get(attempt);
    follow(workload.resume(event, grid(), of && { ...of.run, ms: of.ms }));
  };

  const specOf = (task: TaskId): TaskSpec => {
    const spec = specs.get(task);
    if (!spec) throw new Error(`${task} was never planned`);
    return spec;
  };

  const claimOf = (attempt: AttemptId): Claim => {
    const made = byAttempt.get(attempt);
    if (!made) throw new Error(`${attempt} was never sent`);
    const { volunteer, run } = made;
    return { attempt, volunteer: run.volunteer, session: volunteer.session, says: volunteer.value(attempt) };
  };

  const saysOf = (attempt: AttemptId) => byAttempt.get(attempt)?.volunteer.value(attempt) ?? RIGHT;

  const perform = (effect: Effect): void => {
    switch (effect.type) {
      case 'sendTask': {
        const volunteer = volunteers.get(effect.volunteer);
        if (!volunteer) throw new Error(`a task for ${effect.volunteer}, which never came`);
        byAttempt.set(effect.attempt, {
          volunteer,
          run: { spec: effect.task, volunteer: effect.volunteer },
          ms: 0,
        });
        tally.sent(effect.task.id, effect.purpose, timeline.now());
        volunteer.send(effect.attempt, effect.task, effect.purpose);
        return;
      }
      case 'cancelAttempt':
        volunteers.get(effect.volunteer)?.cancel(effect.attempt);
        return;
      case 'check':
        soon({
          type: 'checked',
          attempt: effect.attempt,
          fault: deps.judge.fault(specOf(effect.task), claimOf(effect.attempt), effect.secret),
        });
        return;
      case 'compare': {
        tally.compared(effect.attempt, effect.with);
        const [a, b] = [effect.attempt, effect.with];
        const verdict = deps.judge.compare(specOf(effect.task), claimOf(a), claimOf(b), effect.secret);
        soon({ type: 'compared', attempt: a, with: b, verdict });
        return;
      }
      case 'accept':
        tally.accepted(effect.task, effect.attempt, saysOf(effect.attempt), timeline.now());
        volunteers.get(effect.volunteer)?.accepted(effect.attempt);
        plan({ type: 'accepted', task: effect.task }, effect.attempt);
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
        tasks--;
        plan({ type: 'withdrawn', task: effect.task });
        return;
      case 'tooLate':
        plan({ type: 'tooLate', task: effect.task });
        return;
      case 'jobSettled':
        // While the planner has something up its sleeve, it is not over.
        settled ||= planned;
        return;
      case 'wake':
        wake(effect.at);
        return;
      case 'confirmed':
      case 'outputUnneeded':
      case 'holdReached':
      case 'ran':
        return;
    }
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

function gridOf(volunteers: readonly VolunteerStanding[]): Required<GridState> {
  const there = volunteers.filter(({ state }) => state.kind !== 'gone');
  const speeds = there.map((v) => Math.max(0, ...v.speeds.values()) || MEDIAN_UNITS_PER_SECOND).sort((a, b) => b - a);
  return { volunteers: there.length, unitsPerSecond: speeds[speeds.length >> 1] ?? null, speeds };
}
