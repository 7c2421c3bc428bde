import { PLANE } from './solver.js';
import {
  askedIndices,
  CONTACT_WORDS,
  halved,
  joined,
  LISTED_SHIFT,
  listedOf,
  OWN,
  ownIndices,
  type Part,
  PLACE,
  PLACE_OF_STATE,
  PLACE_WORDS,
  putPlace,
  type WorldHeader,
} from './state.js';
import { type PhysicsParams, probedOf } from './task.js';
import { FIXED, FIXED_WORDS, STATE, STATE_WORDS } from './world.js';

/** A part as the kernel numbers it: its bodies from 0 on, in the order of their ids, and behind them what never moves. Pure. */
export interface Local {
  /** Bodies that move. */
  readonly movers: number;
  /** Theirs in the world. */
  readonly ids: Int32Array<ArrayBuffer>;
  /** Indices of those whose states are asked for. */
  readonly asked: readonly number[];
  /** Of those that are the part's own. */
  readonly own: readonly number[];
  readonly fixed: Int32Array<ArrayBuffer>;
  readonly states: Int32Array<ArrayBuffer>;
  /** Contacts that each body keeps with those of higher numbers: where they begin. */
  readonly starts: Int32Array<ArrayBuffer>;
  readonly contacts: Int32Array<ArrayBuffer>;
  /** Two words each. */
  readonly watches: Uint32Array<ArrayBuffer>;
}

/** Of a world at a finer substep than its own: the same momenta move things by less. */
export function finer(world: WorldHeader, halvings: number): WorldHeader {
  if (halvings === 0) return world;
  const { massShift, spinShift, leverShift } = world.scale;
  const fixed = world.fixed.slice();
  for (let at = FIXED.pull; at < fixed.length; at += FIXED_WORDS) {
    for (let k = at; k < at + 3; k++) fixed[k] = halved(fixed[k] ?? 0, halvings);
  }
  return {
    ...world,
    fixed,
    scale: { massShift: massShift + halvings, spinShift: spinShift + halvings, leverShift },
    bounceFrom: halved(world.bounceFrom, halvings),
  };
}

/** @throws RangeError for a part of another world, or of another form than the parameters say */
export function localOf(world: WorldHeader, whole: Part, params: PhysicsParams): Local {
  const part = probed(whole, params);
  const { ids, owned, places } = part;
  const movers = ids.length;
  if (whole.ids.length !== params.bodies || (ids[movers - 1] ?? 0) >= world.bodies) {
    throw new RangeError('the part has other bodies than its parameters or its world');
  }
  const asked = askedIndices(part);
  if (asked.length !== (params.only === null ? params.own : 1)) throw new RangeError('the part asks for other bodies');
  const all = movers + world.statics;
  const fixed = new Int32Array(FIXED_WORDS * all);
  const states = new Int32Array(STATE_WORDS * all);
  const addFixed = (to: number, from: number) =>
    fixed.set(world.fixed.subarray(FIXED_WORDS * from, FIXED_WORDS * (from + 1)), FIXED_WORDS * to);
  ids.forEach((id, i) => {
    addFixed(i, id);
    fixed[FIXED_WORDS * i + FIXED.owned] = owned[i] === OWN ? 1 : 0;
    fixed[FIXED_WORDS * i + FIXED.id] = id;
    setState(states, i, places, params.halvings);
  });
  for (let k = 0; k < world.statics; k++) addFixed(movers + k, world.bodies + k);
  states.set(world.staticStates, STATE_WORDS * movers);
  const watches = new Uint32Array(2 * part.watches.length);
  part.watches.forEach(({ body, neighbour, until }, k) => {
    if (body >= movers || neighbour >= params.neighbours) throw new RangeError('a watch of what the part has not');
    watches.set([body, neighbour | (until << 8)], 2 * k);
  });
  return {
    movers,
    ids,
    asked,
    own: ownIndices(part),
    fixed,
    states,
    watches,
    ...localContacts(world, part, params.halvings),
  };
}

function setState(states: Int32Array, i: number, places: Int32Array, halvings: number): void {
  const at = STATE_WORDS * i;
  const from = PLACE_WORDS * i;
  for (let k = 0; k < PLACE_WORDS; k++) {
    const word = places[from + k] ?? 0;
    states[at + (PLACE_OF_STATE[k] ?? 0)] = k < PLACE.warm ? word : halved(word, halvings);
  }
  states[at + STATE.contacts] = (places[from + PLACE.contacts] ?? 0) & (2 ** LISTED_SHIFT - 1);
}

