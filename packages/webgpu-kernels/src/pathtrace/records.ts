import { ALPHA_TESTED, SINGLE_SIDED, TRIANGLE_WORDS } from './layout.js';
import type { TriangleLight } from './lights.js';
import type { PackedMaterial } from './materials.js';
import type { SceneSource } from './scene-source.js';

/** The triangles' records. See `triangles` in layout.ts. */

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

/** A triangle's meta word. */
export function traitsOf(number: number, material: PackedMaterial): number {
  return number | (material.doubleSided ? 0 : SINGLE_SIDED) | (material.alphaTested ? ALPHA_TESTED : 0);
}

/** @param leaves place → triangle of the source */
export function writeTriangles(
  { positions, indices, triangleMaterials }: SceneSource,
  leaves: Uint32Array,
  traits: readonly number[],
  shining: Shining,
): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(TRIANGLE_WORDS * Math.max(1, leaves.length));
  const floats = new Float32Array(words.buffer);
  for (let place = 0; place < leaves.length; place++) {
    const triangle = leaves[place] ?? 0;
    const at = TRIANGLE_WORDS * place;
    const a = 3 * (indices[3 * triangle] ?? 0);
    const b = 3 * (indices[3 * triangle + 1] ?? 0);
    const c = 3 * (indices[3 * triangle + 2] ?? 0);
    for (let axis = 0; axis < 3; axis++) {
      const here = positions[a + axis] ?? 0;
      floats[at + axis] = here;
      floats[at + 4 + axis] = (positions[b + axis] ?? 0) - here;
      floats[at + 8 + axis] = (positions[c + axis] ?? 0) - here;
    }
    words[at + 3] = traits[triangleMaterials[triangle] ?? 0] ?? 0;
    words[at + 7] = shining.numbers.get(triangle) ?? 0;
    words[at + 11] = triangle;
  }
  return words;
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
