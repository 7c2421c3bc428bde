import type { Triple } from '@tabgrid/webgpu-kernels/physics/world';
import { type ShownBody, STILL } from '../shown-world.js';
import { type BuiltinWorld, bodyOf, COLORS, cameraAround } from './builtin-world.js';
import { between, type Random, seeded } from './random.js';

/** Two clouds of spheres that fly into each other, a little off centre, where nothing pulls: momentum is all there is. */

const RADII_M = [0.08, 0.14] as const;
const SPACING_M = 0.4;
const JITTER_M = 0.05;
/** Between the clouds, m. */
const GAP_M = 1;
const SPEED = 4;
const SURFACE = { friction: 0.2, restitution: 0.9 } as const;

export function clouds(count: number): BuiltinWorld {
  const random = seeded(2);
  const first = Math.ceil(count / 2);
  const places = nearest(first);
  const radius = SPACING_M + Math.max(...places.map((place) => Math.hypot(...place)));
  const away = radius + GAP_M / 2;
  const off = radius / 4;
  const bodies = [
    ...cloud(random, places, [-away, -off, 0], [SPEED, 0, 0], COLORS.orange),
    ...cloud(random, places.slice(0, count - first), [away, off, 0], [-SPEED, 0, 0], COLORS.blue),
  ];
  return {
    title: 'Two clouds of spheres meet, without gravity',
    world: { gravity: STILL, bodies, planes: [], statics: [] },
    camera: cameraAround([0, 0, 0], 1.5 * away + radius, [0.1, 0.25, 1]),
  };
}

function cloud(
  random: Random,
  places: readonly Triple[],
  [x, y, z]: Triple,
  velocity: Triple,
  color: Triple,
): ShownBody[] {
  const jitter = () => between(random, -JITTER_M, JITTER_M);
  return places.map((place) =>
    bodyOf(
      { kind: 'sphere', radius: between(random, ...RADII_M) },
      [x + place[0] + jitter(), y + place[1] + jitter(), z + place[2] + jitter()],
      { velocity, color, ...SURFACE },
    ),
  );
}

/** So many points of a cubic grid around the origin, the nearest ones, in order. */
function nearest(count: number): Triple[] {
  const reach = Math.ceil(Math.cbrt(count * (3 / (4 * Math.PI)))) + 1;
  const side = 2 * reach + 1;
  const at = (i: number): Triple => [
    (i % side) - reach,
    (Math.floor(i / side) % side) - reach,
    Math.floor(i / side ** 2) - reach,
  ];
  const squared = ([x, y, z]: Triple) => x * x + y * y + z * z;
  return Array.from({ length: side ** 3 }, (_, i) => at(i))
    .sort((a, b) => squared(a) - squared(b))
    .slice(0, count)
    .map(([x, y, z]): Triple => [x * SPACING_M, y * SPACING_M, z * SPACING_M]);
}
