import { bytesOf, concatBytes, wordsOf } from '@tabgrid/protocol/bytes';
import { applyPatch, makePatch } from '@tabgrid/protocol/patch';
import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { type Known, knownEnd, knownPart, planOf } from './patches.js';
import { simulateInPlain } from './reference-kernel.js';
import {
  CONTACT_WORDS,
  encodePart,
  encodeWorld,
  joined,
  LISTED_SHIFT,
  type Part,
  type PartResult,
  PLACE,
  PLACE_WORDS,
  placesOf,
  seenOf,
} from './state.js';
import { PhysicsParams, physicsTask } from './task.js';
import { type Body, worldWords } from './world.js';

/** A body as it stands: its place, and its contacts by the other's id. */
interface Row {
  readonly id: number;
  readonly owned: boolean;
  readonly place: Int32Array;
  readonly contacts: readonly Int32Array[];
}

const word = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const contact = fc.tuple(fc.nat(40), fc.nat(3), word, word, word).map((words) => Int32Array.from(words));
const row = fc.record({
  id: fc.nat(25),
  owned: fc.boolean(),
  place: fc.array(word, { minLength: PLACE_WORDS, maxLength: PLACE_WORDS }).map((words) => Int32Array.from(words)),
  contacts: fc.array(contact, { maxLength: 4 }),
});
const rows = fc
  .uniqueArray(row, { minLength: 1, maxLength: 20, selector: ({ id }) => id })
  .map((list): readonly Row[] => list.sort((a, b) => a.id - b.id));
/** Some of those rows in the next window: as they were, moved a little, or of others. */
const later = (before: readonly Row[]) =>
  rows.chain((others) =>
    fc
      .array(fc.constantFrom('same', 'near', 'gone'), { minLength: before.length, maxLength: before.length })
      .map((fates) => {
        const kept = before.flatMap((one, i) => {
          if (fates[i] === 'gone') return [];
          return [fates[i] === 'same' ? one : { ...one, place: one.place.map((x) => (x + i) | 0) }];
        });
        const ids = new Set(kept.map(({ id }) => id));
        return [...kept, ...others.filter(({ id }) => !ids.has(id))].sort((a, b) => a.id - b.id);
      }),
  );

function placeOfRow({ place, contacts }: Row): Int32Array {
  const out = place.slice();
  out[PLACE.contacts] = contacts.length << LISTED_SHIFT;
  return out;
}

const partOf = (list: readonly Row[]): Part => ({
  ids: Int32Array.from(list, ({ id }) => id),
  owned: Uint8Array.from(list, ({ owned }) => (owned ? 1 : 0)),
  places: joined(list.map(placeOfRow)),
  contacts: joined(list.flatMap(({ contacts }) => contacts)),
  watches: list.flatMap((_, body) => (body % 3 === 0 ? [{ body, neighbour: body % 2, until: 3 }] : [])),
});

/** What a part became, when all its bodies became what they are in `after`; what is not there stayed. */
function endOf(before: readonly Row[], after: readonly Row[]) {
  const then = new Map(after.map((one) => [one.id, one]));
  const ended = before.map((one) => ({ ...(then.get(one.id) ?? one), owned: one.owned }));
  const own = ended.filter(({ owned }) => owned);
  const nothing = new Int32Array(0);
  const result: PartResult = {
    ...{ fastest: 0, around: [0, 0, 0], coarse: nothing, hashes: nothing, poses: nothing },
    places: joined(own.map(placeOfRow)),
    contacts: joined(own.flatMap(({ contacts }) => contacts)),
    seen: Int32Array.from(
      ended.filter(({ owned }) => !owned),
      (one) => seenOf(placeOfRow(one), joined(one.contacts)),
    ),
  };
  const kept = joined([...ended.map(placeOfRow), ...ended.flatMap(({ contacts }) => contacts)]);
  return { result, kept };
}

const rebuilt = async (part: Part, bases: readonly Known[], really: readonly Int32Array<ArrayBuffer>[]) => {
  const words = wordsOf(encodePart(part));
  const patch = await makePatch(
    words,
    bases.map((base) => base.words),
    planOf(part, bases),
  );
  return { patch, made: wordsOf(await applyPatch(patch, really, words.byteLength)), words };
};

