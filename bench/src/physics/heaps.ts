import { builtinWorld } from '@tabgrid/assets/worlds/builtin';
import type { Standing } from '@tabgrid/splitters/physics/standing';
import type { BodyShape, World } from '@tabgrid/webgpu-kernels/physics/world';
import { inRapier } from './rapier.js';
import type { RunTask } from './run-task.js';
import { createStepper } from './stepper.js';

/** Worlds to measure. */

/** Frames that bodies take to fall and form a heap that hardly moves. */
const FALL_FRAMES = 80;

export type Kind = 'pile' | 'spheres';

/** The built-in pile; or with spheres of the same volume in the place of its boxes. */
export function pileOf(bodies: number, kind: Kind): World {
  const { world } = builtinWorld('pile', { bodies });
  return kind === 'pile'
    ? world
    : { ...world, bodies: world.bodies.map((body) => ({ ...body, shape: round(body.shape) })) };
}

function round(shape: BodyShape): BodyShape {
  if (shape.kind === 'sphere') return shape;
  const [x, y, z] = shape.half;
  return { kind: 'sphere', radius: Math.cbrt((6 * x * y * z) / Math.PI) };
}

/** A pile that has fallen: by Rapier, so that both begin with the same heap however slow the adapter is. */
export async function heapOf(bodies: number, kind: Kind): Promise<World> {
  const world = pileOf(bodies, kind);
  const rapier = await inRapier(world);
  for (let frame = 0; frame < FALL_FRAMES; frame++) rapier.step();
  const fallen = { ...world, bodies: rapier.bodies() };
  rapier.free();
  return fallen;
}

export interface Heap {
  readonly world: World;
  readonly standing: Standing;
}

/** Frames until contacts are known, and what Rapier left deep in each other is apart. */
const SETTLE_FRAMES = 3;

/** A heap as we go on with it. */
export async function restingHeap(bodies: number, run: RunTask): Promise<Heap> {
  const world = await heapOf(bodies, 'pile');
  const stepper = await createStepper(world, run);
  for (let frame = 0; frame < SETTLE_FRAMES; frame++) await stepper.frame(false);
  return { world, standing: stepper.standing };
}
