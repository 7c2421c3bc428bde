import { expect, it } from 'vitest';
import { cpuTimeMs, parseStat } from './cpu-time.js';

it('reads a process’s parent and times past a name with brackets and blanks', () => {
  const stat = '42 (a) b (c) S 7 42 42 0 -1 4194560 100 0 0 0 250 30 5 6 20 0 3 0 999 1000 200';
  expect(parseStat(stat)).toEqual({ parent: 7, ticks: 280 });
});

it('grows as this process works, where it can be told', () => {
  const before = cpuTimeMs();
  const end = performance.now() + 120;
  let sum = 0;
  while (performance.now() < end) sum += Math.sqrt(sum + 1);
  const after = cpuTimeMs();
  expect(sum).toBeGreaterThan(0);
  expect(before === null).toBe(process.platform !== 'linux');
  if (before !== null && after !== null) expect(after).toBeGreaterThan(before);
});
