import * as v from 'valibot';
import { EARTH, STILL, UPRIGHT, USUAL_SURFACE } from './shown-world.js';

/**
 * The JSON of a world, version 1, as `docs/WORLDS.md` describes it. Only forms are checked here; ranges are in `checkWorld`.
 * Unknown properties are refused, so that a misspelt one is not overlooked.
 */

const Real = v.pipe(
  v.number(({ received }) => `has to be a number, and is ${received}`),
  v.finite('has to be a finite number'),
);
const triple = v.strictTuple([Real, Real, Real], 'has to be a list of three numbers');
const rotation = v.exactOptional(
  v.strictTuple([Real, Real, Real, Real], 'has to be a list of four numbers, x, y, z, w'),
  [...UPRIGHT],
);
const vector = (usual: readonly [number, number, number]) => v.exactOptional(triple, [...usual]);

export const look = {
  name: v.exactOptional(v.pipe(v.string('has to be text'), v.maxLength(64, 'can have 64 characters'))),
  color: v.exactOptional(triple),
};
export const surface = {
  friction: v.exactOptional(Real, USUAL_SURFACE.friction),
  restitution: v.exactOptional(Real, USUAL_SURFACE.restitution),
};
export const weight = { mass: v.exactOptional(Real), density: v.exactOptional(Real) };
export const motion = { velocity: vector(STILL), spin: vector(STILL) };

const body = { ...look, ...surface, ...weight, ...motion, position: triple, rotation };
const FileBody = v.variant(
  'shape',
  [
    v.strictObject({ shape: v.literal('sphere'), radius: Real, ...body }),
    v.strictObject({ shape: v.literal('box'), half: triple, ...body }),
  ],
  'has to be "sphere" or "box"',
);
export type FileBody = v.InferOutput<typeof FileBody>;

const FilePlane = v.strictObject({
  ...look,
  ...surface,
  normal: v.exactOptional(triple, [0, 1, 0]),
  offset: v.exactOptional(Real, 0),
});

const FileStatic = v.strictObject({ ...look, ...surface, half: triple, position: triple, rotation });

export const WorldFile = v.strictObject({
  version: v.literal(1),
  gravity: vector(EARTH),
  bodies: v.array(FileBody, 'has to be a list'),
  planes: v.exactOptional(v.array(FilePlane, 'has to be a list'), []),
  statics: v.exactOptional(v.array(FileStatic, 'has to be a list'), []),
});

/** What is looked at first, so that a file of another version, or with too much in it, gets the right answer. */
export const WorldHeader = v.object({ version: v.unknown(), bodies: v.exactOptional(v.unknown()) });
