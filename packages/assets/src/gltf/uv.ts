/** KHR_texture_transform: scale, then rotate, then move. */
export interface UvTransform {
  readonly offset: readonly [number, number];
  /** Radians, counter-clockwise as seen in the image (v grows downwards). */
  readonly rotation: number;
  readonly scale: readonly [number, number];
}

/**
 * Applies a texture transform. The turn follows the extension's text and its test model; the matrix printed in its
 * README turns the other way, and no viewer follows that.
 */
export function transformUv(transform: UvTransform | null, u: number, v: number): readonly [number, number] {
  if (!transform) return [u, v];
  const [x, y] = [u * transform.scale[0], v * transform.scale[1]];
  const [sin, cos] = [Math.sin(transform.rotation), Math.cos(transform.rotation)];
  return [transform.offset[0] + cos * x + sin * y, transform.offset[1] - sin * x + cos * y];
}

export function sameTransform(a: UvTransform | null, b: UvTransform | null): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
