import type { AttemptId, JobId, Millis, TaskId, VolunteerId } from '@tabgrid/protocol/ids';
import type { Capabilities, RunStats, TaskSpec } from '@tabgrid/protocol/task';
import type { AttemptPurpose, JobSettings, Verdict, VolunteerTags } from './events.js';
import { createHeap, type Heap } from './heap.js';
import type {
  LinkQuality,
  RecordStats,
  RhythmStats,
  RoundTripStats,
  Share,
  SpeedStats,
  TelemetryView,
  VisitStats,
} from './oracle.js';
import type { SortedList } from './sorted-list.js';

/**
 * What the scheduler knows: jobs, tasks, attempts, volunteers. Lifecycles are discriminated unions; the legal moves
 * between their kinds stand in `transitions.ts`, what must always hold stands in `validate.ts`. A million tasks must
 * fit: what most tasks never have is shared or null.
 */

export type TaskState =
  /** For other tasks to be done first. */
  | { readonly kind: 'waiting' }
  | { readonly kind: 'ready' }
  /** At least one attempt is live, and no result is here. */
  | { readonly kind: 'running' }
  /** At least one result is here and none is accepted. */
  | { readonly kind: 'checking' }
  | { readonly kind: 'done'; readonly by: AttemptId }
  | { readonly kind: 'failed'; readonly reasons: readonly string[] }
  | { readonly kind: 'cancelled'; readonly reason: string };

/** A secret part of a result that somebody else computes again. */
export interface SecretPart {
  /** The result that is looked at. */
  readonly of: AttemptId;
  /** What the part is cut out by (`SchedulerConfig.probe`). */
  readonly secret: number;
  /** What it costs to compute. */
  readonly workUnits: number;
}

/** A part that is being looked at, or was. */
export interface PartCheck extends SecretPart {
  verdict: 'open' | 'right' | 'wrong';
}

/** What is known about a task's result being right. */
export interface TaskCheck {
  /** Its results are not enough to believe one: another is needed, or on its way, or being compared. */
  open: boolean;
  /** Who made the first result that it was opened for; null while it never was. */
  maker: VolunteerId | null;
  /** Pairs of its results, by `pairKey`, whose compare effects are not answered yet. */
  readonly pending: Set<string>;
  /** Verdicts on pairs of its results, by `pairKey`. */
  readonly verdicts: Map<string, Verdict>;
  /** Secret parts of its results; empty where whole results are compared, and while nothing is checked. */
  parts: readonly PartCheck[];
  /** Volunteers whose results agree with the accepted one, its own first. */
  agreed: readonly VolunteerId[];
  /** Volunteers that came to the same in a part of it. */
  confirmed: readonly VolunteerId[];
  /** Its check was due, and nobody was there who could make it. */
  unseen: boolean;
  /** A draw for audits has passed over or taken it: it is not drawn again. */
  covered: boolean;
}

export interface TaskRecord {
  readonly spec: TaskSpec;
  /** Place in the order of adding: a task that comes back goes before the ones that were never tried. */
  readonly order: number;
  /** Tasks whose outputs it needs. */
  readonly after: readonly TaskId[];
  readonly queue: TaskQueue;
  state: TaskState;
  /** When it became ready for the first time: its deadline counts from then. null before. */
  readyAt: Millis | null;
  /** What it wants of its queue: somebody to do it, somebody to do it again for a comparison, or nothing. */
  wanting: 'first' | 'replica' | null;
  /** Every attempt ever made, oldest first. */
  attempts: readonly AttemptRecord[];
  /** Who failed it, and why. Losses by departure are not here. */
  failures: readonly { readonly volunteer: VolunteerId; readonly reason: string }[];
  check: TaskCheck | null;
  /** Tasks that need its output. */
  dependents: readonly TaskId[];
  /** `outputUnneeded` was said. */
  freed: boolean;
}

export type AttemptState =
  /** Handed to the driver, not yet with the volunteer. */
  | { readonly kind: 'reserved' }
  | { readonly kind: 'sent' }
  | { readonly kind: 'running'; readonly share: number }
  /** The result is here; `sound` once its structure is known to be. */
  | { readonly kind: 'returned'; readonly stats: RunStats; readonly sound: boolean }
  | { readonly kind: 'accepted' }
  | { readonly kind: 'rejected'; readonly reason: string }
  | { readonly kind: 'lost'; readonly reason: string }
  | { readonly kind: 'cancelled'; readonly reason: string }
  | { readonly kind: 'retracted'; readonly reason: string };

