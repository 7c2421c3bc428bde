import { type Bytes, bytesOf } from '@tabgrid/protocol/bytes';
import { buildAlias } from './alias.js';
import { buildBvh } from './bvh.js';
import { albedoTable } from './energy.js';
import {
  ALPHA_TESTED,
  LIGHT_WORDS,
  MATERIAL_WORDS,
  MATERIALS_AT,
  MAX_MATERIALS,
  MAX_TRIANGLES,
  type SceneRole,
  SHADING_WORDS,
  SINGLE_SIDED,
  SRGB_WORDS,
  TEXTURE_WORDS,
  TRIANGLE_WORDS,
} from './layout.js';
import type { SceneManifest } from './manifest.js';
import { collectMaterials, type PackedMaterial } from './materials.js';
import type { SceneSource } from './scene-source.js';
import { SRGB_TO_LINEAR } from './texels.js';
import { octahedral, usableTriangles } from './triangles.js';

export interface PackOptions {
  /** Bytes that all texels together may take; larger images are halved. Default TEXEL_BUDGET_BYTES. */
  readonly texelBudgetBytes?: number;
}

/** Texel store: half of what WebGPU's default limits allow a binding, and what every volunteer has to fetch. */
export const TEXEL_BUDGET_BYTES = 64 * 2 ** 20;

export interface PackedParts {
  readonly manifest: Omit<SceneManifest, 'blobs'>;
  readonly buffers: Readonly<Record<SceneRole, Bytes>>;
  /** What was dropped or reduced, in words. */
  readonly notes: readonly string[];
}

/** See `packScene`. */
export function packParts(source: SceneSource, options: PackOptions): PackedParts {
  const vertices = Math.min(source.positions.length, source.normals.length) / 3;
  if (!Number.isInteger(source.indices.length / 3)) throw new RangeError('indices do not come in threes');
  const given = source.indices.length / 3;
  if (given > MAX_TRIANGLES) throw new RangeError(`${given} triangles, limit ${MAX_TRIANGLES}`);
  if (source.materials.length > MAX_MATERIALS)
    throw new RangeError(`${source.materials.length} materials, limit ${MAX_MATERIALS}`);
  if (source.uvs.length < 2 * vertices) throw new RangeError('fewer texture coordinates than vertices');
  if (source.triangleMaterials.length < given) throw new RangeError('fewer material numbers than triangles');

  const materials = collectMaterials(source, options.texelBudgetBytes ?? TEXEL_BUDGET_BYTES);
  const usable = usableTriangles(source, vertices, materials.packed.length);
  const bvh = buildBvh(usable.boxes);
  const triangles = usable.triangles.length;

  const triangleWords = new Uint32Array(TRIANGLE_WORDS * Math.max(1, triangles));
  const shadingWords = new Uint32Array(SHADING_WORDS * Math.max(1, triangles));
  const lights: { triangle: number; weight: number; area: number }[] = [];
  let lightPower = 0;
  for (let place = 0; place < triangles; place++) {
    const triangle = usable.triangles[bvh.order[place] ?? 0] ?? 0;
    const number = source.triangleMaterials[triangle] ?? 0;
    const material = materials.packed[number];
    if (!material) continue;
    writeTriangle(triangleWords, shadingWords, place, source, triangle, metaOf(number, material));
    const light = lightOf(triangleWords, place, material);
    if (light) {
      lights.push(light);
      triangleWords[TRIANGLE_WORDS * place + 7] = lights.length;
      lightPower += light.weight;
    }
  }
  const tables = writeTables(materials.packed, materials.textureWords, lights);
  const notes = [...materials.notes];
  if (triangles < given)
    notes.push(`${given - triangles} of ${given} triangles cannot be hit (no area, or not finite) and are left out`);
  return {
    manifest: {
      counts: {
        triangles,
        nodes: bvh.nodes.length / 8,
        materials: materials.packed.length,
        textures: materials.textureWords.length / TEXTURE_WORDS,
        lights: lights.length,
        texels: materials.texels.length / 4,
      },
      bounds: { min: [...bvh.bounds.min], max: [...bvh.bounds.max] },
      grid: { origin: [...bvh.grid.origin], cell: [...bvh.grid.cell] },
      stack: bvh.stack,
      alpha: materials.packed.some((material) => material.alphaTested),
      lightPower: Math.min(lightPower, 1e30),
    },
    buffers: {
      nodes: bytesOf(bvh.nodes),
      triangles: bytesOf(triangleWords),
      shading: bytesOf(shadingWords),
      tables,
      texels: materials.texels,
    },
    notes,
  };
}

