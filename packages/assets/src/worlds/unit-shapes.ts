import { type Shape, sphere } from '../scenes/shapes.js';

/** Meshes that are scaled to a body's size. */

/** 528 triangles. */
export const unitSphere = (): Shape => sphere([0, 0, 0], 1, 24, 12);

/** From −1 to 1 along each axis: a box of half sides 1. */
export function unitBox(): Shape {
  const faces = [0, 1, 2].flatMap((axis) => [1, -1].map((side) => face(axis, side)));
  return {
    positions: Float32Array.from(faces.flatMap(({ corners }) => corners.flat())),
    normals: Float32Array.from(faces.flatMap(({ normal }) => [normal, normal, normal, normal].flat())),
    uvs: new Float32Array(faces.length * 8),
    indices: Uint32Array.from(faces.flatMap((_, f) => [0, 1, 2, 0, 2, 3].map((corner) => 4 * f + corner))),
  };
}

/** From −1 to 1 along x and z, facing +y. */
export function unitFloor(): Shape {
  return {
    positions: Float32Array.of(-1, 0, 1, 1, 0, 1, 1, 0, -1, -1, 0, -1),
    normals: Float32Array.of(0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0),
    uvs: new Float32Array(8),
    indices: Uint32Array.of(0, 1, 2, 0, 2, 3),
  };
}

/** Counter-clockwise from outside. */
function face(axis: number, side: number): { corners: number[][]; normal: number[] } {
  const place = (u: number, v: number): number[] => {
    const at = [0, 0, 0];
    at[axis] = side;
    at[(axis + 1) % 3] = u * side;
    at[(axis + 2) % 3] = v;
    return at;
  };
  const normal = [0, 0, 0];
  normal[axis] = side;
  return { corners: [place(-1, -1), place(1, -1), place(1, 1), place(-1, 1)], normal };
}
