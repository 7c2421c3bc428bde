import type { PreparedScene } from '@tabgrid/assets/prepare';
import type { ToneOptions } from '@tabgrid/assets/tonemap';
import type { Trajectory } from '@tabgrid/assets/worlds/trajectory';
import type { Bytes } from '@tabgrid/protocol/bytes';
import type { Clock } from '@tabgrid/protocol/clock';
import type { BlobStore, RecordStore } from '@tabgrid/store/ports';
import type { OwnerSource } from '@tabgrid/transport/source';
import type { SceneInput } from './api.js';
import type { LearningPort } from './learning/learning.js';
import type { PreparedWorld, TrajectoryFormat, WorldInput } from './simulation/api.js';

/** Turns files into what the grid needs. In a page: `createSceneWorker`. */
export interface ScenePreparer {
  /** @throws UserError that names the problem and what to do */
  prepare(input: SceneInput, setting: SceneSetting): Promise<PreparedScene>;
}

/** What a scene is looked at under. */
export interface SceneSetting {
  /** A Radiance HDR; null takes the scene's default light. */
  readonly environment: File | null;
  /** Seconds of its animation; null for the rest pose. */
  readonly time: number | null;
}

/** A picture in linear light, RGB, row-major from the top. */
export interface LinearFilm {
  readonly width: number;
  readonly height: number;
  readonly rgb: Float32Array<ArrayBuffer>;
}

export type FilmFormat = { readonly format: 'png'; readonly tone: ToneOptions } | { readonly format: 'exr' };

/** Turns a film into a file. In a page: `createSceneWorker`. */
export interface FilmEncoder {
  encode(film: LinearFilm, as: FilmFormat): Promise<Bytes>;
}

/** Turns files into worlds of bodies, and their ways into files. In a page: `createSceneWorker`. */
export interface WorldReader {
  /** @throws UserError that names the problem and what to do */
  read(input: WorldInput): Promise<PreparedWorld>;
  write(world: PreparedWorld, trajectory: Trajectory, format: TrajectoryFormat): Promise<Bytes>;
}

export interface CoordinatorDeps {
  readonly source: OwnerSource;
  readonly clock: Clock;
  /** ms since 1970. */
  readonly wallClock: () => number;
  readonly blobs: BlobStore;
  readonly records: RecordStore;
  /** Why nothing outlives the page (see `openStores`); null or absent when it does. */
  readonly storeProblem?: string | null;
  readonly prepare: ScenePreparer;
  readonly encode: FilmEncoder;
  readonly worlds: WorldReader;
  /**
   * Whether this page is the only one of the browser that has this name, for as long as it lives (see `claimName`). Absent:
   * there are no others.
   */
  readonly claim?: (name: string) => Promise<boolean>;
  /** What learns from the volunteers' work; absent: nothing is learned. */
  readonly learning?: LearningPort;
  /** Uniform in [0, 1), and not to be guessed: names of jobs, and the seed that says which results are checked. */
  readonly random: () => number;
  /** What volunteers see as the owner's name; unverified. */
  readonly name: string;
}
