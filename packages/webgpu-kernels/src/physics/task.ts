import { type Bytes, bytesOf, equalBytes } from '@tabgrid/protocol/bytes';
import { MAX_OUTPUT_BYTES } from '@tabgrid/protocol/limits';
import type { Requirements } from '@tabgrid/protocol/task';
import * as v from 'valibot';
import type { TaskKind } from '../task-kind.js';
import { resultPlan } from './patches.js';
import { MOST_HALVINGS } from './scale.js';
import {
  CONTACT_WORDS,
  decodePart,
  joined,
  listedOf,
  MARK_WORDS,
  MARKS,
  MOST_BODIES,
  MOST_NEIGHBOURS,
  PLACE,
  PLACE_WORDS,
  POSE_WORDS,
  sumListed,
  wordsOf,
} from './state.js';
import { PHYSICS_VERSION } from './version.js';

/**
 * Some substeps of a part of a world. Its two inputs are blobs: the world as it stays, and the part as it stands (see state.ts); they
 * are the task's, so that the parameters do not name them. Pure.
 */

export const PHYSICS = 'physics';
export const MARKS_OUTPUT = 'marks';
export const POSES_OUTPUT = 'poses';
export const SEEN_OUTPUT = 'seen';
export const STATES_OUTPUT = 'states';
export { MOST_HALVINGS };
/** Substeps of a task. */
export const MOST_SUBSTEPS = 4096;

const integer = (low: number, high: number) => v.pipe(v.number(), v.integer(), v.minValue(low), v.maxValue(high));

export const PhysicsParams = v.pipe(
  v.strictObject({
    /** Bodies of the part, and those whose states are asked for: its own, and others' that it shares. */
    bodies: integer(1, MOST_BODIES),
    own: integer(1, MOST_BODIES),
    /** Contacts that the part's bodies keep. */
    contacts: integer(0, 64 * MOST_BODIES),
    /** Contacts that there is room for in the result. */
    room: integer(0, MAX_OUTPUT_BYTES / (4 * CONTACT_WORDS)),
    /** Whether any body of the world is a box. */
    boxes: v.boolean(),
    substeps: integer(1, MOST_SUBSTEPS),
    /** How often the world's usual substep is halved. */
    halvings: integer(0, MOST_HALVINGS),
    /** Substeps of a frame: how often poses are asked for. */
    every: integer(1, MOST_SUBSTEPS),
    /** Parts that this one is compared with. */
    neighbours: integer(0, MOST_NEIGHBOURS),
    /** Units of position that an influence crosses in a substep, and the largest step of a body for which that holds. */
    hop: integer(1, 2 ** 30),
    fastest: integer(1, 2 ** 30),
    /** Which of its own bodies alone is asked for; null: all of them. */
    only: v.nullable(integer(0, 0xffff_ffff)),
  }),
  v.check(({ own, bodies }) => own <= bodies, 'no more own bodies than bodies'),
  v.check((p) => resultBytes(p) <= MAX_OUTPUT_BYTES, `a result of at most ${MAX_OUTPUT_BYTES} bytes`),
);
export type PhysicsParams = v.InferOutput<typeof PhysicsParams>;

/** Bodies that a probe computes in the place of all: those around one. */
const PROBED_BODIES = 400;

