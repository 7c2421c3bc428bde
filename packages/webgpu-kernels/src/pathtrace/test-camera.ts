import type { PathtraceParams } from './task.js';
import type { TestRay } from './test-reference.js';

/** The kernel's camera rays in JavaScript, for tests: the same hash, the same jitter. */

/** As in random.wgsl. */
export function pcg4d(words: readonly [number, number, number, number]): [number, number, number, number] {
  const v = Uint32Array.from(words, (word) => Math.imul(word, 1_664_525) + 1_013_904_223);
  const add = (to: number, a: number, b: number) => {
    v[to] = (v[to] ?? 0) + Math.imul(v[a] ?? 0, v[b] ?? 0);
  };
  const round = () => {
    add(0, 1, 3);
    add(1, 2, 0);
    add(2, 0, 1);
    add(3, 1, 2);
  };
  round();
  for (let i = 0; i < 4; i++) v[i] = (v[i] ?? 0) ^ ((v[i] ?? 0) >>> 16);
  round();
  return [v[0] ?? 0, v[1] ?? 0, v[2] ?? 0, v[3] ?? 0];
}

export function cameraRay({ camera, film, seed }: PathtraceParams, x: number, y: number, sample: number): TestRay {
  const [jx, jy] = pcg4d([y * film.width + x, sample, 0, seed]);
  const unit = (word: number) => (word >>> 8) / 2 ** 24;
  const half = Math.tan(camera.yfov / 2);
  const s = (((x + unit(jx)) / film.width) * 2 - 1) * half * (film.width / film.height);
  const t = (((y + unit(jy)) / film.height) * 2 - 1) * half;
  const d = [0, 1, 2].map((k) => (camera.forward[k] ?? 0) + s * (camera.right[k] ?? 0) - t * (camera.up[k] ?? 0));
  const length = Math.hypot(...d);
  return { origin: camera.position, direction: [(d[0] ?? 0) / length, (d[1] ?? 0) / length, (d[2] ?? 0) / length] };
}
