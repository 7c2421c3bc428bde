import type { CameraSource, Vec3 } from '@tabgrid/webgpu-kernels/pathtrace/scene-source';
import { viewAlong } from '../math/look-at.js';
import { normalize, scale } from '../math/vec3.js';
import type { PlacedNode } from './nodes.js';
import type { GltfJson } from './schema.js';

/** Angles outside of these would show nothing, or everything. */
const MIN_YFOV = (1 * Math.PI) / 180;
const MAX_YFOV = (170 * Math.PI) / 180;

/** The scene's perspective cameras, named by their node, else themselves; names are made unique. */
export function readCameras(
  json: GltfJson,
  nodes: readonly PlacedNode[],
  warn: (warning: string) => void,
): CameraSource[] {
  const cameras: CameraSource[] = [];
  const names = new Set<string>();
  for (const { node, world } of nodes) {
    const camera = json.cameras[node.camera ?? -1];
    if (!camera) continue;
    const name = uniqueName(node.name || camera.name || `camera ${cameras.length + 1}`, names);
    if (camera.type !== 'perspective') {
      warn(`The camera "${name}" is orthographic, which is not supported: it is left out.`);
      continue;
    }
    if (!world.every(Number.isFinite)) {
      warn(`The camera "${name}" is nowhere (its transform is not finite): it is left out.`);
      continue;
    }
    names.add(name);
    const yfov = Math.min(MAX_YFOV, Math.max(MIN_YFOV, camera.perspective.yfov));
    cameras.push({ name, yfov, ...frame(world) });
  }
  return cameras;
}

/** A glTF camera looks along its −Z, with +Y up (glTF 2.0 §3.10); scale does not count. */
function frame(world: ArrayLike<number>): Pick<CameraSource, 'position' | 'right' | 'up' | 'forward'> {
  const column = (c: number): Vec3 => [world[c * 4] ?? 0, world[c * 4 + 1] ?? 0, world[c * 4 + 2] ?? 0];
  const forward = normalize(scale(column(2), -1), [0, 0, -1]);
  return { position: column(3), ...viewAlong(forward, column(1)) };
}

function uniqueName(wanted: string, taken: ReadonlySet<string>): string {
  let name = wanted;
  for (let n = 2; taken.has(name); n++) name = `${wanted.slice(0, 58)} (${n})`;
  return name;
}
