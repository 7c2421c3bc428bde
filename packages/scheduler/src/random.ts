/** A seeded source of randomness: the only one that decisions may use. */
export interface Random {
  /** Uniform in [0, 1), 32 bits fine. */
  next(): number;
  /** The whole state, for a snapshot: `createRandom(state())` goes on with the same numbers. */
  state(): number;
}

/** Mulberry32 (Tommy Ettinger, public domain): 32 bits of state, passes gjrand; plenty for tie-breaks and jitter. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  return {
    next() {
      state = (state + 0x6d2b79f5) >>> 0;
      let t = state;
      t = Math.imul(t ^ (t >>> 15), t | 1);
      t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
      return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
    },
    state: () => state,
  };
}
