import type { GpuLostError } from './gpu-session.js';

/** Makes promises reject when the device is lost, whatever they wait for. */
export interface LossGuard {
  <T>(promise: Promise<T>): Promise<T>;
  /** Rejects everything pending and to come. */
  lose(error: GpuLostError): void;
}

export function createLossGuard(): LossGuard {
  let lost: GpuLostError | null = null;
  // A Promise.race with one long-lived promise would leave a reaction on it for every submission ever made.
  const pending = new Set<(error: GpuLostError) => void>();

  const guard = <T>(promise: Promise<T>): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      if (lost) {
        promise.catch(() => {});
        reject(lost);
        return;
      }
      pending.add(reject);
      promise
        .then(
          (value) => (lost ? reject(lost) : resolve(value)),
          (error: unknown) => reject(lost ?? error),
        )
        .finally(() => pending.delete(reject));
    });
  return Object.assign(guard, {
    lose(error: GpuLostError) {
      lost ??= error;
      for (const reject of pending) reject(lost);
      pending.clear();
    },
  });
}
