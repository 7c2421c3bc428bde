import { PeerId, RoomId } from '@tabgrid/protocol/ids';
import fc from 'fast-check';
import * as v from 'valibot';
import { expect, it } from 'vitest';
import { createRelayQuota } from './quota.js';

const A = v.parse(PeerId, 'a'.repeat(22));
const B = v.parse(PeerId, 'b'.repeat(22));
const ROOM = v.parse(RoomId, 'r'.repeat(22));
const OTHER = v.parse(RoomId, 's'.repeat(22));
const LIMITS = { relayConnectionBytes: 100, relayRoomBytes: 150, relayWindow: 1000 };

it('bounds a connection for its life, and a new one begins anew', () => {
  const quota = createRelayQuota(LIMITS);
  expect(quota.spend(A, ROOM, 100, 0)).toBeNull();
  expect(quota.spend(A, ROOM, 1, 5000)).toBe('connection');
  quota.forget(A);
  expect(quota.spend(A, ROOM, 1, 5000)).toBeNull();
});

it('bounds a room in each window, also when its volunteers come and go', () => {
  const quota = createRelayQuota(LIMITS);
  expect(quota.spend(A, ROOM, 100, 0)).toBeNull();
  quota.forget(A);
  expect(quota.spend(B, ROOM, 51, 10)).toBe('room');
  expect(quota.spend(B, ROOM, 50, 999)).toBeNull();
  expect(quota.spend(A, ROOM, 1, 999)).toBe('room');
  expect(quota.spend(A, OTHER, 1, 999)).toBeNull();
  expect(quota.spend(A, ROOM, 1, 1000)).toBeNull();
});

it('books nothing that does not fit', () => {
  const quota = createRelayQuota(LIMITS);
  expect(quota.spend(A, ROOM, 101, 0)).toBe('connection');
  expect(quota.spend(A, ROOM, 100, 0)).toBeNull();
});

it('turns relaying off with a quota of 0', () => {
  expect(createRelayQuota({ ...LIMITS, relayConnectionBytes: 0 }).spend(A, ROOM, 1, 0)).toBe('connection');
});

it('never lets a room have more in one window, whoever spends', () => {
  const spendings = fc.array(
    fc.record({
      who: fc.constantFrom(A, B),
      room: fc.constantFrom(ROOM, OTHER),
      bytes: fc.integer({ min: 1, max: 60 }),
      gap: fc.nat(200),
      leave: fc.boolean(),
    }),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(spendings, (list) => {
      const quota = createRelayQuota(LIMITS);
      const windows = new Map<RoomId, { until: number; bytes: number }>();
      let now = 0;
      for (const { who, room, bytes, gap, leave } of list) {
        now += gap;
        const window = windows.get(room);
        const known = window && window.until > now ? window : { until: now + LIMITS.relayWindow, bytes: 0 };
        if (quota.spend(who, room, bytes, now) === null) {
          known.bytes += bytes;
          windows.set(room, known);
          expect(known.bytes).toBeLessThanOrEqual(LIMITS.relayRoomBytes);
        }
        if (leave) quota.forget(who);
      }
    }),
  );
});
