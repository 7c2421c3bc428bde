import type { Millis, VolunteerId } from '@tabgrid/protocol/ids';

/** One volunteer that could do the task in question. */
export interface Candidate {
  readonly volunteer: VolunteerId;
  /** Attempts that it has. */
  readonly queued: number;
  /** How many more it should get now. */
  readonly room: number;
  /** Whether a result of it for this kernel has been seen. */
  readonly measured: boolean;
  /** From now to the result being here: its queue, the task, the way; divided by the chance that it stays so long. */
  readonly finishMs: Millis;
}

/** How work is handed out: a value, so that policies can be compared. Policies are pure and know no more than this. */
export interface Policy {
  readonly name: string;
  /**
   * How many attempts a volunteer should have at once, the running one included.
   * @param durationMs of such a task on it; null before its first result
   * @param turnaroundMs from the end of a task there to the next one being there
   */
  depth(durationMs: Millis | null, turnaroundMs: Millis): number;
  /**
   * Who gets the task; null leaves it in the queue for somebody who is busy now.
   * @param candidates volunteers in good standing that can run it, with or without room, at least one
   * @param horizonMs when all work of its class would be done if everybody stayed busy
   */
  choose(candidates: readonly Candidate[], horizonMs: Millis): Candidate | null;
  /** Whether an idle volunteer should try a task beside somebody else's attempt. */
  worthCloning(remainingMs: Millis, freshMs: Millis): boolean;
}
