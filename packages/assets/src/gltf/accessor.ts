import type { Accessor } from '@gltf-transform/core';
import { AssetError } from '../asset-error.js';

/** Divisors of glTF 2.0 §3.6.2.2 for normalised integers, by component type. */
const NORMALISED: Readonly<Record<number, number>> = { 5120: 127, 5121: 255, 5122: 32_767, 5123: 65_535 };

/**
 * An accessor's elements as floats, normalised integers divided out (never below −1).
 * @throws AssetError where its elements are not of `size` components
 */
export function readElements(accessor: Accessor, size: number): Float32Array {
  const array = accessor.getArray();
  if (!array) return new Float32Array(0);
  if (accessor.getElementSize() !== size) {
    throw new AssetError(
      `The glTF is broken: ${accessor.getType()} stands where ${size} components are needed. Export the model again.`,
    );
  }
  if (array instanceof Float32Array) return array;
  const divisor = accessor.getNormalized() ? (NORMALISED[accessor.getComponentType()] ?? 1) : 1;
  return Float32Array.from(array, (value: number) => (divisor === 1 ? value : Math.max(value / divisor, -1)));
}