export interface AttemptRecord {
  readonly id: AttemptId;
  readonly task: TaskRecord;
  readonly volunteer: VolunteerId;
  readonly purpose: AttemptPurpose;
  readonly assignedAt: Millis;
  /** What the oracle said when it was assigned: the task's own time, and the ends of its 95 % interval. */
  readonly lowMs: Millis;
  readonly expectedMs: Millis;
  readonly boundMs: Millis;
  /** Who would take it over, the better one first. */
  readonly backups: readonly VolunteerId[];
  /** What was learned of failures was left out when its volunteer was chosen. */
  readonly untouched: boolean;
  /** The part of another attempt's result that this one computes again; null for one that computes the whole task. */
  readonly probe: SecretPart | null;
  state: AttemptState;
}

export type VolunteerState =
  | { readonly kind: 'joining' }
  | { readonly kind: 'ready' }
  | { readonly kind: 'paused' }
  /** Its link or its work is silent: nothing new for it, and others may redo what it has. */
  | { readonly kind: 'suspect'; readonly reason: string }
  | { readonly kind: 'quarantined'; readonly until: Millis; readonly reason: string }
  | { readonly kind: 'gone'; readonly reason: string };

export interface VolunteerRecord {
  readonly id: VolunteerId;
  /** In the order of first joining: ties are broken by it. */
  readonly seq: number;
  capabilities: Capabilities;
  tags: VolunteerTags;
  state: VolunteerState;
  joinedAt: Millis;
  /** When it was in good standing last, if it is not now. */
  readyUntil: Millis;
  /** What it told of itself last. */
  paused: boolean;
  hidden: boolean;
  /** Why its link is suspect; null while it is not. */
  linkSuspect: string | null;
  /** Why its work is suspect (a lease ran out); null after the next sign of life. */
  silent: string | null;
  /** Its attempts that are reserved, sent or running, in the order of assignment: it works on the first. */
  queue: readonly AttemptRecord[];
  /** Its attempts that were given up: it may still be at them when it comes back. */
  readonly lost: Set<AttemptRecord>;
  /** When the first of `queue` became the first. */
  headAt: Millis;
  /** The last sign of life, or when the first of `queue` became the first. */
  signAt: Millis;
  assignedAt: Millis;
  lastReturnAt: Millis;
  readonly speeds: Map<string, SpeedStats>;
  roundTrip: RoundTripStats | null;
  record: RecordStats;
  /** Of this session; null before its first result. */
  rhythm: RhythmStats | null;
  /** Its earlier sessions; null before the first is over. */
  visits: VisitStats | null;
  /** What it told, and what was measured of its link; null before the first. */
  telemetry: TelemetryView | null;
  link: LinkQuality | null;
  bytesPerSecond: number | null;
  /** Blobs and outputs of tasks that it has, by `blobKey` and `outputKey`. */
  readonly holds: Set<string>;
  /** A task of this size did not fit into its GPU's memory; null while nothing failed so. */
  memoryCeiling: number | null;
  /** It handed work back of its own will: until then, or until it tells of itself, it gets nothing new. */
  restUntil: Millis;
  failuresInRow: number;
  /** End of the present or last quarantine. */
  quarantinedUntil: Millis;
  quarantineReason: string;
  quarantines: number;
  /** Results that agreed with somebody else's, in a row; by `trustKey`. */
  readonly verified: Map<string, number>;
  /** Tasks of jobs that check, done with its result, or with its agreement to it or to a part of it. */
  readonly vouched: Set<TaskId>;
  /** So often in a row others decided against what it said of a part. */
  doubts: number;
  /** How many attempts it should have, as advised; null without advice. */
  advised: Share | null;
  /** How many it should have in the class where that is most, and how many it would have there without advice. */
  share: Share;
  usual: number;
  /** Attempts of others that it is a backup for. */
  backupFor: number;
  /** Count changes of what the oracle goes by: for durations, and for round trips. */
  statistics: number;
  trips: number;
  /** Its place in each lane, by class key. */
  readonly places: Map<string, Place>;
  /** When time alone may change something about it next; null: never. */
  timerAt: Millis | null;
}

