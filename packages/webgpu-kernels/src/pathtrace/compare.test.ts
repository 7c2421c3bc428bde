import { expect, it } from 'vitest';
import { compareResults } from './compare.js';

function result(pixels: number, value: (i: number) => number) {
  const bytes = new Uint8Array(16 * pixels + 4);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < pixels; i++)
    for (let c = 0; c < 4; c++) view.setFloat32(16 * i + 4 * c, c === 3 ? 50 : value(i), true);
  return bytes;
}

const honest = (i: number) => 1 + (i % 13) / 7;
const a = result(256, honest);

it('acquits equal bits in any case', () => {
  expect(compareResults(a, a.slice(), true)).toEqual({ kind: 'equal' });
  expect(compareResults(a, a.slice(), false)).toEqual({ kind: 'equal' });
});

it('accuses any other bit within one class', () => {
  const b = a.slice();
  b[100] = (b[100] ?? 0) ^ 1;
  expect(compareResults(a, b, true).kind).toBe('different');
  expect(compareResults(a, b, false).kind).toBe('within');
});

it('lets roundings and a few flipped branches pass across classes', () => {
  const b = result(256, (i) => (i % 40 === 0 ? honest(i) * (i % 80 === 0 ? 0.5 : 1.5) : honest(i) * 1.0005));
  expect(compareResults(a, b, false).kind).toBe('within');
});

it('lets a lone firefly pass: the maximum never decides', () => {
  for (const pixels of [16, 64, 256]) {
    const b = result(pixels, (i) => (i === 7 ? 1e6 : honest(i)));
    expect(compareResults(result(pixels, honest), b, false).kind, `${pixels}`).toBe('within');
  }
});

it.each([
  ['dimmed by 5 %', (i: number) => honest(i) * 0.95],
  ['dimmed by a fifth of a percent', (i: number) => honest(i) * 0.998],
  ['noise', (i: number) => 1 + ((i * 7919) % 100) / 50],
  ['black', () => 0],
  ['a neighbour’s tile', (i: number) => honest(i + 5)],
  ['a tenth and more of the pixels', (i: number) => (i % 8 === 0 ? 0 : honest(i))],
])('accuses %s', (_, value) => {
  expect(compareResults(a, result(256, value), false).kind).toBe('different');
});

it('lets one pixel in four of a probe pass, and none of a single one', () => {
  const probe = result(4, honest);
  expect(
    compareResults(
      probe,
      result(4, (i) => (i === 0 ? 9 : honest(i))),
      false,
    ).kind,
  ).toBe('within');
  expect(
    compareResults(
      probe,
      result(4, (i) => (i < 2 ? 9 : honest(i))),
      false,
    ).kind,
  ).toBe('different');
  expect(
    compareResults(
      result(1, honest),
      result(1, () => 9),
      false,
    ).kind,
  ).toBe('different');
});

it('lets a branch or two pass in small tiles', () => {
  const off = (count: number) => (i: number) => (i < count ? 3 * honest(i) : honest(i));
  expect(compareResults(result(64, honest), result(64, off(6)), false).kind).toBe('within');
  expect(compareResults(result(64, honest), result(64, off(7)), false).kind).toBe('different');
});

it('accuses other lengths, and takes black for black', () => {
  expect(compareResults(a, a.slice(0, 100), false).kind).toBe('different');
  const black = result(64, () => 0);
  const alsoBlack = black.slice();
  alsoBlack[12] = 1;
  expect(compareResults(black, alsoBlack, false).kind).toBe('within');
});
