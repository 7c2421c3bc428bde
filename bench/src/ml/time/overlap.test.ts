import { createRandom } from '@tabgrid/scheduler/random';
import { readResults, type TraceResult } from '@tabgrid/simulator/trace';
import { expect, it } from 'vitest';
import { shared } from './overlap.js';

/** Results a random second or so apart. */
function trace(count: number, seed: number, from = 0): TraceResult[] {
  const random = createRandom(seed);
  let ms = from;
  return Array.from({ length: count }, () => {
    ms += 2000 * random.next();
    return { ms, volunteer: Math.floor(random.next() * 9) };
  });
}

const moved = (results: readonly TraceResult[], by: number) =>
  results.map(({ ms, volunteer }) => ({ ms: ms + by, volunteer: volunteer + 40 }));

it('finds the stretch that two recordings share, whatever their clocks and numbers say', () => {
  const all = trace(500, 1);
  expect(shared(all.slice(0, 300), moved(all.slice(200), -12_345.4))).toBe(100);
  expect(shared(all.slice(0, 300), moved(all.slice(300), 0))).toBe(0);
});

it('finds none between others', () => {
  expect(shared(trace(400, 1), trace(400, 2))).toBe(0);
});

it('takes a few equal gaps for chance', () => {
  const all = trace(500, 3);
  expect(shared(all.slice(0, 300), all.slice(270))).toBe(0);
});

it('reads lines in any order, and refuses others', () => {
  expect(readResults('seconds,volunteer\n2,1\n1.5,0\n\n')).toEqual([
    { ms: 1500, volunteer: 0 },
    { ms: 2000, volunteer: 1 },
  ]);
  expect(() => readResults('seconds,volunteer\nx,1\n')).toThrow(RangeError);
});