function metaOf(number: number, material: PackedMaterial): number {
  return number | (material.doubleSided ? 0 : SINGLE_SIDED) | (material.alphaTested ? ALPHA_TESTED : 0);
}

function writeTriangle(
  words: Uint32Array<ArrayBuffer>,
  shading: Uint32Array<ArrayBuffer>,
  place: number,
  source: SceneSource,
  triangle: number,
  meta: number,
): void {
  const floats = new Float32Array(words.buffer, 4 * TRIANGLE_WORDS * place, TRIANGLE_WORDS);
  const uvs = new Float32Array(shading.buffer, 4 * (SHADING_WORDS * place + 3), 6);
  for (let corner = 0; corner < 3; corner++) {
    const vertex = source.indices[3 * triangle + corner] ?? 0;
    for (let axis = 0; axis < 3; axis++) {
      const here = source.positions[3 * vertex + axis] ?? 0;
      floats[4 * corner + axis] = corner === 0 ? here : here - (floats[axis] ?? 0);
    }
    shading[SHADING_WORDS * place + corner] = octahedral(source.normals, 3 * vertex);
    for (let k = 0; k < 2; k++) {
      const uv = source.uvs[2 * vertex + k] ?? 0;
      // Far beyond any texture a float has no fraction left; not finite would poison the texel's address.
      uvs[2 * corner + k] = Math.abs(uv) < 1e6 ? uv : 0;
    }
  }
  words[TRIANGLE_WORDS * place + 3] = meta;
  words[TRIANGLE_WORDS * place + 7] = 0;
  words[TRIANGLE_WORDS * place + 11] = triangle;
}

function lightOf(words: Uint32Array<ArrayBuffer>, place: number, material: PackedMaterial) {
  if (!(material.emittedLuminance > 0)) return null;
  const f = new Float32Array(words.buffer, 4 * TRIANGLE_WORDS * place, TRIANGLE_WORDS);
  const [ax, ay, az] = [f[4] ?? 0, f[5] ?? 0, f[6] ?? 0];
  const [bx, by, bz] = [f[8] ?? 0, f[9] ?? 0, f[10] ?? 0];
  const area = 0.5 * Math.hypot(ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx);
  const weight = area * material.emittedLuminance * (material.doubleSided ? 2 : 1);
  return area > 1e-35 && weight > 0 ? { triangle: place, weight, area } : null;
}

function writeTables(
  materials: readonly PackedMaterial[],
  textureWords: Uint32Array,
  lights: readonly { triangle: number; weight: number; area: number }[],
): Bytes {
  const texturesAt = MATERIALS_AT + MATERIAL_WORDS * materials.length;
  const lightsAt = texturesAt + textureWords.length;
  const words = new Uint32Array(lightsAt + LIGHT_WORDS * lights.length);
  const floats = new Float32Array(words.buffer);
  floats.set(SRGB_TO_LINEAR, 0);
  floats.set(albedoTable(), SRGB_WORDS);
  materials.forEach((material, i) => {
    words.set(material.words, MATERIALS_AT + MATERIAL_WORDS * i);
  });
  words.set(textureWords, texturesAt);
  const table = buildAlias(Float64Array.from(lights, (light) => light.weight));
  lights.forEach((light, i) => {
    const at = lightsAt + LIGHT_WORDS * i;
    words[at] = light.triangle;
    words[at + 1] = table?.alias[i] ?? i;
    words[at + 2] = table?.threshold[i] ?? 0;
    floats[at + 3] = Math.min((table?.probability[i] ?? 0) / light.area, 1e30);
  });
  return bytesOf(words);
}
