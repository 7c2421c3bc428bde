import { VELOCITY_BITS } from '@tabgrid/webgpu-kernels/physics/scale';
import {
  askedIndices,
  CONTACT_WORDS,
  joined,
  listedOf,
  OWN,
  ownAsked,
  type Part,
  type PartResult,
  PLACE,
  PLACE_WORDS,
  type Places,
  POSE_WORDS,
  type WorldHeader,
} from '@tabgrid/webgpu-kernels/physics/state';
import { FIXED, FIXED_WORDS } from '@tabgrid/webgpu-kernels/physics/world';

/** A world as it stands at one moment, and how what came back is put together again. Positions count the kernel's units. */
export interface Standing extends Places {
  readonly world: WorldHeader;
  /** Where each body's contacts begin, in contacts; one more at the end. */
  readonly starts: Int32Array<ArrayBuffer>;
}

export function standingOf(world: WorldHeader, { places, contacts }: Places): Standing {
  const starts = new Int32Array(world.bodies + 1);
  for (let i = 0; i < world.bodies; i++) starts[i + 1] = (starts[i] ?? 0) + listedOf(places, i);
  return { world, places, contacts, starts };
}

/** @param axis 0 to 2 */
export const positionOf = ({ places }: Places, body: number, axis: number): number =>
  places[PLACE_WORDS * body + PLACE.position + axis] ?? 0;

export function contactsOf({ contacts, starts }: Standing, body: number): Int32Array<ArrayBuffer> {
  return contacts.subarray(CONTACT_WORDS * (starts[body] ?? 0), CONTACT_WORDS * (starts[body + 1] ?? 0));
}

export const placeIn = ({ places }: Places, body: number): Int32Array<ArrayBuffer> =>
  places.subarray(PLACE_WORDS * body, PLACE_WORDS * (body + 1));

/** Of a body: such that momentum² ÷ (2 mass) is energy in the units of `energyOf`. */
export const massOf = ({ fixed, scale }: WorldHeader, body: number): number =>
  2 ** (scale.massShift + VELOCITY_BITS) / Math.max(1, fixed[FIXED_WORDS * body + FIXED.inverseMass] ?? 1);

export interface Returned {
  readonly part: Pick<Part, 'ids' | 'owned'>;
  readonly result: PartResult;
}

/** The world after a window: of each body what its owner says. @throws RangeError unless each body has one owner */
export function merged({ world }: Standing, returned: readonly Returned[]): Standing {
  const places = new Int32Array(PLACE_WORDS * world.bodies);
  const rows: (Int32Array | undefined)[] = new Array(world.bodies);
  for (const { part, result } of returned) {
    const asked = askedIndices(part);
    const told = standingOf({ ...world, bodies: asked.length }, result);
    asked.forEach((index, i) => {
      const id = part.ids[index] ?? 0;
      if (part.owned[index] !== OWN) return;
      if (rows[id]) throw new RangeError(`two owners of body ${id}`);
      places.set(placeIn(told, i), PLACE_WORDS * id);
      rows[id] = contactsOf(told, i);
    });
  }
  const found = rows.filter((row) => row !== undefined);
  if (found.length !== world.bodies) throw new RangeError(`${world.bodies - found.length} bodies without an owner`);
  return standingOf(world, { places, contacts: joined(found) });
}

/** Of a part's own bodies the poses at the end of each frame but the last one, as a result has them. */
export function ownPoses(
  part: Returned['part'],
  { poses }: PartResult,
): { readonly ids: Int32Array; readonly poses: readonly Int32Array[] } {
  const own = ownAsked(part);
  const size = POSE_WORDS * askedIndices(part).length;
  const frames = Array.from({ length: size > 0 ? poses.length / size : 0 }, (_, k) => poses.subarray(k * size));
  return {
    ids: Int32Array.from(own, ({ index }) => part.ids[index] ?? 0),
    poses: frames.map((all) => joined(own.map(({ row }) => all.subarray(POSE_WORDS * row, POSE_WORDS * (row + 1))))),
  };
}
