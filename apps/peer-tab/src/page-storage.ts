/** The part of `Storage` that pages use. */
export type PageStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/**
 * A storage of the page's own, or one that lasts as long as the page where the browser denies it: to a frame on a stranger's
 * site, and where people block site data, even asking for it throws.
 */
export function pageStorage(open: () => PageStorage): PageStorage {
  try {
    return open();
  } catch {
    const held = new Map<string, string>();
    return {
      getItem: (key) => held.get(key) ?? null,
      setItem: (key, value) => void held.set(key, value),
      removeItem: (key) => void held.delete(key),
    };
  }
}
