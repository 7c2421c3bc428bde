import { describe, expect, it } from 'vitest';
import { chachaBlock, createSecret, keyFrom } from './secret.js';

const hex = (words: Uint32Array) => Buffer.from(new Uint8Array(words.buffer)).toString('hex');

describe('the secret source', () => {
  it('is ChaCha with 12 rounds and a key of 128 bits', () => {
    // Test vectors for the stream cipher ChaCha (Strömbergson), TC1 with 128 bits and 12 rounds.
    const expected =
      'e1047ba9476bf8ff312c01b4345a7d8ca5792b0ad467313f1dc412b5fdce3241' +
      '0dea8b68bd774c36a920f092a04d3f95274fbeff97bc8491fcef37f85970b450';
    expect(hex(chachaBlock([0, 0, 0, 0], 0))).toBe(expected);
    expect(hex(chachaBlock([0, 0, 0, 0], 1))).not.toBe(expected);
    expect(hex(chachaBlock([0, 0, 0, 0], 2 ** 32))).not.toBe(expected);
  });

  it('goes on where it was, across blocks', () => {
    const key = keyFrom(7);
    const whole = createSecret({ key, drawn: 0 });
    const words = Array.from({ length: 50 }, () => whole.word());
    for (const cut of [0, 1, 15, 16, 17, 40]) {
      const part = createSecret({ key, drawn: cut });
      expect(Array.from({ length: 50 - cut }, () => part.word())).toEqual(words.slice(cut));
      expect(part.state()).toEqual(whole.state());
    }
  });

  it('gives other numbers for every key, even ones, in range', () => {
    const sums = [1, 2].map((seed) => {
      const secret = createSecret({ key: keyFrom(seed), drawn: 0 });
      const drawn = Array.from({ length: 4000 }, () => secret.next());
      expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...drawn)).toBeLessThan(1);
      return drawn.reduce((sum, x) => sum + x, 0) / drawn.length;
    });
    expect(sums[0]).not.toBe(sums[1]);
    for (const mean of sums) expect(mean).toBeCloseTo(0.5, 1);
  });
});