export const physicsTask: TaskKind<PhysicsParams> = {
  kind: PHYSICS,
  version: PHYSICS_VERSION,
  params: PhysicsParams,

  outputs: (params) => [
    { name: MARKS_OUTPUT, bytes: 4 * markWords(params) },
    { name: POSES_OUTPUT, bytes: 4 * POSE_WORDS * framesBefore(params) * askedOf(params) },
    { name: SEEN_OUTPUT, bytes: 4 * seenWords(params) },
    // As many contacts as there are.
    { name: STATES_OUTPUT, bytes: 4 * statesWords(params, params.room), upTo: true },
  ],

  /** Steps of a body, and of a contact. */
  workUnits({ bodies, contacts, boxes, substeps, only }) {
    const share = only === null ? 1 : Math.min(1, PROBED_BODIES / bodies);
    return share * substeps * (bodies + (boxes ? 4 : 1) * contacts);
  },

  requires(params): Requirements {
    const bytes = 256 * params.bodies + 16 * CONTACT_WORDS * (params.contacts + 16 * params.bodies);
    // Of a power of two: a world's tasks, window after window, are then of few classes to a scheduler.
    const largest = 2 ** Math.ceil(Math.log2(bytes));
    return {
      limits: { maxStorageBufferBindingSize: largest, maxBufferSize: largest },
      memoryBytes: 3 * largest,
    };
  },

  /** One of its own bodies, with those around that could touch it; `cutResult` gives the same of a result. */
  probe: (params, secret) => ({ ...params, only: secret >>> 0 }),

  fault(params, outputs) {
    const [marks, poses, seen, states] = outputs;
    if (!marks || !poses || !seen || !states) return `${outputs.length} outputs instead of four`;
    if (states.byteLength % 4 !== 0) return `states of ${states.byteLength} bytes`;
    const words = wordsOf(marks);
    if (words[MARKS.canary] !== canary(params)) return 'the canary word is wrong';
    const tooFast = (words[MARKS.fastest] ?? 0) >>> 0 > params.fastest;
    if (params.only === null && tooFast !== (words[MARKS.unsure] !== 0)) return 'steps that are not as long as it says';
    const contacts = words[MARKS.contacts] ?? -1;
    if (contacts < 0 || states.byteLength !== 4 * statesWords(params, contacts)) return 'states that do not add up';
    return faultOfPlaces(wordsOf(states), askedOf(params), contacts);
  },

  telling: (params, outputs, [, part]) =>
    part && params.only === null ? { bases: [1], plan: resultPlan(decodePart(part), outputs, framesOf(params)) } : null,

  /**
   * Integers are the same everywhere; but a probe of what was faster than it was cut for says nothing. Nobody is accused because a driver
   * computes otherwise than the rest: between adapter classes states that are next to each other will do, if what sends a window back is
   * the same.
   */
  compare(a, b, sameClass) {
    const unsure = [a, b].some(([marks]) => marks && isOfProbe(marks) && wordsOf(marks)[MARKS.unsure]);
    if (unsure) return { kind: 'within', detail: 'faster than the task was cut for' };
    const equal = a.length === b.length && a.every((bytes, i) => equalBytes(bytes, b[i] ?? new Uint8Array(0)));
    if (equal) return { kind: 'equal' };
    return !sameClass && areNear(a, b) && sameClaims(a, b)
      ? { kind: 'within', detail: 'states next to each other, of different adapters' }
      : { kind: 'different', detail: 'the states differ' };
  },
};

interface Asked {
  readonly own: number;
  readonly only: number | null;
}

interface Ghosts extends Asked {
  readonly bodies: number;
}

interface Span {
  readonly substeps: number;
  readonly every: number;
  readonly only: number | null;
}

/** Own bodies whose states are asked for. */
export const askedOf = ({ own, only }: Asked): number => (only === null ? own : 1);

/** Which of its own bodies a probe is of. */
export const probedOf = ({ own, only }: Asked): number | null => (only === null ? null : only % own);

/** Frames that it has a part of. */
export const framesOf = ({ substeps, every, only }: Span): number => (only === null ? Math.ceil(substeps / every) : 0);

/** Frames that end before the task's last substep does. */
export const framesBefore = (span: Span): number => Math.max(0, framesOf(span) - 1);

export const markWords = (params: Span & { readonly neighbours: number }): number =>
  MARK_WORDS + framesOf(params) + (params.only === null ? 2 * params.substeps * params.neighbours : 0);

const statesWords = (params: Asked, contacts: number): number =>
  PLACE_WORDS * askedOf(params) + CONTACT_WORDS * contacts;

/** A word of each ghost. */
const seenWords = ({ bodies, own, only }: Ghosts): number => (only === null ? bodies - own : 0);

/** Bytes of a result with as many contacts as there is room for. */
export function resultBytes(p: Ghosts & Span & { readonly neighbours: number; readonly room: number }): number {
  return 4 * (statesAt(p) + statesWords(p, p.room));
}

/** Words of a result before its states. */
const statesAt = (p: Ghosts & Span & { readonly neighbours: number }): number =>
  markWords(p) + POSE_WORDS * framesBefore(p) * askedOf(p) + seenWords(p);

/** A word that a result of these parameters has. */
export function canary({ bodies, own, substeps, halvings, neighbours, only }: PhysicsParams): number {
  let hash = 0x811c_9dc5;
  for (const word of [bodies, own, substeps, halvings, neighbours, only ?? -1]) {
    hash = Math.imul(hash ^ word, 0x0100_0193) | 0;
  }
  return hash;
}

/** Of positions, 1 mm; of a rotation’s quaternion, 2^-10; of momentum and spin, a thousandth of the largest and a few units. */
const NEAR_POSITION = 2 ** 20 / 1000;
const NEAR_ROTATION = 2 ** 20;
const NEAR_SHARE = 1 / 1000;
const FEW_UNITS = 64;

