import { type PreparedScene, prepareScene } from '@tabgrid/assets/prepare';
import { buildScene } from '@tabgrid/assets/scenes/build';
import { createManualClock, type ManualClock } from '@tabgrid/protocol/clock';
import { type JobId, OwnerToken, PeerId, RoomId } from '@tabgrid/protocol/ids';
import { createMemoryBlobStore, createMemoryRecordStore } from '@tabgrid/store/memory';
import type { RecordStore } from '@tabgrid/store/ports';
import { createLink } from '@tabgrid/transport/create-link';
import { createMemoryWirePair, type MemoryWire } from '@tabgrid/transport/memory';
import type { OwnerSource, OwnerStatus } from '@tabgrid/transport/source';
import * as v from 'valibot';
import type { JobShare, JobView, RenderSpec } from './api.js';
import { type CoordinatorRuntime, createCoordinator } from './create-coordinator.js';
import type { CoordinatorDeps } from './deps.js';
import { prepareWorld, trajectoryFile } from './simulation/world-reader.js';
import { createScripted, type Scripted, type ScriptedOptions } from './test-volunteer.js';

/** For tests: a coordinator on a manual clock, and volunteers that do as the test says over in-memory links. */

export const SPEC: RenderSpec = {
  width: 48,
  height: 32,
  spp: 16,
  bounces: 4,
  seed: 1,
  camera: null,
  tile: 16,
  verify: 'none',
};

export interface TestGrid {
  readonly clock: ManualClock;
  readonly coordinator: CoordinatorRuntime;
  readonly announced: { readonly open: boolean; readonly hasWork: boolean; readonly wanted: number }[];
  readonly deps: CoordinatorDeps;
  status(next: OwnerStatus): void;
  volunteer(options?: JoinOptions): Promise<Scripted>;
  /** Lets a volunteer of a page before this one come back. */
  join(volunteer: Scripted, options?: JoinOptions): Promise<void>;
  /** The page is gone without a word: nothing more is written, all links break. */
  kill(): void;
  /** Lets so much time pass in small steps. */
  pass(ms: number): Promise<void>;
  /** Lets time pass until something holds. @throws Error after `limitMs` */
  until(holds: () => boolean, limitMs?: number): Promise<void>;
  /** Lets time pass until a promise is settled. */
  settle<T>(promise: Promise<T>): Promise<T>;
  /** Loads the Cornell box and launches. */
  launch(change?: Partial<RenderSpec>, sharing?: JobShare): Promise<JobId>;
  /** Of the shown job. */
  state(): JobView['state'] | undefined;
  sha(): Promise<string>;
}

export interface JoinOptions extends ScriptedOptions {
  readonly networkTag?: string;
  readonly region?: string | null;
  readonly provider?: string | null;
  readonly pool?: boolean;
  /** The page's own volunteer. */
  readonly own?: boolean;
  /** How long each frame is under way from it to here; at once by default. */
  readonly wayMs?: number;
}

export interface GridOptions {
  /** Of the pages before and after. */
  readonly clock?: ManualClock;
  /** Another page draws other numbers. */
  readonly seed?: number;
}

let cornell: Promise<PreparedScene> | null = null;

/** The built-in box, read once a test file. */
export function preparedCornell(): Promise<PreparedScene> {
  cornell ??= buildScene('cornell').then((file) =>
    prepareScene({
      name: 'cornell',
      file,
      environment: null,
      decodeImage: () => Promise.reject(new Error('the box has no images')),
      aspect: 1,
    }),
  );
  return cornell;
}

export const ROOM = v.parse(RoomId, 'r'.repeat(22));
export const ONLINE: OwnerStatus = {
  kind: 'online',
  room: { id: ROOM, token: v.parse(OwnerToken, 't'.repeat(43)) },
  publicUrl: null,
};

