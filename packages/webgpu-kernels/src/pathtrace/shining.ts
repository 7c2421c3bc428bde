import type { TriangleLight } from './lights.js';
import type { PackedMaterial } from './materials.js';
import type { SceneSource } from './scene-source.js';

/** Triangles that shine, ascending by their number in the source, so that the lights do not depend on the tree. */
export interface Shining {
  /** Without a place in the leaves yet. */
  readonly lights: readonly Omit<TriangleLight, 'triangle'>[];
  /** Triangle of the source → index + 1 into the lights. */
  readonly numbers: ReadonlyMap<number, number>;
}

/** @param triangles of the source, ascending */
export function findShining(
  source: SceneSource,
  materials: readonly PackedMaterial[],
  triangles: Uint32Array,
): Shining {
  const lights: Omit<TriangleLight, 'triangle'>[] = [];
  const numbers = new Map<number, number>();
  if (materials.some(({ emittedLuminance }) => emittedLuminance > 0)) {
    for (const triangle of triangles) {
      const material = materials[source.triangleMaterials[triangle] ?? 0];
      const light = material && lightOf(source, triangle, material);
      if (!light) continue;
      lights.push(light);
      numbers.set(triangle, lights.length);
    }
  }
  return { lights, numbers };
}

function lightOf(
  source: SceneSource,
  triangle: number,
  material: PackedMaterial,
): Omit<TriangleLight, 'triangle'> | null {
  if (!(material.emittedLuminance > 0)) return null;
  const [ax, ay, az] = edgeOf(source, triangle, 1);
  const [bx, by, bz] = edgeOf(source, triangle, 2);
  const area = 0.5 * Math.hypot(ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx);
  const weight = area * material.emittedLuminance * (material.doubleSided ? 2 : 1);
  return area > 1e-35 && weight > 0 ? { weight, area } : null;
}

/** From a triangle's first corner to another one, as 32-bit floats. */
function edgeOf({ positions, indices }: SceneSource, triangle: number, corner: 1 | 2): [number, number, number] {
  const from = 3 * (indices[3 * triangle] ?? 0);
  const to = 3 * (indices[3 * triangle + corner] ?? 0);
  const along = (axis: number) => Math.fround((positions[to + axis] ?? 0) - (positions[from + axis] ?? 0));
  return [along(0), along(1), along(2)];
}

/** The lights with a place each: any of its triangle's, for a triangle that the tree cuts has several. */
export function placeLights({ lights, numbers }: Shining, leaves: Uint32Array): TriangleLight[] {
  const places = new Uint32Array(lights.length);
  if (lights.length > 0) {
    for (let place = leaves.length - 1; place >= 0; place--) {
      const number = numbers.get(leaves[place] ?? 0);
      if (number !== undefined) places[number - 1] = place;
    }
  }
  return lights.map((light, i) => ({ ...light, triangle: places[i] ?? 0 }));
}
