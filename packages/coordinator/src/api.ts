import type { ToneOptions } from '@tabgrid/assets/tonemap';
import type { Bytes } from '@tabgrid/protocol/bytes';
import type { JobId, Millis, RoomId, VolunteerId } from '@tabgrid/protocol/ids';
import type { AdapterClass, Verification } from '@tabgrid/protocol/task';
import type { LinkPath } from '@tabgrid/transport/link';
import type { CameraSource } from '@tabgrid/webgpu-kernels/pathtrace/scene-source';
import type { KeptSimulation, Simulations, SimulationView } from './simulation/api.js';
import type { Viewport, ViewportView } from './viewport/api.js';

export type { ToneCurve } from '@tabgrid/assets/tonemap';

/**
 * What a page may ask of the job side, and what it may show. Views are immutable values: a new one for every change,
 * handed out at most four times a second.
 */

/** Where a scene comes from: a built-in name, or files that a person dropped. */
export type SceneInput =
  | { readonly kind: 'builtin'; readonly name: BuiltinScene }
  | { readonly kind: 'files'; readonly scene: File; readonly resources: readonly File[] };

export type BuiltinScene = 'cornell' | 'spheres' | 'bunny';

/** What the owner sees of a scene before launching. */
export interface SceneView {
  readonly name: string;
  readonly triangles: number;
  readonly materials: number;
  readonly textures: number;
  /** Bytes that each volunteer has to fetch once. */
  readonly bytes: number;
  readonly cameras: readonly string[];
  /** The animation that plays, or would if a time were chosen; null where the file has none. */
  readonly animation: { readonly name: string; readonly seconds: number } | null;
  /** Seconds of it that the scene is looked at; null for the rest pose. */
  readonly time: number | null;
  /** What the file asks for and this renderer leaves out, in words. */
  readonly warnings: readonly string[];
  /** Name of the HDR file in use; null with the constant or built-in one. */
  readonly environment: string | null;
}

/** A camera without a name: position, viewing direction (orthonormal, world space) and what it takes in. */
export type Viewpoint = Omit<CameraSource, 'name'>;

export interface RenderSpec {
  readonly width: number;
  readonly height: number;
  /** Camera samples a pixel. */
  readonly spp: number;
  readonly bounces: number;
  readonly seed: number;
  /** Name of one of the scene's cameras; null takes the first, or a framing of the whole scene. */
  readonly camera: string | null;
  /** f-number of the lens, as on a 35 mm camera of the same angle; absent: a pinhole, which shows everything sharp. */
  readonly aperture?: number;
  /** Metres along the view at which things are sharp; absent: at what stands in the picture's middle. */
  readonly focus?: number;
  /** Where it is seen from instead of from one of the scene's cameras. Absent: `camera` counts. */
  readonly viewpoint?: Viewpoint;
  /**
   * Standard error of pixels relative to the light around them, 0.002 to 1: samples go where the picture is noisier, until all of
   * it is as good, or has `spp` samples. Absent: every pixel gets `spp` samples.
   */
  readonly noise?: number;
  /**
   * Largest radiance that a sample may bring over more than one surface: no fireflies, at the price of light. Absent: no limit,
   * which alone is right in the mean.
   */
  readonly clamp?: number;
  /** Whether noise is taken out of the finished picture; absent: it stays as it is rendered. */
  readonly denoise?: boolean;
  /** Tile side in pixels; null lets the planner choose. */
  readonly tile: number | null;
  readonly verify: Verification;
}

export type JobState = 'preparing' | 'running' | 'paused' | 'done' | 'cancelled' | 'failed';

/** How a job shares the volunteers with the other jobs of this page. */
export interface JobShare {
  /** Relative to other jobs of the same priority, above 0. */
  readonly weight: number;
  /** A job of a higher priority gets all that it can use before one of a lower. */
  readonly priority: number;
}

/** Work beside the plain first attempts, for the owner: what the grid did so that the picture is whole and right. */
export interface JobWork {
  /** Attempts made because an earlier one was lost, failed or rejected. */
  readonly again: number;
  /** Attempts made beside one that was late, silent or about to be lost. */
  readonly backups: number;
  /** Attempts made by idle volunteers near the end. */
  readonly clones: number;
  /** Attempts made to compare a result with. */
  readonly replicas: number;
  /** Secret parts of results that others computed again; none of the attempts. */
  readonly probes: number;
  /** Results that wait for somebody else's to be compared with. */
  readonly checking: number;
  /** Results found wrong, and accepted ones taken out because their volunteer was caught. */
  readonly rejected: number;
  readonly retracted: number;
  /** Results that were due to be checked while nobody was there who could do it. */
  readonly unseen: number;
}

