import { BlobRef } from '@tabgrid/protocol/blob';
import * as v from 'valibot';
import {
  FEATURES,
  MAX_INSTANCES,
  MAX_MATERIALS,
  MAX_PUNCTUAL,
  MAX_STACK,
  MAX_TEXTURES,
  MAX_TRIANGLES,
  sceneBytes,
  WORLD_LIMIT,
} from './layout.js';

/**
 * What a task says of its scene and its environment: how large each blob is, which blob it is, and what the kernel
 * specialises on. Sizes that do not fit the counts are refused, so that a kernel may trust both.
 */

const Coordinate = v.pipe(v.number(), v.minValue(-2 * WORLD_LIMIT), v.maxValue(2 * WORLD_LIMIT));
/** World-space metres. */
export const Point = v.strictTuple([Coordinate, Coordinate, Coordinate]);

const CellSide = v.pipe(v.number(), v.minValue(1e-30), v.maxValue(2 * WORLD_LIMIT));
const Amount = v.pipe(v.number(), v.minValue(0), v.maxValue(1e30));
const Radiance = v.strictTuple([Amount, Amount, Amount]);
const count = (low: number, high: number) => v.pipe(v.number(), v.integer(), v.minValue(low), v.maxValue(high));

export const SceneManifest = v.pipe(
  v.strictObject({
    counts: v.strictObject({
      triangles: count(0, MAX_TRIANGLES),
      nodes: count(1, MAX_TRIANGLES),
      vertices: v.exactOptional(count(1, 3 * MAX_TRIANGLES)),
      instances: v.exactOptional(count(1, MAX_INSTANCES)),
      upperNodes: v.exactOptional(count(1, MAX_INSTANCES)),
      materials: count(1, MAX_MATERIALS),
      textures: count(0, MAX_TEXTURES),
      lights: count(0, MAX_TRIANGLES),
      punctual: count(0, MAX_PUNCTUAL),
      glasses: count(0, MAX_MATERIALS),
      texels: count(0, 2 ** 28),
    }),
    /** What the program is made for, each once. */
    features: v.pipe(
      v.array(v.picklist(FEATURES)),
      v.maxLength(FEATURES.length),
      v.check((list) => new Set(list).size === list.length, 'features each once'),
    ),
    /** Of all triangles; both zero for none. */
    bounds: v.strictObject({ min: Point, max: Point }),
    /** Grid of the uppermost tree: grid = (world − origin) ÷ cell. */
    grid: v.strictObject({ origin: Point, cell: v.strictTuple([CellSide, CellSide, CellSide]) }),
    /** Traversal stack entries that the trees need. */
    stack: count(1, 2 * MAX_STACK),
    /** Whether any material lets rays through by its alpha. */
    alpha: v.boolean(),
    /** Luminance-weighted emitted power ÷ π: radiance × area, both sides counted where both shine; and punctual lights. */
    lightPower: Amount,
    blobs: v.strictObject({
      nodes: BlobRef,
      triangles: BlobRef,
      shading: BlobRef,
      tables: BlobRef,
      /** Absent without instances. */
      instances: v.exactOptional(BlobRef),
      /** null without textures. */
      texels: v.nullable(BlobRef),
    }),
  }),
  v.check((m) => {
    const bytes = sceneBytes(m.counts, m.features);
    return (
      m.blobs.nodes.bytes === bytes.nodes &&
      m.blobs.triangles.bytes === bytes.triangles &&
      m.blobs.shading.bytes === bytes.shading &&
      m.blobs.tables.bytes === bytes.tables &&
      (m.blobs.instances?.bytes ?? 0) === bytes.instances &&
      (m.blobs.instances === undefined) === (m.counts.instances === undefined) &&
      (m.counts.instances === undefined) === (m.counts.upperNodes === undefined) &&
      (m.blobs.texels?.bytes ?? 0) === bytes.texels &&
      (m.blobs.texels === null) === (m.counts.textures === 0)
    );
  }, 'blob sizes that fit the counts'),
  v.check((m) => m.counts.instances !== undefined || m.stack <= MAX_STACK, `a stack of at most ${MAX_STACK}`),
);
export type SceneManifest = v.InferOutput<typeof SceneManifest>;

/** An environment map's largest side; larger maps are halved by `packEnvironment`. */
export const MAX_ENVIRONMENT_SIDE_PX = 4096;

export const EnvironmentManifest = v.variant('kind', [
  v.strictObject({ kind: v.literal('constant'), radiance: Radiance }),
  v.pipe(
    v.strictObject({
      kind: v.literal('map'),
      width: count(1, MAX_ENVIRONMENT_SIDE_PX),
      height: count(1, MAX_ENVIRONMENT_SIDE_PX),
      /** Power of two by which stored texels are multiplied. */
      scale: v.pipe(v.number(), v.minValue(1e-30), v.maxValue(1e30)),
      /** Mean luminance over the sphere. */
      luminance: Amount,
      texels: BlobRef,
    }),
    v.check((m) => m.texels.bytes === m.width * m.height * 16, 'a blob size that fits width × height'),
  ),
]);
export type EnvironmentManifest = v.InferOutput<typeof EnvironmentManifest>;
