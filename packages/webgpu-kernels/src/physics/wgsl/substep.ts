import { PLANE_WORDS } from '../world.js';
import { BODIES, ROWS } from './bodies.wgsl.js';
import { PAIRS } from './pairs.wgsl.js';
import { MOST_PLANES, type Shapes } from './world.wgsl.js';

/** A substep in a few dispatches, equal to reference.ts word for word. */

/** Words of the uniform before its planes. */
export const WORLD_WORDS = 20;
/** Bytes of the uniform. */
export const WORLD_BYTES = 4 * (WORLD_WORDS + PLANE_WORDS * MOST_PLANES);
/** Pairs that there is room for at first, a body. */
export const PAIRS_A_BODY = 12;

export interface Threads {
  readonly bodies: number;
  readonly watches: number;
}

/** A dispatch: its code, its bindings, and its threads; or where in `groups` its workgroups stand, in bytes. */
export interface Pass {
  readonly name: string;
  readonly wgsl: string;
  readonly entryPoint: string;
  readonly binds: readonly number[];
  readonly size: ((of: Threads) => number) | { readonly at: number };
  /** Whether it is there only where a frame ends that is not the last. */
  readonly seldom?: boolean;
}

/** @param boxes whether any body is a box */
export function passesOf(boxes: boolean): readonly Pass[] {
  const shapes = boxes ? 'both' : 'spheres';
  const wgsl = BODIES(shapes);
  const each = (entryPoint: string, binds: readonly number[], size: Pass['size']): Pass => ({
    ...{ name: `${entryPoint} ${shapes}`, wgsl, entryPoint, binds, size },
  });
  const meeting = (of: Shapes, at: number): Pass => ({
    ...{ name: `meet ${of}`, wgsl: PAIRS(of), entryPoint: 'meet', binds: [0, 1, 2, 3, 4, 5, 6, 9, 10], size: { at } },
  });
  return [
    each('prepare', [0, 1, 2, 3, 4, 7, 8, 10], ({ bodies }) => bodies),
    each('find', [0, 1, 2, 3, 6, 7, 8, 9], ({ bodies }) => ROWS * bodies),
    each('tally', [0, 6, 10, 12], () => 1),
    meeting(shapes, 0),
    ...(boxes ? [meeting('boxes', 16)] : []),
    each('moveOn', [0, 1, 2, 3, 6, 7, 10], ({ bodies }) => bodies),
    { ...each('keep', [0, 2, 10, 13], ({ bodies }) => bodies), seldom: true },
    each('watch', [0, 1, 2, 10, 11], ({ watches }) => watches),
  ];
}
