import type { Clock } from '@tabgrid/protocol/clock';
import type { Millis } from '@tabgrid/protocol/ids';

/** A page that is being reloaded lets go of its names only after its successor has begun. */
const WAIT_MS: Millis = 2_000;

/**
 * Claims a name among all pages of this site in this browser, for as long as this page lives. What only one page may write
 * stands under such a name: the browser gives it back however the page ends.
 * @param locks `navigator.locks`; undefined where the browser has none: then nobody can tell, and the claim is granted
 * @returns false when another page has it
 */
export async function claimName(
  locks: Pick<LockManager, 'request'> | undefined,
  clock: Clock,
  name: string,
): Promise<boolean> {
  if (locks === undefined) return true;
  const abort = new AbortController();
  const cancel = clock.after(WAIT_MS, () => abort.abort());
  return await new Promise<boolean>((resolve) => {
    const granted = () => {
      cancel();
      resolve(true);
      // Held until the page is gone.
      return new Promise<never>(() => {});
    };
    locks.request(name, { signal: abort.signal }, granted).catch(() => {
      cancel();
      resolve(false);
    });
  });
}
