import type { Millis, VolunteerId } from '@tabgrid/protocol/ids';
import type { Vec3 } from '@tabgrid/webgpu-kernels/pathtrace/scene-source';
import type { RenderSpec, Viewpoint } from '../api.js';

/** What a page may ask of the viewport, and what it may show of it. */

/** How the viewport stands, in figures. */
export interface ViewportView {
  /** Of its finest picture, in pixels. */
  readonly width: number;
  readonly height: number;
  /** Of what is shown, the roughest part of it counting; null before the first picture. */
  readonly shown: { readonly width: number; readonly height: number; readonly samples: number } | null;
  /** `rough`: answers the camera; `refining`: the camera rests; `done`: nothing is left to do, `stuck`: see `notice`. */
  readonly state: 'rough' | 'refining' | 'done' | 'stuck';
  /** Volunteers who took part in the last whole picture. */
  readonly helpers: number;
  /** Median over the last cameras: until the first picture, and until the first complete one of the finest size. */
  readonly firstMs: Millis | null;
  readonly completeMs: Millis | null;
  /** Samples a pixel after which it is done. */
  readonly spp: number;
  /** What keeps it from going on, in words; null when all is well. */
  readonly notice: string | null;
}

/** One size of what the viewport shows. */
export interface ViewportLayer {
  readonly width: number;
  readonly height: number;
  /** Linear RGB means, row-major from the top. A live view. */
  readonly rgb: Float32Array<ArrayBuffer>;
  /** What is in it, in the order of coming; `revision` is the picture's then. A layer that is whole has all of its pixels. */
  readonly parts: readonly ViewportPart[];
}

export interface ViewportPart {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly revision: number;
}

/** What the viewport shows: one camera's picture, the last one that is whole. */
export interface ViewportPicture {
  /** Counts the cameras that were rendered. */
  readonly frame: number;
  /** Grows with every change. */
  readonly revision: number;
  readonly camera: Viewpoint;
  /** Whole. */
  readonly under: ViewportLayer;
  /** A finer one that is coming, to be drawn over it; null when none is. */
  readonly over: ViewportLayer | null;
  /** Samples a pixel of `under`. */
  readonly samples: number;
  /** Whether `under` has the finest size. */
  readonly complete: boolean;
}

/** What became of one camera, in milliseconds from when it was set; null for what did not come to be. */
export interface ViewportTrace {
  readonly frame: number;
  readonly camera: Viewpoint;
  /** Until its rough picture was asked for. */
  readonly askedMs: Millis;
  readonly firstMs: Millis | null;
  readonly completeMs: Millis | null;
  /** What the rough picture and the complete one took their time for. */
  readonly rounds: readonly ViewportRound[];
}

/** One picture of a frame, in milliseconds from when it was asked for. */
export interface ViewportRound {
  readonly width: number;
  readonly height: number;
  /** From when its camera was set until it was asked for. */
  readonly afterMs: Millis;
  readonly ms: Millis;
  readonly expectedMs: Millis | null;
  readonly parts: readonly {
    readonly volunteer: VolunteerId;
    /** Until word came that the volunteer's GPU began: the way there, and its queue; null when none came. */
    readonly startedMs: Millis | null;
    /** As the volunteer measured: on the GPU, and until the result was read back. */
    readonly kernelMs: Millis;
    readonly wallMs: Millis;
    readonly returnedMs: Millis;
    readonly bytes: number;
  }[];
}

/** The loaded scene from a camera that a person moves, rendered by the volunteers as it moves. */
export interface Viewport {
  /**
   * Begins to show the scene as a launch of this spec would, and tells where from, and where the scene lies. Its size, bounces and
   * seed are the spec's; its samples are added while the camera rests.
   * @throws UserError when a value is out of bounds or no scene is loaded
   */
  open(spec: RenderSpec): Promise<{ readonly camera: Viewpoint; readonly bounds: SceneBounds }>;
  /** Shows the scene from here. Nothing while it is closed. */
  move(camera: Viewpoint): void;
  close(): void;
  /** null before the first picture, and while it is closed. */
  picture(): ViewportPicture | null;
  /** Calls back when `picture` has changed, each time. Returns the unsubscribe. */
  subscribe(listener: () => void): () => void;
  /** Of the last cameras, the oldest first. */
  traces(): readonly ViewportTrace[];
}

/** The box that holds the scene, world space. */
export interface SceneBounds {
  readonly low: Vec3;
  readonly high: Vec3;
}
