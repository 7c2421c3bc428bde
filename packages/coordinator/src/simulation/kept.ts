import type { JobId } from '@tabgrid/protocol/ids';
import {
  type ReadRecord,
  readSimulationFrameRecord,
  readSimulationRecord,
  readSimulationStateRecord,
  readSimulationWorldRecord,
} from '@tabgrid/protocol/records-migration';
import type { SimulationRecord } from '@tabgrid/protocol/records-simulation';
import type { Energy } from '@tabgrid/splitters/physics/energy';
import type { RecordStore } from '@tabgrid/store/ports';
import { CONTACT_WORDS, PLACE_WORDS, type Places, sumListed } from '@tabgrid/webgpu-kernels/physics/state';
import { UserError } from '../api.js';
import type { WorldInput } from './api.js';
import { FLOATS, type KeptFrames } from './frames.js';

/** What the store has of the world that was simulated last. Reads only; `keeper.ts` writes it. */
export interface Kept {
  /** Asks the store. Never rejects. */
  open(): Promise<void>;
  /** The newest one. */
  readonly record: SimulationRecord | null;
  /** Why one that is there cannot be gone on with, in words; null while all is well. */
  readonly problem: string | null;
  /** @throws UserError when something of it is gone or damaged */
  read(record: SimulationRecord): Promise<KeptWorld>;
  /** Keys of all that may be forgotten. Never rejects. */
  keys(): Promise<readonly string[]>;
  /** It is shown now, or gone. */
  clear(): void;
}

export interface KeptWorld {
  readonly input: WorldInput;
  readonly places: Places;
  readonly energies: readonly Energy[];
  readonly frames: KeptFrames;
}

export const HEAD = 'head/';
export const STATE = 'state/';
export const WORLD = 'world/';
const FRAME = 'frame/';

/** Ascending as text in the order of frames. */
export const frameKey = (id: JobId, frame: number): string => `${FRAME}${id}/${String(frame).padStart(9, '0')}`;

/** Of frames that are read at a time. */
const PAGE_BYTES = 16 * 2 ** 20;
const MOST_A_PAGE = 1000;

export function createKept(records: RecordStore): Kept {
  let newest: SimulationRecord | null = null;
  let problem: string | null = null;
  /** Heads that only another version of the page can read. */
  let foreign: readonly string[] = [];

  const get = async <T>(key: string, read: (value: unknown) => ReadRecord<T>): Promise<T> =>
    sound(read(await records.get('simulations', key).catch(() => undefined)));

  const frames = async ({ id, bodies, framesDone, every }: SimulationRecord) => {
    const energies: Energy[] = [];
    const poses: Float32Array<ArrayBuffer>[] = [];
    const prefix = `${FRAME}${id}/`;
    const limit = Math.max(1, Math.min(MOST_A_PAGE, Math.floor(PAGE_BYTES / (4 * FLOATS * Math.max(1, bodies)))));
    for (let after = ''; energies.length <= framesDone; ) {
      const page = await records.range('simulations', prefix, { after, limit }).catch(() => []);
      if (page.length === 0) throw damaged();
      for (const { value } of page.slice(0, framesDone + 1 - energies.length)) {
        const frame = energies.length;
        const { kinetic, potential, poses: floats } = sound(readSimulationFrameRecord(value));
        energies.push({ kinetic, potential });
        if (frame % every !== 0) continue;
        if (floats?.length !== FLOATS * bodies) throw damaged();
        poses.push(floats);
      }
      after = page.at(-1)?.key ?? '';
    }
    return { energies, frames: { every, poses } };
  };

  const inputOf = async ({ id, input }: SimulationRecord): Promise<WorldInput> => {
    if (input.kind === 'builtin') return input;
    const { bytes } = await get(WORLD + id, readSimulationWorldRecord);
    return { kind: 'file', file: new File([bytes], input.name) };
  };

  return {
    async open() {
      try {
        const heads = await records.range('simulations', HEAD);
        const read = heads.map(({ key, value }) => ({ key, of: readSimulationRecord(value) }));
        foreign = read.flatMap(({ key, of }) => (of.kind === 'unknownVersion' ? [key.slice(HEAD.length)] : []));
        const found = read.flatMap(({ of }) => (of.kind === 'record' ? [of.record] : []));
        newest = found.sort((a, b) => b.startedAt - a.startedAt)[0] ?? null;
        if (foreign.length > 0)
          problem =
            'A newer version of this page keeps a simulation here. Reload the page to get that version and go on with it.';
        else if (found.length < heads.length)
          problem = 'A simulation that was kept in this browser is damaged and cannot be shown any more.';
      } catch (error) {
        problem = `A simulation that may be kept in this browser cannot be read (${String(error)}).`;
      }
    },
    get record() {
      return newest;
    },
    get problem() {
      return problem;
    },
    async read(record) {
      const input = await inputOf(record);
      const { places, contacts } = await get(STATE + record.id, readSimulationStateRecord);
      const whole = places.length === PLACE_WORDS * record.bodies;
      if (!whole || contacts.length !== CONTACT_WORDS * sumListed(places)) throw damaged();
      return { input, places: { places, contacts }, ...(await frames(record)) };
    },
    async keys() {
      const all = await records.keys('simulations').catch(() => []);
      return all.filter((key) => !foreign.includes(key.split('/')[1] ?? ''));
    },
    clear() {
      newest = null;
    },
  };
}

const damaged = (): UserError =>
  new UserError('What this browser kept of this simulation is damaged: it cannot be gone on with. Discard it.');

/** @throws UserError for one that is none */
function sound<T>(read: ReadRecord<T>): T {
  if (read.kind !== 'record') throw damaged();
  return read.record;
}
