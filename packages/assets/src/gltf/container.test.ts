import { bytesOf } from '@tabgrid/protocol/bytes';
import { describe, expect, it } from 'vitest';
import { AssetError } from '../asset-error.js';
import { MAX_GLTF_BYTES, openContainer } from './container.js';
import { packGlb, words } from './fixtures.js';

const text = (value: string) => bytesOf(new TextEncoder().encode(value));

describe('openContainer', () => {
  it('splits a GLB into its JSON and its binary chunk', () => {
    const { json, bin } = openContainer(packGlb(text('{"a":1}'), Uint8Array.of(1, 2, 3, 4)));
    expect(json).toEqual({ a: 1 });
    expect(bin).toEqual(Uint8Array.of(1, 2, 3, 4));
  });

  it('reads at any alignment', () => {
    const glb = packGlb(text('{"a":1}'), Uint8Array.of(1, 2, 3, 4));
    const shifted = new Uint8Array(glb.byteLength + 1);
    shifted.set(glb, 1);
    expect(openContainer(shifted.subarray(1)).bin).toEqual(Uint8Array.of(1, 2, 3, 4));
  });

  it('takes a .gltf as JSON, with or without a byte order mark', () => {
    expect(openContainer(text(' \n{"a":1}')).json).toEqual({ a: 1 });
    expect(openContainer(text('\uFEFF{"a":1}')).json).toEqual({ a: 1 });
  });

  it.each([
    ['nothing', new Uint8Array(0), /empty/],
    ['a PNG', Uint8Array.of(0x89, 0x50, 0x4e, 0x47), /not a glTF file/],
    ['broken JSON', text('{"a":'), /JSON is broken/],
    ['a header cut short', words(0x46546c67, 2).subarray(0, 8), /truncated: it should have 20 bytes and has 8/],
    ['GLB version 1', words(0x46546c67, 1, 20, 0, 0), /version 1; export the model as glTF 2.0/],
    ['less than its header says', words(0x46546c67, 2, 200, 0, 0), /truncated: it should have 200 bytes and has 20/],
    ['a chunk past the end', words(0x46546c67, 2, 20, 99, 0x4e4f534a), /truncated/],
    ['no JSON chunk', words(0x46546c67, 2, 20, 0, 0x004e4942), /no JSON chunk/],
    ['a JSON chunk that is none', packGlb(text('nonsense'), null), /JSON is broken/],
  ])('refuses %s', (_, file, message) => {
    expect(() => openContainer(file)).toThrow(AssetError);
    expect(() => openContainer(file)).toThrow(message);
  });

  it('refuses more than 512 MiB before looking inside', () => {
    // The bytes are never touched, so no memory is really taken.
    expect(() => openContainer(new Uint8Array(MAX_GLTF_BYTES + 1))).toThrow(/513 MiB; up to 512 MiB/);
  });
});
