import { type DecodeImage, readGltf } from '@tabgrid/assets/gltf';
import { readHdr } from '@tabgrid/assets/hdr';
import type { Bytes } from '@tabgrid/protocol/bytes';
import type {
  CameraSource,
  EnvironmentSource,
  SceneSource,
  Vec3,
} from '@tabgrid/webgpu-kernels/pathtrace/scene-source';

/** A scene of the benchmark: one file that every renderer reads, and what the file does not say. */

/** Name of the material of a lamp's triangles. */
export const LAMP = 'lamp';

/** A rectangle that shines to the side where −(right × up) points. */
export interface Lamp {
  readonly centre: Vec3;
  /** Whole sides, metres. */
  readonly right: Vec3;
  readonly up: Vec3;
  /** Linear RGB. */
  readonly radiance: Vec3;
}

export interface SceneExtras {
  readonly camera: CameraSource;
  /** The emissive quad as a lamp, for renderers that sample only lamps; its triangles are of the material {@link LAMP}. */
  readonly lamp: Lamp | null;
}

/** A moment of one of the file's animations. */
export interface Pose {
  readonly animation: string;
  /** Seconds. */
  readonly time: number;
}

export interface BenchScene extends SceneExtras {
  readonly source: SceneSource;
  /** Null: dark. */
  readonly environment: EnvironmentSource | null;
}

/**
 * @param glb a file whose own cameras do not count
 * @param hdr an equirectangular map, or null for darkness
 * @param pose null: the rest pose
 * @throws AssetError
 */
export async function openScene(
  glb: Bytes,
  hdr: Bytes | null,
  extras: SceneExtras,
  decodeImage: DecodeImage,
  pose: Pose | null = null,
): Promise<BenchScene> {
  const { scene } = await readGltf(glb, { decodeImage, ...pose });
  return { ...extras, source: scene, environment: hdr && readHdr(hdr) };
}
