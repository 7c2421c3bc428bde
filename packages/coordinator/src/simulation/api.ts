import type { WorldCamera } from '@tabgrid/assets/worlds/builtin';
import type { ShownWorld } from '@tabgrid/assets/worlds/shown-world';
import type { Bytes } from '@tabgrid/protocol/bytes';
import type { JobId, Millis } from '@tabgrid/protocol/ids';
import type { Merge, Verification } from '@tabgrid/protocol/task';

/** A world of rigid bodies that volunteers move. */

export type WorldInput =
  /** @see builtinWorld */
  | { readonly kind: 'builtin'; readonly name: string; readonly bodies?: number }
  /** A world as JSON, or a glTF whose nodes become bodies. */
  | { readonly kind: 'file'; readonly file: File };

/** A world that was read and checked. */
export interface PreparedWorld {
  readonly title: string;
  readonly world: ShownWorld;
  /** null: to be found from what there is. */
  readonly camera: WorldCamera | null;
  /** What was taken otherwise than the file has it, in words. */
  readonly warnings: readonly string[];
}

export interface SimulationSpec {
  readonly seconds: number;
  /** Of a frame of 1/60 s. */
  readonly substeps: number;
  /** null: as many as pay. */
  readonly regions: number | null;
  /** Of the ghosts around a region, m: at least. */
  readonly margin: number;
  /**
   * Of bodies that two regions simulated: `owner` takes a wider margin than this where both would not see the same, and ends in the same bits
   * however the world is cut; `average` takes the margin as it is, as long as contacts are seen, and the mean of what both say.
   */
  readonly merge: Merge;
  /** Whether each window is to be there within a frame's time. */
  readonly realTime: boolean;
  readonly verify: Verification;
}

export interface SimulationView {
  readonly id: JobId;
  readonly title: string;
  readonly state: 'running' | 'paused' | 'done' | 'cancelled' | 'failed';
  readonly spec: SimulationSpec;
  readonly bodies: number;
  /** Frames asked for, and those that are there: frame 0 is the beginning. */
  readonly frames: number;
  readonly framesDone: number;
  readonly regions: number;
  /** What is used: m, and substeps between two exchanges. */
  readonly margin: number;
  readonly window: number;
  /** Of bodies in all regions' parts, those that are another's. */
  readonly ghostShare: number;
  readonly conflicts: number;
  readonly resimulated: number;
  /** Joules, of each frame. */
  readonly energy: readonly number[];
  /** kg·m/s that came from nowhere: 0. */
  readonly momentumDrift: number;
  readonly framesPerSecond: number;
  readonly wallMs: Millis;
  readonly startedAt: number;
  /** Why it failed, or what was done differently from what was asked for; null when all is well. */
  readonly notice: string | null;
}

/** A simulation that an earlier page was working on, or ended. */
export interface KeptSimulation
  extends Pick<SimulationView, 'id' | 'title' | 'state' | 'bodies' | 'frames' | 'framesDone' | 'startedAt'> {}

/** Where bodies are, for a picture of them. */
export interface FramePoses {
  readonly frame: number;
  /** m; 3 a body. */
  readonly positions: Float32Array;
  /** Quaternions x, y, z, w; 4 a body. */
  readonly rotations: Float32Array;
}

export type TrajectoryFormat = 'json' | 'binary' | 'glb';

/** Whose the bodies are now. */
export interface Ownership {
  /** Region of each body. */
  readonly owners: Uint8Array;
  /** Ordinals of the volunteers that computed each region last; -1 for nobody yet. */
  readonly volunteers: readonly number[];
  /** 1 for bodies that are in another region's part too. */
  readonly ghosts: Uint8Array;
}

export interface Simulations {
  /** What was kept of another one is forgotten. @throws UserError for a world or a setting that cannot be simulated, and while another one runs */
  launch(input: WorldInput, spec: SimulationSpec): Promise<JobId>;
  pause(): void;
  resume(): void;
  cancel(): void;
  /** What is kept of an earlier page's; null once this page has one of its own. */
  kept(): KeptSimulation | null;
  /** Goes on with it where it was cut off; one that was over is shown. @throws UserError when its records are gone or another page's */
  takeUp(): Promise<void>;
  /** Forgets it. */
  discard(): Promise<void>;
  /** The last one that was launched or taken up; null before the first. */
  view(): SimulationView | null;
  /** The one that was launched last: how its bodies look, and where they were at first. */
  world(): PreparedWorld | null;
  /** null for a frame that is not there. */
  frame(index: number): FramePoses | null;
  /** null before the first, and for one that an earlier page ended. */
  ownership(): Ownership | null;
  /**
   * All frames that are there, or one: as a trajectory (JSON, binary) or a model, which is animated if there are several.
   * @throws UserError before the first, and for a frame that is not there
   */
  export(format: TrajectoryFormat, only?: number): Promise<Bytes>;
  /** What happened; its form is `SimulationReport` in the protocol's records. @throws UserError before the first */
  report(): Promise<unknown>;
}
