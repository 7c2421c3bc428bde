import { type Millis, PeerId, RoomId } from '@tabgrid/protocol/ids';
import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { spread, type WaitingVolunteer, type WantingRoom } from './pool.js';

const roomId = (n: number) => v.parse(RoomId, `room${n}`.padEnd(22, '-'));
const peerId = (n: number) => v.parse(PeerId, `peer${n}`.padEnd(22, '-'));
const room = (n: number, wanted: number, has = 0, lastGiftAt: Millis = Number.NEGATIVE_INFINITY): WantingRoom => ({
  id: roomId(n),
  wanted,
  has,
  lastGiftAt,
});
const waiting = (count: number, avoid: ReadonlyMap<RoomId, Millis> = new Map()): WaitingVolunteer[] =>
  Array.from({ length: count }, (_, n) => ({ peer: peerId(n), avoid }));

describe('spread', () => {
  it('serves who waited longest first', () => {
    expect(spread([room(1, 2)], waiting(3), 0).map((gift) => gift.peer)).toEqual([peerId(0), peerId(1)]);
  });

  it('goes round the rooms', () => {
    const gifts = spread([room(1, 9), room(2, 9), room(3, 9)], waiting(7), 0);
    const counts = [1, 2, 3].map((n) => gifts.filter((gift) => gift.room === roomId(n)).length);
    expect(counts.sort()).toEqual([2, 2, 3]);
  });

  it('gives to the poorest room, then to the one that has gone without the longest', () => {
    expect(spread([room(1, 1, 4), room(2, 1, 3)], waiting(1), 0)[0]?.room).toBe(roomId(2));
    expect(spread([room(1, 1, 3, 50), room(2, 1, 3, 40)], waiting(1), 60)[0]?.room).toBe(roomId(2));
  });

  it('keeps a volunteer from a room that it has just left, until the time is over', () => {
    const left = new Map([[roomId(1), 100]]);
    expect(spread([room(1, 1)], waiting(1, left), 99)).toEqual([]);
    expect(spread([room(1, 1), room(2, 1, 7)], waiting(1, left), 99)[0]?.room).toBe(roomId(2));
    expect(spread([room(1, 1)], waiting(1, left), 100)).toHaveLength(1);
  });
});

const rooms = fc
  .array(fc.record({ wanted: fc.nat(6), has: fc.nat(5) }), { maxLength: 6 })
  .map((list) => list.map(({ wanted, has }, n) => room(n, wanted, has)));

describe('any grid', () => {
  it('gives each volunteer once, no room more than it wants, and all that can be given', () => {
    fc.assert(
      fc.property(rooms, fc.nat(20), (open, count) => {
        const gifts = spread(open, waiting(count), 0);
        expect(new Set(gifts.map((gift) => gift.peer)).size).toBe(gifts.length);
        for (const { id, wanted } of open) {
          expect(gifts.filter((gift) => gift.room === id).length).toBeLessThanOrEqual(wanted);
        }
        expect(gifts.length).toBe(
          Math.min(
            count,
            open.reduce((sum, { wanted }) => sum + wanted, 0),
          ),
        );
      }),
    );
  });

  it('leaves no room that still wants one two behind another that was given one', () => {
    fc.assert(
      fc.property(rooms, fc.nat(20), (open, count) => {
        const gifts = spread(open, waiting(count), 0);
        const after = open.map(({ id, wanted, has }) => {
          const got = gifts.filter((gift) => gift.room === id).length;
          return { got, left: wanted - got, has: has + got };
        });
        for (const poor of after.filter(({ left }) => left > 0)) {
          for (const rich of after.filter(({ got }) => got > 0)) {
            expect(rich.has - poor.has).toBeLessThanOrEqual(1);
          }
        }
      }),
    );
  });

  it('does not change what it is given', () => {
    const open = [room(1, 3)];
    spread(open, waiting(2), 5);
    expect(open).toEqual([room(1, 3)]);
  });
});
