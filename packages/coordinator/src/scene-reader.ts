import { AssetError } from '@tabgrid/assets/asset-error';
import type { DecodeImage, LoadDraco, ResourceLookup } from '@tabgrid/assets/gltf';
import type { EnvironmentMap } from '@tabgrid/assets/hdr';
import type { PreparedScene, PrepareInput } from '@tabgrid/assets/prepare';
import type { Trajectory } from '@tabgrid/assets/worlds/trajectory';
import type { Bytes } from '@tabgrid/protocol/bytes';
import type { BuiltinScene, SceneInput } from './api.js';
import type { FilmFormat, LinearFilm, SceneSetting } from './deps.js';
import type { PreparedWorld, TrajectoryFormat, WorldInput } from './simulation/api.js';

/** From what a person chose to a scene: sizes first, then bytes. Free of Workers, so that it is tested without one. */

/** What crosses between the page and its Worker: errors as values, since a class does not survive the crossing. */
export interface SceneWorkerApi {
  prepare(input: SceneInput, setting: SceneSetting): Promise<PrepareAnswer>;
  encode(film: LinearFilm, as: FilmFormat): Promise<Bytes>;
  world(input: WorldInput): Promise<WorldAnswer>;
  writeTrajectory(world: PreparedWorld, trajectory: Trajectory, format: TrajectoryFormat): Promise<Bytes>;
}

export type WorldAnswer =
  | { readonly kind: 'world'; readonly world: PreparedWorld }
  | { readonly kind: 'refused'; readonly message: string };

export type PrepareAnswer =
  | { readonly kind: 'scene'; readonly scene: PreparedScene }
  /** `message` is for a person. */
  | { readonly kind: 'refused'; readonly message: string };

export interface SceneReaderDeps {
  readonly prepareScene: (input: PrepareInput) => Promise<PreparedScene>;
  readonly buildScene: (name: BuiltinScene) => Promise<Bytes>;
  readonly readHdr: (file: Bytes) => EnvironmentMap;
  readonly decodeImage: DecodeImage;
  readonly loadDraco: LoadDraco;
}

/** 512 MiB, for all files of a scene together: their triangles and texels have to fit into one page and one GPU. */
export const MAX_SCENE_FILE_BYTES = 512 * 1024 * 1024;

/** What the framing of a scene without a camera is made for before a picture's size is known. */
const ASPECT = 16 / 9;

export function createSceneReader(deps: SceneReaderDeps): {
  /** @throws AssetError */
  prepare(input: SceneInput, setting: SceneSetting): Promise<PreparedScene>;
} {
  return {
    async prepare(input, { environment, time }) {
      const files = input.kind === 'files' ? [input.scene, ...input.resources] : [];
      checkSize(files);
      if (environment) checkSize([environment]);
      const light = environment ? deps.readHdr(await bytesOfFile(environment)) : null;
      const { decodeImage, loadDraco } = deps;
      const common = { environment: light, decodeImage, loadDraco, aspect: ASPECT, time };
      if (input.kind === 'builtin') {
        return await deps.prepareScene({ ...common, name: input.name, file: await deps.buildScene(input.name) });
      }
      const resource = await lookup(input.resources);
      return await deps.prepareScene({
        ...common,
        name: input.scene.name,
        file: await bytesOfFile(input.scene),
        resource,
      });
    },
  };
}

/** Before a byte is read. */
export function checkSize(files: readonly File[]): void {
  const total = files.reduce((sum, { size }) => sum + size, 0);
  if (total <= MAX_SCENE_FILE_BYTES) return;
  const name = files[0]?.name ?? 'The file';
  throw new AssetError(
    `${name} is too large: ${Math.ceil(total / 1024 ** 2)} MiB where 512 MiB are the most. Simplify the model or scale its textures down.`,
  );
}

export async function bytesOfFile(file: File): Promise<Bytes> {
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch {
    throw new AssetError(`${file.name} cannot be read any more: it was moved, changed or locked. Choose it again.`);
  }
}

/** Files beside a .gltf, by their path below its folder, or by their bare name where the browser tells no path. */
async function lookup(files: readonly File[]): Promise<ResourceLookup> {
  const byName = new Map<string, Bytes>();
  for (const file of files) {
    const bytes = await bytesOfFile(file);
    byName.set(file.name, bytes);
    // `folder/textures/a.png`: the folder is the one that was dropped.
    const inside = file.webkitRelativePath?.split('/').slice(1).join('/');
    if (inside) byName.set(inside, bytes);
  }
  return (path) => byName.get(path) ?? byName.get(path.split('/').at(-1) ?? path) ?? null;
}
