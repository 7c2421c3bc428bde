import type { Brain } from '@tabgrid/ml/brain';
import { BrainSchema } from '@tabgrid/ml/brain-schema';
import type { Backend } from '@tabgrid/ml/nn/tfjs-trainer';
import type { RecordStore } from '@tabgrid/store/ports';
import * as v from 'valibot';
import type { LearningMode } from '../api.js';

/**
 * What outlives the page of learning, beside the outcomes: the mode, the fastest backend, the newest brain, and the brains that a
 * journal refers to.
 */
export interface LearningStore {
  readonly mode: LearningMode;
  /** The fastest backend on this machine, as an earlier page measured; null: unknown. */
  readonly backend: Backend | null;
  /** By their hashes. */
  readonly brains: ReadonlyMap<string, Brain>;
  /** The one to go on from. */
  readonly newest: Brain | null;
  /** What was learned before has another meaning in this version, or is damaged: it is gone. */
  readonly afresh: boolean;
}

const MODE_KEY = 'learning-mode';
const BACKEND_KEY = 'learning-backend';
const NEWEST_KEY = 'newest';
const BRAINS = 'brain/';

const Mode = v.picklist(['on', 'shadow', 'off']);
const Remembered = v.strictObject({ machine: v.string(), backend: v.picklist(['cpu', 'wasm', 'webgpu']) });

/** @param machine what the backend was measured on: another browser or adapter is measured anew */
export async function readLearning(records: RecordStore, machine: string): Promise<LearningStore> {
  const mode = v.safeParse(Mode, await records.get('settings', MODE_KEY));
  const remembered = v.safeParse(Remembered, await records.get('settings', BACKEND_KEY));
  const brains = new Map<string, Brain>();
  let afresh = false;
  for (const { key, value } of await records.range('models', BRAINS)) {
    const brain = v.safeParse(BrainSchema, value);
    if (brain.success && key === BRAINS + brain.output.hash) {
      brains.set(brain.output.hash, brain.output);
    } else {
      afresh = true;
      await records.delete('models', key);
    }
  }
  const newest = await records.get('models', NEWEST_KEY);
  return {
    mode: mode.success ? mode.output : 'on',
    backend: remembered.success && remembered.output.machine === machine ? remembered.output.backend : null,
    brains,
    newest: (typeof newest === 'string' ? brains.get(newest) : null) ?? null,
    afresh,
  };
}

export async function writeMode(records: RecordStore, mode: LearningMode): Promise<void> {
  await records.put('settings', MODE_KEY, mode);
}

export async function writeBackend(records: RecordStore, machine: string, backend: Backend): Promise<void> {
  await records.put('settings', BACKEND_KEY, { machine, backend });
}

/** The newest brain takes the place of all that are not `kept`. */
export async function writeBrain(records: RecordStore, brain: Brain | null, kept: ReadonlySet<string>): Promise<void> {
  const keys = await records.keys('models', BRAINS);
  const stays = (key: string) => kept.has(key.slice(BRAINS.length)) || key === BRAINS + brain?.hash;
  await records.write([
    ...keys.filter((key) => !stays(key)).map((key) => ({ type: 'delete', collection: 'models', key }) as const),
    ...(brain
      ? [
          { type: 'put', collection: 'models', key: BRAINS + brain.hash, value: brain } as const,
          { type: 'put', collection: 'models', key: NEWEST_KEY, value: brain.hash } as const,
        ]
      : [{ type: 'delete', collection: 'models', key: NEWEST_KEY } as const]),
  ]);
}
