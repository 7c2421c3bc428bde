import { PLACE, PLACE_WORDS, type Places, type WorldHeader } from '@tabgrid/webgpu-kernels/physics/state';
import { FIXED, FIXED_WORDS } from '@tabgrid/webgpu-kernels/physics/world';

/**
 * Mechanical energy in the kernel's units: momentum × position's unit a usual substep. Kinetic of movement and of turning, and what
 * gravity's pull could still do, from the height 0 on.
 */
export interface Energy {
  readonly kinetic: number;
  readonly potential: number;
}

/** @param ids of the bodies whose places these are; null: all of the world's */
export function energyOf(world: WorldHeader, { places }: Pick<Places, 'places'>, ids: Int32Array | null): Energy {
  const { massShift, spinShift, leverShift } = world.scale;
  let kinetic = 0;
  let potential = 0;
  for (let i = 0; PLACE_WORDS * i < places.length; i++) {
    const at = FIXED_WORDS * (ids?.[i] ?? i);
    const word = (k: number) => places[PLACE_WORDS * i + k] ?? 0;
    const fixed = (k: number) => world.fixed[at + k] ?? 0;
    // Velocities in units of position a substep.
    const moves = fixed(FIXED.inverseMass) / 2 ** (massShift + 12);
    const spin = ownSpin(word);
    for (let axis = 0; axis < 3; axis++) {
      const momentum = word(PLACE.momentum + axis);
      kinetic += (momentum * momentum * moves) / 2;
      // Angular velocity is in 2^-30 rad, L in 2^leverShift of momentum × position.
      const turns = fixed(FIXED.inverseInertia + axis) / 2 ** (spinShift + 30);
      kinetic += ((spin[axis] ?? 0) ** 2 * 2 ** leverShift * turns) / 2;
      potential -= fixed(FIXED.pull + axis) * word(PLACE.position + axis);
    }
  }
  return { kinetic, potential };
}

/** Angular momentum along a body's own axes. */
function ownSpin(word: (k: number) => number): readonly number[] {
  const [x, y, z, w] = [0, 1, 2, 3].map((k) => -word(PLACE.rotation + k) / 2 ** 30) as [number, number, number, number];
  const [a, b, c] = [0, 1, 2].map((k) => word(PLACE.spin + k)) as [number, number, number];
  // v + 2 q × (q × v + w v), turned back.
  const u = -w;
  const [p, q, r] = [y * c - z * b + u * a, z * a - x * c + u * b, x * b - y * a + u * c];
  return [a + 2 * (y * r - z * q), b + 2 * (z * p - x * r), c + 2 * (x * q - y * p)];
}

/** What pushing overlaps out may lift all bodies by in a usual frame's substeps, units of position: 2 mm. */
const LIFT = 2 ** 11;
const USUAL_SUBSTEPS = 8;
/** What rounding and many pairs at once may add to the energy of movement. */
const KINETIC_SHARE = 0.1;

/**
 * Energy that a window may gain. Impulses take it away; what overlaps is pushed out, though, and that lifts bodies.
 * @param kinetic at its beginning @param substeps usual ones
 */
export function mostGained({ fixed, bodies }: WorldHeader, kinetic: number, substeps: number): number {
  let pull = 0;
  for (let body = 0; body < bodies; body++) {
    const at = FIXED_WORDS * body + FIXED.pull;
    pull += Math.hypot(fixed[at] ?? 0, fixed[at + 1] ?? 0, fixed[at + 2] ?? 0);
  }
  return Math.max(1, substeps / USUAL_SUBSTEPS) * (pull * LIFT + KINETIC_SHARE * kinetic);
}
