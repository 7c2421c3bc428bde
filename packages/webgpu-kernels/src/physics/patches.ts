import type { Bytes } from '@tabgrid/protocol/bytes';
import { MAX_PATCHED_BYTES } from '@tabgrid/protocol/limits';
import type { PatchPlan, Run, Words } from '@tabgrid/protocol/patch';
import {
  CONTACT_WORDS,
  encodePart,
  GHOST,
  listedOf,
  PART_HEADER,
  type Part,
  type PartResult,
  PLACE_WORDS,
  type Places,
  POSE_WORDS,
  readResult,
  SEEN_LISTED_BITS,
  seenOf,
  WATCH_WORDS,
  wordsOf,
} from './state.js';

/**
 * How a part is told to somebody who has parts and what became of them, and a result to who has the part: which of their words each of
 * its words is like. Pure.
 */

/** What somebody has of bodies, in one of its bytes. */
export interface Known {
  /** Its words; what is not known of them is never used. */
  readonly words: Words;
  /** Where a body stands in it; null where it is not there, or not known to stand there as it does in a part. */
  find(id: number, place: Int32Array, contacts: Int32Array): Found | null;
  /** Where ids begin; null where it has none. */
  readonly idsAt: number | null;
}

interface Found {
  readonly row: number;
  /** In words. */
  readonly placeAt: number;
  readonly contactsAt: number;
  readonly listed: number;
}

/** A part that was sent whole or as a patch. @param words as it is encoded */
export function knownPart(part: Part, words: Words): Known {
  const rows = rowsOf(part.ids);
  const starts = startsOf(part.places, part.ids.length);
  const count = part.ids.length;
  return {
    words,
    idsAt: PART_HEADER,
    find(id) {
      const row = rows.get(id);
      if (row === undefined) return null;
      const [from = 0, to = 0] = starts.subarray(row, row + 2);
      return {
        row,
        placeAt: PART_HEADER + count + PLACE_WORDS * row,
        contactsAt: PART_HEADER + count * (1 + PLACE_WORDS) + CONTACT_WORDS * from,
        listed: to - from,
      };
    },
  };
}

/**
 * What a part became where it was simulated, ghosts too: of bodies that were asked for that is what came back, of the others only what was seen of
 * them is known. Where that is the same word as what they are they stand there, but once in 2^24 times.
 * @param bytes of all of it, as who has it says
 * @returns null where that cannot be
 */
export function knownEnd(part: Part, { places, contacts, seen }: PartResult, bytes: number): Known | null {
  const count = part.ids.length;
  const rows = rowsOf(part.ids);
  const own = startsOf(places, places.length / PLACE_WORDS);
  const starts = new Int32Array(count + 1);
  const numbers = new Int32Array(count);
  let [ours, theirs] = [0, 0];
  for (let row = 0; row < count; row++) {
    const mine = part.owned[row] !== GHOST;
    numbers[row] = mine ? ours++ : theirs++;
    const number = numbers[row] ?? 0;
    const listed = mine ? listedOf(places, number) : (seen[number] ?? 0) & (2 ** SEEN_LISTED_BITS - 1);
    starts[row + 1] = (starts[row] ?? 0) + listed;
  }
  const contactsFrom = PLACE_WORDS * count;
  const length = contactsFrom + CONTACT_WORDS * (starts[count] ?? 0);
  if (seen.length !== theirs || 4 * length !== bytes || bytes > MAX_PATCHED_BYTES) return null;
  const words = new Int32Array(length);
  const foundAt = (row: number): Found => {
    const from = starts[row] ?? 0;
    const listed = (starts[row + 1] ?? 0) - from;
    return { row, listed, placeAt: PLACE_WORDS * row, contactsAt: contactsFrom + CONTACT_WORDS * from };
  };
  for (let row = 0; row < count; row++) {
    if (part.owned[row] === GHOST) continue;
    const { placeAt, contactsAt } = foundAt(row);
    const number = numbers[row] ?? 0;
    words.set(places.subarray(PLACE_WORDS * number, PLACE_WORDS * (number + 1)), placeAt);
    words.set(
      contacts.subarray(CONTACT_WORDS * (own[number] ?? 0), CONTACT_WORDS * (own[number + 1] ?? 0)),
      contactsAt,
    );
  }
  return {
    words,
    idsAt: null,
    find(id, place, listed) {
      const row = rows.get(id);
      if (row === undefined) return null;
      const found = foundAt(row);
      if (part.owned[row] !== GHOST) return found;
      if (found.listed !== listed.length / CONTACT_WORDS) return null;
      if ((seen[numbers[row] ?? 0] ?? 0) !== seenOf(place, listed)) return null;
      words.set(place, found.placeAt);
      words.set(listed, found.contactsAt);
      return found;
    },
  };
}

