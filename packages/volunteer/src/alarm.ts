/**
 * Something that may happen once, watched by many works that end long before. A promise would do for `Promise.race`, but
 * keeps the result of every race that it lost for as long as it is pending – here megabytes a task.
 */
export interface Alarm<T> {
  /** Rings once; later calls do nothing. */
  ring(value: T): void;
  /** The work's outcome, or what `onRing` makes of the alarm, whichever comes first. An alarm that has rung comes first. */
  during<R>(work: Promise<R>, onRing: (value: T) => R): Promise<R>;
}

export function createAlarm<T>(): Alarm<T> {
  const watchers = new Set<(value: T) => void>();
  let rung: { readonly value: T } | null = null;
  return {
    ring(value) {
      if (rung !== null) return;
      rung = { value };
      for (const watcher of watchers) watcher(value);
      watchers.clear();
    },
    during<R>(work: Promise<R>, onRing: (value: T) => R): Promise<R> {
      return new Promise<R>((resolve, reject) => {
        const watcher = (value: T) => {
          try {
            resolve(onRing(value));
          } catch (error) {
            reject(error);
          }
        };
        if (rung === null) watchers.add(watcher);
        else watcher(rung.value);
        work.then(
          (result) => {
            watchers.delete(watcher);
            resolve(result);
          },
          (error: unknown) => {
            watchers.delete(watcher);
            reject(error);
          },
        );
      });
    },
  };
}
