import { type Bytes, bytesOf, wordsOf } from '@tabgrid/protocol/bytes';
import { PLANE } from './solver.js';

export { wordsOf };

import { FIXED_WORDS, PLANE_WORDS, STATE, STATE_WORDS, type WorldWords } from './world.js';

/**
 * What travels: a world's bodies as they stay, a part of them as they stand, and what became of it. All of it is 32-bit words,
 * little-endian. Pure.
 */

/** Words of a body as it stands; see {@link PLACE}. */
export const PLACE_WORDS = 20;
export const PLACE = {
  position: 0,
  /** Contacts that share its mass; above bit LISTED_SHIFT how many it keeps with bodies of higher ids. */
  contacts: 3,
  momentum: 4,
  spin: 7,
  rotation: 10,
  warm: 14,
  warmSpin: 17,
} as const;
export const LISTED_SHIFT = 16;
/** Words of a contact: the other's id, the feature, the impulse on it. */
export const CONTACT_WORDS = 5;
/** Ids from here on (unsigned) are planes. */
export const PLANE_ID = PLANE;
export const MOST_BODIES = 1_000_000;
/** Bodies of which a part keeps hashes with one neighbour, and neighbours of a part. */
export const MOST_NEIGHBOURS = 255;

/** Bodies as they stand, by ascending id. */
export interface Places {
  /** PLACE_WORDS a body. */
  readonly places: Int32Array<ArrayBuffer>;
  /** CONTACT_WORDS each: of the first body, then of the next; each body's by the other's id and the feature. */
  readonly contacts: Int32Array<ArrayBuffer>;
}

/** A world as it stays, from `worldWords`. */
export interface WorldHeader extends Omit<WorldWords, 'states' | 'scale'> {
  readonly scale: Pick<WorldWords['scale'], 'massShift' | 'spinShift' | 'leverShift'>;
  /** STATE_WORDS each: of what never moves. */
  readonly staticStates: Int32Array<ArrayBuffer>;
}

const MAGIC = 0x7067_6431;
const HEADER = 16;

export function encodeWorld(words: WorldWords): Bytes {
  const { scale, bodies, statics, planes, fixed, states, ground } = words;
  const still = states.subarray(STATE_WORDS * bodies);
  const out = new Int32Array(HEADER + ground.length + fixed.length + still.length);
  out.set([
    ...[MAGIC, bodies, statics, planes, scale.massShift, scale.spinShift, scale.leverShift, words.cellShift],
    ...[words.reach, words.near, words.slop, words.bounceFrom],
  ]);
  out.set(ground, HEADER);
  out.set(fixed, HEADER + ground.length);
  out.set(still, HEADER + ground.length + fixed.length);
  return bytesOf(out);
}

/** @throws RangeError for bytes that are none */
export function decodeWorld(bytes: Bytes): WorldHeader {
  const words = wordsOf(bytes);
  const [magic, bodies = 0, statics = 0, planes = 0, massShift = 0, spinShift = 0, leverShift = 0, cellShift = 0] =
    words;
  const [reach = 0, near = 0, slop = 0, bounceFrom = 0] = words.subarray(8, 12);
  const all = bodies + statics;
  const groundAt = HEADER;
  const fixedAt = groundAt + PLANE_WORDS * planes;
  const staticsAt = fixedAt + FIXED_WORDS * all;
  const counted = [bodies, statics, planes].every((count) => count >= 0 && count <= MOST_BODIES);
  if (magic !== MAGIC || !counted || words.length !== staticsAt + STATE_WORDS * statics) {
    throw new RangeError('these bytes are not a world of bodies');
  }
  const shifts = [massShift, spinShift, leverShift, cellShift];
  if (shifts.some((shift) => shift < 1 || shift > 31)) throw new RangeError('a world whose units fit no word');
  return {
    ...{ bodies, statics, planes, reach, near, slop, bounceFrom, cellShift },
    scale: { massShift, spinShift, leverShift },
    ground: words.slice(groundAt, fixedAt),
    fixed: words.slice(fixedAt, staticsAt),
    staticStates: words.slice(staticsAt),
  };
}

/** A body that a neighbour has too: both tell how it stood after each substep, as long as it could matter to either. */
export interface Watch {
  /** Index in the part. */
  readonly body: number;
  readonly neighbour: number;
  /** The last substep, from 1. */
  readonly until: number;
}

/** What a body is to a part: there for the sake of others, its own, or another's whose state is asked for all the same. */
export const GHOST = 0;
export const OWN = 1;
export const SHARED = 2;

/** Some bodies of a world, by ascending id: those that are this part's own, and those around them. */
export interface Part extends Places {
  readonly ids: Int32Array<ArrayBuffer>;
  /** Of each GHOST, OWN or SHARED. */
  readonly owned: Uint8Array<ArrayBuffer>;
  readonly watches: readonly Watch[];
}

