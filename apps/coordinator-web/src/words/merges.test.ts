import { Merge } from '@tabgrid/protocol/task';
import { expect, it } from 'vitest';
import { MERGES, mergeHelp, mergeOf } from './merges.js';

it('has words for every way to merge', () => {
  expect(MERGES.map(({ value }) => value)).toEqual(Merge.options);
  for (const { value } of MERGES) {
    expect(mergeOf(value)).toBe(value);
    expect(mergeHelp(value)).not.toBe('');
  }
  expect(mergeOf('both')).toBeNull();
});
