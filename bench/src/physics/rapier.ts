import RAPIER from '@dimforge/rapier3d-compat';
import type { Body, BodyShape, Surface, Triple, World } from '@tabgrid/webgpu-kernels/physics/world';

/** The same world in Rapier, with its usual settings: a step of 1/60 s, four iterations of its solver. */
export interface InRapier {
  step(): void;
  /** As they are now. */
  bodies(): readonly Body[];
  /** What the solver does in a step. */
  readonly iterations: number;
  free(): void;
}

export const rapierVersion = (): string => RAPIER.version();

/** Half sides of the boxes that stand for planes, m: Rapier's JavaScript has no half-spaces. */
const PLANE_HALF_M = 200;

export async function inRapier(world: World): Promise<InRapier> {
  await RAPIER.init();
  const [x, y, z] = world.gravity;
  const made = new RAPIER.World({ x, y, z });
  const handles = world.bodies.map((body) => {
    const { position, rotation, velocity, spin } = body;
    const rigid = made.createRigidBody(
      RAPIER.RigidBodyDesc.dynamic()
        .setTranslation(...position)
        .setRotation(quaternion(rotation))
        .setLinvel(...velocity)
        .setAngvel(vector(spin)),
    );
    made.createCollider(surfaced(colliderOf(body.shape), body).setMass(body.mass), rigid);
    return rigid;
  });
  for (const box of world.statics) {
    const { half, position, rotation } = box;
    const collider = RAPIER.ColliderDesc.cuboid(...half)
      .setTranslation(...position)
      .setRotation(quaternion(rotation));
    made.createCollider(surfaced(collider, box));
  }
  for (const plane of world.planes) {
    const { normal, offset } = plane;
    const away = offset - PLANE_HALF_M;
    const collider = RAPIER.ColliderDesc.cuboid(PLANE_HALF_M, PLANE_HALF_M, PLANE_HALF_M)
      .setTranslation(normal[0] * away, normal[1] * away, normal[2] * away)
      .setRotation(quaternion(uprightTo(normal)));
    made.createCollider(surfaced(collider, plane));
  }
  return {
    iterations: made.numSolverIterations,
    step: () => made.step(),
    bodies: () =>
      world.bodies.map((body, i): Body => {
        const rigid = handles[i];
        if (!rigid) return body;
        const { x: qx, y: qy, z: qz, w } = rigid.rotation();
        return {
          ...body,
          position: triple(rigid.translation()),
          rotation: [qx, qy, qz, w],
          velocity: triple(rigid.linvel()),
          spin: triple(rigid.angvel()),
        };
      }),
    free: () => made.free(),
  };
}

function colliderOf(shape: BodyShape): RAPIER.ColliderDesc {
  return shape.kind === 'sphere' ? RAPIER.ColliderDesc.ball(shape.radius) : RAPIER.ColliderDesc.cuboid(...shape.half);
}

/** Where two surfaces meet Rapier takes their mean, as we do. */
const surfaced = (collider: RAPIER.ColliderDesc, { friction, restitution }: Surface): RAPIER.ColliderDesc =>
  collider.setFriction(friction).setRestitution(restitution);

const vector = ([x, y, z]: Triple) => ({ x, y, z });
const triple = ({ x, y, z }: { readonly x: number; readonly y: number; readonly z: number }): Triple => [x, y, z];
const quaternion = ([x, y, z, w]: Body['rotation']) => ({ x, y, z, w });

/** Turns up (0, 1, 0) into the normal, the shortest way. */
function uprightTo([x, y, z]: Triple): Body['rotation'] {
  if (y < -0.999999) return [1, 0, 0, 0];
  // up × normal, and 1 + up · normal.
  const length = Math.hypot(z, x, 1 + y);
  return [z / length, 0, -x / length, (1 + y) / length];
}
