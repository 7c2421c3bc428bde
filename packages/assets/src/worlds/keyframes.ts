/** Animation tracks of fewer keys: what lies on the line between two others is left out (glTF 2.0 §3.11, LINEAR). */

/** Distance, m. */
export const POSITION_TOLERANCE_M = 1e-4;
/** Angle. */
export const ROTATION_TOLERANCE_RAD = (0.01 * Math.PI) / 180;

/** One body's places or rotations: `size` numbers a frame, frames evenly spaced. */
export interface Samples {
  readonly values: Float32Array;
  readonly size: 3 | 4;
}

/**
 * Frames that have to stay, ascending: the first and the last, and those without which another would be off by more than the
 * tolerance (Douglas, Peucker 1973, over time). Of what does not move at all only the first.
 */
export function keptFrames({ values, size }: Samples): number[] {
  const frames = values.length / size;
  const error = size === 3 ? offLine : offArc;
  const tolerance = size === 3 ? POSITION_TOLERANCE_M : ROTATION_TOLERANCE_RAD;
  if (frames < 2) return frames === 1 ? [0] : [];
  if (worst(0, 0, frames).error <= tolerance) return [0];
  const kept = new Uint8Array(frames);
  kept[0] = 1;
  kept[frames - 1] = 1;
  const spans: [number, number][] = [[0, frames - 1]];
  for (let span = spans.pop(); span; span = spans.pop()) {
    const [from, to] = span;
    const { at, error: most } = worst(from, to, to);
    if (most <= tolerance) continue;
    kept[at] = 1;
    spans.push([from, at], [at, to]);
  }
  return Array.from({ length: frames }, (_, i) => i).filter((i) => kept[i] === 1);

  /** Of the frames between `from` and `end`, the one farthest from the line to `to`; `to = from`: from standing still. */
  function worst(from: number, to: number, end: number): { at: number; error: number } {
    let [at, most] = [from, 0];
    for (let i = from + 1; i < end; i++) {
      const off = error(values, from, to, i, to > from ? (i - from) / (to - from) : 0);
      if (off > most) [at, most] = [i, off];
    }
    return { at, error: most };
  }
}

/** Distance of frame `i` from where a straight line has it. */
function offLine(values: Float32Array, from: number, to: number, i: number, t: number): number {
  let squared = 0;
  for (let k = 0; k < 3; k++) {
    const [a, b, x] = [values[3 * from + k] ?? 0, values[3 * to + k] ?? 0, values[3 * i + k] ?? 0];
    squared += (a + t * (b - a) - x) ** 2;
  }
  return Math.sqrt(squared);
}

/** Angle between frame `i`'s rotation and where an even turn the shorter way has it. */
function offArc(values: Float32Array, from: number, to: number, i: number, t: number): number {
  let dot = 0;
  for (let k = 0; k < 4; k++) dot += (values[4 * from + k] ?? 0) * (values[4 * to + k] ?? 0);
  const angle = Math.acos(Math.min(1, Math.abs(dot)));
  const sine = Math.sin(angle);
  const [a, b] = sine < 1e-6 ? [1 - t, t] : [Math.sin((1 - t) * angle) / sine, Math.sin(t * angle) / sine];
  const sign = dot < 0 ? -1 : 1;
  let [plus, minus, length] = [0, 0, 0];
  for (let k = 0; k < 4; k++) {
    const at = a * (values[4 * from + k] ?? 0) + sign * b * (values[4 * to + k] ?? 0);
    const x = values[4 * i + k] ?? 0;
    plus += (at + x) ** 2;
    minus += (at - x) ** 2;
    length += at * at;
  }
  if (length === 0) return Math.PI;
  // The chord between unit quaternions, from which small angles come exactly; q and −q are the same rotation.
  return 4 * Math.asin(Math.min(1, Math.sqrt(Math.min(plus, minus)) / 2));
}

/** Unit quaternions xyzw, frame after frame, each made of length 1 and turned to the side of the one before. */
export function sameSide(rotations: Float32Array): Float32Array {
  const out = new Float32Array(rotations.length);
  for (let i = 0; i < rotations.length; i += 4) {
    let [dot, squared] = [0, 0];
    for (let k = 0; k < 4; k++) {
      dot += (rotations[i + k] ?? 0) * (out[i - 4 + k] ?? 0);
      squared += (rotations[i + k] ?? 0) ** 2;
    }
    const factor = (dot < 0 ? -1 : 1) / Math.sqrt(squared);
    for (let k = 0; k < 4; k++) out[i + k] = (rotations[i + k] ?? 0) * factor;
  }
  return out;
}
