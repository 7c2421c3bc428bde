import { OwnerToken, RoomId } from '@tabgrid/protocol/ids';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { createRemembered } from './remembered.js';
import { FIRST_DRAFT } from './words/settings.js';

const room = { id: v.parse(RoomId, 'a'.repeat(22)), token: v.parse(OwnerToken, 'b'.repeat(43)) };

function createStorage() {
  const map = new Map<string, string>();
  return {
    map,
    getItem: (key: string) => map.get(key) ?? null,
    setItem: (key: string, value: string) => void map.set(key, value),
  };
}

describe('what is remembered', () => {
  it('comes back as it was', () => {
    const remembered = createRemembered(createStorage());
    remembered.write('room', room);
    remembered.write('helper', { on: false, intensity: 0.5 });
    remembered.write('draft', FIRST_DRAFT);
    expect(remembered.read('room')).toEqual(room);
    expect(remembered.read('helper')).toEqual({ on: false, intensity: 0.5 });
    expect(remembered.read('draft')).toEqual(FIRST_DRAFT);
  });

  it('has a draft of an older page, without a lens', () => {
    const storage = createStorage();
    const { aperture: _a, focus: _f, verify: _v, denoise: _d, ...older } = FIRST_DRAFT;
    storage.map.set('tabgrid.dashboard.draft', JSON.stringify(older));
    expect(createRemembered(storage).read('draft')).toEqual(FIRST_DRAFT);
  });

  it('is nothing at first, and nothing when it no longer reads', () => {
    const storage = createStorage();
    const remembered = createRemembered(storage);
    expect(remembered.read('room')).toBeNull();
    for (const broken of ['{', '{"id":"short"}', '[]', 'null', '{"on":true,"intensity":7}']) {
      storage.map.set('tabgrid.dashboard.room', broken);
      storage.map.set('tabgrid.dashboard.helper', broken);
      expect(remembered.read('room'), broken).toBeNull();
      expect(remembered.read('helper'), broken).toBeNull();
    }
  });

  it('lives with a browser that refuses', () => {
    const refusing = {
      getItem(): string {
        throw new Error('blocked');
      },
      setItem() {
        throw new Error('quota');
      },
    };
    const remembered = createRemembered(refusing);
    expect(() => remembered.write('room', room)).not.toThrow();
    expect(remembered.read('room')).toBeNull();
    expect(createRemembered(null).read('draft')).toBeNull();
  });
});

it('a draft of before there was a choice of checks reads as one with the usual ones', () => {
  const storage = createStorage();
  const { verify: _, ...older } = FIRST_DRAFT;
  storage.map.set('tabgrid.dashboard.draft', JSON.stringify(older));
  expect(createRemembered(storage).read('draft')).toEqual(FIRST_DRAFT);
});
