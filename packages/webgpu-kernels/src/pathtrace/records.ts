import {
  ALPHA_TESTED,
  type Feature,
  INDEXED_TRIANGLE_WORDS,
  SINGLE_SIDED,
  shadingLayout,
  TRIANGLE_WORDS,
  vertexLayout,
} from './layout.js';
import type { PackedMaterial } from './materials.js';
import type { SceneSource } from './scene-source.js';
import { createShadingWriter } from './shading.js';
import type { Shining } from './shining.js';

/** The triangles' records. See `triangles` in layout.ts. */

/** A triangle's meta word. */
export function traitsOf(number: number, material: PackedMaterial): number {
  return number | (material.doubleSided ? 0 : SINGLE_SIDED) | (material.alphaTested ? ALPHA_TESTED : 0);
}

/** What a scene's leaves hold. */
export interface Records {
  readonly triangles: Uint32Array<ArrayBuffer>;
  readonly shading: Uint32Array<ArrayBuffer>;
  /** Null where triangles are not indexed. */
  readonly vertices: number | null;
}

export interface RecordInput {
  readonly source: SceneSource;
  /** Place in the leaves → triangle of the source. */
  readonly leaves: Uint32Array;
  /** Meta word of each material's triangles. */
  readonly traits: readonly number[];
  readonly shining: Shining;
  readonly features: readonly Feature[];
}

/** Triangles in whole; or indexed, where one of their buffers would be larger than the target and that helps. */
export function writeRecords(input: RecordInput, targetBytes: number): Records {
  const { leaves, features } = input;
  const layout = shadingLayout(features);
  const whole = 4 * Math.max(TRIANGLE_WORDS, layout.words) * leaves.length;
  if (whole > targetBytes) {
    const numbers = numberVertices(input);
    const vertexBytes = 4 * vertexLayout(layout).words * numbers.vertices.length;
    if (Math.max(vertexBytes, 4 * INDEXED_TRIANGLE_WORDS * leaves.length) < whole) return writeIndexed(input, numbers);
  }
  return writeWhole(input);
}

function writeWhole({ source, leaves, traits, shining, features }: RecordInput): Records {
  const { positions, indices, triangleMaterials } = source;
  const layout = shadingLayout(features);
  const triangles = new Uint32Array(TRIANGLE_WORDS * Math.max(1, leaves.length));
  const shading = new Uint32Array(layout.words * Math.max(1, leaves.length));
  const floats = new Float32Array(triangles.buffer);
  const writeShading = createShadingWriter(source, layout, shading);
  for (let place = 0; place < leaves.length; place++) {
    const triangle = leaves[place] ?? 0;
    const at = TRIANGLE_WORDS * place;
    for (let corner = 0; corner < 3; corner++) {
      const vertex = indices[3 * triangle + corner] ?? 0;
      for (let axis = 0; axis < 3; axis++) {
        const here = positions[3 * vertex + axis] ?? 0;
        floats[at + 4 * corner + axis] = corner === 0 ? here : here - (floats[at + axis] ?? 0);
      }
      writeShading(layout.words * place, corner, vertex);
    }
    triangles[at + 3] = traits[triangleMaterials[triangle] ?? 0] ?? 0;
    triangles[at + 7] = shining.numbers.get(triangle) ?? 0;
    triangles[at + 11] = triangle;
  }
  return { triangles, shading, vertices: null };
}

interface VertexNumbers {
  /** Number → vertex of the source. */
  readonly vertices: Uint32Array;
  /** Vertex of the source → number. */
  readonly numbers: Int32Array;
}

/** Vertices in the order in which the leaves meet them, so that neighbours lie close together. */
function numberVertices({ source, leaves }: RecordInput): VertexNumbers {
  const count = source.positions.length / 3;
  const numbers = new Int32Array(count).fill(-1);
  const vertices = new Uint32Array(count);
  let used = 0;
  for (const triangle of leaves) {
    for (let corner = 0; corner < 3; corner++) {
      const vertex = source.indices[3 * triangle + corner] ?? 0;
      if ((numbers[vertex] ?? 0) >= 0) continue;
      numbers[vertex] = used;
      vertices[used++] = vertex;
    }
  }
  return { vertices: vertices.subarray(0, used), numbers };
}

function writeIndexed(input: RecordInput, { vertices, numbers }: VertexNumbers): Records {
  const { source, leaves, traits, shining, features } = input;
  const layout = vertexLayout(shadingLayout(features));
  const triangles = new Uint32Array(INDEXED_TRIANGLE_WORDS * leaves.length);
  for (let place = 0; place < leaves.length; place++) {
    const triangle = leaves[place] ?? 0;
    const at = INDEXED_TRIANGLE_WORDS * place;
    for (let corner = 0; corner < 3; corner++) {
      triangles[at + corner] = numbers[source.indices[3 * triangle + corner] ?? 0] ?? 0;
    }
    triangles[at + 3] = traits[source.triangleMaterials[triangle] ?? 0] ?? 0;
    triangles[at + 4] = shining.numbers.get(triangle) ?? 0;
    triangles[at + 5] = triangle;
  }
  const shading = new Uint32Array(layout.words * vertices.length);
  const floats = new Float32Array(shading.buffer);
  const writeShading = createShadingWriter(source, layout, shading);
  for (let number = 0; number < vertices.length; number++) {
    const vertex = vertices[number] ?? 0;
    const base = layout.words * number;
    for (let axis = 0; axis < 3; axis++) floats[base + axis] = source.positions[3 * vertex + axis] ?? 0;
    writeShading(base, 0, vertex);
  }
  return { triangles, shading, vertices: vertices.length };
}
