import { expect, it } from 'vitest';
import { boundsOf } from './bounds.js';

it('is the box around all points', () => {
  expect(boundsOf(Float32Array.of(1, 2, 3, -1, 5, 0, 0, 0, 9))).toEqual({ low: [-1, 0, 0], high: [1, 5, 9] });
  expect(boundsOf(new Float32Array())).toEqual({ low: [0, 0, 0], high: [0, 0, 0] });
});
