import type { PackedScene } from '@tabgrid/webgpu-kernels/pathtrace/scene';
import type { LightSource, Vec3 } from '@tabgrid/webgpu-kernels/pathtrace/scene-source';
import type { EnvironmentMap } from './hdr.js';
import { dot, normalize, subtract } from './math/vec3.js';

const WIDTH = 256;
const HEIGHT = 128;

/** Linear radiance. */
const ZENITH: Vec3 = [0.32, 0.5, 0.95];
const HORIZON: Vec3 = [0.92, 0.95, 1];
const GROUND: Vec3 = [0.2, 0.18, 0.16];
/** A sun behind thin cloud: warm and wide, so that shadows are soft and few samples do. */
const SUN: Vec3 = [26, 22, 16];
const SUN_DIRECTION = normalize([-0.5, 0.72, 0.6], [0, 1, 0]);
/** The glow's half width: where it has fallen to half, about 9° from its middle. */
const SUN_SHARPNESS = 56;

/**
 * A soft sky with a veiled sun over light brown ground: what a scene without light of its own stands in when no HDR is
 * given. 256×128, equirectangular as `packEnvironment` has it, always the same.
 */
export function builtinEnvironment(): EnvironmentMap {
  const rgb = new Float32Array(WIDTH * HEIGHT * 3);
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      const phi = ((x + 0.5) / WIDTH - 0.5) * 2 * Math.PI;
      const theta = ((y + 0.5) / HEIGHT) * Math.PI;
      const direction: Vec3 = [Math.sin(theta) * Math.cos(phi), Math.cos(theta), Math.sin(theta) * Math.sin(phi)];
      rgb.set(sky(direction), (y * WIDTH + x) * 3);
    }
  }
  return { kind: 'map', width: WIDTH, height: HEIGHT, rgb };
}

function sky(direction: Vec3): Vec3 {
  const height = direction[1];
  // The horizon is blurred over about three degrees.
  const above = smoothstep(-0.03, 0.03, height);
  const blue = Math.sqrt(Math.max(0, height));
  const sun = Math.exp(SUN_SHARPNESS * (dot(direction, SUN_DIRECTION) - 1));
  const channel = (i: 0 | 1 | 2) =>
    above * (HORIZON[i] + (ZENITH[i] - HORIZON[i]) * blue + SUN[i] * sun) + (1 - above) * GROUND[i];
  return [channel(0), channel(1), channel(2)];
}

function smoothstep(from: number, to: number, x: number): number {
  const t = Math.min(1, Math.max(0, (x - from) / (to - from)));
  return t * t * (3 - 2 * t);
}

/** Mean irradiance on the scene's bounding box from its own lights, from which on it counts as lit. A sky gives about 3. */
const LIT = 0.02;

/**
 * Whether a scene's emissive surfaces and lamps are there to light it, rather than those of a dashboard or a robot's eyes.
 * @param lightPower Σ radiance × area; its π-fold is what comes out
 */
export function lightsItself(
  { lightPower, bounds: { min, max } }: Pick<PackedScene['manifest'], 'lightPower' | 'bounds'>,
  lamps: readonly LightSource[] = [],
): boolean {
  const [x, y, z] = subtract(max, min);
  const surface = 2 * (x * y + y * z + z * x);
  const power = lamps.reduce((sum, lamp) => sum + powerOf(lamp, surface), lightPower * Math.PI);
  return power > 0 && power >= LIT * surface;
}

/** What a lamp sends out; of a sun, what falls on a body of that surface (a quarter of it, as seen from anywhere). */
function powerOf(lamp: LightSource, surface: number): number {
  const [r, g, b] = lamp.intensity;
  const intensity = 0.2126 * r + 0.7152 * g + 0.0722 * b;
  switch (lamp.kind) {
    case 'directional':
      return (intensity * surface) / 4;
    case 'point':
      return intensity * 4 * Math.PI;
    case 'spot':
      return intensity * 2 * Math.PI * (1 - Math.cos(lamp.outerCone));
  }
}
