import type { NamedBlob } from '@tabgrid/protocol/blob';
import type { Bytes } from '@tabgrid/protocol/bytes';
import {
  type NamedEnvironment,
  type NamedScene,
  nameEnvironment,
  nameScene,
  packEnvironment,
  packScene,
} from '@tabgrid/webgpu-kernels/pathtrace/scene';
import type { CameraSource, EnvironmentSource, Vec3 } from '@tabgrid/webgpu-kernels/pathtrace/scene-source';
import { AssetError, reasonOf } from './asset-error.js';
import { builtinEnvironment, lightsItself } from './builtin-environment.js';
import { defaultCamera, framingPoints } from './default-camera.js';
import { middleHit } from './focus.js';
import { type AnimationInfo, type DecodeImage, type LoadDraco, type ResourceLookup, readGltf } from './gltf.js';
import { worldPoints } from './world-points.js';

/** From a file to what the grid needs. Free of the DOM; it takes seconds for large files, so run it in a Worker. */
export interface PrepareInput {
  /** What the owner calls it: the file's name. */
  readonly name: string;
  readonly file: Bytes;
  readonly resource?: ResourceLookup;
  /**
   * Light from everywhere. Null takes the default: none for a scene that its own surfaces and lamps light (see `lightsItself`),
   * and the built-in sky for any other.
   */
  readonly environment: EnvironmentSource | null;
  readonly decodeImage: DecodeImage;
  readonly loadDraco?: LoadDraco;
  /** Seconds at which the scene's animation is looked at; null or absent: the rest pose. */
  readonly time?: number | null;
  /** Width ÷ height of the picture that the default camera frames. */
  readonly aspect: number;
}

export interface PreparedScene {
  readonly name: string;
  readonly manifest: NamedScene['manifest'];
  readonly environmentManifest: NamedEnvironment['manifest'];
  /** What volunteers fetch: the scene's and the environment's blobs, none twice. */
  readonly blobs: readonly NamedBlob[];
  /** The file's, in its order; a framing of the whole scene where it has none. Never empty. */
  readonly cameras: readonly CameraSource[];
  /** Whether `cameras` is only the framing, made for the aspect that was asked for. */
  readonly framed: boolean;
  /** What stands in the middle of each camera's picture, world space; null where nothing does. Large scenes only have the first ones. */
  readonly middles: readonly (Vec3 | null)[];
  /** Points enough to frame the scene for another aspect: `defaultCamera({ positions: framing }, aspect)`. */
  readonly framing: Float32Array;
  /** Whether the built-in sky is in use. */
  readonly sky: boolean;
  readonly summary: SceneSummary;
}

export interface SceneSummary {
  readonly triangles: number;
  readonly materials: number;
  /** Images that the materials use. */
  readonly textures: number;
  /** Bytes that each volunteer has to fetch once. */
  readonly bytes: number;
  readonly cameras: readonly string[];
  /** The animation that plays, or would if a time were given; null where the file has none. */
  readonly animation: AnimationInfo | null;
  readonly warnings: readonly string[];
}

/** Triangles to look at for what stands in the middle of pictures: some seconds at most. One camera is always served. */
const MOST_LOOKS = 20_000_000;

const DARKNESS: EnvironmentSource = { kind: 'constant', radiance: [0, 0, 0] };

/** @throws AssetError, and nothing else */
export async function prepareScene(input: PrepareInput): Promise<PreparedScene> {
  const { scene, warnings, animation } = await readGltf(input.file, {
    decodeImage: input.decodeImage,
    ...(input.resource && { resource: input.resource }),
    ...(input.loadDraco && { loadDraco: input.loadDraco }),
    time: input.time ?? null,
  });
  const { manifest: sizes, ...parts } = packed(() => packScene(scene));
  if (sizes.counts.triangles === 0) {
    throw new AssetError('The scene has no triangle with an area, so there is nothing to render. Repair the model.');
  }
  const sky = input.environment === null && !lightsItself(sizes, scene.lights);
  const environment = input.environment ?? (sky ? builtinEnvironment() : DARKNESS);
  const named = await nameScene({ manifest: sizes, ...parts });
  const namedEnvironment = await nameEnvironment(packed(() => packEnvironment(environment)));
  const blobs = unique([...named.blobs, ...namedEnvironment.blobs]);
  const framed = scene.cameras.length === 0;
  const framing = framingPoints(worldPoints(scene));
  const cameras = framed ? [defaultCamera({ positions: framing }, input.aspect)] : scene.cameras;
  const looks = Math.max(1, Math.floor(MOST_LOOKS / (scene.indices.length / 3)));
  return {
    name: input.name,
    manifest: named.manifest,
    environmentManifest: namedEnvironment.manifest,
    blobs,
    cameras,
    framed,
    middles: cameras.slice(0, looks).map((camera) => middleHit(scene, camera)),
    framing,
    sky,
    summary: {
      triangles: parts.triangles,
      materials: scene.materials.length,
      textures: scene.images.length,
      bytes: blobs.reduce((sum, blob) => sum + blob.ref.bytes, 0),
      cameras: cameras.map((camera) => camera.name),
      animation,
      warnings: [...warnings, ...parts.notes],
    },
  };
}

/** @throws AssetError for what a pack refuses */
function packed<T>(pack: () => T): T {
  try {
    return pack();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new AssetError(`The scene cannot be packed: ${reasonOf(error)}. Simplify it and export it again.`);
  }
}

function unique(blobs: readonly NamedBlob[]): readonly NamedBlob[] {
  return [...new Map(blobs.map((blob) => [blob.ref.id, blob])).values()];
}
