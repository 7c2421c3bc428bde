import { expect, it } from 'vitest';
import { blurred } from './blur.js';

it('spreads a cell over its surroundings evenly, and keeps within the grid', () => {
  const columns = 9;
  const rows = 7;
  const one = Array<number>(columns * rows).fill(0);
  one[3 * columns + 4] = 1;
  const found = blurred(one, { columns, rows }, 1);
  const at = (x: number, y: number) => found[y * columns + x] ?? 0;
  expect(at(4, 3)).toBeCloseTo(1);
  expect(at(5, 3)).toBeCloseTo(Math.exp(-0.5));
  expect(at(3, 3)).toBeCloseTo(at(4, 2));
  expect(at(5, 4)).toBeCloseTo(Math.exp(-1));
  // Beyond three deviations there is nothing left.
  expect(at(0, 3)).toBe(0);
  const corner = blurred([1, 0, 0, 0], { columns: 2, rows: 2 }, 1);
  expect(corner.map((x) => x.toFixed(4))).toEqual(['1.0000', '0.6065', '0.6065', '0.3679']);
});
