import type { AttemptId, TaskId, VolunteerId } from '@tabgrid/protocol/ids';
import type { TaskSpec } from '@tabgrid/protocol/task';
import type { Effect, SchedulerEvent } from '@tabgrid/scheduler/events';
import type { Scheduler } from '@tabgrid/scheduler/scheduler';
import type { Claim, Judge } from '@tabgrid/simulator/driver';
import { RIGHT } from '@tabgrid/simulator/lies';

/**
 * What became of everybody in a simulated grid. A liar that comes back under another name is another life.
 */
export interface Ledger {
  /** Writes down every whole result that is judged. */
  readonly judge: Judge;
  /** To be called after every event. */
  inspect(scheduler: Scheduler, event: SchedulerEvent, effects: readonly Effect[]): void;
  readonly lives: ReadonlyMap<VolunteerId, Life>;
  /** The results that are the tasks' in the end. */
  readonly accepted: ReadonlyMap<TaskId, Claim>;
}

export interface Life {
  readonly session: Claim['session'];
  /** Kind of its lies; null for somebody honest. */
  readonly kind: string | null;
  /** Whole results that came from it. */
  results: number;
  wrong: number;
  /** How many wrong results had come from it when it was caught; null while it is not. */
  caughtAfter: number | null;
  /** Wrong results of it that were taken, if only for a while. */
  taken: number;
}

export function createLedger(judge: Judge): Ledger {
  const lives = new Map<VolunteerId, Life>();
  const claims = new Map<AttemptId, Claim>();
  const accepted = new Map<TaskId, Claim>();

  const lifeOf = ({ volunteer, session }: Claim): Life => {
    const { liar } = session;
    const kind = liar && nameOf(liar);
    const life = lives.get(volunteer) ?? { session, kind, results: 0, wrong: 0, caughtAfter: null, taken: 0 };
    lives.set(volunteer, life);
    return life;
  };

  return {
    lives,
    accepted,
    judge: {
      fault(task: TaskSpec, claim: Claim, secret: number | null) {
        const fault = judge.fault(task, claim, secret);
        if (secret !== null) return fault;
        const life = lifeOf(claim);
        life.results++;
        if (claim.says !== RIGHT) life.wrong++;
        claims.set(claim.attempt, claim);
        return fault;
      },
      compare: (task, a, b, secret) => judge.compare(task, a, b, secret),
    },
    inspect(scheduler, event, effects) {
      for (const effect of effects) {
        if (effect.type === 'retract') accepted.delete(effect.task);
        if (effect.type !== 'accept') continue;
        const claim = claims.get(effect.attempt);
        if (!claim) continue;
        accepted.set(effect.task, claim);
        if (claim.says !== RIGHT) lifeOf(claim).taken++;
      }
      // Nobody is caught by anything else.
      if (event.type !== 'compared' && event.type !== 'checked') return;
      for (const { id, state } of scheduler.volunteers()) {
        const life = lives.get(id);
        if (state.kind === 'quarantined' && life) life.caughtAfter ??= life.wrong;
      }
    },
  };
}

const nameOf = ({ kind, how, leavesAfter, honestResults }: NonNullable<Claim['session']['liar']>): string => {
  if (kind === 'colluder') return 'colluding';
  if (kind === 'sleeper') return `honest until ${honestResults} were accepted`;
  return leavesAfter === undefined ? (how ?? kind) : 'leaving after each few';
};
