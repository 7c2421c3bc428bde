import { type BlobRef, type NamedBlob, nameBlob } from '@tabgrid/protocol/blob';
import type { Bytes } from '@tabgrid/protocol/bytes';
import { packMap } from './environment.js';
import type { SceneRole } from './layout.js';
import type { EnvironmentManifest, SceneManifest } from './manifest.js';
import { type PackedParts, type PackOptions, packParts } from './pack.js';
import type { EnvironmentSource, SceneSource } from './scene-source.js';

/**
 * From sources to what the kernel reads. Pure but for hashing; the layouts stand in layout.ts. The tree is built here,
 * once, and travels: every volunteer walks the same one.
 */

/** A scene's buffers by role, before they have names. */
export interface PackedScene extends PackedParts {
  readonly manifest: Omit<SceneManifest, 'blobs'>;
}

export interface NamedScene {
  readonly manifest: SceneManifest;
  /** What volunteers fetch; no blob twice. */
  readonly blobs: readonly NamedBlob[];
}

export interface PackedEnvironment {
  readonly manifest:
    | Extract<EnvironmentManifest, { kind: 'constant' }>
    | Omit<Extract<EnvironmentManifest, { kind: 'map' }>, 'texels'>;
  /** Empty for a constant. */
  readonly texels: Bytes;
}

export interface NamedEnvironment {
  readonly manifest: EnvironmentManifest;
  readonly blobs: readonly NamedBlob[];
}

/**
 * Packs a scene: builds its trees, its light table and its texel store. Triangles that cannot be hit (no area, not finite,
 * beyond WORLD_LIMIT) are dropped, and textures are halved until they fit; `notes` says so in words.
 * @throws RangeError when indices point outside of their lists, a list is too long, an instanced mesh shines, or a buffer
 *   would be larger than any volunteer takes
 */
export function packScene(source: SceneSource, options: PackOptions = {}): PackedScene {
  return packParts(source, options);
}

/** Hashes a packed scene's buffers. */
export async function nameScene(packed: PackedScene): Promise<NamedScene> {
  const blobs = new Map<string, NamedBlob>();
  const name = async (role: SceneRole): Promise<BlobRef> => {
    const blob = await nameBlob(packed.buffers[role]);
    blobs.set(blob.ref.id, blob);
    return blob.ref;
  };
  const manifest: SceneManifest = {
    ...packed.manifest,
    blobs: {
      nodes: await name('nodes'),
      triangles: await name('triangles'),
      shading: await name('shading'),
      tables: await name('tables'),
      ...(packed.manifest.counts.instances !== undefined && { instances: await name('instances') }),
      texels: packed.manifest.counts.textures === 0 ? null : await name('texels'),
    },
  };
  return { manifest, blobs: [...blobs.values()] };
}

/**
 * Packs an environment. A map's row 0 is at +Y; a direction (x, y, z) lies at u = ½ + atan2(z, x) / 2π, v = acos(y) / π:
 * column 0 is at −X, the middle at +X, a quarter at −Z. Not finite or negative radiance counts as 0.
 * @throws RangeError when the list's length is not width × height × 3, or a side is 0
 */
export function packEnvironment(source: EnvironmentSource): PackedEnvironment {
  if (source.kind === 'map') return packMap(source);
  const [r, g, b] = source.radiance;
  const clean = (x: number) => (x > 0 ? Math.min(x, 1e30) : 0);
  return { manifest: { kind: 'constant', radiance: [clean(r), clean(g), clean(b)] }, texels: new Uint8Array(0) };
}

/** Hashes a packed environment. */
export async function nameEnvironment(packed: PackedEnvironment): Promise<NamedEnvironment> {
  if (packed.manifest.kind === 'constant') return { manifest: packed.manifest, blobs: [] };
  const blob = await nameBlob(packed.texels);
  return { manifest: { ...packed.manifest, texels: blob.ref }, blobs: [blob] };
}
