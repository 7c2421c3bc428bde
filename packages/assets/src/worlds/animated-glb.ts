import type { Bytes } from '@tabgrid/protocol/bytes';
import type { Triple } from '@tabgrid/webgpu-kernels/physics/world';
import { AssetError } from '../asset-error.js';
import type { WorldCamera } from './builtin/builtin-world.js';
import { extentOf, squareOf } from './extent.js';
import { createModel } from './glb-model.js';
import { sameSide } from './keyframes.js';
import type { ShownWorld } from './shown-world.js';
import { checkFrame, type Trajectory } from './trajectory.js';

/** A simulated world as an animated model: one node a body, meshes and materials shared, keys only where a body leaves its line. */

export interface AnimatedGlbOptions {
  /** Linear red, green and blue of each body; where there is none, the body's own. */
  readonly colors?: readonly (Triple | undefined)[];
  readonly camera?: WorldCamera;
}

const DEFAULT_COLOR: Triple = [0.6, 0.6, 0.6];
const DEFAULT_FIXED_COLOR: Triple = [0.3, 0.3, 0.32];

/**
 * The GLB. Each body stands at the trajectory's first frame; the animation `simulation` moves those that move. Planes are shown
 * as squares around all that happens.
 * @throws AssetError where the trajectory is not the world's
 */
export async function animatedGlb(
  world: ShownWorld,
  trajectory: Trajectory,
  { colors = [], camera }: AnimatedGlbOptions = {},
): Promise<Bytes> {
  checkTrajectory(world, trajectory);
  const model = createModel(trajectory.frameSeconds);
  world.bodies.forEach((body, i) => {
    const { shape } = body;
    const node = model.stand({
      name: body.name ?? `body ${i}`,
      mesh: shape.kind,
      size: shape.kind === 'sphere' ? [shape.radius, shape.radius, shape.radius] : shape.half,
      color: colors[i] ?? body.color ?? DEFAULT_COLOR,
    });
    model.keyed(node, 'translation', { values: gathered(trajectory, 'positions', i, 3), size: 3 });
    model.keyed(node, 'rotation', { values: sameSide(gathered(trajectory, 'rotations', i, 4)), size: 4 });
  });
  world.statics.forEach(({ name, half, position, rotation, color }, i) => {
    const look = { name: name ?? `static box ${i}`, color: color ?? DEFAULT_FIXED_COLOR };
    model
      .stand({ ...look, mesh: 'box', size: half })
      .setTranslation([...position])
      .setRotation([...rotation]);
  });
  const extent = extentOf(world, trajectory);
  world.planes.forEach((plane, i) => {
    const look = { name: plane.name ?? `plane ${i}`, color: plane.color ?? DEFAULT_FIXED_COLOR };
    const { position, rotation, size } = squareOf(plane, extent);
    model
      .stand({ ...look, mesh: 'floor', size })
      .setTranslation(position)
      .setRotation(rotation);
  });
  if (camera) model.shoot(camera);
  return model.toGlb();
}

function checkTrajectory({ bodies }: ShownWorld, trajectory: Trajectory): void {
  if (trajectory.bodies !== bodies.length) {
    throw new AssetError(
      `The trajectory is of ${trajectory.bodies} bodies, the world has ${bodies.length}. Choose the world that was simulated.`,
    );
  }
  if (trajectory.frames.length === 0) {
    throw new AssetError('The trajectory has no frames, so there is nothing to show. Simulate at least one.');
  }
  trajectory.frames.forEach((frame, i) => {
    checkFrame(frame, bodies.length, i);
  });
}

function gathered({ frames }: Trajectory, list: 'positions' | 'rotations', body: number, size: 3 | 4): Float32Array {
  const out = new Float32Array(frames.length * size);
  frames.forEach((frame, i) => {
    out.set(frame[list].subarray(body * size, (body + 1) * size), i * size);
  });
  return out;
}
