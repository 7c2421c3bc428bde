import { createManualClock } from '@tabgrid/protocol/clock';
import { RoomId } from '@tabgrid/protocol/ids';
import { createMemoryRecordStore } from '@tabgrid/store/memory';
import * as v from 'valibot';
import { expect, it } from 'vitest';
import { createJournal } from './journal.js';
import { createOpenings } from './openings.js';

const room = (letter: string) => v.parse(RoomId, letter.repeat(22));

function visit(records = createMemoryRecordStore()) {
  const journal = createJournal({
    records,
    clock: createManualClock(),
    wallClock: () => 0,
    problem: null,
    base: () => {
      throw new Error('no job runs');
    },
    beside: () => [],
    weight: () => 0,
    changed: () => {},
  });
  return { records, journal, openings: createOpenings({ records, journal }) };
}

it('remembers that a room was open, over visits, and of no other room', async () => {
  const first = visit();
  await first.openings.load();
  first.openings.room(room('a'));
  expect(first.openings.everOpen).toBe(false);
  first.openings.opened();
  expect(first.openings.everOpen).toBe(true);
  await first.journal.durable();

  const second = visit(first.records);
  await second.openings.load();
  expect(second.openings.everOpen).toBe(false);
  second.openings.room(room('a'));
  expect(second.openings.everOpen).toBe(true);
  const other = visit(first.records);
  await other.openings.load();
  other.openings.room(room('b'));
  expect(other.openings.everOpen).toBe(false);
});

it('counts a room that is opened before it has its name', async () => {
  const { openings, journal, records } = visit();
  openings.opened();
  expect(openings.everOpen).toBe(true);
  openings.room(room('c'));
  await journal.durable();
  expect(await records.get('settings', 'openedRoom')).toBe(room('c'));
});

it('does without a store that cannot be read', async () => {
  const records = createMemoryRecordStore();
  records.get = () => Promise.reject(new Error('closed'));
  const { openings } = visit(records);
  await openings.load();
  expect(openings.everOpen).toBe(false);
});
