import { type ReadonlySignal, signal } from '@preact/signals';
import { UserError } from '@tabgrid/coordinator/api';

/**
 * How a person's actions are run, and what comes of those that go wrong.
 *
 * Invariants:
 * 1. There is at most one `problem`; a new action at its place, or any success there, takes it away.
 * 2. No action throws or rejects: what goes wrong becomes the `problem` at its place.
 * 3. `busy` names the action under way that was named last; an action without a name leaves it alone.
 */

/** Where on the page a problem belongs. */
export type Place =
  | 'scene'
  | 'environment'
  | 'time'
  | 'launch'
  | 'job'
  | 'jobs'
  | 'unfinished'
  | 'kept'
  | 'past'
  | 'invite'
  | 'learning'
  | 'view'
  | 'world'
  | 'simulate'
  | 'simulation';

export interface Problem {
  readonly place: Place;
  readonly message: string;
}

export interface Actions {
  readonly problem: ReadonlySignal<Problem | null>;
  readonly busy: ReadonlySignal<string | null>;
  /**
   * @param name what is being done, for an action that takes a while
   * @returns whether it went well
   */
  run(place: Place, action: () => unknown, name?: string): Promise<boolean>;
  /** Shows a problem that was found without running anything. */
  refuse(place: Place, message: string): void;
  /** Takes away the problem at this place; without a place whatever there is. */
  forgive(place?: Place): void;
}

/** What a person reads when something goes wrong. */
export function messageOf(error: unknown): string {
  if (error instanceof UserError) return error.message;
  const text = error instanceof Error ? error.message : String(error);
  return `Something went wrong that should not have: ${text}. Reload the page and try again.`;
}

/** @param settled called after every action, whatever came of it */
export function createActions(settled: () => void): Actions {
  const problem = signal<Problem | null>(null);
  const busy = signal<string | null>(null);

  function forgive(place?: Place): void {
    if (place === undefined || problem.value?.place === place) problem.value = null;
  }

  return {
    problem,
    busy,
    async run(place, action, name) {
      forgive(place);
      if (name !== undefined) busy.value = name;
      try {
        await action();
        return true;
      } catch (error) {
        problem.value = { place, message: messageOf(error) };
        return false;
      } finally {
        if (busy.value === name) busy.value = null;
        settled();
      }
    },
    refuse(place, message) {
      problem.value = { place, message };
    },
    forgive,
  };
}
