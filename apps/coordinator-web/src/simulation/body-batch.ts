import { POSE_FLOATS } from './instances.js';
import type { Mesh } from './meshes.js';
import { TEXELS_A_ROW, TEXTURES } from './shaders.js';

/**
 * All bodies of one shape, drawn at once: what a corner's body is, the shader finds by the corner's number in textures. Instances
 * would say the same, but are drawn one after the other where there is no graphics card.
 */
export interface BodyBatch {
  readonly count: number;
  setPoses(poses: Float32Array<ArrayBuffer>): void;
  setColours(colours: Uint8Array<ArrayBuffer>): void;
  draw(): void;
}

/** @param halves half extents, m: 3 a body */
export function createBatch(gl: WebGL2RenderingContext, mesh: Mesh, halves: Float32Array<ArrayBuffer>): BodyBatch {
  const count = halves.length / 3;
  const corners = mesh.indices.length;
  const textures = { mesh: makeTexture(gl), poses: makeTexture(gl), halves: makeTexture(gl), colours: makeTexture(gl) };
  put(gl, textures.mesh, cornersOf(mesh), corners);
  put(gl, textures.halves, quadsOf(halves));
  put(gl, textures.poses, new Float32Array(POSE_FLOATS * count));
  put(gl, textures.colours, new Uint8Array(4 * count));
  return {
    count,
    setPoses: (poses) => put(gl, textures.poses, poses),
    setColours: (colours) => put(gl, textures.colours, colours),
    draw() {
      if (count === 0) return;
      for (const [unit, name] of TEXTURES.entries()) {
        gl.activeTexture(gl.TEXTURE0 + unit);
        gl.bindTexture(gl.TEXTURE_2D, textures[name]);
      }
      gl.drawArrays(gl.TRIANGLES, 0, corners * count);
    },
  };
}

function makeTexture(gl: WebGL2RenderingContext): WebGLTexture {
  const texture = gl.createTexture();
  gl.bindTexture(gl.TEXTURE_2D, texture);
  for (const filter of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) {
    gl.texParameteri(gl.TEXTURE_2D, filter, gl.NEAREST);
  }
  return texture;
}

/** Four numbers a texel, in rows of `width`; the last row is filled up. */
function put(
  gl: WebGL2RenderingContext,
  texture: WebGLTexture,
  data: Float32Array<ArrayBuffer> | Uint8Array<ArrayBuffer>,
  width: number = TEXELS_A_ROW,
): void {
  const rows = Math.max(1, Math.ceil(data.length / 4 / width));
  gl.bindTexture(gl.TEXTURE_2D, texture);
  if (data instanceof Uint8Array) {
    const filled = new Uint8Array(4 * width * rows);
    filled.set(data);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, width, rows, 0, gl.RGBA, gl.UNSIGNED_BYTE, filled);
  } else {
    const filled = new Float32Array(4 * width * rows);
    filled.set(data);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA32F, width, rows, 0, gl.RGBA, gl.FLOAT, filled);
  }
}

/** A mesh's triangles, corner by corner: places in the first row, normals in the second. */
function cornersOf({ positions, normals, indices }: Mesh): Float32Array<ArrayBuffer> {
  const out = new Float32Array(8 * indices.length);
  indices.forEach((corner, i) => {
    out.set(positions.subarray(3 * corner, 3 * corner + 3), 4 * i);
    out.set(normals.subarray(3 * corner, 3 * corner + 3), 4 * (indices.length + i));
  });
  return out;
}

function quadsOf(triples: Float32Array): Float32Array<ArrayBuffer> {
  const out = new Float32Array((4 * triples.length) / 3);
  for (let i = 0; i < triples.length / 3; i++) out.set(triples.subarray(3 * i, 3 * i + 3), 4 * i);
  return out;
}
