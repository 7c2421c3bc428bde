import type { CameraSource } from '@tabgrid/webgpu-kernels/pathtrace/scene-source';
import { viewAlong } from '../math/look-at.js';
import { axis, type Mat4 } from '../math/mat4.js';
import { normalize, scale } from '../math/vec3.js';
import type { PlacedNode } from './nodes.js';
import type { GltfJson } from './schema.js';

/** Angles outside of these would show nothing, or everything. */
const MIN_YFOV = (1 * Math.PI) / 180;
const MAX_YFOV = (170 * Math.PI) / 180;

/** An orthographic camera has no angle; this fills its place. */
const NO_YFOV = 1;

/** The scene's cameras, named by their node, else themselves; names are made unique. */
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
    if (!world.every(Number.isFinite)) {
      warn(`The camera "${name}" is nowhere (its transform is not finite): it is left out.`);
      continue;
    }
    if (camera.type === 'orthographic' && !(camera.orthographic.ymag > 0)) {
      warn(`The camera "${name}" sees nothing (its height is ${camera.orthographic.ymag}): it is left out.`);
      continue;
    }
    names.add(name);
    cameras.push({ name, ...frame(world), ...lens(camera) });
  }
  return cameras;
}

function lens(camera: GltfJson['cameras'][number]): Pick<CameraSource, 'yfov' | 'orthographicHeight'> {
  if (camera.type === 'orthographic') {
    // `ymag` is half of what is seen from top to bottom (glTF 2.0 §3.10.3.4).
    return { yfov: NO_YFOV, orthographicHeight: 2 * camera.orthographic.ymag };
  }
  return { yfov: Math.min(MAX_YFOV, Math.max(MIN_YFOV, camera.perspective.yfov)) };
}

/** A glTF camera looks along its −Z, with +Y up (glTF 2.0 §3.10); scale does not count. */
function frame(world: Mat4): Pick<CameraSource, 'position' | 'right' | 'up' | 'forward'> {
  const forward = normalize(scale(axis(world, 2), -1), [0, 0, -1]);
  return { position: axis(world, 3), ...viewAlong(forward, axis(world, 1)) };
}

function uniqueName(wanted: string, taken: ReadonlySet<string>): string {
  let name = wanted;
  for (let n = 2; taken.has(name); n++) name = `${wanted.slice(0, 58)} (${n})`;
  return name;
}
