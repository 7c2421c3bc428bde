import { buildAlias } from './alias.js';
import { LIGHT_WORDS, MAX_PUNCTUAL, PUNCTUAL, PUNCTUAL_WORDS, WORLD_LIMIT } from './layout.js';
import { luminance } from './luminance.js';
import type { LightSource, Vec3 } from './scene-source.js';

/** What light sampling chooses from: triangles that shine and punctual lights, by power. */

/** A triangle that shines: its place, its area (m²), and its emitted power ÷ π. */
export interface TriangleLight {
  readonly triangle: number;
  readonly area: number;
  readonly weight: number;
}

export interface PackedLights {
  /** LIGHT_WORDS a light, triangles first. */
  readonly records: Uint32Array;
  /** PUNCTUAL_WORDS a punctual light. */
  readonly punctual: Uint32Array;
  /** Sum of the weights: luminance-weighted power ÷ π. */
  readonly power: number;
  /** Lights that cannot shine (no intensity, not finite) and were left out. */
  readonly dropped: number;
}

const KINDS: Record<LightSource['kind'], number> = { point: 0, spot: 1, directional: 2 };
const LARGEST_INTENSITY = 1e12;

/** The scene's bounding sphere, metres. */
export interface SceneSphere {
  readonly centre: Vec3;
  readonly radius: number;
}

/** @throws RangeError for too many punctual lights */
export function packLights(
  triangles: readonly TriangleLight[],
  sources: readonly LightSource[],
  sphere: SceneSphere,
): PackedLights {
  const usable = sources.filter((light) => shines(light));
  if (usable.length > MAX_PUNCTUAL) throw new RangeError(`${usable.length} lights, limit ${MAX_PUNCTUAL}`);
  const weights = [...triangles.map(({ weight }) => weight), ...usable.map((light) => powerOf(light, sphere))];
  const table = buildAlias(Float64Array.from(weights));
  const records = new Uint32Array(LIGHT_WORDS * weights.length);
  const floats = new Float32Array(records.buffer);
  weights.forEach((_, i) => {
    const triangle = triangles[i];
    const probability = table?.probability[i] ?? 0;
    records[LIGHT_WORDS * i] = triangle ? triangle.triangle : (PUNCTUAL | (i - triangles.length)) >>> 0;
    records[LIGHT_WORDS * i + 1] = table?.alias[i] ?? i;
    records[LIGHT_WORDS * i + 2] = table?.threshold[i] ?? 0;
    floats[LIGHT_WORDS * i + 3] = Math.min(triangle ? probability / triangle.area : probability, 1e30);
  });
  const punctual = new Uint32Array(PUNCTUAL_WORDS * usable.length);
  usable.forEach((light, i) => {
    punctual.set(wordsOf(light), PUNCTUAL_WORDS * i);
  });
  const power = weights.reduce((sum, weight) => sum + weight, 0);
  return { records, punctual, power, dropped: sources.length - usable.length };
}

function shines(light: LightSource): boolean {
  const places = [
    ...(light.kind === 'directional' ? [] : light.position),
    ...(light.kind === 'point' ? [] : light.direction),
  ];
  const known = places.every((x) => Math.abs(x) <= WORLD_LIMIT) && light.intensity.every((x) => x >= 0);
  return known && luminance(...intensityOf(light)) > 0;
}

function intensityOf({ intensity: [r, g, b] }: LightSource): [number, number, number] {
  return [Math.min(r, LARGEST_INTENSITY), Math.min(g, LARGEST_INTENSITY), Math.min(b, LARGEST_INTENSITY)];
}

/** Luminance-weighted power ÷ π that meets the scene: of a sun πr²·E, of a point its share of directions, of a spot's its cone. */
function powerOf(light: LightSource, { centre, radius }: SceneSphere): number {
  const intensity = luminance(...intensityOf(light));
  const radius2 = Math.max(radius * radius, 1e-20);
  if (light.kind === 'directional') return intensity * radius2;
  const distance2 = light.position.reduce((sum, x, axis) => sum + (x - (centre[axis] ?? 0)) ** 2, 0);
  const towards = distance2 > radius2 ? 2 * (1 - Math.sqrt(1 - radius2 / distance2)) : 4;
  const cone = light.kind === 'spot' ? Math.max(2 * (1 - Math.cos(light.outerCone)), 1e-6) : 4;
  return intensity * Math.max(Math.min(towards, cone), 1e-9);
}

function wordsOf(light: LightSource): Uint32Array {
  const words = new Uint32Array(PUNCTUAL_WORDS);
  const floats = new Float32Array(words.buffer);
  words[0] = KINDS[light.kind];
  if (light.kind !== 'directional') {
    floats.set(light.position, 1);
    floats[7] = light.range > 0 && light.range < WORLD_LIMIT ? light.range : 0;
  }
  if (light.kind !== 'point') floats.set(unit(light.direction), 4);
  floats.set(intensityOf(light), 8);
  if (light.kind === 'spot') {
    // KHR_lights_punctual's fall-off between the cones: linear in the cosine, then squared.
    const scale = 1 / Math.max(0.001, Math.cos(light.innerCone) - Math.cos(light.outerCone));
    floats.set([scale, -Math.cos(light.outerCone) * scale], 11);
  }
  return words;
}

function unit([x, y, z]: Vec3): Vec3 {
  const length = Math.hypot(x, y, z);
  return length > 0 ? [x / length, y / length, z / length] : [0, 0, -1];
}