/** @param bases those that are nearer to the part first */
export function planOf(part: Part, bases: readonly Known[]): PatchPlan {
  const { ids, places, contacts, watches } = part;
  const count = ids.length;
  const starts = startsOf(places, count);
  const idRuns = createRuns();
  const placeRuns = createRuns();
  const contactRuns = createRuns();
  const idBase = bases.findIndex(({ idsAt }) => idsAt !== null);
  for (let row = 0; row < count; row++) {
    const place = places.subarray(PLACE_WORDS * row, PLACE_WORDS * (row + 1));
    const [from = 0, to = 0] = starts.subarray(row, row + 2);
    const listed = contacts.subarray(CONTACT_WORDS * from, CONTACT_WORDS * to);
    const id = ids[row] ?? 0;
    const named = bases[idBase]?.find(id, place, listed);
    idRuns.add(named ? { base: idBase, at: (bases[idBase]?.idsAt ?? 0) + named.row, words: 1 } : nothing(1));
    const found = findIn(bases, id, place, listed);
    placeRuns.add(found ? { base: found.base, at: found.found.placeAt, words: PLACE_WORDS } : nothing(PLACE_WORDS));
    addContacts(contactRuns, listed, found);
  }
  return {
    tables: [
      { rows: PART_HEADER, columns: 1 },
      { rows: count, columns: 1, chained: idBase < 0 },
      { rows: count, columns: PLACE_WORDS },
      { rows: contacts.length / CONTACT_WORDS, columns: CONTACT_WORDS },
      { rows: watches.length, columns: WATCH_WORDS, chained: true },
    ],
    runs: [
      nothing(PART_HEADER),
      ...idRuns.all(),
      ...placeRuns.all(),
      ...contactRuns.all(),
      nothing(WATCH_WORDS * watches.length),
    ],
  };
}

interface FoundIn {
  readonly base: number;
  readonly words: Words;
  readonly found: Found;
}

/** In the first that has it. */
function findIn(bases: readonly Known[], id: number, place: Int32Array, contacts: Int32Array): FoundIn | null {
  for (let base = 0; base < bases.length; base++) {
    const known = bases[base];
    const found = known?.find(id, place, contacts);
    if (known && found) return { base, words: known.words, found };
  }
  return null;
}

/**
 * How a part's result is told by the part, which is the only base: its own bodies by what they were.
 * @param outputs marks, poses, what was seen of ghosts, states
 */
export function resultPlan(part: Part, outputs: readonly Bytes[], frames: number): PatchPlan {
  const [marks = 0, poses = 0, seen = 0] = outputs.map(({ byteLength }) => byteLength / 4);
  const { places, contacts } = readResult(outputs, frames);
  const ids = part.ids.filter((_, row) => part.owned[row] !== GHOST);
  const base = knownPart(part, wordsOf(encodePart(part)));
  const starts = startsOf(places, ids.length);
  const placeRuns = createRuns();
  const contactRuns = createRuns();
  ids.forEach((id, row) => {
    const place = places.subarray(PLACE_WORDS * row, PLACE_WORDS * (row + 1));
    const [from = 0, to = 0] = starts.subarray(row, row + 2);
    const listed = contacts.subarray(CONTACT_WORDS * from, CONTACT_WORDS * to);
    const found = findIn([base], id, place, listed);
    placeRuns.add(found ? { base: 0, at: found.found.placeAt, words: PLACE_WORDS } : nothing(PLACE_WORDS));
    addContacts(contactRuns, listed, found);
  });
  return {
    tables: [
      { rows: marks, columns: 1 },
      { rows: poses / POSE_WORDS, columns: POSE_WORDS },
      { rows: seen, columns: 1 },
      { rows: ids.length, columns: PLACE_WORDS },
      { rows: contacts.length / CONTACT_WORDS, columns: CONTACT_WORDS },
    ],
    runs: [nothing(marks + poses + seen), ...placeRuns.all(), ...contactRuns.all()],
  };
}

/** Each contact by the same one of before, by the other's id and the feature. */
function addContacts(runs: Runs, listed: Int32Array, from: FoundIn | null): void {
  if (!from) {
    if (listed.length > 0) runs.add(nothing(listed.length));
    return;
  }
  const { base, words, found } = from;
  const end = found.contactsAt + CONTACT_WORDS * found.listed;
  let next = found.contactsAt;
  for (let k = 0; k < listed.length; k += CONTACT_WORDS) {
    let at = next;
    while (at < end && (words[at] !== listed[k] || words[at + 1] !== listed[k + 1])) at += CONTACT_WORDS;
    if (at < end) {
      runs.add({ base, at, words: CONTACT_WORDS });
      next = at + CONTACT_WORDS;
    } else runs.add(nothing(CONTACT_WORDS));
  }
}

const nothing = (words: number): Run => ({ base: null, at: 0, words });

interface Runs {
  add(run: Run): void;
  all(): readonly Run[];
}

/** Puts together what follows one another. */
function createRuns(): Runs {
  const runs: { -readonly [K in keyof Run]: Run[K] }[] = [];
  return {
    add(run) {
      const last = runs.at(-1);
      const goesOn = last && last.base === run.base && (run.base === null || last.at + last.words === run.at);
      if (goesOn) last.words += run.words;
      else runs.push({ ...run });
    },
    all: () => runs,
  };
}

function rowsOf(ids: Int32Array): ReadonlyMap<number, number> {
  const rows = new Map<number, number>();
  ids.forEach((id, row) => {
    rows.set(id, row);
  });
  return rows;
}

/** Where each body's contacts begin, in contacts; one more at the end. */
function startsOf(places: Places['places'], count: number): Int32Array {
  const starts = new Int32Array(count + 1);
  for (let row = 0; row < count; row++) starts[row + 1] = (starts[row] ?? 0) + listedOf(places, row);
  return starts;
}
