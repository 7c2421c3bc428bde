import type { TaskId } from '@tabgrid/protocol/ids';
import type { TaskSpec } from '@tabgrid/protocol/task';

/** What a planner may know of the grid when it cuts. It decides how large tasks are, never what they compute. */
export interface GridState {
  /** Volunteers that can be expected to take part. */
  readonly volunteers: number;
  /** The median volunteer's speed for the kernel in work units a second; null while nobody knows. */
  readonly unitsPerSecond: number | null;
}

/** What a planner hears: names of results, never their pixels. `M` is how a job of its kind can be extended. */
export type PlannerEvent<M> =
  | { readonly type: 'accepted'; readonly task: TaskId }
  | { readonly type: 'failed'; readonly task: TaskId }
  /** An accepted result is not believed any more: the task is open again, and `accepted` or `failed` follows once more. */
  | { readonly type: 'retracted'; readonly task: TaskId }
  /** The scheduler's answers to a withdrawal; only what was withdrawn may be cut anew. */
  | { readonly type: 'withdrawn'; readonly task: TaskId }
  | { readonly type: 'tooLate'; readonly task: TaskId }
  | { readonly type: 'extended'; readonly more: M };

export interface Step {
  /** In the order in which they should be tried. */
  readonly add: readonly TaskSpec[];
  readonly withdraw: readonly TaskId[];
  /** Set when nothing is left to come: how many tasks failed for good. */
  readonly done?: { readonly failed: number };
}

/**
 * A kind of job as a pure step machine. `S` is its state (plain data), `J` the job, `M` an extension, `O` the output and
 * `R` one task's result as the driver hands it over.
 */
export interface Planner<S, J, M, O, R> {
  readonly kind: string;
  begin(job: J, grid: GridState): [S, Step];
  resume(state: S, event: PlannerEvent<M>, grid: GridState): [S, Step];
  /** The output with one more result: a fold that does not depend on the order, and takes a result twice as once. */
  merge(output: O, result: R): O;
}
