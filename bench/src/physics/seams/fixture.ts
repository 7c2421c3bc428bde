import { type Momentum, momentumOf } from '@tabgrid/splitters/physics/ledger';
import { contactsOf, type Standing } from '@tabgrid/splitters/physics/standing';
import { POSITION_BITS } from '@tabgrid/webgpu-kernels/physics/scale';
import { CONTACT_WORDS, PLACE, PLACE_WORDS, placesOf } from '@tabgrid/webgpu-kernels/physics/state';
import { type Body, type BodyShape, type Triple, type World, worldWords } from '@tabgrid/webgpu-kernels/physics/world';
import { type RanHere, type RunHere, runHere } from '../run-here.js';
import { inPlain } from '../run-task.js';
import { FRAME_RATE, SUBSTEPS } from '../stepper.js';

/** For tests: small worlds over several regions, by the planner and the reference in plain JavaScript. */

export const G = 9.81;
/** s, of a substep. */
export const STEP = 1 / (FRAME_RATE * SUBSTEPS);
export const SURFACE = { friction: 0.5, restitution: 0 } as const;
export const GROUND = { normal: [0, 1, 0], offset: 0, ...SURFACE } as const;
export const SPHERE: BodyShape = { kind: 'sphere', radius: 0.1 };
export const CUBE: BodyShape = { kind: 'box', half: [0.1, 0.1, 0.1] };

/** By default 1 kg, at rest. */
export function body(shape: BodyShape, position: Triple, rest: Partial<Body> = {}): Body {
  const still = { mass: 1, rotation: [0, 0, 0, 1], velocity: [0, 0, 0], spin: [0, 0, 0], ...SURFACE } as const;
  return { ...still, shape, position, ...rest };
}

export const worldOf = (parts: Partial<World> & Pick<World, 'bodies'>): World => ({
  ...{ planes: [], statics: [], gravity: [0, 0, 0] },
  ...parts,
});

/** A block of balls and a few boxes whose halves move towards each other, with nothing from outside. */
export const block = (): World =>
  worldOf({
    bodies: Array.from({ length: 32 }, (_, i): Body => {
      const [x, y, z] = [i >> 2, (i >> 1) & 1, i & 1];
      const toMiddle = x < 4 ? 0.7 : -0.7;
      return body(i % 8 === 0 ? CUBE : SPHERE, [0.215 * x, 0.12 + 0.215 * y, 0.215 * z], {
        ...{ mass: 1 + (i % 2) / 5, friction: 0.4 },
        velocity: [toMiddle, 0.1 * (i % 2), 0.05 * (i % 3)],
        spin: [0, (i % 2) / 4, 0],
      });
    }),
  });

/** In plain JavaScript, windows of two substeps: short, so that regions have bodies that the others do not see. */
export const inRegions = (
  world: World,
  how: Partial<RunHere> & Pick<RunHere, 'frames' | 'regions'>,
): Promise<RanHere> => runHere({ run: inPlain, world, substeps: SUBSTEPS, window: 2, ...how });

export interface Seen extends RanHere {
  /** Of each window, whose each body was while it was computed. */
  readonly owners: readonly Uint8Array[];
  /** Whether a pair that touched at a window's end was two regions'; of each window. */
  readonly seamHeld: readonly boolean[];
  /** m. @param windowsAgo before the end */
  positionOf(index: number, windowsAgo?: number): Triple;
  /** m/s. */
  velocityOf(index: number): Triple;
  /** Angular momentum, in whole units. */
  spinOf(index: number): Triple;
  /** m/s: the fastest of all. */
  fastest(): number;
}

/** A world over two regions for so long. @param seconds a whole number of frames */
export async function acrossSeam(world: World, seconds: number): Promise<Seen> {
  const { scale } = worldWords(world, STEP);
  const owners: Uint8Array[] = [];
  const seamHeld: boolean[] = [];
  const trail: Standing[] = [];
  const ran = await inRegions(world, {
    ...{ frames: Math.round(seconds * FRAME_RATE), regions: 2 },
    moved(standing, state) {
      owners.push(state.owners);
      trail.push(standing);
      seamHeld.push(touchesAcross(standing, state.owners));
    },
  });
  const velocityOf = (index: number) =>
    wordsAt(ran.standing, index, PLACE.momentum, scale.momentum / (world.bodies[index]?.mass ?? Number.NaN));
  return {
    ...{ ...ran, owners, seamHeld, velocityOf },
    positionOf: (index, windowsAgo = 0) =>
      wordsAt(trail.at(-1 - windowsAgo) ?? ran.standing, index, PLACE.position, 2 ** -POSITION_BITS),
    spinOf: (index) => wordsAt(ran.standing, index, PLACE.spin, 1),
    fastest: () => Math.max(...world.bodies.map((_, index) => Math.hypot(...velocityOf(index)))),
  };
}

function wordsAt({ places }: Pick<Standing, 'places'>, index: number, at: number, unit: number): Triple {
  const word = (axis: number) => (places[PLACE_WORDS * index + at + axis] ?? 0) * unit;
  return [word(0), word(1), word(2)];
}

function touchesAcross(standing: Standing, owners: Uint8Array): boolean {
  return [...owners.keys()].some((low) => {
    const contacts = contactsOf(standing, low);
    for (let at = 0; at < contacts.length; at += CONTACT_WORDS) {
      const high = contacts[at] ?? 0;
      // Ids of statics and planes are none of a body's.
      if (high >= 0 && high < owners.length && owners[low] !== owners[high]) return true;
    }
    return false;
  });
}

/** Angular momentum of a body as it is launched, in whole units. */
export const launchedSpin = (world: World, index: number): Triple => wordsAt(launched(world), index, PLACE.spin, 1);

/** Momentum of all bodies as they are launched, in whole units. */
export const launchedMomentum = (world: World): Momentum => momentumOf(launched(world));

const launched = (world: World) => placesOf(worldWords(world, STEP));
