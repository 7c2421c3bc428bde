import { type BlobRef, nameBlob } from '@tabgrid/protocol/blob';
import { bytesOf, wordsOf } from '@tabgrid/protocol/bytes';
import { deflated } from '@tabgrid/protocol/deflate';
import { makePatch } from '@tabgrid/protocol/patch';
import { describe, expect, it } from 'vitest';
import { unpacked } from './unpack.js';

const input = await nameBlob(bytesOf(Int32Array.of(1, 2, 3, 4)));
const body = bytesOf(Int32Array.of(1, 2, 3, 5));
const patch = await makePatch(wordsOf(body), [wordsOf(input.bytes)], {
  tables: [{ rows: 4, columns: 1 }],
  runs: [{ base: 0, at: 0, words: 4 }],
});
const head = (packed: BlobRef[], bytes = 16) => ({ packed, outputs: [{ name: 'all', bytes }] });
const served = async (ref: BlobRef) => (ref.id === input.ref.id ? input.bytes : null);

describe('a result that came as a patch', () => {
  it('is its outputs', async () => {
    expect(await unpacked(head([input.ref]), patch, served)).toEqual(body);
  });

  it('is nothing where it makes none, or what it is of is gone', async () => {
    const other = (await nameBlob(new Uint8Array(8))).ref;
    const none = new Uint8Array(0);
    expect(await unpacked(head([other]), patch, served)).toEqual(none);
    expect(await unpacked(head([]), patch, served)).toEqual(none);
    expect(await unpacked(head([input.ref], 20), patch, served)).toEqual(none);
    expect(await unpacked(head([input.ref]), Uint8Array.of(1, 2, 3), served)).toEqual(none);
    expect(await unpacked(head([input.ref]), await deflated(new Uint8Array(2 ** 25)), served)).toEqual(none);
    expect(await unpacked(head([input.ref], 2 ** 30), patch, served)).toEqual(none);
    expect(await unpacked(head([{ ...input.ref, bytes: 2 ** 30 }]), patch, served)).toEqual(none);
    expect(await unpacked(head([input.ref]), patch, async () => new Uint8Array(15))).toEqual(none);
  });
});