/** A volunteer's place in a lane. */
export interface Place {
  readonly volunteer: VolunteerRecord;
  readonly seq: number;
  /** Expected end of a task of the class, absolute or, in `idle`, from now. */
  readonly key: Millis;
  /** Which list of the lane it stands in. */
  readonly list: 'idle' | 'queued' | 'full' | 'none';
  /** Expected time of the class's typical task on it, queue and transfer not counted. */
  readonly durationMs: Millis;
  /** Bounds of its 95 % interval. */
  readonly lowMs: Millis;
  readonly boundMs: Millis;
  /** How many attempts it should have, how many the policy alone would give it, and the round trip to it. */
  readonly depth: number;
  readonly usual: number;
  /** How much work may wait behind the running one when that ends. */
  readonly aheadMs: Millis;
  readonly tripMs: Millis;
  readonly slowTripMs: Millis;
  /** `statistics` and `trips` of the volunteer when the oracle was asked. */
  readonly statistics: number;
  readonly trips: number;
  /** When its queue would be done; what is overdue counts as if it ended at once. */
  readonly freeAt: Millis;
  /** When it has room for more; null when time alone does not bring that about. */
  readonly roomAt: Millis | null;
  /** What its machine and page lack, and what it lacks by what was seen of it; it is able without either. */
  readonly lacks: readonly string[];
  readonly unfit: readonly string[];
}

export interface JobRecord {
  readonly id: JobId;
  settings: JobSettings;
  paused: boolean;
  readonly tasks: Set<TaskId>;
  readonly queues: TaskQueue[];
  units: number;
  doneUnits: number;
  done: number;
  failed: number;
  cancelled: number;
  /** Tasks that are waiting or ready. */
  open: number;
  /** Attempts by purpose. */
  readonly made: Record<AttemptPurpose, number>;
  /** Work units of attempts made beside a live one of a volunteer in good standing: bounded by the extra share. */
  extraUnits: number;
  /** Done tasks whose results were drawn for a check that is not over. */
  readonly audits: Set<TaskId>;
  /** Work units of results that came to be checked in parts, of the parts that are to be looked at, and of those handed out. */
  readonly spot: { seen: number; planned: number; spent: number };
  /** Results that should have been checked while nobody was there to do it. */
  unseen: number;
  rejected: number;
  retracted: number;
  /** Milliseconds of volunteers' time given to it, divided by its weight: see `served.ts`. */
  served: number;
  /** What of that is only expected, not divided. */
  charged: Millis;
  /** Whether `jobSettled` was said since its last task changed. */
  settled: boolean;
}

/** Tasks with equal needs, so that one look decides for all of them, and the volunteers for them. */
export interface TaskClass {
  readonly key: string;
  readonly kernel: TaskSpec['kernel'];
  readonly requires: TaskSpec['requires'];
  /** Work units of the task by which volunteers are compared: the first one's. */
  readonly typicalUnits: number;
  readonly typicalInputBytes: number;
  readonly typicalOutputBytes: number;
  /** Able and with room: nothing to do; something to do; as much as they should have. */
  readonly idle: SortedList<Place>;
  readonly queued: SortedList<Place>;
  readonly full: SortedList<Place>;
  /** Volunteers that are there and able, in whatever standing. */
  able: number;
  /** When all its waiting work could be done, as found for some decisions to come. */
  horizon: { readonly at: Millis; uses: number } | null;
}

/** The tasks of one job and class that want an attempt. */
export interface TaskQueue {
  readonly job: JobRecord;
  readonly taskClass: TaskClass;
  /** Tasks that nobody has, tried before or not, in the order of handing out; may hold some that do not want anything any more. */
  readonly again: Heap<TaskRecord>;
  readonly fresh: Heap<TaskRecord>;
  /** Both by size, the shortest first. */
  readonly shortest: Heap<TaskRecord>;
  /** Tasks that want a replica, by who made the result that is to be compared with; none without a task. */
  readonly replicas: Map<VolunteerId, ReplicaGroup>;
  /** Tasks that want a first attempt, their work units (whole numbers, so that sums are exact), and a replica. */
  firsts: number;
  firstUnits: number;
  replicasWanted: number;
  /** Not all of its tasks are of one size. */
  mixed: boolean;
}

export interface ReplicaGroup {
  /** May hold some that do not want a replica any more. */
  readonly heap: Heap<TaskRecord>;
  /** Exactly those that do. */
  readonly tasks: Set<TaskRecord>;
}

