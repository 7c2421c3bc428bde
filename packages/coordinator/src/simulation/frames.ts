import { PLACE, PLACE_WORDS, POSE_WORDS } from '@tabgrid/webgpu-kernels/physics/state';
import type { FramePoses } from './api.js';

/** Frames as they are shown and exported: what is exact stays with the world. */
export interface Frames {
  readonly count: number;
  /** Frames that one is kept of: 1 keeps all. */
  readonly every: number;
  get(frame: number): FramePoses | null;
  /** From a result's poses (POSE_WORDS a body), into the frame. @param ids whose they are */
  addPoses(frame: number, ids: Int32Array, poses: Int32Array): void;
  /** From the world as it stands. */
  addPlaces(frame: number, places: Int32Array): void;
  /** Frames from this one on are not true any more. */
  cut(frame: number): void;
  /** FLOATS a body, not to be changed; null for a frame that is not there or left out. */
  posesOf(frame: number): Float32Array<ArrayBuffer> | null;
}

/** Frames that were kept. */
export interface KeptFrames {
  readonly every: number;
  /** As `posesOf` gave them, of each `every`th frame from 0 on. */
  readonly poses: readonly Float32Array<ArrayBuffer>[];
}

/** Floats of a body: its position (m), then its rotation. */
export const FLOATS = 7;
/** Beyond this only every second frame is kept, then every fourth. */
const MOST_BYTES = 512 * 2 ** 20;
const NO_FRAMES: KeptFrames = { every: 1, poses: [] };
const METRES = 2 ** -20;
const TURNS = 2 ** -30;

export function createFrames(bodies: number, before: KeptFrames = NO_FRAMES, mostBytes = MOST_BYTES): Frames {
  let kept = [...before.poses];
  let { every } = before;

  const thin = (): void => {
    while (kept.length > 2 && kept.length * FLOATS * 4 * bodies > mostBytes) {
      kept = kept.filter((_, k) => k % 2 === 0);
      every *= 2;
    }
  };

  const open = (frame: number): Float32Array<ArrayBuffer> | null => {
    if (frame % every !== 0) return null;
    const at = frame / every;
    kept[at] ??= new Float32Array(FLOATS * bodies);
    return kept[at];
  };

  const put = (poses: Float32Array, body: number, words: Int32Array, position: number, rotation: number): void => {
    for (let k = 0; k < 3; k++) poses[FLOATS * body + k] = METRES * (words[position + k] ?? 0);
    for (let k = 0; k < 4; k++) poses[FLOATS * body + 3 + k] = TURNS * (words[rotation + k] ?? 0);
  };

  return {
    get count() {
      return kept.length === 0 ? 0 : (kept.length - 1) * every + 1;
    },
    get every() {
      return every;
    },
    get(frame) {
      const found = kept[Math.floor(frame / every)];
      if (!found) return null;
      const positions = new Float32Array(3 * bodies);
      const rotations = new Float32Array(4 * bodies);
      for (let body = 0; body < bodies; body++) {
        positions.set(found.subarray(FLOATS * body, FLOATS * body + 3), 3 * body);
        rotations.set(found.subarray(FLOATS * body + 3, FLOATS * body + 7), 4 * body);
      }
      return { frame: Math.floor(frame / every) * every, positions, rotations };
    },
    addPoses(frame, ids, words) {
      const poses = open(frame);
      if (!poses) return;
      ids.forEach((body, i) => {
        put(poses, body, words, POSE_WORDS * i, POSE_WORDS * i + 3);
      });
    },
    addPlaces(frame, places) {
      const poses = open(frame);
      for (let body = 0; poses && body < bodies; body++) {
        put(poses, body, places, PLACE_WORDS * body + PLACE.position, PLACE_WORDS * body + PLACE.rotation);
      }
      thin();
    },
    cut(frame) {
      kept.length = Math.min(kept.length, Math.ceil(frame / every));
    },
    posesOf: (frame) => (frame % every === 0 ? (kept[frame / every] ?? null) : null),
  };
}
