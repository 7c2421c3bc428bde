import type { Bytes } from '@tabgrid/protocol/bytes';
import type { JobId, Millis, RoomId, VolunteerId } from '@tabgrid/protocol/ids';
import type { AdapterClass, Verification } from '@tabgrid/protocol/task';
import type { LinkPath } from '@tabgrid/transport/link';

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
  /** What the file asks for and this renderer leaves out, in words. */
  readonly warnings: readonly string[];
  /** Name of the HDR file in use; null with the constant or built-in one. */
  readonly environment: string | null;
}

export interface RenderSpec {
  readonly width: number;
  readonly height: number;
  /** Camera samples a pixel. */
  readonly spp: number;
  readonly bounces: number;
  readonly seed: number;
  /** Name of one of the scene's cameras; null takes the first, or a framing of the whole scene. */
  readonly camera: string | null;
  /** Tile side in pixels; null lets the planner choose. */
  readonly tile: number | null;
  readonly verify: Verification;
}

export type JobState = 'preparing' | 'running' | 'done' | 'cancelled' | 'failed';

export interface JobView {
  readonly id: JobId;
  readonly title: string;
  readonly state: JobState;
  readonly spec: RenderSpec;
  /** Samples a pixel asked for so far, with those added later. */
  readonly spp: number;
  /** Accepted share of the work asked for, 0 to 1. */
  readonly share: number;
  /** Milliseconds to go; null while nobody knows. */
  readonly etaMs: Millis | null;
  /** Camera samples a second over the last few seconds. */
  readonly samplesPerSecond: number;
  readonly tasks: { readonly total: number; readonly accepted: number; readonly running: number };
  readonly attempts: number;
  readonly retries: number;
  /** Wall-clock time (ms since 1970) of the launch. */
  readonly startedAt: number;
  readonly wallMs: Millis;
  /** Whether assignments are held (see `hold`). */
  readonly held: boolean;
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
}

export interface GridView {
  readonly room: { readonly id: RoomId; readonly publicUrl: string | null } | null;
  readonly signaling: 'connecting' | 'online' | 'offline' | 'replaced';
  readonly open: boolean;
  readonly scene: SceneView | null;
  /** What a scene is being prepared for; null when none is. */
  readonly preparing: string | null;
  readonly volunteers: readonly VolunteerView[];
  /** The job that is shown: running, or the last one. */
  readonly job: JobView | null;
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

/** The picture so far. */
export interface FilmView {
  readonly width: number;
  readonly height: number;
  /** Linear RGB, row-major from the top; each pixel is its mean over the samples it has (0 where it has none). */
  readonly rgb: Float32Array<ArrayBuffer>;
  /** Grows with every change. */
  readonly revision: number;
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
  /** @throws UserError when a value is out of bounds or no scene is loaded */
  launch(spec: RenderSpec): Promise<JobId>;
  /** Stops the running job; what is there stays. */
  cancel(): void;
  /** More samples on the finished (or stopped) picture. @throws UserError */
  addSamples(spp: number): Promise<void>;
  film(): FilmView | null;
  tiles(): readonly TileView[];
  /** Encodes the film in a Worker. @throws UserError when there is none */
  export(format: 'png' | 'exr'): Promise<Bytes>;
  /** The report of the job shown; its form is `JobReport` in the protocol's records. @throws UserError */
  report(): Promise<unknown>;
  pastJobs(): Promise<readonly PastJob[]>;
  /** Shows a past job's picture from the store. @throws UserError when its results are gone */
  openPast(id: JobId): Promise<void>;
  /** Stops the hand-out of tasks at a given share, for tests of what happens in mid-job. */
  hold: HoldControl;
  /** Says goodbye to all volunteers and closes. */
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
