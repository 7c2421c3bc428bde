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
  /** Pairs that there is room for. */
  readonly room: number;
  readonly watches: number;
}

/** A dispatch: its code, its bindings and threads. */
export interface Pass {
  readonly name: string;
  readonly wgsl: string;
  readonly entryPoint: string;
  readonly binds: readonly number[];
  threads(of: Threads): number;
}

/** @param boxes whether any body is a box */
export function passesOf(boxes: boolean): readonly Pass[] {
  const shapes = boxes ? 'both' : 'spheres';
  const wgsl = BODIES(shapes);
  const meeting = (of: Shapes): Pass => ({
    name: `pairs of ${of}`,
    wgsl: PAIRS(of),
    entryPoint: 'meetAll',
    binds: [0, 1, 2, 3, 4, 5, 6, 9, 10],
    threads: ({ room }) => room,
  });
  const each = (entryPoint: string, binds: readonly number[], threads: Pass['threads']): Pass => ({
    ...{ name: `${entryPoint} ${shapes}`, wgsl, entryPoint, binds, threads },
  });
  return [
    each('prepare', [0, 1, 2, 3, 4, 7, 8, 10], ({ bodies }) => bodies),
    each('find', [0, 1, 2, 3, 6, 7, 8, 9], ({ bodies }) => ROWS * bodies),
    meeting(shapes),
    ...(boxes ? [meeting('boxes')] : []),
    each('moveOn', [0, 1, 2, 3, 6, 7, 10], ({ bodies }) => bodies),
    each('watch', [0, 1, 2, 10, 11], ({ watches }) => watches),
  ];
}