describe('a part told by what somebody has', () => {
  it('comes out as it is, whatever was there before, and whatever became of it', async () => {
    await fc.assert(
      fc.asyncProperty(
        rows.chain((list) => fc.tuple(fc.constant(list), later(list), later(list))),
        fc.constantFrom(0, 1, 2),
        async ([before, after, elsewhere], known) => {
          const first = partOf(before);
          const { result, kept } = endOf(before, known === 2 ? after : elsewhere);
          const end = knownEnd(first, result, kept.byteLength);
          if (!end) throw new Error('an end that does not add up');
          const whole = { known: knownPart(first, wordsOf(encodePart(first))), really: wordsOf(encodePart(first)) };
          const bases = known === 0 ? [] : [{ known: end, really: kept }, whole];
          const { made, words } = await rebuilt(
            partOf(after),
            bases.map((base) => base.known),
            bases.map((base) => base.really),
          );
          expect(made).toEqual(words);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('takes next to nothing where all is as it was, or as its volunteer has it', async () => {
    const [list] = fc.sample(fc.array(row, { minLength: 400, maxLength: 400 }), { numRuns: 1, seed: 5 });
    const before = (list ?? []).map((one, id) => ({ ...one, id }));
    const moved = before.map((one, i) => ({ ...one, place: one.place.map((x) => Math.imul(x, i + 3)) }));
    const first = partOf(before);
    const whole = knownPart(first, wordsOf(encodePart(first)));
    const still = await rebuilt(first, [whole], [whole.words]);
    expect(still.patch.byteLength).toBeLessThan(300);
    const { result, kept } = endOf(before, moved);
    const end = knownEnd(first, result, kept.byteLength);
    if (!end) throw new Error('an end that does not add up');
    const right = await rebuilt(partOf(moved), [end, whole], [kept, whole.words]);
    expect(right.made).toEqual(right.words);
    expect(right.patch.byteLength).toBeLessThan(300);
  });

  it('counts on nothing that is said to be of another size', () => {
    const [list] = fc.sample(rows, { numRuns: 1, seed: 5 });
    const before = list ?? [];
    const { result, kept } = endOf(before, before);
    expect(knownEnd(partOf(before), result, kept.byteLength)).not.toBeNull();
    expect(knownEnd(partOf(before), result, kept.byteLength + 4)).toBeNull();
    expect(knownEnd(partOf(before), { ...result, seen: new Int32Array(99) }, kept.byteLength)).toBeNull();
  });
});

describe('a result told by its part', () => {
  const surface = { friction: 0.4, restitution: 0.2 };
  const bodies = Array.from(
    { length: 30 },
    (_, i): Body => ({
      ...{ shape: { kind: 'sphere', radius: 0.1 }, mass: 1, ...surface },
      ...{ position: [0.19 * (i % 6), 0.1 + 0.19 * Math.floor(i / 6), 0.01 * i], rotation: [0, 0, 0, 1] },
      ...{ velocity: [0.1 * i, -1, 0], spin: [0, 0, 0] },
    }),
  );
  const world = worldWords(
    { bodies, planes: [{ normal: [0, 1, 0], offset: 0, ...surface }], statics: [], gravity: [0, -9.81, 0] },
    1 / 480,
  );
  const half = (from: Pick<Part, 'places' | 'contacts'>): Part => ({
    ...from,
    ids: Int32Array.from(bodies, (_, i) => i),
    owned: Uint8Array.from(bodies, (_, i) => i % 2),
    watches: [],
  });
  const paramsOf = (part: Part) =>
    v.parse(PhysicsParams, {
      ...{ bodies: 30, own: 15, contacts: part.contacts.length / CONTACT_WORDS, room: 400, boxes: false },
      ...{ substeps: 8, halvings: 0, every: 4, neighbours: 0, hop: 2 ** 20, fastest: 2 ** 30, only: null },
    });

  it('is its result, in fewer bytes; what stays has all bodies, of which the own ones came back', async () => {
    const part = half(placesOf(world));
    const params = paramsOf(part);
    const [marks, poses, seen, states, stays] = simulateInPlain([encodeWorld(world), encodePart(part)], params);
    if (!marks || !poses || !seen || !states || !stays) throw new Error('outputs are missing');
    const outputs = [marks, poses, seen, states];
    expect(physicsTask.fault(params, outputs)).toBeNull();
    expect(
      physicsTask
        .outputs(params)
        .slice(0, 3)
        .map(({ bytes }) => bytes),
    ).toEqual(outputs.slice(0, 3).map(({ byteLength }) => byteLength));
    const telling = physicsTask.telling?.(params, outputs, [null, encodePart(part)]);
    if (!telling) throw new Error('it is not told');
    expect(telling.bases).toEqual([1]);
    const body = concatBytes(outputs);
    const base = wordsOf(encodePart(part));
    const patch = await makePatch(wordsOf(body), [base], telling.plan);
    expect(await applyPatch(patch, [base], body.byteLength)).toEqual(body);
    expect(patch.byteLength).toBeLessThan(0.8 * body.byteLength);
    const all = wordsOf(stays);
    const own = wordsOf(states);
    for (let k = 0; k < 15; k++) {
      const place = (words: Int32Array, at: number) => [...words.subarray(PLACE_WORDS * at, PLACE_WORDS * (at + 1))];
      expect(place(all, 2 * k + 1)).toEqual(place(own, k));
    }
    expect(wordsOf(seen)).toHaveLength(15);
  });

  it('is not told where it is of a secret body alone, or the part was not read', () => {
    const part = half(placesOf(world));
    const params = paramsOf(part);
    const none = bytesOf(new Int32Array(0));
    expect(
      physicsTask.telling?.({ ...params, only: 3 }, [none, none, none, none], [null, encodePart(part)]),
    ).toBeNull();
    expect(physicsTask.telling?.(params, [none, none, none, none], [null, null])).toBeNull();
  });
});