/** Words before a part's ids. */
export const PART_HEADER = 4;
/** Of a watch. */
export const WATCH_WORDS = 2;
const OWN_FLAG = 0x4000_0000;
const SHARED_FLAG = 0x2000_0000;

export function encodePart({ ids, owned, places, contacts, watches }: Part): Bytes {
  const out = new Int32Array(PART_HEADER + ids.length + places.length + contacts.length + 2 * watches.length);
  out.set([MAGIC, ids.length, contacts.length / CONTACT_WORDS, watches.length]);
  let at = PART_HEADER;
  ids.forEach((id, i) => {
    out[at++] = id | (owned[i] === OWN ? OWN_FLAG : owned[i] === SHARED ? SHARED_FLAG : 0);
  });
  out.set(places, at);
  at += places.length;
  out.set(contacts, at);
  at += contacts.length;
  for (const { body, neighbour, until } of watches) {
    out[at++] = body;
    out[at++] = neighbour | (until << 8);
  }
  return bytesOf(out);
}

/** @throws RangeError for bytes that are none, or whose numbers contradict each other */
export function decodePart(bytes: Bytes): Part {
  const words = wordsOf(bytes);
  const [magic, count = -1, contactCount = -1, watchCount = -1] = words;
  const placesAt = PART_HEADER + count;
  const contactsAt = placesAt + PLACE_WORDS * count;
  const watchesAt = contactsAt + CONTACT_WORDS * contactCount;
  const counted = count > 0 && count <= MOST_BODIES && contactCount >= 0 && watchCount >= 0;
  if (magic !== MAGIC || !counted || words.length !== watchesAt + 2 * watchCount) {
    throw new RangeError('these bytes are not a part of a world');
  }
  const ids = words.slice(PART_HEADER, placesAt);
  const owned = Uint8Array.from(ids, (id) => (id & OWN_FLAG ? OWN : id & SHARED_FLAG ? SHARED : GHOST));
  ids.forEach((id, i) => {
    ids[i] = id & ~(OWN_FLAG | SHARED_FLAG);
    if ((ids[i] ?? 0) <= (ids[i - 1] ?? -1))
      throw new RangeError('the bodies of a part are not in the order of their ids');
  });
  const watches = Array.from({ length: watchCount }, (_, k): Watch => {
    const [body = 0, both = 0] = words.subarray(watchesAt + 2 * k);
    return { body, neighbour: both & 255, until: both >>> 8 };
  });
  const places = words.slice(placesAt, contactsAt);
  if (sumListed(places) !== contactCount)
    throw new RangeError('the contacts of a part are not as many as its bodies say');
  return { ids, owned, places, contacts: words.slice(contactsAt, watchesAt), watches };
}

/** Where a part's own bodies stand in it. */
export const ownIndices = ({ owned }: Pick<Part, 'owned'>): number[] =>
  [...owned.keys()].filter((i) => owned[i] === OWN);

/** Where those stand whose states are asked for: the order in which a result has them. */
export const askedIndices = ({ owned }: Pick<Part, 'owned'>): number[] =>
  [...owned.keys()].filter((i) => owned[i] !== GHOST);

/** Which of those that are asked for are its own: their rows in a result, and where they stand in the part. */
export const ownAsked = (part: Pick<Part, 'owned'>): readonly { readonly row: number; readonly index: number }[] =>
  askedIndices(part).flatMap((index, row) => (part.owned[index] === OWN ? [{ row, index }] : []));

/** Contacts that a body keeps with those of higher ids. */
export function listedOf(places: Int32Array, body: number): number {
  return (places[PLACE_WORDS * body + PLACE.contacts] ?? 0) >>> LISTED_SHIFT;
}

export function sumListed(places: Int32Array): number {
  let sum = 0;
  for (let i = 0; i * PLACE_WORDS < places.length; i++) sum += listedOf(places, i);
  return sum;
}

/** Which word of a body's state, as the kernel has it, each word is that travels. */
export const PLACE_OF_STATE: readonly number[] = [
  ...[0, 1, 2, STATE.contacts],
  ...[STATE.momentum, STATE.spin].flatMap(three),
  ...[0, 1, 2, 3].map((k) => STATE.rotation + k),
  ...[STATE.warm, STATE.warmSpin].flatMap(three),
];

function three(at: number): readonly number[] {
  return [at, at + 1, at + 2];
}

/** A body's state as the kernel has it, as it travels: from one place among words to another. */
export function putPlace(to: Int32Array, at: number, states: Int32Array, from: number, listed: number): void {
  for (let k = 0; k < PLACE_WORDS; k++) to[at + k] = states[from + (PLACE_OF_STATE[k] ?? 0)] ?? 0;
  const contacts = Math.min(to[at + PLACE.contacts] ?? 0, 2 ** LISTED_SHIFT - 1);
  to[at + PLACE.contacts] = contacts | (listed << LISTED_SHIFT);
}

