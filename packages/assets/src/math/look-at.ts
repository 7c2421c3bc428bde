import type { Vec3 } from '@tabgrid/webgpu-kernels/pathtrace/scene-source';
import { cross, dot, normalize, scale, subtract } from './vec3.js';

export interface View {
  readonly right: Vec3;
  readonly up: Vec3;
  readonly forward: Vec3;
}

/** An orthonormal view along `forward` (unit), its up as near to `wanted` as it gets, else to the world's up. */
export function viewAlong(forward: Vec3, wanted: Vec3 = [0, 1, 0]): View {
  const across = (up: Vec3) => subtract(up, scale(forward, dot(up, forward)));
  const level: Vec3 = Math.abs(forward[1]) < 0.999 ? [0, 1, 0] : [0, 0, 1];
  const up = normalize(nearlyZero(across(wanted)) ? across(level) : across(wanted), [0, 1, 0]);
  return { forward, up, right: cross(forward, up) };
}

function nearlyZero(v: Vec3): boolean {
  return !(Math.hypot(...v) > 1e-6);
}

/** A view from one point to another, also as a glTF camera node's column-major matrix (it looks along its −Z). */
export function lookAt(from: Vec3, to: Vec3): View & { readonly matrix: Mat4Columns } {
  const view = viewAlong(normalize(subtract(to, from), [0, 0, -1]));
  const { right, up, forward } = view;
  return {
    ...view,
    matrix: [...right, 0, ...up, 0, ...scale(forward, -1), 0, ...from, 1],
  };
}

type Column = readonly [number, number, number, number];
type Mat4Columns = [...Column, ...Column, ...Column, ...Column];