/** How noisy a picture is that is to have little noise. */
export interface NoiseState {
  readonly target: number;
  /** Root mean square over the picture, and the share of it that is as good as asked for; null before the first look. */
  readonly level: number | null;
  readonly met: number | null;
}

/** How far a stage behind a picture is. */
export interface StageView {
  /** `gone`: it was over, and what it made is not kept. */
  readonly state: 'waiting' | 'running' | 'done' | 'failed' | 'gone';
  /** Accepted share of its work, 0 to 1. */
  readonly share: number;
}

export interface JobView {
  readonly id: JobId;
  readonly title: string;
  readonly state: JobState;
  readonly spec: RenderSpec;
  /** Samples a pixel asked for so far, with those added later; their mean, rounded, where some pixels get more than others. */
  readonly spp: number;
  /** Accepted share of the work asked for, 0 to 1. */
  readonly share: number;
  /** Milliseconds to go; null while nobody knows. */
  readonly etaMs: Millis | null;
  /** 95 % interval of it; null while nobody knows. */
  readonly etaInterval: { readonly low: Millis; readonly high: Millis } | null;
  /** Camera samples a second over the last few seconds. */
  readonly samplesPerSecond: number;
  readonly tasks: { readonly total: number; readonly accepted: number; readonly running: number };
  readonly attempts: number;
  readonly retries: number;
  readonly work: JobWork;
  readonly sharing: JobShare;
  /** Wall-clock time (ms since 1970) of the launch. */
  readonly startedAt: number;
  readonly wallMs: Millis;
  /** Whether assignments are held (see `hold`). */
  readonly held: boolean;
  /** null where no noise target was given. */
  readonly noise: NoiseState | null;
  /** The stage that takes the noise out of the picture; null where that is not wanted. */
  readonly denoise: StageView | null;
  /** Why it failed, or what keeps it from going on ("no volunteer is here"), in words; null when all is well. */
  readonly notice: string | null;
}

export interface VolunteerView {
  readonly id: VolunteerId;
  /** A number that stays with the volunteer, for its colour. */
  readonly ordinal: number;
  readonly name: string;
  readonly state: 'joining' | 'ready' | 'paused' | 'suspect' | 'quarantined' | 'gone';
  /** Why it is suspect, quarantined or gone; empty otherwise. */
  readonly reason: string;
  readonly adapter: AdapterClass | null;
  readonly software: boolean;
  readonly hidden: boolean;
  readonly path: LinkPath | null;
  readonly roundTripMs: Millis | null;
  /** Camera samples a second of its own accepted tiles; null before the first. */
  readonly samplesPerSecond: number | null;
  readonly tilesAccepted: number;
  readonly tilesRunning: number;
  readonly kernelMs: Millis;
  readonly bytesTo: number;
  readonly bytesFrom: number;
  /** How far its results are believed; null for the owner's own machine, which is believed. */
  readonly trust: {
    /** Its results that agreed with somebody else's, in a row. */
    readonly verified: number;
    /** The chance that its next result is checked, 0 to 1, in a job that checks. */
    readonly checkShare: number;
  } | null;
  /** Milliseconds until it gets work again; null while it is not in quarantine. */
  readonly quarantineMs: Millis | null;
  /** Running tasks that it would take over if their volunteer failed. */
  readonly backupFor: number;
}

export interface GridView {
  readonly room: { readonly id: RoomId; readonly publicUrl: string | null } | null;
  readonly signaling: 'connecting' | 'online' | 'offline' | 'replaced';
  readonly open: boolean;
  readonly scene: SceneView | null;
  /** What a scene is being prepared for; null when none is. */
  readonly preparing: string | null;
  readonly volunteers: readonly VolunteerView[];
  /** The job that is shown. */
  readonly job: JobView | null;
  /** Jobs that run or are paused, in the order of launching; the shown one may be among them. */
  readonly jobs: readonly JobView[];
  /** Jobs that this browser was working on when the page closed: `takeUp` goes on with one. Newest first. */
  readonly unfinished: readonly UnfinishedJob[];
  /** null while it is closed. */
  readonly viewport: ViewportView | null;
  /** The world that was launched or taken up last; null before the first. */
  readonly simulation: SimulationView | null;
  /** What an earlier page left of a simulation: `simulations.takeUp` goes on with it. */
  readonly keptSimulation: KeptSimulation | null;
  /** Things that the owner should know (persistence lost, for example). */
  readonly notices: readonly string[];
}

