/**
 * GPU resources kept between tasks.
 *
 * 1. A key is made once, however many ask for it at the same time; a failed make is forgotten.
 * 2. When the bytes of all exceed the budget, the least recently used go first; the PROTECTED most recently used never go,
 *    for a kernel that has just asked for its buffers is about to use them (no kernel binds more than that).
 */

/** WebGPU's default limit of storage buffers a stage. */
export const PROTECTED = 8;

interface Entry {
  readonly bytes: number;
  readonly made: Promise<{ destroy(): void }>;
}

export interface Resources {
  get<T extends { destroy(): void }>(key: string, bytes: number, make: () => Promise<T>): Promise<T>;
  /** Sum of the bytes held. */
  bytes(): number;
  /** Destroys everything. */
  clear(): void;
}

export function createResources(budgetBytes: number): Resources {
  // A Map keeps the order of insertion: the first entry is the least recently used one.
  const entries = new Map<string, Entry>();
  let held = 0;

  const drop = (key: string, entry: Entry) => {
    entries.delete(key);
    held -= entry.bytes;
    entry.made.then((resource) => resource.destroy()).catch(() => {});
  };
  const trim = () => {
    for (const [key, entry] of entries) {
      if (held <= budgetBytes || entries.size <= PROTECTED) return;
      drop(key, entry);
    }
  };

  return {
    get<T extends { destroy(): void }>(key: string, bytes: number, make: () => Promise<T>): Promise<T> {
      const known = entries.get(key);
      if (known) {
        entries.delete(key);
        entries.set(key, known);
        // The caller that made the key and the one that asks again name the same kind of resource by it.
        return known.made as Promise<T>;
      }
      const made = make();
      const entry: Entry = { bytes, made };
      entries.set(key, entry);
      held += bytes;
      made.catch(() => {
        if (entries.get(key) !== entry) return;
        entries.delete(key);
        held -= bytes;
      });
      trim();
      return made;
    },
    bytes: () => held,
    clear() {
      for (const [key, entry] of [...entries]) drop(key, entry);
    },
  };
}
