import type { Vec3 } from '@tabgrid/webgpu-kernels/pathtrace/scene-source';

/** Brighter than anything that is meant, and far from where 32-bit floats end. */
const MOST = 1e30;

/** A colour times a strength. */
export function radiant([r, g, b]: Vec3, strength: number): Vec3 {
  return [Math.min(MOST, r * strength), Math.min(MOST, g * strength), Math.min(MOST, b * strength)];
}
