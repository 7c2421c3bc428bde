import type { Bytes } from '@tabgrid/protocol/bytes';
import type { TaskId } from '@tabgrid/protocol/ids';
import type { PixelRect } from '@tabgrid/protocol/records';
import { addResult, type Film, type FilmResult, removeResult } from '@tabgrid/splitters/render/film';
import type { TileView } from './api.js';
import type { Part } from './ledger.js';

/**
 * A job's film, and what went into it.
 *
 * 1. The film is the fold of the results in it, each once: taking one out folds anew what lies under it, for which the
 *    bytes of the others there are fetched.
 * 2. Changes take effect in the order of asking; while one waits for bytes, those behind it wait too.
 */
export interface Picture {
  readonly film: Film;
  /** Grows with every change. */
  readonly revision: number;
  has(task: TaskId): boolean;
  add(task: TaskId, part: Part, result: Bytes, ordinal: number): void;
  remove(task: TaskId): void;
  tiles(): readonly TileView[];
  /** What everything that is in it is of. */
  parts(): readonly Part[];
  /** Resolves when every change asked for has taken effect. */
  settled(): Promise<void>;
}

export interface PictureDeps {
  readonly film: Film;
  /** A result's bytes; null when they are gone. */
  bytesOf(task: TaskId): Promise<Bytes | null>;
  /** A result had to be taken out as well, because its bytes are gone: it has to be made again. */
  lost(task: TaskId, part: Part): void;
  changed(): void;
}

interface Entry {
  readonly part: Part;
  readonly tile: TileView;
}

export function createPicture({ film, bytesOf, lost, changed }: PictureDeps): Picture {
  const entries = new Map<TaskId, Entry>();
  let revision = 0;
  /** Changes that wait for the one under way. */
  const queue: (() => Promise<void> | void)[] = [];
  let busy: Promise<void> | null = null;

  const enqueue = (change: () => Promise<void> | void): void => {
    queue.push(change);
    if (busy === null) run();
  };

  /** Runs what can be run at once; the rest behind what has to wait. */
  const run = (): void => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const waits = next();
      if (!waits) continue;
      busy = waits.then(() => {
        busy = null;
        run();
      });
      return;
    }
  };

  const takeOut = async (task: TaskId): Promise<void> => {
    const first = entries.get(task);
    if (!first) return;
    entries.delete(task);
    const out = new Map<TaskId, Entry>([[task, first]]);
    const others = new Map<TaskId, FilmResult>();
    // Whatever lies under something taken out is needed; what cannot be had goes too, with what lies under it.
    for (const { part } of out.values()) {
      for (const [id, entry] of [...entries]) {
        if (others.has(id) || !overlap(part.tile, entry.part.tile)) continue;
        const result = await bytesOf(id);
        if (result !== null) {
          others.set(id, { key: id, ...entry.part, result });
        } else {
          entries.delete(id);
          out.set(id, entry);
        }
      }
    }
    for (const [id, { part }] of out) removeResult(film, { key: id, ...part }, others.values());
    revision++;
    for (const [id, { part }] of out) if (id !== task) lost(id, part);
    changed();
  };

  return {
    film,
    get revision() {
      return revision;
    },
    has: (task) => entries.has(task),
    add(task, part, result, ordinal) {
      enqueue(() => {
        addResult(film, { key: task, ...part, result });
        entries.set(task, { part, tile: { ...part.tile, state: 'accepted', volunteer: ordinal } });
        revision++;
      });
    },
    remove: (task) => enqueue(() => takeOut(task)),
    tiles: () => [...entries.values()].map(({ tile }) => tile),
    parts: () => [...entries.values()].map(({ part }) => part),
    async settled() {
      while (busy !== null) await busy;
    },
  };
}

function overlap(a: PixelRect, b: PixelRect): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}
