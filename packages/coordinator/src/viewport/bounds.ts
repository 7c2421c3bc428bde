import type { SceneBounds } from './api.js';

/** The box around points (xyz each); a point at the origin for none. */
export function boundsOf(points: Float32Array): SceneBounds {
  const low: [number, number, number] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  const high: [number, number, number] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const [i, value] of points.entries()) {
    const axis = axisOf(i);
    low[axis] = Math.min(low[axis], value);
    high[axis] = Math.max(high[axis], value);
  }
  return points.length === 0 ? { low: [0, 0, 0], high: [0, 0, 0] } : { low, high };
}

function axisOf(index: number): 0 | 1 | 2 {
  const rest = index % 3;
  return rest === 0 ? 0 : rest === 1 ? 1 : 2;
}
