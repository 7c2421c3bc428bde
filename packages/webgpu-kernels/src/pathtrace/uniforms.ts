import type { Slice } from './slices.js';
import type { PathtraceParams } from './task.js';

/** Bytes of the Task and Slice structures in scene.wgsl. */
export const TASK_BYTES = 192;
export const SLICE_BYTES = 32;

/** Share of light samples that go to an environment map where there are lights too: never all, never none. */
const LEAST_SHARE = 0.2;

/** The Task structure. */
export function taskUniform(params: PathtraceParams): ArrayBuffer {
  const { scene, environment, camera, film, tile, samples, bounces, seed } = params;
  const buffer = new ArrayBuffer(TASK_BYTES);
  const floats = new Float32Array(buffer);
  const words = new Uint32Array(buffer);
  const halfHeight = (camera.orthographicHeight ?? 2 * Math.tan(camera.yfov / 2)) / 2;
  const halfWidth = (halfHeight * film.width) / film.height;
  const map = environment.kind === 'map';
  floats.set(camera.position, 0);
  floats[3] = environmentShare(params);
  floats.set(
    camera.right.map((x) => x * halfWidth),
    4,
  );
  // A stored texel is mantissa × 2^(e − 9), which the shader makes from the bits of a float: 2^(e − 9) has exponent e + 118.
  floats[7] = map ? environment.scale : 1;
  floats.set(
    camera.up.map((x) => x * halfHeight),
    8,
  );
  words[11] = bounces;
  floats.set(camera.forward, 12);
  words[15] = seed;
  floats.set(map ? [0, 0, 0] : environment.radiance, 16);
  words[19] = map ? environment.width : 0;
  floats.set(scene.grid.origin, 20);
  words[23] = map ? environment.height : 0;
  floats.set(
    scene.grid.cell.map((cell) => 1 / cell),
    24,
  );
  words[27] = film.width;
  floats.set(scene.bounds.min, 28);
  words[31] = film.height;
  floats.set(scene.bounds.max, 32);
  words[35] = samples.block;
  words.set([tile.x, tile.y, tile.width, tile.height], 36);
  words.set([samples.first, samples.count], 40);
  floats.set([camera.lens?.radius ?? 0, camera.lens?.distance ?? 1, params.clamp ?? 0], 42);
  return buffer;
}

/** By power: emitted by the triangles, and sent by the map through the scene's bounding sphere (both ÷ π). */
export function environmentShare({ scene, environment }: Pick<PathtraceParams, 'scene' | 'environment'>): number {
  if (environment.kind !== 'map' || environment.luminance === 0) return 0;
  if (scene.counts.lights + scene.counts.punctual === 0) return 1;
  const { min, max } = scene.bounds;
  const radius = 0.5 * Math.hypot(max[0] - min[0], max[1] - min[1], max[2] - min[2]);
  const sky = environment.luminance * Math.PI * radius * radius;
  const share = sky / Math.max(sky + scene.lightPower, 1e-30);
  return Math.fround(Math.max(LEAST_SHARE, Math.min(1 - LEAST_SHARE, share)));
}

/** The Slice structure. */
export function sliceUniform({ firstLane, lanes, from, to, last }: Slice): Uint32Array<ArrayBuffer> {
  return Uint32Array.of(firstLane, lanes, from, to, last ? 1 : 0, 0, 0, 0);
}
