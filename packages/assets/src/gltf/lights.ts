import type { LightSource } from '@tabgrid/webgpu-kernels/pathtrace/scene-source';
import { axis } from '../math/mat4.js';
import { normalize, scale } from '../math/vec3.js';
import type { PlacedNode } from './nodes.js';
import { radiant } from './radiant.js';
import type { GltfJson, GltfLight } from './schema.js';

/**
 * The scene's lights (KHR_lights_punctual), those left out that are black. Intensities stay in the file's units – candela,
 * and lux for directional ones – which the renderer takes for radiant ones, as viewers do.
 */
export function readLights(
  json: GltfJson,
  nodes: readonly PlacedNode[],
  warn: (warning: string) => void,
): LightSource[] {
  const lights = json.extensions?.KHR_lights_punctual?.lights ?? [];
  return nodes.flatMap((placed) => {
    const light = lights[placed.node.extensions?.KHR_lights_punctual?.light ?? -1];
    if (!light || !(light.intensity > 0) || light.color.every((channel) => channel === 0)) return [];
    if (!placed.world.every(Number.isFinite)) {
      warn('A light is nowhere (its transform is not finite): it is left out.');
      return [];
    }
    return placeLight(light, placed);
  });
}

function placeLight(light: GltfLight, { world }: PlacedNode): LightSource {
  const intensity = radiant(light.color, light.intensity);
  const position = axis(world, 3);
  // Lights shine along their −Z; scale does not count.
  const direction = normalize(scale(axis(world, 2), -1), [0, 0, -1]);
  switch (light.type) {
    case 'directional':
      return { kind: 'directional', direction, intensity };
    case 'point':
      return { kind: 'point', position, intensity, range: rangeOf(light.range) };
    case 'spot': {
      const outerCone = Math.min(light.spot.outerConeAngle, Math.PI / 2);
      const innerCone = Math.min(light.spot.innerConeAngle, outerCone);
      return { kind: 'spot', position, direction, intensity, range: rangeOf(light.range), innerCone, outerCone };
    }
  }
}

/** None, or one of 0 (which the extension forbids), has no end. */
function rangeOf(range: number | undefined): number {
  return range || Infinity;
}