/** A tile's place and owner, for outlines over the picture. */
export interface TileView {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly state: 'running' | 'accepted';
  readonly volunteer: number;
}

/** How a picture is cut and what it costs where, for laying over it. */
export interface CutView {
  /** Of the samples at work; of the last ones once all are there. They do not overlap. */
  readonly tiles: readonly CutTile[];
  /** What a sample costs, relative to the picture's mean, in equal cells row by row; null while nobody knows. */
  readonly costs: { readonly columns: number; readonly rows: number; readonly cells: readonly number[] } | null;
}

export interface CutTile {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly done: boolean;
}
/** Which of a picture's two forms: with its noise taken out, as far as that has been done, or as it was rendered. */
export type PictureForm = 'denoised' | 'rendered';

/** The picture so far. */
export interface FilmView {
  readonly width: number;
  readonly height: number;
  /** Linear RGB, row-major from the top; each pixel is its mean over the samples it has (0 where it has none). */
  readonly rgb: Float32Array<ArrayBuffer>;
  /** Grows with every change. */
  readonly revision: number;
  /** What is shown. */
  readonly form: PictureForm;
}

/** One finished or stopped job in the list of past jobs. */
export interface PastJob {
  readonly id: JobId;
  readonly title: string;
  readonly state: JobState;
  readonly width: number;
  readonly height: number;
  readonly spp: number;
  readonly startedAt: number;
  readonly wallMs: Millis;
}

/** A job that was cut off in the middle. */
export interface UnfinishedJob extends PastJob {
  /** Share of its work that is safe in this browser, 0 to 1. */
  readonly share: number;
}

/** Whether what was learned decides, only watches and learns on, or is left out. */
export type LearningMode = 'on' | 'shadow' | 'off';

/** One of the five models, for the page. */
export interface ModelView {
  readonly name: 'time' | 'assignment' | 'balance' | 'failure' | 'latency';
  readonly deciding: 'learned' | 'baseline';
  /** Outcomes that it was judged by lately. */
  readonly samples: number;
  /** Mean loss of the model and of its baseline on them, lower is better; null before the first. */
  readonly learned: number | null;
  readonly baseline: number | null;
  /** What the loss is, in a few words. */
  readonly measure: string;
}

/** A running task's prediction. */
export interface RunningPrediction {
  readonly task: string;
  /** Names. */
  readonly volunteer: string;
  readonly backups: readonly string[];
  /** Milliseconds from now: median and 95 % interval; below 0 for what is overdue. */
  readonly finish: { readonly p025: Millis; readonly median: Millis; readonly p975: Millis };
  /** The chance that its volunteer is gone before, 0 to 1. */
  readonly risk: number;
}

/** A line over time; both as long as each other. `at` in ms since 1970, ascending. */
export interface Series {
  readonly at: readonly number[];
  readonly value: readonly number[];
}

/** What the page's models have learned, and how far they are right. */
export interface LearningView {
  readonly mode: LearningMode;
  /** Why nothing is learned or kept, in words; null when all is well. */
  readonly problem: string | null;
  /** What trains: `cpu`, `wasm`, `webgpu`; null before it is chosen. */
  readonly backend: string | null;
  /** ms a training step of each that this page measured, null for one that does not work here; empty when an earlier page had. */
  readonly measured: readonly { readonly backend: string; readonly stepMs: Millis | null }[];
  /** Outcomes kept, and rounds of training. */
  readonly outcomes: number;
  readonly revision: number;
  readonly models: readonly ModelView[];
  /** The last tasks (at most 500): what was predicted, and what it took. */
  readonly predicted: { readonly saidMs: readonly number[]; readonly tookMs: readonly number[] };
  /** Share of tasks within their 95 % interval, over the last 100 each time. */
  readonly coverage: Series;
  /** Failures within 60 s: groups by what was predicted; mean prediction, share that failed, and how many. */
  readonly reliability: readonly { readonly predicted: number; readonly observed: number; readonly count: number }[];
  /** Median absolute percentage error over the last 100, as a share: learned and baseline. */
  readonly error: { readonly learned: Series; readonly baseline: Series };
  /** The balancer's mean reward a period. */
  readonly reward: { readonly raw: Series; readonly shaped: Series };
  readonly running: readonly RunningPrediction[];
}

