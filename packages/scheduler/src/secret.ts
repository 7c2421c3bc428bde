/**
 * What nobody outside may guess: whether a result is checked, by whom, and in which pixels. Whoever is asked to compute a part
 * again learns a number that was drawn here, so that the numbers to come must not follow from those that came: a stream cipher
 * with the owner's key (ChaCha with 12 rounds and a 128-bit key, Bernstein 2008), and not the small generator that breaks ties.
 */
export interface Secret {
  /** Uniform in [0, 1), 32 bits fine. */
  next(): number;
  /** Uniform in 0 … 2^32 − 1. */
  word(): number;
  /** For the owner's own store, and for nobody else: `createSecret(state())` goes on with the same numbers. */
  state(): SecretState;
}

export interface SecretState {
  /** Four words of 32 bits. */
  readonly key: readonly [number, number, number, number];
  /** Numbers drawn so far. */
  readonly drawn: number;
}

/** "expand 16-byte k" */
const CONSTANTS = [0x61707865, 0x3120646e, 0x79622d36, 0x6b206574] as const;
const DOUBLE_ROUNDS = 6;
const WORDS = 16;

export function createSecret({ key, drawn: before }: SecretState): Secret {
  let drawn = before;
  let block = new Uint32Array(WORDS);
  let index = -1;

  const word = (): number => {
    const wanted = Math.floor(drawn / WORDS);
    if (wanted !== index) {
      block = chachaBlock(key, wanted);
      index = wanted;
    }
    return block[drawn++ % WORDS] ?? 0;
  };
  return { word, next: () => word() / 2 ** 32, state: () => ({ key, drawn }) };
}

/** Sixteen words of the stream. */
export function chachaBlock(key: SecretState['key'], counter: number): Uint32Array<ArrayBuffer> {
  const low = counter >>> 0;
  const high = Math.floor(counter / 2 ** 32) >>> 0;
  const first = Uint32Array.from([...CONSTANTS, ...key, ...key, low, high, 0, 0]);
  const x = first.slice();
  const mix = (a: number, b: number, c: number, d: number): void => {
    half(x, a, b, d, 16);
    half(x, c, d, b, 12);
    half(x, a, b, d, 8);
    half(x, c, d, b, 7);
  };
  for (let round = 0; round < DOUBLE_ROUNDS; round++) {
    for (let i = 0; i < 4; i++) mix(i, 4 + i, 8 + i, 12 + i);
    for (let i = 0; i < 4; i++) mix(i, 4 + ((i + 1) % 4), 8 + ((i + 2) % 4), 12 + ((i + 3) % 4));
  }
  return x.map((word, i) => word + (first[i] ?? 0));
}

/** a += b; d = (d ^ a) turned left. */
function half(x: Uint32Array, a: number, b: number, d: number, bits: number): void {
  const sum = ((x[a] ?? 0) + (x[b] ?? 0)) >>> 0;
  x[a] = sum;
  const mixed = (x[d] ?? 0) ^ sum;
  x[d] = (mixed << bits) | (mixed >>> (32 - bits));
}

/** A key from a seed, for simulations and tests: whoever knows the seed knows the key. */
export function keyFrom(seed: number): SecretState['key'] {
  const [a = 0, b = 0, c = 0, d = 0] = chachaBlock([seed >>> 0, 0, 0, 0], 0);
  return [a, b, c, d];
}
