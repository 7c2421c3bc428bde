import { describe, expect, it } from 'vitest';
import { type Paces, paced, paceOf } from './pace.js';

describe('what rounds take beside their kernels', () => {
  const after = (rounds: readonly (readonly [carried: number, besideMs: number])[]): Paces => {
    let paces: Paces | null = null;
    for (const [carried, besideMs] of rounds) paces = paced(paces, { msAUnit: 0.001, besideMs, carried });
    if (!paces) throw new Error('no rounds');
    return paces;
  };

  it('is told apart by rounds of different sizes: what each takes, and what a body takes', () => {
    const rounds = Array.from(
      { length: 40 },
      (_, k) => [1000 * (1 + (k % 4)), 30 + 0.1 * 1000 * (1 + (k % 4))] as const,
    );
    const { besideMs, msABody } = paceOf(after(rounds));
    expect(msABody).toBeCloseTo(0.1, 2);
    expect(besideMs).toBeGreaterThan(25);
    expect(besideMs).toBeLessThan(35);
  });

  it('is what is likely while all are alike, and never below nothing', () => {
    const alike = paceOf(after(Array.from({ length: 20 }, () => [5000, 200] as const)));
    expect(alike.msABody).toBeCloseTo(0.02, 6);
    expect(alike.besideMs + 5000 * alike.msABody).toBeCloseTo(200, 6);
    const quick = paceOf(after([[5000, 10]]));
    expect(quick.besideMs).toBeCloseTo(0, 6);
    expect(quick.msABody).toBeCloseTo(0.002, 6);
  });

  it('forgets what was long ago', () => {
    const slow = Array.from({ length: 30 }, () => [2000, 900] as const);
    const fast = Array.from({ length: 30 }, () => [2000, 60] as const);
    const { besideMs, msABody } = paceOf(after([...slow, ...fast]));
    expect(besideMs + 2000 * msABody).toBeLessThan(62);
  });
});
