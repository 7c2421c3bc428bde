/** Mulberry32 (T. Ettinger): numbers from 0 up to 1, the same ones from the same seed. */
export type Random = () => number;

export function seeded(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const between = (random: Random, from: number, to: number): number => from + (to - from) * random();

/** Any rotation, all as likely (Shoemake 1992). */
export function anyRotation(random: Random): readonly [number, number, number, number] {
  const [u, a, b] = [random(), 2 * Math.PI * random(), 2 * Math.PI * random()];
  const [p, q] = [Math.sqrt(1 - u), Math.sqrt(u)];
  return [p * Math.sin(a), p * Math.cos(a), q * Math.sin(b), q * Math.cos(b)];
}
