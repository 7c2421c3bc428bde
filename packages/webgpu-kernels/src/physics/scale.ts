import { UNIT_BITS } from './fixed.js';

/**
 * Units of one world. Positions count 2^-20 m, velocities 2^-32 m a substep, angular velocities 2^-30 rad a substep; momenta are
 * in units that the world's masses and sizes allow, so that the heaviest body at the largest speed still fits a word. They stay
 * the same when a frame is cut into more substeps than the others.
 */

/** Bits after the point of positions, metres. */
export const POSITION_BITS = 20;
/** Bits of a velocity below a position's last. */
export const VELOCITY_BITS = 12;
export const SPIN_BITS = 30;
/** Of inverse masses: so few that a shift may grow by `MOST_HALVINGS`. */
const WEIGHT_BITS = 28;
/** How often substeps may be halved. */
export const MOST_HALVINGS = 3;
/** Masses of a world may differ by this factor. */
export const MOST_MASS_RATIO = 4096;
/** Of 31: what a momentum has at the largest speed, 0.25 m a substep, or the largest spin, 1 rad. */
const MOMENTUM_BITS = 30;

export interface Sizes {
  readonly mass: number;
  /** Smallest and largest moment of inertia, kg·m². */
  readonly inertia: readonly [number, number];
}

export interface Scale {
  /** Substep, s. */
  readonly step: number;
  /** v = P · inverse mass ÷ 2^massShift. */
  readonly massShift: number;
  /** ω = L · inverse inertia ÷ 2^spinShift. */
  readonly spinShift: number;
  /** L counts 2^leverShift units of momentum × position. */
  readonly leverShift: number;
  /** Momentum's unit, kg·m/s. */
  readonly momentum: number;
  /** Angular momentum's unit, kg·m²/s. */
  readonly spin: number;
}

export const toPosition = (metres: number) => Math.round(metres * 2 ** POSITION_BITS);
export const toVelocity = (metresASecond: number, { step }: Pick<Scale, 'step'>) =>
  Math.round(metresASecond * step * 2 ** (POSITION_BITS + VELOCITY_BITS));
export const toUnit = (share: number) => Math.round(share * 2 ** UNIT_BITS);

/** @param sizes of every body that moves, at least one */
export function scaleOf(sizes: readonly Sizes[], step: number): Scale {
  let [lightest, heaviest, smallest, largest] = [Number.POSITIVE_INFINITY, 0, Number.POSITIVE_INFINITY, 0];
  for (const { mass, inertia } of sizes) {
    lightest = Math.min(lightest, mass);
    heaviest = Math.max(heaviest, mass);
    smallest = Math.min(smallest, inertia[0]);
    largest = Math.max(largest, inertia[1]);
  }
  const dropped = Math.ceil(Math.log2(heaviest / lightest));
  const momentum = (lightest * 2 ** (dropped - POSITION_BITS - VELOCITY_BITS)) / step;
  const product = momentum * 2 ** -POSITION_BITS;
  const leverShift = Math.max(1, Math.ceil(Math.log2(largest / step / product)) - MOMENTUM_BITS);
  const spin = product * 2 ** leverShift;
  // Of the smallest inertia, which has the largest inverse: as many bits as fit.
  const spinShift = Math.max(
    1,
    Math.min(31 - MOST_HALVINGS, Math.floor(WEIGHT_BITS - Math.log2(spinsAMomentum(smallest, spin, step)))),
  );
  return { step, massShift: WEIGHT_BITS - dropped, spinShift, leverShift, momentum, spin };
}

const spinsAMomentum = (inertia: number, spin: number, step: number) => (spin / inertia) * step * 2 ** SPIN_BITS;

export const inverseMass = (mass: number, scale: Scale) =>
  Math.round((scale.momentum / mass) * scale.step * 2 ** (POSITION_BITS + VELOCITY_BITS + scale.massShift));

export const inverseInertia = (inertia: number, scale: Scale) =>
  Math.round(spinsAMomentum(inertia, scale.spin, scale.step) * 2 ** scale.spinShift);