/** An error whose message is for a person: it names the problem and what to do. */
export class UserError extends Error {
  override name = 'UserError';
}

export interface Coordinator {
  view(): GridView;
  /** Calls back after changes, at most four times a second. Returns the unsubscribe. */
  subscribe(listener: () => void): () => void;
  setOpen(open: boolean): void;
  /** Reads and packs a scene in a Worker. @throws UserError; the scene before stays in use then */
  loadScene(input: SceneInput): Promise<SceneView>;
  /** @throws UserError when it is not a Radiance HDR; null takes the built-in sky */
  loadEnvironment(file: File | null): Promise<SceneView>;
  /** The scene at a time of its animation, in seconds; null for the rest pose. @throws UserError when it has none */
  setTime(seconds: number | null): Promise<SceneView>;
  /** @throws UserError when a value is out of bounds or no scene is loaded */
  launch(spec: RenderSpec, sharing?: JobShare): Promise<JobId>;
  /** Shows another of the jobs of `view().jobs`. @throws UserError */
  showJob(id: JobId): void;
  /** Stops a job (the one shown); what is there stays. */
  cancel(id?: JobId): void;
  /** Hands out nothing new of a job (the one shown) until `resume`; what runs is finished. */
  pause(id?: JobId): void;
  resume(id?: JobId): void;
  /** @throws UserError for a weight that is not above 0 */
  setSharing(id: JobId, sharing: JobShare): void;
  /** Goes on with an unfinished job and shows it. @throws UserError when its scene or its records are gone */
  takeUp(id: JobId): Promise<void>;
  /** Leaves an unfinished job as it is: it joins the past ones as a stopped one. */
  giveUp(id: JobId): Promise<void>;
  /** More samples on the finished (or stopped) picture. @throws UserError */
  addSamples(spp: number): Promise<void>;
  readonly viewport: Viewport;
  readonly simulations: Simulations;
  /** @param form by default the denoised picture where there is one */
  film(form?: PictureForm): FilmView | null;
  tiles(): readonly TileView[];
  /** Of the picture shown; null when there is none. Made anew when asked for: ask once a second at most. */
  cuts(): CutView | null;
  /**
   * Encodes the film in a Worker; an EXR stays linear, whatever `tone` says. @throws UserError when there is none
   * @param form as for `film`
   */
  export(format: 'png' | 'exr', tone?: ToneOptions, form?: PictureForm): Promise<Bytes>;
  /** The report of the job shown; its form is `JobReport` in the protocol's records. @throws UserError */
  report(): Promise<unknown>;
  /** What was learned. Made anew when asked for: ask once a second at most. */
  learning(): LearningView;
  setLearning(mode: LearningMode): void;
  /** All outcomes and models as a file. @throws UserError */
  exportLearning(): Promise<Bytes>;
  /** In the place of what is there. @throws UserError for a file that is none, or of another version */
  importLearning(file: Bytes): Promise<void>;
  /** Forgets all that was learned. */
  forgetLearning(): Promise<void>;
  pastJobs(): Promise<readonly PastJob[]>;
  /** Shows a past job's picture from the store. @throws UserError when its results are gone */
  openPast(id: JobId): Promise<void>;
  /** Stops the hand-out of tasks at a given share, for tests of what happens in mid-job. */
  hold: HoldControl;
  /** Says goodbye to all volunteers and closes. What runs is left to be taken up. */
  close(): Promise<void>;
}

/** For tests of what happens in mid-job. */
export interface HoldControl {
  /**
   * Holds new assignments once `share` of the running job's work is accepted, and never assigns its last task before
   * `release`, so that the job cannot end first. Called before a launch, it applies to the next job. Resolves when
   * the share is reached; a later `at` replaces the earlier one.
   */
  at(share: number): Promise<void>;
  release(): void;
}