/** Whether bodies stand, turn and move nearly alike, whatever else differs. */
function areNear(a: readonly Bytes[], b: readonly Bytes[]): boolean {
  const [one, other] = [placesIn(a), placesIn(b)];
  if (one.length === 0 || one.length !== other.length) return false;
  const bodies = one.length / PLACE_WORDS;
  const apart = (from: number, words: number, most: (largest: number) => number): boolean => {
    let [largest, gap] = [0, 0];
    for (let i = 0; i < bodies; i++) {
      for (let at = PLACE_WORDS * i + from; at < PLACE_WORDS * i + from + words; at++) {
        const [x = 0, y = 0] = [one[at], other[at]];
        largest = Math.max(largest, Math.abs(x), Math.abs(y));
        gap = Math.max(gap, Math.abs(x - y));
      }
    }
    return gap > most(largest);
  };
  const share = (largest: number) => FEW_UNITS + NEAR_SHARE * largest;
  return !(
    apart(PLACE.position, 3, () => NEAR_POSITION) ||
    apart(PLACE.momentum, 3, share) ||
    apart(PLACE.spin, 3, share) ||
    apart(PLACE.rotation, 4, () => NEAR_ROTATION)
  );
}

/** A whole task has a frame at least. */
const isOfProbe = (marks: Bytes): boolean => marks.byteLength === 4 * MARK_WORDS;

/** Whether both say the same of what was too fast, and of which frames were too coarse. */
function sameClaims(a: readonly Bytes[], b: readonly Bytes[]): boolean {
  const [one, other] = [claimsIn(a), claimsIn(b)];
  return one.length === other.length && one.every((word, k) => word === other[k]);
}

function claimsIn(outputs: readonly Bytes[]): readonly number[] {
  const [marks, poses] = outputs.map(wordsOf);
  if (!marks || !poses) return [];
  const frames = 1 + (poses.length * PLACE_WORDS) / (POSE_WORDS * placesIn(outputs).length);
  return [marks[MARKS.unsure] ?? 0, ...marks.subarray(MARK_WORDS, MARK_WORDS + frames)];
}

/** Of a well-formed result's outputs the bodies, without the contacts that follow them. */
function placesIn([marks, , , states]: readonly Bytes[]): Int32Array {
  if (!marks || !states) return new Int32Array(0);
  const words = wordsOf(states);
  return words.subarray(0, words.length - CONTACT_WORDS * (wordsOf(marks)[MARKS.contacts] ?? 0));
}

function faultOfPlaces(states: Int32Array<ArrayBuffer>, bodies: number, contacts: number): string | null {
  const places = states.subarray(0, PLACE_WORDS * bodies);
  if (sumListed(places) !== contacts) return 'contacts that do not add up';
  for (let i = 0; i < bodies; i++) {
    const at = PLACE_WORDS * i + PLACE.rotation;
    const square = places.subarray(at, at + 4).reduce((sum, c) => sum + (c / 2 ** 30) ** 2, 0);
    // A fast turn leaves it longer or shorter by a little, until the next substep.
    if (!(Math.abs(square - 1) < 0.05)) return `a body whose rotation is no rotation`;
  }
  return null;
}

/** What a result has of a part of its task. */
export function cutResult(whole: PhysicsParams, result: Bytes, part: PhysicsParams): Bytes {
  const body = probedOf(part);
  if (body === null) return result;
  const words = wordsOf(result);
  const placesAt = statesAt(whole);
  const places = words.subarray(placesAt, placesAt + PLACE_WORDS * whole.own);
  let before = 0;
  for (let i = 0; i < body; i++) before += listedOf(places, i);
  const listed = listedOf(places, body);
  const contactsAt = placesAt + places.length + CONTACT_WORDS * before;
  const place = places.subarray(PLACE_WORDS * body, PLACE_WORDS * (body + 1));
  const contacts = words.subarray(contactsAt, contactsAt + CONTACT_WORDS * listed);
  const marks = marksOf(part, listed);
  marks[MARKS.unsure] = words[MARKS.unsure] ?? 0;
  return bytesOf(joined([marks, place, contacts]));
}

/** A result's marks without anything but its task and its contacts. */
export function marksOf(params: PhysicsParams, contacts: number): Int32Array<ArrayBuffer> {
  const marks = new Int32Array(markWords(params));
  marks[MARKS.canary] = canary(params);
  marks[MARKS.contacts] = contacts;
  return marks;
}
