import { type Millis, PeerId, RoomId } from '@tabgrid/protocol/ids';
import { FromServer } from '@tabgrid/protocol/signaling';
import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { createRooms, type Effect, type RoomsEvent } from './rooms.js';

const room = (n: number | string) => v.parse(RoomId, `room-${n}`.padEnd(22, '_'));
const from = (network: string) => ({ network, region: null, provider: null });
const peer = (n: number | string) => v.parse(PeerId, `peer-${n}`.padEnd(22, '_'));
const LIMITS = { maxRooms: 3, maxVolunteersPerRoom: 3, maxWaiting: 4, poolReturn: 1000 };

/** Rooms whose every event is followed by a check of all invariants. */
function fixture(limits: Partial<typeof LIMITS> = {}) {
  const rooms = createRooms({
    limits: { ...LIMITS, ...limits },
    tagOf: (_, network) => network.padEnd(16, '0').slice(0, 16),
  });
  let now: Millis = 0;
  return {
    rooms,
    advance(ms: Millis) {
      now += ms;
    },
    do(event: RoomsEvent): string[] {
      const effects = rooms.handle(event, now);
      rooms.validate();
      return effects.map(shortly);
    },
    owner(n: string, id: RoomId, open = true) {
      return this.do({ type: 'owner', peer: peer(n), room: id, open });
    },
    volunteer(n: string, id: RoomId) {
      return this.do({ type: 'volunteer', peer: peer(n), room: id, from: from('a') });
    },
    pool(n: string) {
      return this.do({ type: 'pool', peer: peer(n), from: from('b') });
    },
    wants(n: string, wanted: number, more: { open?: boolean; hasWork?: boolean } = {}) {
      return this.do({ type: 'announce', peer: peer(n), open: true, hasWork: true, wanted, ...more });
    },
    gone(n: string) {
      return this.do({ type: 'gone', peer: peer(n) });
    },
    leaveRoom(n: string) {
      return this.do({ type: 'leaveRoom', peer: peer(n) });
    },
  };
}

/** An effect in a few words: `v: owner o`. */
function shortly(effect: Effect): string {
  const name = (id: string) => id.replace(/^(?:peer|room)-|_+$/g, '');
  if (effect.kind === 'welcome') return `${name(effect.peer)}: welcome${effect.ownRoom ? ' owner' : ''}`;
  if (effect.kind === 'close') return `${name(effect.peer)}: error ${effect.code}`;
  const message = v.parse(FromServer, effect.message);
  const who =
    message.type === 'volunteerJoined'
      ? `${name(message.presence.peer)}${message.presence.pool ? ' pool' : ''}`
      : 'peer' in message
        ? name(message.peer)
        : '';
  return `${name(effect.to)}: ${message.type} ${who}`;
}

describe('a room by its link', () => {
  it('brings owner and volunteer together, whoever comes first', () => {
    const f = fixture();
    expect(f.owner('o', room(1))).toEqual(['o: welcome owner']);
    expect(f.volunteer('v', room(1))).toEqual(['v: welcome', 'o: volunteerJoined v', 'v: owner o']);
    expect(f.volunteer('w', room(2))).toEqual(['w: welcome']);
    expect(f.owner('p', room(2))).toEqual(['p: welcome owner', 'p: volunteerJoined w', 'w: owner p']);
  });

  it('tells who leaves, and who comes back under a new name', () => {
    const f = fixture();
    f.owner('o', room(1));
    f.volunteer('v', room(1));
    expect(f.gone('o')).toEqual(['v: ownerLeft o']);
    expect(f.owner('o2', room(1))).toEqual(['o2: welcome owner', 'o2: volunteerJoined v', 'v: owner o2']);
    expect(f.gone('v')).toEqual(['o2: volunteerLeft v']);
    expect(f.gone('o2')).toEqual([]);
    expect(f.rooms.counts()).toEqual({ owned: 0, volunteers: 0, pool: 0, waiting: 0 });
  });

  it('gives the room to the second dashboard and closes the first', () => {
    const f = fixture();
    f.owner('o', room(1));
    f.volunteer('v', room(1));
    expect(f.owner('o2', room(1))).toEqual([
      'o: error ownerPresent',
      'v: ownerLeft o',
      'o2: welcome owner',
      'o2: volunteerJoined v',
      'v: owner o2',
    ]);
    expect(f.gone('o')).toEqual([]);
    expect(f.rooms.together(peer('o2'), peer('v'))).toBe(true);
    expect(f.rooms.together(peer('o'), peer('v'))).toBe(false);
  });

  it('lets only owner and volunteer of one room speak to each other', () => {
    const f = fixture();
    f.owner('o', room(1));
    f.volunteer('v', room(1));
    f.volunteer('w', room(1));
    f.owner('p', room(2));
    f.volunteer('x', room(2));
    f.pool('y');
    const may = (a: string, b: string) => f.rooms.together(peer(a), peer(b));
    expect([may('o', 'v'), may('v', 'o'), may('x', 'p')]).toEqual([true, true, true]);
    expect([may('v', 'w'), may('o', 'p'), may('o', 'x'), may('y', 'o'), may('o', 'nobody'), may('o', 'o')]).toEqual([
      false,
      false,
      false,
      false,
      false,
      true, // itself: nothing comes of it
    ]);
  });
});

