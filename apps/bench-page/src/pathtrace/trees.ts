import { packScene } from '@tabgrid/webgpu-kernels/pathtrace/scene';
import { DEFAULT_MATERIAL, type SceneSource } from '@tabgrid/webgpu-kernels/pathtrace/scene-source';
import { BufferAttribute, BufferGeometry } from 'three';
import { MeshBVH, SAH } from 'three-mesh-bvh';
import { createRays, type Ray } from './rays.js';
import type { BenchScene } from './scene.js';
import { createPackedWalk, type Steps } from './walk-packed.js';
import { createPeerWalk } from './walk-peer.js';

/** Our tree and three-mesh-bvh's, over the same triangles and for the same rays. */

const BUILDS = 5;
/** Rays of the camera; each that hits sends one on from there. */
const RAYS_A_SIDE = 96;

export interface TreeFigures {
  /** Medians, ms. Ours includes packing the triangles for the GPU; the peer's is its constructor with the SAH strategy. */
  readonly oursBuildMs: number;
  readonly peerBuildMs: number;
  /** Per ray: nodes whose two children were tested, and triangles tested. */
  readonly ours: Steps;
  readonly peer: Steps;
  readonly rays: number;
  /** Rays whose nearest hit differs by more than a ten-thousandth of its distance. */
  readonly differing: number;
}

export function compareTrees({ source, camera }: BenchScene): TreeFigures {
  const bare = withoutTextures(source);
  const packs = timed(() => packScene(bare));
  const peers = timed(() => new MeshBVH(geometryOf(bare), { strategy: SAH }));
  const walkOurs = createPackedWalk(packs.last);
  const walkPeer = createPeerWalk(peers.last);
  const ours = { nodes: 0, triangles: 0 };
  const peer = { nodes: 0, triangles: 0 };
  let differing = 0;
  let rays = 0;
  const count = (ray: Ray): number => {
    const a = walkOurs(ray, ours);
    const b = walkPeer(ray, peer);
    rays++;
    if (a !== b && !(Math.abs(a - b) <= 1e-4 * Math.min(a, b))) differing++;
    return a;
  };
  createRays(camera, RAYS_A_SIDE, count);
  const mean = ({ nodes, triangles }: Steps): Steps => ({ nodes: nodes / rays, triangles: triangles / rays });
  return {
    oursBuildMs: packs.ms,
    peerBuildMs: peers.ms,
    ours: mean(ours),
    peer: mean(peer),
    rays,
    differing,
  };
}

/** Median of several goes. */
function timed<T>(make: () => T): { readonly ms: number; readonly last: T } {
  const times: number[] = [];
  for (;;) {
    const begun = performance.now();
    const last = make();
    times.push(performance.now() - begun);
    if (times.length === BUILDS) return { ms: times.sort((a, b) => a - b)[BUILDS >> 1] ?? 0, last };
  }
}

/** Only the triangles are compared; alpha would let rays through. */
function withoutTextures(source: SceneSource): SceneSource {
  const materials = source.materials.map(() => ({ ...DEFAULT_MATERIAL, doubleSided: true }));
  return {
    positions: source.positions,
    normals: source.normals,
    uvs: source.uvs,
    indices: source.indices,
    triangleMaterials: source.triangleMaterials,
    materials,
    images: [],
    cameras: [],
  };
}

function geometryOf({ positions, indices }: SceneSource): BufferGeometry {
  const geometry = new BufferGeometry();
  geometry.setAttribute('position', new BufferAttribute(positions, 3));
  // The builder sorts the indices in place.
  geometry.setIndex(new BufferAttribute(indices.slice(), 1));
  return geometry;
}
