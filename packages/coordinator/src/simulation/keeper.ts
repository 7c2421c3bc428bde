import type { Clock } from '@tabgrid/protocol/clock';
import type { JobId, Millis, TaskId } from '@tabgrid/protocol/ids';
import { RECORDS_VERSION } from '@tabgrid/protocol/records';
import type {
  SimulationFrameRecord,
  SimulationRecord,
  SimulationStateRecord,
  SimulationWorldRecord,
} from '@tabgrid/protocol/records-simulation';
import type { Journal } from '../journal.js';
import { frameKey, HEAD, STATE, WORLD } from './kept.js';
import type { Run, Waypoint } from './run.js';

/**
 * Keeps a world that is being simulated, so that a page after this one goes on with it.
 *
 * 1. What is kept of one moment goes to the journal in one turn, and so is one transaction: a page that dies in the middle leaves
 *    the moment before. Of frames only new ones are written.
 * 2. A moment is the end of a whole frame that rests on no result that somebody here checks, or could check, then. Whoever goes on
 *    from it takes it as right: a liar who is caught later takes back what came after it, and no more.
 * 3. A world that was taken back before what is kept takes that back in the same turn.
 * 4. Writing takes a tenth of the time at most, and nothing waits for it. When the store takes nothing more, the journal says so.
 */
export interface Keeper {
  /** The world has moved on: that is kept when it is time. */
  moved(): void;
  /** The world may have been taken back. */
  takenBack(): void;
  /** Keeps what there is, without a wait. Resolves when it is with the journal. */
  now(): Promise<void>;
}

export interface KeeperDeps {
  readonly journal: Pick<Journal, 'put' | 'delete' | 'durable'>;
  readonly clock: Clock;
  readonly id: JobId;
  readonly run: Run;
  /** What an earlier page kept of it; null for a new world. */
  readonly before: SimulationRecord | null;
  /** The file that the world was read from. */
  readonly file: File | null;
  /** Everything about that moment, but for the world. */
  record(at: Waypoint): SimulationRecord;
  isChecking(task: TaskId): boolean;
  /** Keys of simulations that go when this one is kept for the first time. */
  others(): Promise<readonly string[]>;
}

const LEAST_MS: Millis = 1000;
/** Of the time, for writing. */
const MOST_SHARE = 0.1;

export function createKeeper(deps: KeeperDeps): Keeper {
  const { journal, clock, id, run, isChecking } = deps;
  /** The last frame that is kept, and of how many frames there are the poses of one. */
  let kept = deps.before?.framesDone ?? -1;
  let every = deps.before?.every ?? 1;
  let next: Millis = Number.NEGATIVE_INFINITY;
  /** Waits for its time, or for the store. */
  let busy = true;

  const put = (key: string, record: object): void => journal.put('simulations', key, () => record);

  const putFrame = (frame: number): void => {
    const { kinetic = 0, potential = 0 } = run.energies[frame] ?? {};
    const poses = run.frames.posesOf(frame);
    const record: SimulationFrameRecord = { version: RECORDS_VERSION, kinetic, potential, poses };
    put(frameKey(id, frame), record);
  };

  const write = (at: Waypoint): void => {
    const { places, contacts } = at.standing;
    const state: SimulationStateRecord = { version: RECORDS_VERSION, places, contacts };
    put(STATE + id, state);
    for (let frame = at.frame + 1; frame <= kept; frame++) journal.delete('simulations', frameKey(id, frame));
    // Where memory has fewer frames than before, so has the store.
    if (run.frames.every > every) {
      for (let frame = 0; frame <= Math.min(kept, at.frame); frame += every)
        if (frame % run.frames.every !== 0) putFrame(frame);
    }
    for (let frame = kept + 1; frame <= at.frame; frame++) putFrame(frame);
    kept = at.frame;
    every = run.frames.every;
    put(HEAD + id, deps.record(at));
  };

  const begin = async (): Promise<void> => {
    await journal.durable();
    const [bytes, others] = await Promise.all([deps.file?.arrayBuffer(), deps.before ? [] : deps.others()]);
    for (const key of others) journal.delete('simulations', key);
    if (bytes && !deps.before) {
      const world: SimulationWorldRecord = { version: RECORDS_VERSION, bytes: new Uint8Array(bytes) };
      put(WORLD + id, world);
    }
    write(run.waypoint(isChecking));
  };

  const rest = async (): Promise<void> => {
    const began = clock.now();
    await journal.durable();
    const tookMs = clock.now() - began;
    next = clock.now() + Math.max(LEAST_MS, tookMs / MOST_SHARE);
    busy = false;
    if (run.waypoint(isChecking).frame > kept) self.moved();
  };

  /** false: the file is not there any more, and without it nothing is of use. */
  const begun = begin().then(
    () => {
      void rest();
      return true;
    },
    () => false,
  );

  const self: Keeper = {
    moved() {
      if (busy) return;
      busy = true;
      clock.after(Math.max(0, next - clock.now()), () => {
        const at = run.waypoint(isChecking);
        if (at.frame > kept) write(at);
        void rest();
      });
    },
    takenBack() {
      const at = run.waypoint(() => false);
      if (at.frame < kept) write(at);
    },
    async now() {
      if (await begun) write(run.waypoint(isChecking));
    },
  };
  return self;
}
