import type { TaskSpec } from '@tabgrid/protocol/task';
import type { Effect } from '@tabgrid/scheduler/events';
import type { Contributions } from './contributions.js';
import type { HeldResults } from './held-results.js';
import type { Hold } from './hold.js';
import type { Inputs } from './inputs.js';
import type { Job } from './job.js';
import type { Jobs } from './jobs.js';
import type { Outbound } from './outbound.js';
import type { Results } from './results.js';
import type { Roster } from './roster.js';
import type { Rounds } from './rounds.js';

/**
 * Does what the scheduler's effects say. It decides nothing.
 *
 * 1. A result goes into the film and the store by an `accept` effect only, and leaves both by `retract`.
 * 2. What a stage's task reads is put together when it is sent, and served until it has its result.
 */
export type Perform = (effect: Exclude<Effect, { type: 'wake' }>) => void;

export interface PerformerDeps {
  readonly jobs: Jobs;
  readonly roster: Roster;
  readonly outbound: Outbound;
  readonly held: HeldResults;
  readonly results: Results;
  readonly rounds: Rounds;
  readonly contributions: Contributions;
  readonly hold: Hold;
  readonly inputs: Inputs;
}

export function createPerformer(deps: PerformerDeps): Perform {
  const { jobs, roster, outbound, held, results, rounds, contributions, hold, inputs } = deps;

  const accept = ({ attempt, task, volunteer }: Extract<Effect, { type: 'accept' }>): void => {
    const arrival = held.take(attempt);
    held.endTask(task);
    const job = jobs.byTask(task);
    if (arrival && job?.stage?.has(task)) {
      inputs.dropTask(task);
      if (job.stage.accept(task, arrival)) outbound.acknowledge(volunteer, attempt);
      return;
    }
    const record = arrival && job?.accept(task, arrival);
    if (!record) return;
    contributions.add(record);
    results.put(record);
    outbound.acknowledge(volunteer, attempt);
  };

  const retract = ({ task }: Extract<Effect, { type: 'retract' }>): void => {
    const job = jobs.byTask(task);
    job?.stage?.retract(task);
    const was = job?.retract(task);
    if (!job || !was) return;
    if (was.counted) contributions.takeBack(was.counted);
    results.remove(job.id, task);
  };

  /** Completes a task whose inputs are other tasks' outputs. */
  const lateInputs = (job: Job, spec: TaskSpec): (() => Promise<TaskSpec>) | undefined => {
    const read = job.stage?.inputsOf(spec.id);
    if (!read) return undefined;
    return async () => {
      const blobs = await read();
      inputs.serveTask(spec.id, blobs);
      return { ...spec, inputs: blobs.map(({ ref }) => ref) };
    };
  };

  return (effect) => {
    switch (effect.type) {
      case 'sendTask': {
        const job = jobs.byTask(effect.task.id);
        outbound.task(
          effect.volunteer,
          effect.attempt,
          effect.task,
          job?.title ?? '',
          job && lateInputs(job, effect.task),
        );
        return;
      }
      case 'cancelAttempt':
        held.take(effect.attempt);
        outbound.cancel(effect.volunteer, effect.attempt, effect.reason);
        return;
      case 'reject':
        held.take(effect.attempt);
        outbound.reject(effect.volunteer, effect.attempt, effect.reason);
        return;
      case 'check':
        held.check(jobs.byTask(effect.task), effect.attempt, effect.task);
        return;
      case 'compare':
        held.compare(jobs.byTask(effect.task), effect.task, effect.attempt, effect.with);
        return;
      case 'accept':
        accept(effect);
        return;
      case 'retract':
        retract(effect);
        return;
      case 'acknowledge':
        outbound.acknowledge(effect.volunteer, effect.attempt);
        return;
      case 'dropVolunteer':
        roster.drop(effect.volunteer, effect.reason);
        return;
      case 'taskFailed':
        jobs.byTask(effect.task)?.fail(
          effect.task,
          effect.reasons.map((reason) => withName(roster, reason)),
        );
        return;
      case 'jobSettled':
        rounds.settled(effect.job);
        return;
      case 'holdReached':
        hold.reached();
        return;
      case 'outputUnneeded':
        // A picture's results are its owner's.
        return;
      case 'ran':
        if (effect.end === 'returned') {
          jobs.byTask(effect.task)?.ran(effect.task, effect.volunteer, effect.said, effect.ms);
        }
        return;
      case 'withdrawn':
      case 'tooLate':
        // The render planner withdraws nothing.
        return;
    }
  };
}

/** A reason names the volunteer by its id; people know it by its name. */
export function withName(roster: Pick<Roster, 'members'>, reason: string): string {
  const [id = '', ...rest] = reason.split(': ');
  const name = roster.members().find((member) => member.id === id)?.name;
  return name === undefined ? reason : [name, ...rest].join(': ');
}
