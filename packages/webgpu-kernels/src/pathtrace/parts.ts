import { boundsOf } from './bvh/grid.js';
import { IN_THE_WORLD, type Place, usablePlaces } from './instances.js';
import type { InstancedMesh, SceneSource } from './scene-source.js';
import type { UsableTriangles } from './triangles.js';

/** Triangles of one space: those in the world, or a mesh's. */
export interface Part {
  /** Min xyz, max xyz a triangle. */
  readonly boxes: Float32Array;
  /** Of the source, ascending. */
  readonly triangles: Uint32Array;
  /** Where they stand: one place in the world, or any number. */
  readonly places: readonly Place[];
}

export interface Parts {
  readonly world: Part;
  /** Those that stand somewhere and have triangles. */
  readonly meshes: readonly Part[];
  /** Places that were left out because no ray finds back from them. */
  readonly droppedPlaces: number;
}

/** @throws RangeError for ranges of instanced meshes that are not there, or overlap */
export function partsOf(source: SceneSource, usable: UsableTriangles): Parts {
  const { instances = [] } = source;
  if (instances.length === 0) return { world: { ...usable, places: [IN_THE_WORLD] }, meshes: [], droppedPlaces: 0 };
  checkRanges(instances, source.indices.length / 3);
  const flat: Part[] = [];
  const meshes: Part[] = [];
  let droppedPlaces = 0;
  let at = 0;
  for (const { firstTriangle, triangleCount, transforms } of byFirstTriangle(instances)) {
    const first = lowerBound(usable.triangles, firstTriangle);
    const end = lowerBound(usable.triangles, firstTriangle + triangleCount);
    const own = cut(usable, first, end);
    const places = usablePlaces(transforms, boundsOf(own.boxes));
    droppedPlaces += transforms.length / 12 - places.length;
    flat.push({ ...cut(usable, at, first), places: [] });
    if (places.length > 0 && end > first) meshes.push({ ...own, places });
    at = end;
  }
  flat.push({ ...cut(usable, at, usable.triangles.length), places: [] });
  return { world: { ...joined(flat), places: [IN_THE_WORLD] }, meshes, droppedPlaces };
}

/** @throws RangeError when a triangle of an instanced mesh shines: light is sampled from triangles in the world alone */
export function refuseShining({ instances = [] }: SceneSource, shining: Iterable<number>): void {
  for (const triangle of instances.length > 0 ? shining : []) {
    const mesh = instances.find((m) => triangle >= m.firstTriangle && triangle < m.firstTriangle + m.triangleCount);
    if (mesh) throw new RangeError(`${nameOf(mesh)} shines: put what emits light into the world`);
  }
}

function nameOf({ firstTriangle, triangleCount }: InstancedMesh): string {
  return `the instanced mesh of ${triangleCount} triangles from triangle ${firstTriangle} on`;
}

function byFirstTriangle(meshes: readonly InstancedMesh[]): readonly InstancedMesh[] {
  return meshes.toSorted((a, b) => a.firstTriangle - b.firstTriangle);
}

function checkRanges(meshes: readonly InstancedMesh[], triangles: number): void {
  let end = 0;
  for (const mesh of byFirstTriangle(meshes)) {
    const { firstTriangle, triangleCount, transforms } = mesh;
    const name = nameOf(mesh);
    if (!(firstTriangle >= end && triangleCount >= 0)) throw new RangeError(`${name} overlaps another one`);
    end = firstTriangle + triangleCount;
    if (!(end <= triangles)) throw new RangeError(`${name} ends beyond the scene's ${triangles}`);
    if (!Number.isInteger(transforms.length / 12)) throw new RangeError(`${name} has a transform that is not 3 × 4`);
  }
}

/** First place in an ascending list whose number is not below the limit. */
function lowerBound(list: Uint32Array, limit: number): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((list[middle] ?? 0) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

function cut({ boxes, triangles }: UsableTriangles, from: number, to: number): UsableTriangles {
  return { boxes: boxes.subarray(6 * from, 6 * to), triangles: triangles.subarray(from, to) };
}

function joined(parts: readonly UsableTriangles[]): UsableTriangles {
  const count = parts.reduce((sum, { triangles }) => sum + triangles.length, 0);
  const boxes = new Float32Array(6 * count);
  const triangles = new Uint32Array(count);
  let at = 0;
  for (const part of parts) {
    boxes.set(part.boxes, 6 * at);
    triangles.set(part.triangles, at);
    at += part.triangles.length;
  }
  return { boxes, triangles };
}
