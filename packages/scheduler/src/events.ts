import type { AttemptId, JobId, Millis, TaskId, VolunteerId } from '@tabgrid/protocol/ids';
import type { Capabilities, Failure, RunStats, TaskSpec } from '@tabgrid/protocol/task';
import type { Interval, LinkQuality, RunEnd, TelemetryView } from './oracle.js';

/** A task as it is added: what to do, and whose outputs it needs. */
export interface NewTask {
  readonly spec: TaskSpec;
  /** Tasks of any job that have to be done first; their outputs are inputs of this one. */
  readonly after?: readonly TaskId[];
}

/** How a job shares the grid with others. */
export interface JobSettings {
  /** Share of the volunteers' time, relative to other jobs of the same priority. Above 0. */
  readonly weight: number;
  /** A job of a higher priority gets everything that it can use before one of a lower. */
  readonly priority: number;
  /**
   * Soft deadline of each task, counted from when it is ready; null for a job that only counts in throughput. Tasks with
   * a deadline go first, the earliest first, and may take the place of queued work, not of running work.
   */
  readonly deadlineMs: Millis | null;
  /** Work that may be done twice to be done sooner, as a share of the job's work units; null takes the scheduler's, 0 means none. */
  readonly extraShare: number | null;
}

/** What the driver knows of where a volunteer comes from, beside what it tells of itself. */
export interface VolunteerTags {
  /** Equal tags: probably one network. null when nobody knows. */
  readonly network: string | null;
  /** Equal tags: probably one person. null when nobody knows. */
  readonly owner: string | null;
  /** A country or a part of one, and the autonomous system, as coarse as the server tells. Absent or null when nobody knows. */
  readonly region?: string | null;
  readonly provider?: string | null;
  /** It came by the room's link: somebody whom the job's owner asked, so that another link is apart enough. */
  readonly invited: boolean;
  /** The job owner's own machine: its results are the measure of others'. */
  readonly trusted: boolean;
}

/** Two results of one task, as its kernel compares them: only `different` is more than honest machines may differ by. */
export type Verdict = 'equal' | 'within' | 'different';

/** Why an attempt was made. */
export type AttemptPurpose =
  /** Nobody has the task. */
  | 'first'
  /** An earlier attempt was lost, failed or rejected, and nobody has the task. */
  | 'again'
  /** The volunteer that has it is silent, overdue or about to leave. */
  | 'backup'
  /** Volunteers are idle and the job is near its end. */
  | 'clone'
  /** A result is here and has to be compared with somebody else's. */
  | 'replica'
  /** A result is here, and a secret part of it is computed again. */
  | 'probe';

/** Everything that can happen to the scheduler. Plain data: a log of events replays to the same state and effects. */
export type SchedulerEvent =
  /** New tasks, in the order in which they should be tried. Their job begins with its first task. */
  | { readonly type: 'tasksAdded'; readonly tasks: readonly NewTask[] }
  /** How a job shares the grid from now on; a job that was never told of has weight 1, priority 0, no deadline. */
  | { readonly type: 'jobSet'; readonly job: JobId; readonly settings: JobSettings }
  /** Nothing new of this job is handed out until it is resumed; what runs goes on. */
  | { readonly type: 'jobPaused'; readonly job: JobId }
  | { readonly type: 'jobResumed'; readonly job: JobId }
  /** Ends these tasks and all that need their outputs. */
  | { readonly type: 'tasksCancelled'; readonly tasks: readonly TaskId[]; readonly reason: string }
  /** The planner wants these back, to cut them anew; each is answered `withdrawn`, or `tooLate` once somebody has begun it. */
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
      /** Absent: nothing is known, a stranger. */
      readonly tags?: VolunteerTags;
      readonly telemetry?: TelemetryView;
    }
  | {
      readonly type: 'volunteerTold';
      readonly volunteer: VolunteerId;
      readonly paused: boolean;
      readonly hidden: boolean;
      /** Absent: as it was. */
      readonly telemetry?: TelemetryView;
    }
  /** How the link to the volunteer is doing. */
  | { readonly type: 'linkMeasured'; readonly volunteer: VolunteerId; readonly quality: LinkQuality }
  | { readonly type: 'roundTripMeasured'; readonly volunteer: VolunteerId; readonly ms: Millis }
  /** What the link to the volunteer carries when it carries much. */
  | { readonly type: 'bandwidthMeasured'; readonly volunteer: VolunteerId; readonly bytesPerSecond: number }
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
  /** The driver's answer to `check`; `fault` says what is wrong with the result's structure, null that nothing is. */
  | { readonly type: 'checked'; readonly attempt: AttemptId; readonly fault: string | null }
  /** The driver's answer to `compare`. */
  | {
      readonly type: 'compared';
      readonly attempt: AttemptId;
      readonly with: AttemptId;
      readonly verdict: Verdict;
    }
  /** The bytes of a result that was not accepted yet are gone (the page was reloaded): it counts as lost. */
  | { readonly type: 'resultGone'; readonly attempt: AttemptId }
  | {
      readonly type: 'failed';
      readonly volunteer: VolunteerId;
      readonly attempt: AttemptId;
      readonly failure: Failure;
    }
  /** A done task's result is no longer believed: it is to be done again. */
  | { readonly type: 'retracted'; readonly task: TaskId; readonly reason: string }
  /**
   * Something speaks against what these done tasks' results say together: each is compared with a whole result of somebody apart, unless
   * that was done before, however its job checks. Answered by `confirmed`, or by `retract`.
   */
  | { readonly type: 'questioned'; readonly tasks: readonly TaskId[] }
  /** No new assignments once `share` of the open jobs' work is done, and never the last task before the release. */
  | { readonly type: 'held'; readonly share: number }
  | { readonly type: 'released' }
  /** Another oracle answers from now on: the one that the driver's `oracles` finds by this hash. */
  | { readonly type: 'oracleChanged'; readonly revision: number; readonly hash: string }
  /** The time that a `wake` effect asked for has come. */
  | { readonly type: 'woken' };