/** Contacts with bodies that are not here are left out: what has them is too far from all that is asked for to matter. */
function localContacts(world: WorldHeader, part: Part, halvings: number): Pick<Local, 'starts' | 'contacts'> {
  const { ids, places, contacts: given } = part;
  const index = new Map<number, number>();
  ids.forEach((id, i) => {
    index.set(id, i);
  });
  const numberOf = (other: number): number | undefined => {
    if (other >>> 0 >= PLANE) return other;
    return other >= world.bodies ? ids.length + other - world.bodies : index.get(other);
  };
  const contacts = new Int32Array(given.length);
  const starts = new Int32Array(ids.length + 1);
  let from = 0;
  let to = 0;
  for (let i = 0; i < ids.length; i++) {
    starts[i] = to / CONTACT_WORDS;
    for (let left = listedOf(places, i); left > 0; left--, from += CONTACT_WORDS) {
      const other = numberOf(given[from] ?? 0);
      if (other === undefined) continue;
      contacts[to++] = other;
      contacts[to++] = given[from + 1] ?? 0;
      for (let k = 2; k < CONTACT_WORDS; k++) contacts[to++] = halved(given[from + k] ?? 0, halvings);
    }
  }
  starts[ids.length] = to / CONTACT_WORDS;
  return { starts, contacts: contacts.slice(0, to) };
}

/** The probed body alone, with all that could have an influence on it. */
function probed(part: Part, params: PhysicsParams): Part {
  const asked = probedOf(params);
  if (asked === null) return part;
  const { ids, places, contacts } = part;
  const centre = askedIndices(part)[asked] ?? 0;
  const at = (i: number, axis: number): number => places[PLACE_WORDS * i + axis] ?? 0;
  const most = params.hop * params.substeps;
  const near = [...ids.keys()].filter((i) =>
    [0, 1, 2].every((axis) => Math.abs(at(i, axis) - at(centre, axis)) <= most),
  );
  const starts: number[] = [];
  let sum = 0;
  for (let i = 0; i < ids.length; i++) {
    starts.push(sum);
    sum += CONTACT_WORDS * listedOf(places, i);
  }
  return {
    ids: Int32Array.from(near, (i) => ids[i] ?? 0),
    owned: Uint8Array.from(near, (i) => (i === centre ? OWN : 0)),
    places: joined(near.map((i) => places.subarray(PLACE_WORDS * i, PLACE_WORDS * (i + 1)))),
    contacts: joined(
      near.map((i) => contacts.subarray(starts[i], (starts[i] ?? 0) + CONTACT_WORDS * listedOf(places, i))),
    ),
    watches: [],
  };
}

/** What the kernel has, as it travels: of those that are asked for. */
export function globalOf(
  world: WorldHeader,
  local: Local,
  made: { readonly states: Int32Array; readonly contactsOf: (body: number) => Int32Array },
  halvings: number,
): { readonly places: Int32Array<ArrayBuffer>; readonly contacts: Int32Array<ArrayBuffer> } {
  const { asked, movers, ids } = local;
  const lists = asked.map((i) => made.contactsOf(i));
  const places = new Int32Array(PLACE_WORDS * asked.length);
  const contacts = new Int32Array(lists.reduce((sum, { length }) => sum + length, 0));
  const globalId = (other: number): number => {
    if (other >>> 0 >= PLANE) return other;
    return other >= movers ? world.bodies + other - movers : (ids[other] ?? 0);
  };
  let to = 0;
  asked.forEach((i, k) => {
    const list = lists[k] ?? new Int32Array(0);
    for (const from of inOrder(list)) {
      contacts[to++] = globalId(list[from] ?? 0);
      contacts[to++] = list[from + 1] ?? 0;
      for (let word = 2; word < CONTACT_WORDS; word++) contacts[to++] = (list[from + word] ?? 0) << halvings;
    }
    const at = PLACE_WORDS * k;
    putPlace(places, at, made.states, STATE_WORDS * i, list.length / CONTACT_WORDS);
    for (let word = at + PLACE.warm; word < at + PLACE_WORDS; word++) places[word] = (places[word] ?? 0) << halvings;
  });
  return { places, contacts };
}

/** Where contacts begin, by the other's number and the feature: the kernel lists them in whatever order it found them. */
function inOrder(contacts: Int32Array): readonly number[] {
  const word = (at: number) => (contacts[at] ?? 0) >>> 0;
  const follows = (a: number, b: number) => (word(a) === word(b) ? word(a + 1) > word(b + 1) : word(a) > word(b));
  const starts: number[] = [];
  for (let at = 0; at < contacts.length; at += CONTACT_WORDS) {
    // A few each: what is put where it belongs is in order soonest.
    let k = starts.length;
    while (k > 0 && follows(starts[k - 1] ?? 0, at)) {
      starts[k] = starts[k - 1] ?? 0;
      k--;
    }
    starts[k] = at;
  }
  return starts;
}