export function createTestGrid(change: Partial<CoordinatorDeps> = {}, options: GridOptions = {}): TestGrid {
  const clock = options.clock ?? createManualClock(1000);
  const announced: TestGrid['announced'] = [];
  const wires = new Set<MemoryWire>();
  let onVolunteer: Parameters<OwnerSource['onVolunteer']>[0] = () => {};
  let onStatus: (status: OwnerStatus) => void = () => {};
  const source: OwnerSource = {
    onVolunteer(listener) {
      onVolunteer = listener;
      return () => {
        onVolunteer = () => {};
      };
    },
    onStatus(listener) {
      onStatus = listener;
      listener({ kind: 'connecting' });
      return () => {
        onStatus = () => {};
      };
    },
    announce: (room) => void announced.push(room),
    close: async () => {},
  };
  let seed = options.seed ?? 1;
  let dead = false;
  const records = change.records ?? createMemoryRecordStore();
  const deps: CoordinatorDeps = {
    source,
    clock,
    wallClock: () => 1_700_000_000_000 + clock.now(),
    blobs: createMemoryBlobStore(),
    prepare: { prepare: preparedCornell },
    encode: {
      encode: async ({ width, height }, as) =>
        new TextEncoder().encode(
          `${as.format} ${width}x${height} ${as.format === 'png' ? JSON.stringify(as.tone) : ''}`,
        ),
    },
    worlds: {
      read: (input) => prepareWorld(input, () => Promise.reject(new Error('no decoder'))),
      write: trajectoryFile,
    },
    random: () => {
      seed = (seed * 16_807) % 2_147_483_647;
      return seed / 2_147_483_647;
    },
    name: 'Ada',
    ...change,
    records: gated(records, () => dead),
  };
  const coordinator = createCoordinator(deps);
  let count = 0;
  const grid: TestGrid = {
    clock,
    coordinator,
    announced,
    deps: { ...deps, records },
    status: (next) => onStatus(next),
    async volunteer(joining = {}) {
      const scripted = createScripted(clock, { session: `session-${count}`, ...joining });
      await grid.join(scripted, joining);
      return scripted;
    },
    async join(
      scripted,
      { networkTag = '0'.repeat(16), region = null, provider = null, pool = false, own = false, wayMs = 0 } = {},
    ) {
      const [ours, theirs] = createMemoryWirePair();
      wires.add(ours);
      const digest = () => new Uint8Array(32);
      const link = createLink(ours, { clock, digest });
      if (own) coordinator.addLink(link);
      else
        onVolunteer(link, {
          peer: v.parse(PeerId, String(count).padStart(22, '0')),
          networkTag,
          region,
          provider,
          pool,
        });
      count++;
      scripted.connect(createLink(wayMs === 0 ? theirs : delayed(theirs, clock, wayMs), { clock, digest }));
      await grid.pass(1);
    },
    kill() {
      dead = true;
      for (const wire of wires) wire.destroy();
    },
    async pass(ms) {
      for (let left = ms; left > 0; left -= 5) await clock.advance(Math.min(5, left));
    },
    async until(holds, limitMs = 60_000) {
      for (let passed = 0; !holds(); passed += 5) {
        if (passed > limitMs)
          throw new Error(`it does not hold after ${limitMs} ms\n${JSON.stringify(coordinator.view(), null, 1)}`);
        await clock.advance(5);
      }
    },
    async settle(promise) {
      let settled = false;
      promise.then(
        () => {
          settled = true;
        },
        () => {
          settled = true;
        },
      );
      await grid.until(() => settled);
      return await promise;
    },
    async launch(spec = {}, sharing) {
      await coordinator.loadScene({ kind: 'builtin', name: 'cornell' });
      return await coordinator.launch({ ...SPEC, ...spec }, sharing);
    },
    state: () => coordinator.view().job?.state,
    async sha() {
      const report = v.parse(v.looseObject({ filmSha256: v.string() }), await coordinator.report());
      return report.filmSha256;
    },
  };
  return grid;
}

/** A wire whose frames are under way for a while. */
function delayed(wire: MemoryWire, clock: ManualClock, ms: number): MemoryWire {
  return { ...wire, write: (frame) => void clock.after(ms, () => wire.write(frame)) };
}

/** What a dead page asks of the store never happens. */
function gated(records: RecordStore, dead: () => boolean): RecordStore {
  const unlessDead = async <T>(work: () => Promise<T>): Promise<T> => {
    if (dead()) return await new Promise<never>(() => {});
    const result = await work();
    return dead() ? await new Promise<never>(() => {}) : result;
  };
  return {
    get: (...args) => unlessDead(() => records.get(...args)),
    put: (...args) => unlessDead(() => records.put(...args)),
    delete: (...args) => unlessDead(() => records.delete(...args)),
    write: (...args) => unlessDead(() => records.write(...args)),
    keys: (...args) => unlessDead(() => records.keys(...args)),
    range: (...args) => unlessDead(() => records.range(...args)),
  };
}

/** Lets time pass until something holds, with what the browser does meanwhile (hashes). */
export async function until(grid: TestGrid, holds: () => boolean): Promise<void> {
  for (let i = 0; !holds(); i++) {
    if (i > 6000) throw new Error(`it does not hold\n${JSON.stringify(grid.coordinator.view().job, null, 1)}`);
    await grid.clock.advance(5);
    await new Promise((resolve) => setTimeout(resolve));
  }
}
