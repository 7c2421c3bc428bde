import { attribute, fill } from './gl.js';
import { type Group, POSE_FLOATS } from './instances.js';
import type { Mesh } from './meshes.js';
import { ATTRIBUTES } from './shaders.js';

/** All bodies of one shape: one mesh, drawn once for each. */
export interface BodyBatch {
  readonly count: number;
  setPoses(poses: Float32Array<ArrayBuffer>): void;
  setColours(colours: Uint8Array<ArrayBuffer>): void;
  draw(): void;
}

export function createBatch(gl: WebGL2RenderingContext, mesh: Mesh, group: Pick<Group, 'halves'>): BodyBatch {
  const count = group.halves.length / 3;
  const array = gl.createVertexArray();
  gl.bindVertexArray(array);
  const [points, normals, indices, halves, poses, colours] = Array.from({ length: 6 }, () => gl.createBuffer());
  const put = (buffer: WebGLBuffer | undefined, data: Float32Array<ArrayBuffer> | Uint8Array<ArrayBuffer>) => {
    if (buffer) fill(gl, buffer, data);
  };
  put(points, mesh.positions);
  attribute(gl, ATTRIBUTES.point, 3, { each: false });
  put(normals, mesh.normals);
  attribute(gl, ATTRIBUTES.normal, 3, { each: false });
  put(halves, group.halves);
  attribute(gl, ATTRIBUTES.half, 3);
  put(poses, new Float32Array(POSE_FLOATS * count));
  attribute(gl, ATTRIBUTES.place, 3, { stride: 4 * POSE_FLOATS });
  attribute(gl, ATTRIBUTES.turn, 4, { stride: 4 * POSE_FLOATS, offset: 12 });
  put(colours, new Uint8Array(4 * count));
  attribute(gl, ATTRIBUTES.colour, 4, { bytes: true });
  gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, indices ?? null);
  gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, mesh.indices, gl.STATIC_DRAW);
  gl.bindVertexArray(null);
  return {
    count,
    setPoses: (data) => put(poses, data),
    setColours: (data) => put(colours, data),
    draw() {
      if (count === 0) return;
      gl.bindVertexArray(array);
      gl.drawElementsInstanced(gl.TRIANGLES, mesh.indices.length, gl.UNSIGNED_SHORT, 0, count);
    },
  };
}
