/**
 * So many steps of an integer hash from x: PCG RXS-M-XS 32 (O'Neill 2014), each taking the one before for its input, so that no
 * compiler can skip any. The same bits as the shader's.
 */
export function hashed(x: number, steps: number): number {
  let y = x | 0;
  for (let i = 0; i < steps; i++) {
    y = (Math.imul(y, 747_796_405) + 2_891_336_453) | 0;
    y = Math.imul((y >>> ((y >>> 28) + 4)) ^ y, 277_803_737);
    y = (y >>> 22) ^ y;
  }
  return y >>> 0;
}