describe('bounds', () => {
  it('refuses an owner when there are rooms enough, but not one who takes over', () => {
    const f = fixture({ maxRooms: 1 });
    f.owner('o', room(1));
    expect(f.owner('p', room(2))).toEqual(['p: error tooMany']);
    expect(f.owner('o2', room(1))).toEqual(['o: error ownerPresent', 'o2: welcome owner']);
    f.gone('o2');
    expect(f.owner('p', room(2))).toEqual(['p: welcome owner']);
  });

  it('refuses volunteers of a full room', () => {
    const f = fixture();
    f.owner('o', room(1));
    for (const n of ['1', '2', '3']) f.volunteer(n, room(1));
    expect(f.volunteer('4', room(1))).toEqual(['4: error tooMany']);
    f.gone('2');
    expect(f.volunteer('4', room(1))).toContain('4: welcome');
  });

  it('lets only so many wait, for an owner or in the pool', () => {
    const f = fixture();
    for (const n of ['1', '2']) f.pool(n);
    for (const n of ['3', '4']) f.volunteer(n, room(n));
    expect(f.pool('5')).toEqual(['5: error tooMany']);
    expect(f.volunteer('5', room(1))).toEqual(['5: error tooMany']);
    f.owner('o', room(9));
    expect(f.volunteer('6', room(9))).toContain('6: welcome');
  });

  it('keeps the waiting from using up the rooms', () => {
    const f = fixture({ maxRooms: 1 });
    for (const n of ['1', '2', '3', '4']) f.volunteer(n, room(n));
    expect(f.owner('o', room(9))).toEqual(['o: welcome owner']);
  });
});

describe('the public pool', () => {
  it('gives volunteers to a room that is open, has work and wants them', () => {
    const f = fixture();
    f.owner('o', room(1));
    expect(f.pool('v')).toEqual(['v: welcome']);
    expect(f.wants('o', 2, { open: false })).toEqual([]);
    expect(f.wants('o', 2, { hasWork: false })).toEqual([]);
    expect(f.wants('o', 0)).toEqual([]);
    expect(f.wants('o', 1)).toEqual(['o: volunteerJoined v pool', 'v: owner o']);
    expect(f.pool('w')).toEqual(['w: welcome']);
    expect(f.wants('o', 1)).toEqual(['o: volunteerJoined w pool', 'w: owner o']);
  });

  it('gives a newcomer at once', () => {
    const f = fixture();
    f.owner('o', room(1));
    f.wants('o', 5);
    expect(f.pool('v')).toEqual(['v: welcome', 'o: volunteerJoined v pool', 'v: owner o']);
  });

  it('takes one back, to be given elsewhere at once and to the same room only later', () => {
    const f = fixture();
    f.owner('o', room(1));
    f.wants('o', 5);
    f.pool('v');
    expect(f.leaveRoom('v')).toEqual(['o: volunteerLeft v']);
    f.advance(999);
    expect(f.do({ type: 'tick' })).toEqual([]);
    f.advance(1);
    expect(f.do({ type: 'tick' })).toEqual(['o: volunteerJoined v pool', 'v: owner o']);
    f.owner('p', room(2));
    f.wants('p', 1);
    expect(f.leaveRoom('v')).toEqual(['o: volunteerLeft v', 'p: volunteerJoined v pool', 'v: owner p']);
  });

  it('leaves it to a volunteer whether it stays with an owner that went away', () => {
    const f = fixture();
    f.owner('o', room(1));
    f.wants('o', 1);
    f.pool('v');
    expect(f.gone('o')).toEqual(['v: ownerLeft o']);
    expect(f.owner('o2', room(1))).toEqual(['o2: welcome owner', 'o2: volunteerJoined v pool', 'v: owner o2']);
    f.gone('o2');
    expect(f.leaveRoom('v')).toEqual([]);
    expect(f.rooms.counts()).toMatchObject({ pool: 1, volunteers: 0 });
    expect(f.leaveRoom('v')).toEqual([]);
  });

  it('does not hold a new owner to what the old one announced', () => {
    const f = fixture();
    f.owner('o', room(1));
    f.wants('o', 3);
    f.owner('o2', room(1));
    expect(f.pool('v')).toEqual(['v: welcome']);
  });

  it('ends who says what is not its to say', () => {
    const f = fixture();
    f.owner('o', room(1));
    f.volunteer('v', room(1));
    f.volunteer('w', room(1));
    expect(f.wants('v', 1)).toEqual(['o: volunteerLeft v', 'v: error unexpected']);
    expect(f.leaveRoom('w')).toEqual(['o: volunteerLeft w', 'w: error unexpected']);
    expect(f.leaveRoom('o')).toEqual(['o: error unexpected']);
  });
});

