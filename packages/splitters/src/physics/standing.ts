import {
  CONTACT_WORDS,
  joined,
  listedOf,
  type Part,
  type PartResult,
  PLACE,
  PLACE_WORDS,
  type Places,
  type WorldHeader,
} from '@tabgrid/webgpu-kernels/physics/state';

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

/** Own bodies of a part. */
export interface Returned {
  readonly ids: Int32Array;
  readonly result: PartResult;
}

/** The world after a window: of each body what its owner says. @throws RangeError unless each body has one owner */
export function merged({ world }: Standing, returned: readonly Returned[]): Standing {
  const places = new Int32Array(PLACE_WORDS * world.bodies);
  const rows: (Int32Array | undefined)[] = new Array(world.bodies);
  for (const { ids, result } of returned) {
    const part = standingOf({ ...world, bodies: ids.length }, result);
    ids.forEach((id, i) => {
      if (rows[id]) throw new RangeError(`two owners of body ${id}`);
      places.set(placeIn(part, i), PLACE_WORDS * id);
      rows[id] = contactsOf(part, i);
    });
  }
  const found = rows.filter((row) => row !== undefined);
  if (found.length !== world.bodies) throw new RangeError(`${world.bodies - found.length} bodies without an owner`);
  return standingOf(world, { places, contacts: joined(found) });
}

/** Ids of a part's own bodies. */
export const ownIds = ({ ids, owned }: Pick<Part, 'ids' | 'owned'>): Int32Array<ArrayBuffer> =>
  ids.filter((_, i) => owned[i]);
