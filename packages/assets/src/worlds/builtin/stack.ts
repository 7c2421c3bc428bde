import { EARTH, type ShownBody } from '../shown-world.js';
import { type BuiltinWorld, bodyOf, COLORS, cameraAround, GROUND } from './builtin-world.js';

/** Stacks of ten boxes in rows. Columns are odd in number and the middle one stands at x = 0: a cut there goes through boxes. */

const HALF_M = 0.25;
export const STACK_BODIES = 10;
const SPACING_M = 1;
const PALETTE = [COLORS.blue, COLORS.white] as const;

export function stack(count: number): BuiltinWorld {
  const stacks = Math.ceil(count / STACK_BODIES);
  const columns = 2 * Math.floor((Math.ceil(Math.sqrt(stacks)) - 1) / 2) + 1;
  const rows = Math.ceil(stacks / columns);
  const bodies = Array.from({ length: count }, (_, i): ShownBody => {
    const number = Math.floor(i / STACK_BODIES);
    // A row is filled from its middle to both sides: 0, 1, −1, 2, −2 …
    const k = number % columns;
    const x = (k % 2 === 1 ? 1 : -1) * Math.ceil(k / 2) * SPACING_M;
    const z = (Math.floor(number / columns) - (rows - 1) / 2) * SPACING_M;
    const y = (2 * (i % STACK_BODIES) + 1) * HALF_M;
    const color = PALETTE[i % PALETTE.length] ?? COLORS.white;
    return bodyOf({ kind: 'box', half: [HALF_M, HALF_M, HALF_M] }, [x + 0, y, z], { color });
  });
  const height = 2 * HALF_M * Math.min(count, STACK_BODIES);
  const reach = Math.hypot((columns * SPACING_M) / 2, (rows * SPACING_M) / 2, height / 2);
  return {
    title: 'Stacks of ten boxes',
    world: { gravity: EARTH, bodies, planes: [GROUND], statics: [] },
    camera: cameraAround([0, height / 2, 0], reach, [0.6, 0.35, 1]),
  };
}
