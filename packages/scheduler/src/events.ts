import type { AttemptId, JobId, Millis, TaskId, VolunteerId } from '@tabgrid/protocol/ids';
import type { Capabilities, Failure, RunStats, TaskSpec } from '@tabgrid/protocol/task';

/** A task as it is added: what to do, and which other tasks have to be done first. */
export interface NewTask {
  readonly spec: TaskSpec;
  readonly after?: readonly TaskId[];
}

/** Everything that can happen to the scheduler. Plain data: a log of events replays to the same state and effects. */
export type SchedulerEvent =
  /** New tasks, in the order in which they should be tried. Their job begins with its first task. */
  | { readonly type: 'tasksAdded'; readonly tasks: readonly NewTask[] }
  /** The planner wants these back, to cut them anew; each is answered `withdrawn` or `tooLate`. */
  | { readonly type: 'withdraw'; readonly tasks: readonly TaskId[] }
  /** Ends what is left of a job. */
  | { readonly type: 'jobCancelled'; readonly job: JobId; readonly reason: string }
  /** Nobody will ask about this job again: its records go. Only once all of its tasks are final. */
  | { readonly type: 'jobForgotten'; readonly job: JobId }
  /** A volunteer is there, for the first time or again under the same id. */
  | {
      readonly type: 'volunteerJoined';
      readonly volunteer: VolunteerId;
      readonly capabilities: Capabilities;
      readonly paused: boolean;
      readonly hidden: boolean;
    }
  | {
      readonly type: 'volunteerTold';
      readonly volunteer: VolunteerId;
      readonly paused: boolean;
      readonly hidden: boolean;
    }
  | { readonly type: 'roundTripMeasured'; readonly volunteer: VolunteerId; readonly ms: Millis }
  | { readonly type: 'linkSuspect'; readonly volunteer: VolunteerId; readonly reason: string }
  | { readonly type: 'linkOpen'; readonly volunteer: VolunteerId }
  | { readonly type: 'volunteerLeft'; readonly volunteer: VolunteerId; readonly reason: string }
  /** The volunteer has the whole task message. */
  | { readonly type: 'sent'; readonly attempt: AttemptId }
  /** A sign that it works for us without being about an attempt: it fetches inputs. */
  | { readonly type: 'heard'; readonly volunteer: VolunteerId }
  | { readonly type: 'started'; readonly volunteer: VolunteerId; readonly attempt: AttemptId }
  | {
      readonly type: 'progressed';
      readonly volunteer: VolunteerId;
      readonly attempt: AttemptId;
      readonly share: number;
    }
  /** A result is here, whole. Nothing is believed of it: not the attempt, not the task, not the figures. */
  | {
      readonly type: 'returned';
      readonly volunteer: VolunteerId;
      readonly attempt: AttemptId;
      readonly task: TaskId;
      readonly stats: RunStats;
    }
  /** The driver's answer to `check`; `fault` says what is wrong with the result, null that it is valid. */
  | { readonly type: 'checked'; readonly attempt: AttemptId; readonly fault: string | null }
  | {
      readonly type: 'failed';
      readonly volunteer: VolunteerId;
      readonly attempt: AttemptId;
      readonly failure: Failure;
    }
  /** A done task's result is no longer believed: it is to be done again. */
  | { readonly type: 'retracted'; readonly task: TaskId; readonly reason: string }
  /** No new assignments once `share` of the open jobs' work is done, and never the last task before the release. */
  | { readonly type: 'held'; readonly share: number }
  | { readonly type: 'released' }
  /** The time that a `wake` effect asked for has come. */
  | { readonly type: 'woken' };

/** Everything that the scheduler can ask of its driver. */
export type Effect =
  | {
      readonly type: 'sendTask';
      readonly volunteer: VolunteerId;
      readonly attempt: AttemptId;
      readonly task: TaskSpec;
    }
  /** Tell the volunteer to stop (or to forget) an attempt. */
  | {
      readonly type: 'cancelAttempt';
      readonly volunteer: VolunteerId;
      readonly attempt: AttemptId;
      readonly reason: string;
    }
  /** Judge the result of this attempt and answer with `checked`. */
  | { readonly type: 'check'; readonly volunteer: VolunteerId; readonly attempt: AttemptId; readonly task: TaskId }
  /** This result is the task's: keep it, then acknowledge it to the volunteer. Once a task, unless it is retracted. */
  | { readonly type: 'accept'; readonly volunteer: VolunteerId; readonly attempt: AttemptId; readonly task: TaskId }
  /** The result was accepted before and came again: acknowledge it again. */
  | { readonly type: 'acknowledge'; readonly volunteer: VolunteerId; readonly attempt: AttemptId }
  | {
      readonly type: 'reject';
      readonly volunteer: VolunteerId;
      readonly attempt: AttemptId;
      readonly reason: string;
    }
  /** It broke the rules in a way that no honest volunteer does: close its link. */
  | { readonly type: 'dropVolunteer'; readonly volunteer: VolunteerId; readonly reason: string }
  | { readonly type: 'taskFailed'; readonly task: TaskId; readonly reasons: readonly string[] }
  | { readonly type: 'withdrawn'; readonly task: TaskId }
  | { readonly type: 'tooLate'; readonly task: TaskId }
  /** The held share is reached: nothing is assigned until `released`. */
  | { readonly type: 'holdReached' }
  /** Send `woken` at this time (or later; an extra one does no harm). */
  | { readonly type: 'wake'; readonly at: Millis };