/** A world as it is launched. */
export function placesOf({ bodies, states }: Pick<WorldWords, 'bodies' | 'states'>): Places {
  const places = new Int32Array(PLACE_WORDS * bodies);
  for (let i = 0; i < bodies; i++) putPlace(places, PLACE_WORDS * i, states, STATE_WORDS * i, 0);
  return { places, contacts: new Int32Array(0) };
}

/** Words of a result's marks before those of its frames and its hashes. */
export const MARKS = {
  /** Of the task: a result of another one has another. */
  canary: 0,
  contacts: 1,
  /** The largest step of any body along an axis in one substep. */
  fastest: 2,
  /** 1 where that is more than the task was cut for: nothing follows from what the parts of it are. */
  unsure: 3,
  /** Momentum that the surroundings gave its own bodies: three sums, lower words first. */
  around: 4,
} as const;
export const MARK_WORDS = 10;
/** Of a frame that is no window's last: position and rotation. */
export const POSE_WORDS = 7;

/** What became of a part. */
export interface PartResult extends Places {
  /** Steps along an axis: units of position. */
  readonly fastest: number;
  /** Units of momentum that the surroundings gave. */
  readonly around: readonly [number, number, number];
  /** Of each frame 1 where a step, a turn or an overlap was too large for its substeps. */
  readonly coarse: Int32Array;
  /** Two words each: by substep, then by neighbour. */
  readonly hashes: Int32Array;
  /** POSE_WORDS of each body that is asked for: by frame, but for the last one. */
  readonly poses: Int32Array;
  /** Of each ghost how it stands in the end, in short: see `seenOf`. */
  readonly seen: Int32Array;
}

/** @param outputs marks, poses, what was seen of ghosts, states; checked to be well-formed */
export function readResult(outputs: readonly Bytes[], frames: number): PartResult {
  const [marks, poses, seen, states] = outputs.map(wordsOf);
  if (!marks || !poses || !seen || !states) throw new RangeError('a result of a part without its outputs');
  const contacts = CONTACT_WORDS * (marks[MARKS.contacts] ?? 0);
  const sum = (k: number) => {
    const [low = 0, high = 0] = marks.subarray(MARKS.around + 2 * k);
    return 2 ** 32 * high + (low >>> 0);
  };
  return {
    fastest: marks[MARKS.fastest] ?? 0,
    around: [sum(0), sum(1), sum(2)],
    coarse: marks.slice(MARK_WORDS, MARK_WORDS + frames),
    hashes: marks.slice(MARK_WORDS + frames),
    poses,
    seen,
    places: states.slice(0, states.length - contacts),
    contacts: states.slice(states.length - contacts),
  };
}

/** The two words that stand for a body in a hash: sums of them do not depend on the order. @param halvings the task's */
export function hashOfPlace(id: number, place: Int32Array, halvings = 0): readonly [number, number] {
  let hash = Math.imul(id + 1, 0x9e37_79b1);
  const mix = (word: number): void => {
    hash = Math.imul(hash ^ word, 0x85eb_ca6b);
    hash ^= hash >>> 15;
  };
  for (let k = 0; k < PLACE_WORDS; k++) {
    if (k !== PLACE.contacts) mix((place[k] ?? 0) >> (k < PLACE.warm ? 0 : halvings));
  }
  const first = hash;
  mix(0x27d4_eb2f);
  return [first >>> 0, hash >>> 0];
}

/** Contacts that a body lists, in a word that {@link seenOf} made. */
export const SEEN_LISTED_BITS = 8;

/**
 * A body in a word: how many contacts it lists, and 24 bits of a hash of all that it is. By it a coordinator knows what of a part's
 * ghosts its volunteer has right already. Nothing that is believed rests on it: whoever tells it wrong asks for more bytes.
 */
export function seenOf(place: Int32Array, contacts: Int32Array): number {
  let hash = 0x2545_f491;
  for (const words of [place, contacts]) {
    for (let k = 0; k < words.length; k++) {
      hash = Math.imul(hash ^ (words[k] ?? 0), 0x85eb_ca6b);
      hash ^= hash >>> 15;
    }
  }
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
  const listed = Math.min(contacts.length / CONTACT_WORDS, 2 ** SEEN_LISTED_BITS - 1);
  return (hash << SEEN_LISTED_BITS) | listed;
}

/** One after the other. */
export function joined(parts: readonly Int32Array[]): Int32Array<ArrayBuffer> {
  const out = new Int32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** A word of a usual substep in one of so many halvings: divided by 2^times, to the nearest. */
export const halved = (word: number, times: number): number =>
  times === 0 ? word : (word + 2 ** (times - 1)) >> times;