export interface Hold {
  readonly share: number;
  readonly reached: boolean;
}

/** Counted as things move: how busy the grid is costs nothing to know. */
export interface Load {
  /** Volunteers that are there and not paused, and those of them with something in their queue. */
  present: number;
  busy: number;
  /** Tasks that are waiting or ready, of all jobs. */
  waiting: number;
}

export interface State {
  readonly jobs: Map<JobId, JobRecord>;
  readonly tasks: Map<TaskId, TaskRecord>;
  readonly attempts: Map<AttemptId, AttemptRecord>;
  readonly volunteers: Map<VolunteerId, VolunteerRecord>;
  /** The job owner's own machines among them, also those that are gone. */
  readonly trusted: Set<VolunteerRecord>;
  readonly classes: Map<string, TaskClass>;
  /** One entry a volunteer with a timer, and stale ones. */
  readonly timers: Heap<{ readonly at: Millis; readonly volunteer: VolunteerRecord }>;
  readonly load: Load;
  /** Sessions that are over, by network: of whoever is not known any better. The one that was there last is the last. */
  readonly visits: Map<string, VisitStats>;
  hold: Hold | null;
  /** The earliest wake-up asked for that has not come yet. */
  wakeAt: Millis | null;
  nextOrder: number;
  nextSeq: number;
  /** `served` of the job that was served last, without what was only expected then: newcomers begin there. */
  servedAt: number;
  /** Before then, idle volunteers do not look for something to clone again. */
  tailQuietUntil: Millis;
  /** Tasks whose volunteer is late, silent or not in good standing: somebody else may try them. */
  readonly doubtful: Set<TaskRecord>;
  /** Tasks with results that differ, not decided yet. */
  readonly disputed: Set<TaskRecord>;
  /** When volunteers' shares were advised last. */
  advisedAt: Millis;
  /** The last one that was told of; null while the one to begin with answers. */
  oracle: { readonly revision: number; readonly hash: string } | null;
}

export function createState(): State {
  return {
    jobs: new Map(),
    tasks: new Map(),
    attempts: new Map(),
    volunteers: new Map(),
    trusted: new Set(),
    classes: new Map(),
    timers: createHeap((a, b) => a.at < b.at || (a.at === b.at && a.volunteer.seq < b.volunteer.seq)),
    visits: new Map(),
    load: { present: 0, busy: 0, waiting: 0 },
    hold: null,
    wakeAt: null,
    nextOrder: 0,
    nextSeq: 0,
    servedAt: 0,
    tailQuietUntil: 0,
    doubtful: new Set(),
    disputed: new Set(),
    advisedAt: 0,
    oracle: null,
  };
}

/** Adds a volunteer to the grid's load, or takes it out: around every change of its state or its queue. */
export function weigh({ load }: State, { state: { kind }, queue }: VolunteerRecord, by: 1 | -1): void {
  if (kind === 'gone' || kind === 'joining' || kind === 'paused') return;
  load.present += by;
  if (queue.length > 0) load.busy += by;
}

/** Whether an attempt is still on its way or at work: it stands in its volunteer's queue. */
export function isLive({ state: { kind } }: AttemptRecord): boolean {
  return kind === 'reserved' || kind === 'sent' || kind === 'running';
}

/** Whether an attempt computes its whole task, so that its result can be the task's. */
export function isWhole({ probe }: AttemptRecord): boolean {
  return probe === null;
}

/** Whether an attempt's result is here, of sound structure, and neither taken nor refused. */
export function isSound({ state }: AttemptRecord): boolean {
  return state.kind === 'returned' && state.sound;
}

export function isFinal({ state: { kind } }: TaskRecord): boolean {
  return kind === 'done' || kind === 'failed' || kind === 'cancelled';
}

/** Whether a volunteer has failed a task before. */
export function hasFailed({ failures }: TaskRecord, { id }: VolunteerRecord): boolean {
  return failures.some(({ volunteer }) => volunteer === id);
}

export const NOBODY: VolunteerTags = { network: null, owner: null, invited: false, trusted: false };
export const PLAIN_JOB: JobSettings = { weight: 1, priority: 0, deadlineMs: null, extraShare: null };

/** Before anybody has said how many attempts somebody should have. */
export const ONE_ATTEMPT: Share = { attempts: 1, probability: 1 };
