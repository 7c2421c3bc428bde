/** A set of callbacks. */
export interface Listeners<T extends readonly unknown[]> {
  /** Returns the unsubscribe. */
  add(listener: (...args: T) => void): () => void;
  call(...args: T): void;
  clear(): void;
}

/** Callbacks are called in the order of their coming; one that leaves during a call is not called any more. */
export function createListeners<T extends readonly unknown[]>(): Listeners<T> {
  const entries = new Set<{ readonly listener: (...args: T) => void }>();
  return {
    add(listener) {
      const entry = { listener };
      entries.add(entry);
      return () => {
        entries.delete(entry);
      };
    },
    call(...args) {
      for (const entry of [...entries]) if (entries.has(entry)) entry.listener(...args);
    },
    clear: () => entries.clear(),
  };
}
