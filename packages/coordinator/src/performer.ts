import type { TaskSpec } from '@tabgrid/protocol/task';
import type { Effect } from '@tabgrid/scheduler/events';
import type { GridState } from '@tabgrid/splitters/planner';
import type { Contributions } from './contributions.js';
import type { HeldResults } from './held-results.js';
import type { Hold } from './hold.js';
import type { Inputs } from './inputs.js';
import type { Job } from './job.js';
import type { Jobs } from './jobs.js';
import type { Outbound, WholeTask } from './outbound.js';
import type { Results } from './results.js';
import type { Roster } from './roster.js';
import type { Rounds } from './rounds.js';
import type { SimulationsDriver } from './simulation/simulations.js';
import type { ViewportDriver } from './viewport/viewport.js';

/**
 * Does what the scheduler's effects say. It decides nothing.
 *
 * 1. A result goes into the film and the store by an `accept` effect only, and leaves both by `retract`. What looks at a picture
 *    in advance goes into neither; the viewport's results go into its picture and nowhere else.
 * 2. What a stage's or a simulation's task reads is put together when it is sent, and served until it has its result.
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
  readonly viewport: Pick<ViewportDriver, 'has' | 'taskOf' | 'sent' | 'fault' | 'accept' | 'fail'>;
  readonly simulations: SimulationsDriver;
  readonly inputs: Pick<Inputs, 'serveTask' | 'dropTask'>;
  gridState(): GridState;
}

export function createPerformer(deps: PerformerDeps): Perform {
  const { jobs, roster, outbound, held, results, rounds, contributions, hold, viewport, inputs, gridState } = deps;
  const { simulations } = deps;

  const accept = ({ attempt, task, volunteer }: Extract<Effect, { type: 'accept' }>): void => {
    const arrival = held.take(attempt);
    held.endTask(task);
    if (arrival && viewport.has(task)) {
      viewport.accept(task, arrival);
      outbound.acknowledge(volunteer, attempt);
      return;
    }
    if (arrival && simulations.has(task)) {
      simulations.accept(task, arrival);
      outbound.acknowledge(volunteer, attempt);
      return;
    }
    const job = jobs.byTask(task);
    if (arrival && job?.stage?.has(task)) {
      inputs.dropTask(task);
      if (job.stage.accept(task, arrival)) outbound.acknowledge(volunteer, attempt);
      return;
    }
    const taken = arrival && job?.accept(task, arrival, gridState());
    if (!job || !taken) return;
    if (taken.kind === 'part') {
      contributions.add(taken.record);
      results.put(taken.record);
    }
    outbound.acknowledge(volunteer, attempt);
    rounds.follow(job);
  };

  const answered = ({ type, task }: Extract<Effect, { type: 'withdrawn' | 'tooLate' }>): void => {
    const job = jobs.byTask(task);
    if (!job) return;
    if (type === 'withdrawn') job.ledger.withdrawn(task, gridState());
    else job.ledger.tooLate(task, gridState());
    rounds.follow(job);
  };

  const failed = ({ task, reasons }: Extract<Effect, { type: 'taskFailed' }>): void => {
    const said = reasons.map((reason) => withName(roster, reason));
    if (viewport.has(task)) {
      viewport.fail(task, said);
      return;
    }
    if (simulations.has(task)) {
      simulations.fail(task, said);
      return;
    }
    const job = jobs.byTask(task);
    if (!job) return;
    job.fail(task, said, gridState());
    rounds.follow(job);
  };

  const retract = ({ task }: Extract<Effect, { type: 'retract' }>): void => {
    if (simulations.has(task)) {
      simulations.retract(task);
      return;
    }
    const job = jobs.byTask(task);
    job?.stage?.retract(task);
    const was = job?.retract(task);
    if (!job || !was) return;
    if (was.counted) contributions.takeBack(was.counted);
    results.remove(job.id, task);
  };

  /** Completes a task whose inputs are other tasks' outputs. */
  const lateInputs = (job: Job, spec: TaskSpec): (() => Promise<WholeTask>) | undefined => {
    const read = job.stage?.inputsOf(spec.id);
    if (!read) return undefined;
    return async () => {
      const blobs = await read();
      inputs.serveTask(spec.id, blobs);
      return { task: { ...spec, inputs: blobs.map(({ ref }) => ref) } };
    };
  };

  return (effect) => {
    switch (effect.type) {
      case 'sendTask': {
        const { task, attempt } = effect;
        const viewed = viewport.has(task.id);
        if (viewed) viewport.sent(task.id, attempt);
        if (simulations.has(task.id)) {
          const whole = simulations.whole(task, effect.volunteer);
          outbound.task(effect.volunteer, attempt, task, simulations.taskOf(), whole);
          return;
        }
        const job = jobs.byTask(task.id);
        const of = viewed ? viewport.taskOf() : ({ kind: 'render', title: job?.title ?? '' } as const);
        outbound.task(effect.volunteer, attempt, task, of, job && lateInputs(job, task));
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
        held.check(
          viewport.has(effect.task) ? viewport : (simulations.of(effect.task) ?? jobs.byTask(effect.task)),
          effect.attempt,
          effect.task,
          effect.secret,
        );
        return;
      case 'compare':
        held.compare(
          simulations.of(effect.task) ?? jobs.byTask(effect.task),
          effect.task,
          { attempt: effect.attempt, with: effect.with },
          effect.secret,
        );
        return;
      case 'accept':
        accept(effect);
        return;
      case 'retract':
        retract(effect);
        return;
      case 'confirmed':
        if (simulations.has(effect.task)) simulations.confirm(effect.task);
        return;
      case 'acknowledge':
        outbound.acknowledge(effect.volunteer, effect.attempt);
        return;
      case 'dropVolunteer':
        roster.drop(effect.volunteer, effect.reason);
        return;
      case 'taskFailed':
        failed(effect);
        return;
      case 'jobSettled':
        rounds.settled(effect.job);
        simulations.settled(effect.job);
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
        answered(effect);
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
