import { MAX_EXPOSURE, TONE_CURVES } from '@tabgrid/assets/tonemap';
import { BUILTIN_WORLDS } from '@tabgrid/assets/worlds/names';
import { OwnerToken, RoomId } from '@tabgrid/protocol/ids';
import { Merge, Verification } from '@tabgrid/protocol/task';
import * as v from 'valibot';
import { JOB_KINDS } from './words/job-kinds.js';

/**
 * What this browser remembers between visits: the room and the token that makes its owner (never part of a link), and the
 * person's choices. A browser that refuses to keep anything is no error: the visit then begins afresh each time.
 */

const Schemas = {
  room: v.strictObject({ id: RoomId, token: OwnerToken }),
  helper: v.strictObject({ on: v.boolean(), intensity: v.pipe(v.number(), v.minValue(0.1), v.maxValue(1)) }),
  draft: v.strictObject({
    width: v.string(),
    height: v.string(),
    spp: v.string(),
    bounces: v.string(),
    seed: v.string(),
    tile: v.string(),
    /** Absent in what older versions of the page kept. */
    aperture: v.optional(v.string(), ''),
    focus: v.optional(v.string(), ''),
    camera: v.string(),
    verify: v.optional(Verification, 'spot'),
    noise: v.optional(v.string(), ''),
    clamp: v.optional(v.string(), ''),
    denoise: v.optional(v.boolean(), false),
  }),
  kind: v.picklist(JOB_KINDS),
  /** A world of the person's own is not kept: browsers give no file twice. */
  simulation: v.strictObject({
    world: v.picklist(BUILTIN_WORLDS),
    bodies: v.string(),
    seconds: v.string(),
    substeps: v.string(),
    regions: v.string(),
    margin: v.string(),
    /** Absent in what older versions of the page kept. */
    merge: v.optional(Merge, 'owner'),
    verify: Verification,
    realTime: v.boolean(),
  }),
  tone: v.strictObject({
    curve: v.picklist(TONE_CURVES),
    exposure: v.pipe(v.number(), v.minValue(-MAX_EXPOSURE), v.maxValue(MAX_EXPOSURE)),
  }),
};

type Schemas = typeof Schemas;
type Name = keyof Schemas;

export interface Remembered {
  /** null when there is nothing, or nothing that still reads. */
  read<N extends Name>(name: N): v.InferOutput<Schemas[N]> | null;
  write<N extends Name>(name: N, value: v.InferOutput<Schemas[N]>): void;
}

/** @param storage `localStorage`, or null where the browser refuses it */
export function createRemembered(storage: Pick<Storage, 'getItem' | 'setItem'> | null): Remembered {
  const keyOf = (name: Name) => `tabgrid.dashboard.${name}`;
  return {
    read(name) {
      try {
        const text = storage?.getItem(keyOf(name)) ?? null;
        if (text === null) return null;
        const parsed = v.safeParse(Schemas[name], JSON.parse(text));
        return parsed.success ? parsed.output : null;
      } catch {
        return null;
      }
    },
    write(name, value) {
      try {
        storage?.setItem(keyOf(name), JSON.stringify(value));
      } catch {
        // A full or blocked storage costs only the memory.
      }
    },
  };
}

/** The browser's own storage; null where reading the property already throws (cookies blocked). */
export function browserStorage(): Storage | null {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}
