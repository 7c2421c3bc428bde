import { nameBlob } from '@tabgrid/protocol/blob';
import { bytesOf } from '@tabgrid/protocol/bytes';
import { VolunteerId } from '@tabgrid/protocol/ids';
import { encodePart, joined, type Part, type PartResult, PLACE_WORDS } from '@tabgrid/webgpu-kernels/physics/state';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { createShelves, type Given } from './shelves.js';

const [ada, ben] = ['ada', 'ben'].map((name) => v.parse(VolunteerId, name)) as [VolunteerId, VolunteerId];

/** A part of eight bodies, half of them ghosts. */
async function given(region: number, seed: number): Promise<Given> {
  const part: Part = {
    ids: Int32Array.from({ length: 8 }, (_, i) => i),
    owned: Uint8Array.from({ length: 8 }, (_, i) => i % 2),
    places: Int32Array.from({ length: 8 * PLACE_WORDS }, (_, i) => (i % PLACE_WORDS === 3 ? 0 : i * seed)),
    contacts: new Int32Array(0),
    watches: [],
  };
  return { region, part, blob: await nameBlob(encodePart(part)) };
}

/** Nothing moved. */
async function stayed({ part }: Given) {
  const nothing = new Int32Array(0);
  const own = [...part.ids].filter((i) => part.owned[i]);
  const result: PartResult = {
    ...{ fastest: 0, around: [0, 0, 0], coarse: nothing, hashes: nothing, poses: nothing, contacts: nothing },
    places: joined(own.map((i) => part.places.subarray(PLACE_WORDS * i, PLACE_WORDS * (i + 1)))),
    seen: new Int32Array(4),
  };
  return { result, kept: (await nameBlob(bytesOf(part.places))).ref };
}

describe('what volunteers are thought to have', () => {
  it('is what each was sent and kept itself, of the same region first', async () => {
    const shelves = createShelves();
    const [one, other, next] = await Promise.all([given(1, 3), given(2, 5), given(1, 7)]);
    expect((await shelves.enclose(ada, one))?.bases).toEqual([]);
    const { result, kept } = await stayed(one);
    shelves.became(ada, one.part, result, kept);
    expect((await shelves.enclose(ada, other))?.bases).toEqual([kept, one.blob.ref]);
    expect((await shelves.enclose(ada, next))?.bases).toEqual([kept, one.blob.ref, other.blob.ref]);
    expect((await shelves.enclose(ben, next))?.bases).toEqual([]);
  });

  it('is not what is kept of parts that were not sent, or of another size', async () => {
    const shelves = createShelves();
    const [one, next] = await Promise.all([given(1, 3), given(1, 7)]);
    const { result, kept } = await stayed(one);
    shelves.became(ada, one.part, result, kept);
    await shelves.enclose(ada, one);
    shelves.became(ada, one.part, result, { ...kept, bytes: kept.bytes + 4 });
    expect((await shelves.enclose(ada, next))?.bases).toEqual([one.blob.ref]);
  });

  it('is forgotten of whom was sent nothing for the longest time, when it is too much', async () => {
    const one = await given(1, 3);
    const shelves = createShelves(1.5 * one.blob.bytes.byteLength);
    await shelves.enclose(ada, one);
    expect((await shelves.enclose(ada, one))?.bases).toHaveLength(1);
    await shelves.enclose(ben, one);
    expect((await shelves.enclose(ada, one))?.bases).toEqual([]);
  });
});
