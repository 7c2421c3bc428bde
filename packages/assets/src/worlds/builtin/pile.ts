import type { Triple } from '@tabgrid/webgpu-kernels/physics/world';
import { EARTH, type ShownBody, type ShownStatic, UPRIGHT, USUAL_SURFACE } from '../shown-world.js';
import { type BuiltinWorld, bodyOf, COLORS, cameraAround, GROUND } from './builtin-world.js';
import { anyRotation, between, type Random, seeded } from './random.js';

/** Spheres and a few boxes that fall into a tray: its floor grows with their number, the heap's height stays. */

const RADII_M = [0.1, 0.15] as const;
/** Their corners reach no farther than the largest sphere. */
const HALVES_M = [0.06, 0.085] as const;
const BOXES = 0.2;
/** Wide enough for the largest bodies and their jitter. */
const SPACING_M = 0.32;
const JITTER_M = 0.008;
/** Packed loosely, so many layers fall to a heap of about half as many. */
const LAYERS = 12;
const MARGIN_M = 0.15;
const WALL_M = { height: 2, thickness: 0.3 } as const;
const PALETTE = [COLORS.red, COLORS.orange, COLORS.yellow, COLORS.white] as const;

export function pile(count: number): BuiltinWorld {
  const random = seeded(1);
  const columns = Math.ceil(Math.sqrt(count / LAYERS));
  const middle = (columns - 1) / 2;
  const jitter = () => between(random, -JITTER_M, JITTER_M);
  const bodies = Array.from({ length: count }, (_, i): ShownBody => {
    const layer = Math.floor(i / columns ** 2);
    const x = (i % columns) - middle;
    const z = (Math.floor(i / columns) % columns) - middle;
    const place: Triple = [x * SPACING_M + jitter(), (layer + 0.75) * SPACING_M + jitter(), z * SPACING_M + jitter()];
    return fallen(random, place);
  });
  const inner = (columns * SPACING_M) / 2 + MARGIN_M;
  const height = Math.max(1, Math.ceil(count / columns ** 2) * SPACING_M);
  return {
    title: 'A heap of spheres and boxes in a tray',
    world: { gravity: EARTH, bodies, planes: [GROUND], statics: walls(inner) },
    camera: cameraAround([0, height / 3, 0], Math.hypot(inner * Math.SQRT2, (2 * height) / 3), [0.55, 0.8, 1]),
  };
}

function fallen(random: Random, position: Triple): ShownBody {
  const color = PALETTE[Math.floor(random() * PALETTE.length)] ?? COLORS.white;
  if (random() >= BOXES) return bodyOf({ kind: 'sphere', radius: between(random, ...RADII_M) }, position, { color });
  const side = () => between(random, ...HALVES_M);
  const half: Triple = [side(), side(), side()];
  return bodyOf({ kind: 'box', half }, position, { color: COLORS.blue, rotation: anyRotation(random) });
}

/** Around the square of half side `inner`. */
function walls(inner: number): ShownStatic[] {
  const { height, thickness } = WALL_M;
  const away = inner + thickness / 2;
  const long = inner + thickness;
  const wall = (name: string, x: number, z: number, half: Triple): ShownStatic => ({
    name,
    half,
    position: [x, height / 2, z],
    rotation: UPRIGHT,
    ...USUAL_SURFACE,
    color: COLORS.grey,
  });
  return [
    wall('left wall', -away, 0, [thickness / 2, height / 2, long]),
    wall('right wall', away, 0, [thickness / 2, height / 2, long]),
    wall('back wall', 0, -away, [inner, height / 2, thickness / 2]),
    wall('front wall', 0, away, [inner, height / 2, thickness / 2]),
  ];
}
