import { type Bytes, bytesOf } from '@tabgrid/protocol/bytes';
import { buildAcceleration } from './acceleration.js';
import { albedoTable } from './energy.js';
import { glassTable } from './glass.js';
import {
  bufferContents,
  FEATURES,
  type Feature,
  GLASS_WORDS,
  MATERIAL_WORDS,
  MAX_BUFFER_BYTES,
  MAX_MATERIALS,
  MAX_TRIANGLES,
  mebibytes,
  NODE_WORDS,
  PUNCTUAL_WORDS,
  type SceneCounts,
  type SceneRole,
  sceneBytes,
  TARGET_BUFFER_BYTES,
  TEXTURE_WORDS,
  tableLayout,
} from './layout.js';
import { type PackedLights, packLights } from './lights.js';
import type { SceneManifest } from './manifest.js';
import { type CollectedMaterials, collectMaterials } from './materials.js';
import { refuseShining } from './parts.js';
import { traitsOf, writeRecords } from './records.js';
import type { SceneSource } from './scene-source.js';
import { sheenTable } from './sheen.js';
import { findShining, placeLights } from './shining.js';
import { SRGB_TO_LINEAR } from './texels.js';
import { usableTriangles } from './triangles.js';

export interface PackOptions {
  /** Bytes that all texels together may take; larger images are halved. Default TEXEL_BUDGET_BYTES. */
  readonly texelBudgetBytes?: number;
  /** What each buffer should fit into. Default TARGET_BUFFER_BYTES. */
  readonly targetBytes?: number;
  /** What no buffer may exceed. Default MAX_BUFFER_BYTES. */
  readonly largestBytes?: number;
}

/** Texel store: half of what WebGPU's default limits allow a binding, and what every volunteer has to fetch. */
export const TEXEL_BUDGET_BYTES = 64 * 2 ** 20;

export interface PackedParts {
  readonly manifest: Omit<SceneManifest, 'blobs'>;
  readonly buffers: Readonly<Record<SceneRole, Bytes>>;
  /** Triangles that can be hit. */
  readonly triangles: number;
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
  const targetBytes = options.targetBytes ?? TARGET_BUFFER_BYTES;
  const usable = usableTriangles(source, vertices, materials.packed.length);
  const acceleration = buildAcceleration(source, usable, targetBytes);
  const { leaves, bounds, grid, stack, upper } = acceleration;

  const features = FEATURES.filter((feature) => usesFeature(feature, source, materials.features));
  const shining = findShining(source, materials.packed, usable.triangles);
  refuseShining(source, shining.numbers.keys());
  const traits = materials.packed.map((material, number) => traitsOf(number, material));
  const records = writeRecords({ source, leaves, traits, shining, features }, targetBytes);
  const { min, max } = bounds;
  const radius = 0.5 * Math.hypot(max[0] - min[0], max[1] - min[1], max[2] - min[2]);
  const centre = [0.5 * (min[0] + max[0]), 0.5 * (min[1] + max[1]), 0.5 * (min[2] + max[2])] as const;
  const lights = packLights(placeLights(shining, leaves), source.lights ?? [], { centre, radius });
  const counts = {
    triangles: leaves.length,
    nodes: acceleration.nodes.length / NODE_WORDS,
    ...(records.vertices !== null && { vertices: records.vertices }),
    ...(upper && { instances: upper.instances, upperNodes: upper.nodes }),
    materials: materials.packed.length,
    textures: materials.textureWords.length / TEXTURE_WORDS,
    lights: shining.lights.length,
    punctual: lights.punctual.length / PUNCTUAL_WORDS,
    glasses: materials.glasses.length,
    texels: materials.texels.length / 4,
  };
  refuseTooLarge(counts, features, options.largestBytes ?? MAX_BUFFER_BYTES);
  const notes = [...materials.notes];
  const dropped = given - usable.triangles.length;
  if (dropped > 0)
    notes.push(`${dropped} of ${given} triangles cannot be hit (no area, or not finite) and are left out`);
  const { droppedPlaces } = acceleration;
  if (droppedPlaces > 0) notes.push(`${droppedPlaces} places of meshes are flat, or not finite, and are left out`);
  if (lights.dropped > 0)
    notes.push(`${lights.dropped} lights do not shine (no intensity, or not finite) and are left out`);
  return {
    manifest: {
      counts,
      features,
      bounds: { min: [...min], max: [...max] },
      grid: { origin: [...grid.origin], cell: [...grid.cell] },
      stack,
      alpha: materials.packed.some((material) => material.alphaTested),
      lightPower: Math.min(lights.power, 1e30),
    },
    buffers: {
      nodes: bytesOf(acceleration.nodes),
      triangles: bytesOf(records.triangles),
      shading: bytesOf(records.shading),
      tables: writeTables(materials, lights, counts, features),
      instances: bytesOf(upper?.words ?? new Uint32Array(0)),
      texels: materials.texels,
    },
    triangles: acceleration.triangles,
    notes,
  };
}

function refuseTooLarge(counts: SceneCounts, features: readonly Feature[], largestBytes: number): void {
  const tooLarge = Object.entries(sceneBytes(counts, features)).filter(([, bytes]) => bytes > largestBytes);
  if (tooLarge.length === 0) return;
  const needs = tooLarge.map(([role, bytes]) => `its ${bufferContents(role)} need ${mebibytes(bytes)}`);
  throw new RangeError(
    `${needs.join(' and ')}, but no volunteer takes more than ${mebibytes(largestBytes)} in one piece`,
  );
}

/** A feature of the materials, or one of the vertices that some material reads. */
function usesFeature(feature: Feature, source: SceneSource, used: ReadonlySet<Feature>): boolean {
  if (feature === 'colors') return source.colors !== undefined;
  if (feature === 'tangents') return source.tangents !== undefined && used.has('normalMaps');
  return used.has(feature);
}

function writeTables(
  { packed, textureWords, glasses }: CollectedMaterials,
  lights: PackedLights,
  counts: SceneCounts,
  features: readonly Feature[],
): Bytes {
  const at = tableLayout(counts, features);
  const words = new Uint32Array(at.words);
  const floats = new Float32Array(words.buffer);
  floats.set(SRGB_TO_LINEAR, 0);
  floats.set(albedoTable(), at.albedo);
  packed.forEach((material, i) => {
    words.set(material.words, at.materials + MATERIAL_WORDS * i);
  });
  words.set(textureWords, at.textures);
  words.set(lights.records, at.lights);
  words.set(lights.punctual, at.punctual);
  if (features.includes('sheen')) floats.set(sheenTable(), at.sheen);
  glasses.forEach((ior, i) => {
    floats.set(glassTable(ior), at.glasses + GLASS_WORDS * i);
  });
  return bytesOf(words);
}
