import type { Body, Plane, StaticBox, Triple, World } from '@tabgrid/webgpu-kernels/physics/world';

/** A world of rigid bodies with what people see of it: names and colours. It is a `World`, and goes where one is asked for. */

/** x, y, z, w. */
export type Rotation = Body['rotation'];

export interface Look {
  /** For people and messages, up to 64 characters; bodies may share one. */
  readonly name?: string;
  /** Linear red, green and blue, 0 to 1, as glTF's base colour. */
  readonly color?: Triple;
}

export interface ShownBody extends Body, Look {}
export interface ShownPlane extends Plane, Look {}
export interface ShownStatic extends StaticBox, Look {}

export interface ShownWorld extends World {
  readonly bodies: readonly ShownBody[];
  readonly planes: readonly ShownPlane[];
  readonly statics: readonly ShownStatic[];
}

export const UPRIGHT: Rotation = [0, 0, 0, 1];
export const STILL: Triple = [0, 0, 0];
export const EARTH: Triple = [0, -9.81, 0];
/** Friction and restitution where nothing is said. */
export const USUAL_SURFACE = { friction: 0.5, restitution: 0.1 } as const;
/** Water's, kg/m³, where neither mass nor density is said. */
export const USUAL_DENSITY = 1000;

/** Volume, m³. */
export function volumeOf(shape: Body['shape']): number {
  return shape.kind === 'sphere'
    ? (4 / 3) * Math.PI * shape.radius ** 3
    : 8 * shape.half[0] * shape.half[1] * shape.half[2];
}

/** `body 3 ("crate")`: by which messages call a body, a plane or a static box. */
export function called(kind: 'body' | 'plane' | 'static', index: number, name?: string): string {
  return `${kind === 'static' ? 'static box' : kind} ${index}${name ? ` ("${name.slice(0, 64)}")` : ''}`;
}
