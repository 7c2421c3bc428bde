import type { CameraSource, Vec3 } from '@tabgrid/webgpu-kernels/pathtrace/scene-source';

/** Rays of a camera, and one more from where each hits: enough of both kinds to compare trees. */

export interface Ray {
  readonly origin: Vec3;
  /** Unit. */
  readonly direction: Vec3;
}

/** @param trace the distance of the nearest hit, Infinity for none */
export function createRays(camera: CameraSource, side: number, trace: (ray: Ray) => number): void {
  const { position, right, up, forward, yfov } = camera;
  const half = Math.tan(yfov / 2);
  const random = createRandom(1);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const s = ((2 * (x + random())) / side - 1) * half;
      const t = (1 - (2 * (y + random())) / side) * half;
      const direction = unit(vector((k) => forward[k] + s * right[k] + t * up[k]));
      const reached = trace({ origin: position, direction });
      if (reached === Number.POSITIVE_INFINITY) continue;
      // A little before the surface, back into the half space that the ray came from.
      const origin = vector((k) => position[k] + 0.9999 * reached * direction[k]);
      const next = onSphere(random(), random());
      const side_ = next[0] * direction[0] + next[1] * direction[1] + next[2] * direction[2];
      trace({ origin, direction: side_ > 0 ? vector((k) => -next[k]) : next });
    }
  }
}

function vector(at: (axis: 0 | 1 | 2) => number): Vec3 {
  return [at(0), at(1), at(2)];
}

function unit(v: Vec3): Vec3 {
  const length = Math.hypot(...v);
  return vector((k) => v[k] / length);
}

function onSphere(u: number, v: number): Vec3 {
  const z = 1 - 2 * u;
  const r = Math.sqrt(Math.max(0, 1 - z * z));
  return [r * Math.cos(2 * Math.PI * v), r * Math.sin(2 * Math.PI * v), z];
}

/** Numbers from 0 to 1 by a hashed counter (lowbias32 by Chris Wellons). */
function createRandom(seed: number): () => number {
  let counter = seed;
  return () => {
    let h = counter++;
    h = Math.imul(h ^ (h >>> 16), 0x7feb_352d);
    h = Math.imul(h ^ (h >>> 15), 0x846c_a68b);
    return ((h ^ (h >>> 16)) >>> 8) / 2 ** 24;
  };
}
