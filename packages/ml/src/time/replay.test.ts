import { expect, it } from 'vitest';
import { identityNormaliser } from '../nn/normaliser.js';
import { createReplay, type Row } from './replay.js';
import { uniform, vid } from './test-kit.js';

const rowOf = (volunteer: string, target: number, censored = false): Row => ({
  ...{ volunteer: vid(volunteer), features: Float32Array.of(target), target, censored },
});
const batchOf = (replay: ReturnType<typeof createReplay>, size: number, odd: string | null = null) =>
  replay.batch(
    size,
    identityNormaliser(1),
    uniform(1),
    ({ target }) => target + 100,
    (v) => (v === odd ? 0.1 : 1),
  );

it('hands out new rows first, each once, and then any', () => {
  const replay = createReplay();
  for (let i = 0; i < 100; i++) replay.add(rowOf(`v${i}`, i));
  const { targets, inputs, size } = batchOf(replay, 40);
  expect(size).toBe(40);
  expect([...targets.slice(0, 10)]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect([...batchOf(replay, 40).targets.slice(0, 3)]).toEqual([10, 11, 12]);
  expect(inputs[7]).toBe(5);
});

it('asks for the target of what was cut, each time', () => {
  const replay = createReplay();
  replay.add(rowOf('a', 3, true));
  expect([...batchOf(replay, 4).targets]).toEqual([103, 103, 103, 103]);
});

it('gives nobody more than a quarter of the weight where there are enough others', () => {
  const replay = createReplay();
  for (let i = 0; i < 500; i++) replay.add(rowOf('loud', -1));
  for (let i = 0; i < 100; i++) for (const v of ['a', 'b', 'c', 'd', 'e']) replay.add(rowOf(v, 1));
  const { targets, weights } = batchOf(replay, 400);
  const of = (target: number) => weights.reduce((sum, w, i) => sum + (targets[i] === target ? w : 0), 0);
  expect(of(1)).toBeGreaterThan(0);
  expect(of(-1) / (of(1) + of(-1))).toBeLessThan(0.3);
});

it('takes the few as they are where there are fewer than four', () => {
  const replay = createReplay();
  for (let i = 0; i < 50; i++) replay.add(rowOf(i < 40 ? 'a' : 'b', 1));
  expect(batchOf(replay, 20).weights.every((w) => w === 1)).toBe(true);
});

it('counts the rows of an odd volunteer little', () => {
  const replay = createReplay();
  for (let i = 0; i < 40; i++) replay.add(rowOf(i % 4 === 0 ? 'odd' : `v${i % 4}`, i % 4));
  const { targets, weights } = batchOf(replay, 40, 'odd');
  for (const [i, weight] of weights.entries()) if (targets[i] === 0) expect(weight).toBeLessThanOrEqual(0.1 + 1e-6);
});

it('keeps a bounded number of rows, and lets a flood push out only itself', () => {
  const replay = createReplay();
  for (let i = 0; i < 3000; i++) replay.add(rowOf(`v${i % 10}`, 1));
  for (let i = 0; i < 6000; i++) replay.add(rowOf('flood', -1));
  expect(replay.size).toBe(4000);
  const { targets } = batchOf(replay, 2000);
  expect(targets.filter((t) => t === 1).length).toBeGreaterThan(900);
});
