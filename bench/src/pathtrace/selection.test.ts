import { expect, it } from 'vitest';
import { select } from './selection.js';

const listed = (only: string | null, quick: boolean) => {
  const { parts, scenes } = select(only, quick);
  return { parts: [...parts], scenes: [...scenes] };
};

it('takes everything, and one scene where it has to be quick', () => {
  expect(listed(null, false)).toEqual({ parts: ['ours', 'three', 'cycles', 'bvh'], scenes: ['dragon', 'helmet'] });
  expect(listed(null, true).scenes).toEqual(['dragon']);
});

it('takes what is named, and all of the kind that is not', () => {
  expect(listed('ours,cycles', false)).toEqual({ parts: ['ours', 'cycles'], scenes: ['dragon', 'helmet'] });
  expect(listed('helmet', true)).toEqual({ parts: ['ours', 'three', 'cycles', 'bvh'], scenes: ['helmet'] });
});

it('takes the limits only when they are named', () => {
  expect(listed('limits', false).parts).toEqual(['limits']);
});

it('names what there is when it is asked for something else', () => {
  expect(() => select('ours,blender', false)).toThrow(/“blender”.*cycles.*helmet/);
});
