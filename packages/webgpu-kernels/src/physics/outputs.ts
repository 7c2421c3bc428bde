import { type Bytes, bytesOf } from '@tabgrid/protocol/bytes';
import { OutOfMemoryError } from '../gpu-session.js';
import { globalOf, type Local } from './local.js';
import {
  CONTACT_WORDS,
  joined,
  listedOf,
  MARK_WORDS,
  MARKS,
  PLACE_WORDS,
  type Places,
  POSE_WORDS,
  seenOf,
  type WorldHeader,
} from './state.js';
import { marksOf, type PhysicsParams } from './task.js';
import { STATE, STATE_WORDS } from './world.js';

/** What became of a part, as whoever simulated it has it. */
export interface Simulated {
  /** STATE_WORDS a body; beside momentum, spin and warm stands what the surroundings gave. */
  readonly states: Int32Array;
  /** With bodies of higher numbers, in any order. */
  readonly contactsOf: (body: number) => Int32Array;
  /** POSE_WORDS a body, at the ends of frames before the last substep. */
  readonly frames: readonly Int32Array[];
  readonly fastest: number;
  /** Of each frame whether it was too coarse; then the hashes. */
  readonly told: Uint32Array | Int32Array;
}

/**
 * A task's outputs, and what stays with whoever made them: how all bodies of the part stand in the end, ghosts too. Of these what lies
 * near enough to the region is right, so that the next part need not tell it.
 * @throws OutOfMemoryError for more contacts than there is room for
 */
export function outputsOf(world: WorldHeader, local: Local, params: PhysicsParams, made: Simulated): readonly Bytes[] {
  const everybody = params.only === null ? [...local.ids.keys()] : local.asked;
  const all = globalOf(world, { ...local, asked: everybody }, made, params.halvings);
  const { places, contacts, seen } = sortedOut(all, params.only === null ? local.asked : [0]);
  if (contacts.length / CONTACT_WORDS > params.room) {
    throw new OutOfMemoryError('more bodies touch each other than the result has room for');
  }
  const marks = marksOf(params, contacts.length / CONTACT_WORDS);
  if (params.only === null) {
    marks[MARKS.fastest] = made.fastest;
    marks.set(aroundOf(local, made.states), MARKS.around);
    marks.set(made.told, MARK_WORDS);
  }
  marks[MARKS.unsure] = made.fastest > params.fastest ? 1 : 0;
  const stays = params.only === null ? [joined([all.places, all.contacts])] : [];
  return [marks, posesOf(local, made), seen, joined([places, contacts]), ...stays].map(
    (words): Bytes => bytesOf(words),
  );
}

/** What is asked for, whole, and the others in short. @param asked their places among all, in order */
function sortedOut(all: Places, asked: readonly number[]): Places & { readonly seen: Int32Array<ArrayBuffer> } {
  const count = all.places.length / PLACE_WORDS;
  if (asked.length === count) return { ...all, seen: new Int32Array(0) };
  const places = new Int32Array(PLACE_WORDS * asked.length);
  const contacts = new Int32Array(all.contacts.length);
  const seen = new Int32Array(count - asked.length);
  let from = 0;
  let next = 0;
  let length = 0;
  for (let i = 0; i < count; i++) {
    const place = all.places.subarray(PLACE_WORDS * i, PLACE_WORDS * (i + 1));
    const listed = all.contacts.subarray(from, from + CONTACT_WORDS * listedOf(all.places, i));
    from += listed.length;
    if (asked[next] === i) {
      places.set(place, PLACE_WORDS * next++);
      contacts.set(listed, length);
      length += listed.length;
    } else seen[i - next] = seenOf(place, listed);
  }
  return { places, contacts: contacts.slice(0, length), seen };
}

function posesOf({ asked, movers }: Local, { frames }: Simulated): Int32Array<ArrayBuffer> {
  if (asked.length === movers) return joined(frames);
  const poses = new Int32Array(POSE_WORDS * frames.length * asked.length);
  let to = 0;
  for (const frame of frames) {
    for (const i of asked) {
      for (let k = 0; k < POSE_WORDS; k++) poses[to++] = frame[POSE_WORDS * i + k] ?? 0;
    }
  }
  return poses;
}

/** Sums of what the surroundings gave each body that is the part's own, as 64-bit words, lower ones first. */
function aroundOf({ own }: Local, states: Int32Array): readonly number[] {
  return [STATE.momentum, STATE.spin, STATE.warm].flatMap((at) => {
    let sum = 0;
    for (const i of own) sum += states[STATE_WORDS * i + at + 3] ?? 0;
    return [sum | 0, Math.floor(sum / 2 ** 32)];
  });
}