describe('any course of events', () => {
  const number = fc.integer({ min: 0, max: 7 });
  const id = number.map((n) => peer(n));
  const rooms = fc.integer({ min: 0, max: 3 }).map((n) => room(n));
  const event: fc.Arbitrary<RoomsEvent> = fc.oneof(
    fc.record({ type: fc.constant('owner' as const), peer: id, room: rooms, open: fc.boolean() }),
    fc.record({ type: fc.constant('volunteer' as const), peer: id, room: rooms, from: fc.constant(from('n')) }),
    fc.record({ type: fc.constant('pool' as const), peer: id, from: fc.constant(from('n')) }),
    fc.record({
      type: fc.constant('announce' as const),
      peer: id,
      open: fc.boolean(),
      hasWork: fc.boolean(),
      wanted: fc.nat(4),
    }),
    fc.record({ type: fc.constant('leaveRoom' as const), peer: id }),
    fc.record({ type: fc.constant('gone' as const), peer: id }),
    fc.constant({ type: 'tick' as const }),
  );

  it('keeps every invariant, and what peers were told agrees with where they are', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(event, fc.nat(600)), { maxLength: 80 }), (events) => {
        const f = createRooms({ limits: LIMITS, tagOf: () => '0'.repeat(16) });
        const here = new Set<PeerId>();
        const ownerTold = new Map<PeerId, PeerId | null>();
        const present = new Map<PeerId, Set<PeerId>>();
        let now = 0;
        for (const [next, gap] of events) {
          now += gap;
          const enters = next.type === 'owner' || next.type === 'volunteer' || next.type === 'pool';
          // A socket says hello once, and speaks only after it.
          if (next.type !== 'tick' && here.has(next.peer) === enters) continue;
          if (next.type === 'gone') here.delete(next.peer);
          for (const effect of f.handle(next, now)) {
            if (effect.kind === 'welcome') {
              here.add(effect.peer);
              ownerTold.set(effect.peer, null);
              present.set(effect.peer, new Set());
            } else if (effect.kind === 'close') here.delete(effect.peer);
            else {
              expect(here.has(effect.to)).toBe(true);
              const { message, to } = effect;
              if (message.type === 'owner') ownerTold.set(to, message.peer);
              if (message.type === 'ownerLeft') ownerTold.set(to, null);
              if (message.type === 'volunteerJoined') present.get(to)?.add(message.presence.peer);
              if (message.type === 'volunteerLeft') expect(present.get(to)?.delete(message.peer)).toBe(true);
            }
          }
          if (next.type === 'leaveRoom') ownerTold.set(next.peer, ownerAfterLeaving(f, next.peer, ownerTold));
          f.validate();
          for (const a of here) {
            if (f.placeOf(a)?.role === 'owner') {
              const told = [...(present.get(a) ?? [])].sort();
              expect([...here].filter((b) => b !== a && f.together(a, b)).sort()).toEqual(told);
            } else {
              const owner = ownerTold.get(a) ?? null;
              if (owner !== null) expect(f.together(a, owner)).toBe(true);
            }
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  /** A volunteer that leaves forgets its owner, unless it was given to another at once. */
  function ownerAfterLeaving(f: ReturnType<typeof createRooms>, id: PeerId, told: Map<PeerId, PeerId | null>) {
    const owner = told.get(id) ?? null;
    return owner !== null && f.together(id, owner) ? owner : null;
  }
});
