/** An animation sampler (glTF 2.0 §3.11 and appendix C). */
export interface Track {
  /** Seconds, ascending; at least one. */
  readonly times: Float32Array;
  /** `size` numbers a key; of a cubic spline three times as many: the tangent coming in, the value, the tangent going out. */
  readonly values: Float32Array;
  readonly size: number;
  readonly interpolation: 'STEP' | 'LINEAR' | 'CUBICSPLINE';
  /** Whether the values are quaternions, which turn evenly and stay unit. */
  readonly rotation: boolean;
}

/** The value at a time in seconds; before the first key and after the last that key's. */
export function sampleTrack(track: Track, time: number): Float64Array {
  const { times, interpolation } = track;
  const next = firstAfter(times, time);
  if (next === 0) return valueAt(track, 0);
  const key = next - 1;
  if (next === times.length || interpolation === 'STEP') return valueAt(track, key);
  const [from = 0, to = 0] = [times[key], times[next]];
  const t = (time - from) / (to - from);
  if (interpolation === 'CUBICSPLINE') return unitIf(track.rotation, spline(track, key, t, to - from));
  const [a, b] = [valueAt(track, key), valueAt(track, next)];
  return track.rotation ? slerp(a, b, t) : a.map((x, i) => x + t * ((b[i] ?? 0) - x));
}

/** Index of the first key that is later than `time`. */
function firstAfter(times: Float32Array, time: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] ?? 0) > time) high = middle;
    else low = middle + 1;
  }
  return low;
}

const TANGENT_IN = 0;
const VALUE = 1;
const TANGENT_OUT = 2;

function valueAt(track: Track, key: number): Float64Array {
  return part(track, key, VALUE);
}

function part({ values, size, interpolation }: Track, key: number, which: number): Float64Array {
  const at = interpolation === 'CUBICSPLINE' ? (key * 3 + which) * size : key * size;
  return Float64Array.from({ length: size }, (_, i) => values[at + i] ?? 0);
}

/** Hermite: tangents are slopes a second. */
function spline(track: Track, key: number, t: number, seconds: number): Float64Array {
  const [t2, t3] = [t * t, t * t * t];
  const [p0, p1] = [valueAt(track, key), valueAt(track, key + 1)];
  const [out, into] = [part(track, key, TANGENT_OUT), part(track, key + 1, TANGENT_IN)];
  return p0.map(
    (p, i) =>
      (2 * t3 - 3 * t2 + 1) * p +
      (t3 - 2 * t2 + t) * seconds * (out[i] ?? 0) +
      (3 * t2 - 2 * t3) * (p1[i] ?? 0) +
      (t3 - t2) * seconds * (into[i] ?? 0),
  );
}

/** Below this sine the two are as good as the same, and the weights would divide by it. */
const NEARLY_SAME = 1e-4;

/** The shorter way round between two unit quaternions. */
function slerp(a: Float64Array, b: Float64Array, t: number): Float64Array {
  const dot = a.reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0);
  const sign = dot < 0 ? -1 : 1;
  const angle = Math.acos(Math.min(1, Math.abs(dot)));
  const sine = Math.sin(angle);
  const [wa, wb] = sine < NEARLY_SAME ? [1 - t, t] : [Math.sin((1 - t) * angle) / sine, Math.sin(t * angle) / sine];
  return unitIf(
    true,
    a.map((x, i) => wa * x + sign * wb * (b[i] ?? 0)),
  );
}

function unitIf(wanted: boolean, q: Float64Array): Float64Array {
  const length = Math.hypot(...q);
  return wanted && length > 0 ? q.map((x) => x / length) : q;
}
