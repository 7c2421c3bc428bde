import { EARTH, type ShownBody } from '../shown-world.js';
import { type BuiltinWorld, bodyOf, COLORS, cameraAround, GROUND } from './builtin-world.js';

/** A square pyramid of boxes: 1 on 4 on 9 and so on, as many whole rows as the bodies allow. */

const HALF_M = 0.25;
/** So that boxes of one row do not lean on each other. */
const GAP_M = 0.02;
const PALETTE = [COLORS.yellow, COLORS.orange] as const;

/** 1 + 4 + 9 + … + rows². */
const boxesOf = (rows: number) => (rows * (rows + 1) * (2 * rows + 1)) / 6;

/** @param count at least 1; the world has as many bodies or fewer */
export function pyramid(count: number): BuiltinWorld {
  let rows = 1;
  while (boxesOf(rows + 1) <= count) rows++;
  const pitch = 2 * HALF_M + GAP_M;
  const bodies: ShownBody[] = [];
  for (let row = 0; row < rows; row++) {
    const side = rows - row;
    for (let i = 0; i < side * side; i++) {
      const [x, z] = [(i % side) - (side - 1) / 2, Math.floor(i / side) - (side - 1) / 2];
      const color = PALETTE[row % PALETTE.length] ?? COLORS.yellow;
      const shape = { kind: 'box', half: [HALF_M, HALF_M, HALF_M] } as const;
      bodies.push(bodyOf(shape, [x * pitch, (2 * row + 1) * HALF_M, z * pitch], { color }));
    }
  }
  const [width, height] = [rows * pitch, rows * 2 * HALF_M];
  return {
    title: 'A pyramid of boxes',
    world: { gravity: EARTH, bodies, planes: [GROUND], statics: [] },
    camera: cameraAround([0, height * 0.4, 0], Math.hypot(width / Math.SQRT2, height * 0.4), [0.6, 0.45, 1]),
  };
}
