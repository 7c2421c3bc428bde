import { describe, expect, it } from 'vitest';
import { type SessionStorage, takeSessionId } from './session-id.js';

function storageOf(kept: Record<string, string>): SessionStorage {
  const map = new Map(Object.entries(kept));
  return {
    getItem: (key) => map.get(key) ?? null,
    setItem: (key, value) => void map.set(key, value),
    removeItem: (key) => void map.delete(key),
  };
}

let seed = 0;
const random = (length: number) => new Uint8Array(length).fill(++seed);

describe('a page’s session id', () => {
  it('is the same after a reload', () => {
    const storage = storageOf({});
    const before = takeSessionId(storage, random);
    before.leave();
    expect(takeSessionId(storage, random).id).toBe(before.id);
  });

  it('is another one in a duplicated tab, whose storage was copied while the first page lives', () => {
    const storage = storageOf({});
    const first = takeSessionId(storage, random);
    first.leave();
    const reloaded = takeSessionId(storage, random);
    const duplicate = takeSessionId(storage, random);
    expect(reloaded.id).toBe(first.id);
    expect(duplicate.id).not.toBe(first.id);
  });

  it('is made anew when something else stands in the storage, or the storage is blocked', () => {
    const odd = takeSessionId(storageOf({ 'tabgrid.session': 'two words' }), random);
    expect(odd.id).toMatch(/^[A-Za-z0-9_-]{22}$/);
    const denied = (): never => {
      throw new DOMException('denied', 'SecurityError');
    };
    const blocked = takeSessionId({ getItem: denied, setItem: denied, removeItem: denied }, random);
    expect(blocked.id).toMatch(/^[A-Za-z0-9_-]{22}$/);
    expect(() => blocked.leave()).not.toThrow();
  });
});
