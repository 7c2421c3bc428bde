import { describe, expect, it } from 'vitest';
import { filterRows } from './png-filters.js';

describe('PNG filters', () => {
  it.each([
    ['none, where nothing foretells a row', [0, 128, 3, 131], 0, [0, 128, 3, 131]],
    ['sub, along a slope', [100, 101, 102, 103], 1, [100, 1, 1, 1]],
  ])('%s', (_, row, filter, rest) => {
    expect([...filterRows(Uint8Array.from(row), row.length, 1)]).toEqual([filter, ...rest]);
  });

  it('up, under a row that is the same', () => {
    const row = [9, 200, 30, 77];
    expect([...filterRows(Uint8Array.from([...row, ...row]), 4, 1)].slice(5)).toEqual([2, 0, 0, 0, 0]);
  });

  it('average, of left and above', () => {
    const out = filterRows(Uint8Array.from([100, 50, 80, 20, 50, 50, 65, 42]), 4, 1);
    expect([...out.subarray(5)]).toEqual([3, 0, 0, 0, 0]);
  });

  it('Paeth, on a plane', () => {
    const plane = Uint8Array.from({ length: 16 }, (_, i) => 40 + 11 * (i % 4) + 13 * (i >> 2));
    const out = filterRows(plane, 4, 1);
    expect([out[5], out[10], out[15]]).toContain(4);
  });

  it('takes the byte of the same channel for its neighbour', () => {
    const row = [10, 90, 200, 10, 90, 200, 10, 90, 200];
    expect([...filterRows(Uint8Array.from(row), 9, 3)]).toEqual([1, 10, 90, 200, 0, 0, 0, 0, 0, 0]);
  });
});