/** Everything that the scheduler can ask of its driver. */
export type Effect =
  | {
      readonly type: 'sendTask';
      readonly volunteer: VolunteerId;
      readonly attempt: AttemptId;
      /** For a probe the part alone, under the task's name. */
      readonly task: TaskSpec;
      readonly purpose: AttemptPurpose;
      /** Who would take it over, the better one first; at most two. */
      readonly backups: readonly VolunteerId[];
      /** What was learned of failures was left out when the volunteer was chosen, so that its truth stays visible. */
      readonly untouched: boolean;
    }
  /** Tell the volunteer to stop (or to forget) an attempt. */
  | {
      readonly type: 'cancelAttempt';
      readonly volunteer: VolunteerId;
      readonly attempt: AttemptId;
      readonly reason: string;
    }
  /** Look at the structure of this attempt's result and answer with `checked`. Keep its bytes until an effect ends it. */
  | {
      readonly type: 'check';
      readonly volunteer: VolunteerId;
      readonly attempt: AttemptId;
      readonly task: TaskId;
      /** Which part of the task the result is of (see `SchedulerConfig.probe`); null: all of it. */
      readonly secret: number | null;
    }
  /** Compare two results of a task by its kernel's own comparison and answer with `compared`. */
  | {
      readonly type: 'compare';
      readonly task: TaskId;
      readonly attempt: AttemptId;
      readonly with: AttemptId;
      /** The part in which they are compared, which either may have computed alone; null: all of it. */
      readonly secret: number | null;
    }
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
  /** The accepted result of a task is no longer believed: take it out. The task is done again, unless `taskFailed`. */
  | {
      readonly type: 'retract';
      readonly volunteer: VolunteerId;
      readonly attempt: AttemptId;
      readonly task: TaskId;
      readonly reason: string;
    }
  /** An accepted result was looked at once more, and stands. `whole`: somebody apart came to all of it; else nobody could be asked. */
  | { readonly type: 'confirmed'; readonly task: TaskId; readonly whole: boolean }
  /** Nobody needs the outputs of this task any more but the job's owner. */
  | { readonly type: 'outputUnneeded'; readonly task: TaskId }
  /**
   * A volunteer is through with an attempt, or was stopped: so long it was at it, as far as can be told. Says nothing of what
   * never ran. For people and learners only; comes again when what was given up goes on after all.
   */
  | {
      readonly type: 'ran';
      readonly attempt: AttemptId;
      readonly volunteer: VolunteerId;
      readonly task: TaskId;
      readonly end: RunEnd;
      readonly ms: Millis;
      /** What was expected when it was assigned. */
      readonly said: Interval;
    }
  /** Every task of the job is final and nothing that it accepted is still being checked. Again after a retraction. */
  | { readonly type: 'jobSettled'; readonly job: JobId }
  /** It broke the rules in a way that no honest volunteer does: close its link. */
  | { readonly type: 'dropVolunteer'; readonly volunteer: VolunteerId; readonly reason: string }
  | { readonly type: 'taskFailed'; readonly task: TaskId; readonly reasons: readonly string[] }
  | { readonly type: 'withdrawn'; readonly task: TaskId }
  | { readonly type: 'tooLate'; readonly task: TaskId }
  /** The held share is reached: nothing is assigned until `released`. */
  | { readonly type: 'holdReached' }
  /** Send `woken` at this time (or later; an extra one does no harm). */
  | { readonly type: 'wake'; readonly at: Millis };
