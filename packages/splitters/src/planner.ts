import type { TaskId } from '@tabgrid/protocol/ids';
import type { TaskSpec } from '@tabgrid/protocol/task';

/** What a planner may know of the grid when it cuts. It decides how large tasks are, never what they compute. */
export interface GridState {
  /** Volunteers that can be expected to take part; 0 while nobody is there to know: then nothing is cut anew. */
  readonly volunteers: number;
  /** The median volunteer's speed for the kernel in work units a second; null while nobody knows. */
  readonly unitsPerSecond: number | null;
  /** Each volunteer's predicted speed, the fastest first; absent while nobody knows. */
  readonly speeds?: readonly number[];
}

/**
 * What a planner hears: names of results, never their pixels. `M` is how a job of its kind can be extended, `N` what the driver
 * tells of a result in a few numbers.
 */
export type PlannerEvent<M, N = never> =
  | { readonly type: 'accepted'; readonly task: TaskId; readonly measured?: N }
  | { readonly type: 'failed'; readonly task: TaskId }
  /** An accepted result is not believed any more: the task is open again, and `accepted` or `failed` follows once more. */
  | { readonly type: 'retracted'; readonly task: TaskId }
  /** The scheduler's answers to a withdrawal; only what was withdrawn may be cut anew. `tooLate`: somebody has begun it. */
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
 * A kind of job as a pure step machine. `S` is its state (plain data), `J` the job, `M` an extension, `O` the output,
 * `R` one task's result as the driver hands it over, and `N` what the driver tells of one in numbers.
 */
export interface Planner<S, J, M, O, R, N = never> {
  readonly kind: string;
  begin(job: J, grid: GridState): [S, Step];
  resume(state: S, event: PlannerEvent<M, N>, grid: GridState): [S, Step];
  /** The output with one more result: a fold that does not depend on the order, and takes a result twice as once. */
  merge(output: O, result: R): O;
}
