import { type Bytes, toBase64Url } from '@tabgrid/protocol/bytes';
import { VolunteerId } from '@tabgrid/protocol/ids';
import * as v from 'valibot';

/** A storage of the page's own: `sessionStorage`. */
export type SessionStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

const KEY = 'tabgrid.session';

/**
 * The page's session id: random, kept over reloads of the same tab, so that a coordinator knows the volunteer again.
 * The id is taken out of the storage while it is in use, because a browser copies the storage when a tab is
 * duplicated, and two volunteers with one id would answer for each other; `leave` (on `pagehide`) puts it back.
 */
export function takeSessionId(
  storage: SessionStorage,
  randomBytes: (length: number) => Bytes,
): { readonly id: VolunteerId; leave(): void } {
  const kept = v.safeParse(
    VolunteerId,
    attempt(() => storage.getItem(KEY)),
  );
  const id = kept.success ? kept.output : v.parse(VolunteerId, toBase64Url(randomBytes(16)));
  attempt(() => storage.removeItem(KEY));
  return { id, leave: () => void attempt(() => storage.setItem(KEY, id)) };
}

/** A blocked storage (private mode, a sandboxed frame) throws: then every page is a new session. */
function attempt<T>(action: () => T): T | null {
  try {
    return action();
  } catch {
    return null;
  }
}
