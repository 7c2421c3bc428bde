import type { Millis, VolunteerId } from '@tabgrid/protocol/ids';
import type { Probability } from '../oracle.js';
import type { Random } from '../random.js';

/** One volunteer that could do the task in question. */
export interface Candidate {
  readonly volunteer: VolunteerId;
  /** Attempts that it has. */
  readonly queued: number;
  /** How many more it should get now. */
  readonly room: number;
  /** Whether results of it for this kernel have been seen, beyond the first one. */
  readonly measured: boolean;
  /** Since it was last handed something, or joined. */
  readonly sinceAssignedMs: Millis;
  /** The task on it, inputs to fetch and the way included, its queue not. */
  readonly durationMs: Millis;
  /** Width of the 95 % interval of the task's own time. */
  readonly spreadMs: Millis;
  /** From now to the result being here: its queue and `durationMs`. */
  readonly finishMs: Millis;
  /** The chance that it stays until then. */
  readonly survival: Probability;
}

export interface Outlook {
  /** When all work of the class would be done if everybody stayed busy, from now. */
  readonly horizonMs: Millis;
  /** The policy's only randomness. */
  readonly random: Random;
}

/** A task that somebody has, and that an idle volunteer could try as well. */
export interface RunningTask {
  /** Since it became the first in its volunteer's queue; negative while it waits there. */
  readonly elapsedMs: Millis;
  /** Expected on its volunteer when it was assigned, and the upper end of its 95 % interval. */
  readonly expectedMs: Millis;
  readonly boundMs: Millis;
  /** Share done as far as its volunteer told, 0 to 1. */
  readonly share: number;
  /** Still to go, what waits before it included. */
  readonly remainingMs: Millis;
  /** The chance that its volunteer is gone before that. */
  readonly failure: Probability;
  /** Whether the class has tasks that nobody has. */
  readonly workWaits: boolean;
}

/** How work is handed out: a value, so that policies can be compared. Policies are pure and know no more than this. */
export interface Policy {
  readonly name: string;
  /**
   * Which volunteers with room are shown to `choose`, at most 16: `best` those that would finish first, `random` a fair
   * draw, `waiting` those that wait longest.
   */
  readonly shortlist: 'best' | 'random' | 'waiting';
  /**
   * How many attempts a volunteer should have at once, the running one included.
   * @param durationMs of such a task on it; null before its first result
   * @param turnaroundMs from the end of a task there to the next one being there
   */
  depth(durationMs: Millis | null, turnaroundMs: Millis): number;
  /**
   * When a volunteer gets what it should have beside the task that it runs. `early`: at once. `late`: when the running one is
   * about to end, so that nothing waits behind slow work that somebody else could do.
   */
  readonly ahead: 'early' | 'late';
  /**
   * Who gets the task; null leaves it in the queue for somebody who is busy now.
   * @param candidates volunteers in good standing that can run it and have room, at least one
   */
  choose(candidates: readonly Candidate[], outlook: Outlook): Candidate | null;
  /**
   * Whether `fresh` should try a running task as well. Asked when a task is overdue, and of idle volunteers; the extra
   * work that a job allows bounds what comes of it.
   */
  hedge(running: RunningTask, fresh: Candidate): boolean;
}
