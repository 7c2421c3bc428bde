import { describe, expect, it } from 'vitest';
import { envelope, isRoom, readFromFrame, readToFrame } from './messages.js';

const ROOM = 'abcdefghijklmnopqrstuv';

describe('messages to the frame', () => {
  it.each([
    { type: 'stop' },
    { type: 'start', room: ROOM, intensity: 0.3, relayOnly: false },
    { type: 'start', room: null, intensity: 1, relayOnly: true },
  ] as const)('reads $type back', (message) => {
    expect(readToFrame(structuredClone(envelope(message)))).toEqual(message);
  });

  it.each([
    undefined,
    null,
    'start',
    7,
    [],
    {},
    { type: 'stop' },
    { tabgrid: 2, type: 'stop' },
    { tabgrid: 1, type: 'eval' },
    { tabgrid: 1, type: 'start' },
    { tabgrid: 1, type: 'start', room: 'short', intensity: 0.3, relayOnly: false },
    { tabgrid: 1, type: 'start', room: ROOM, intensity: 0, relayOnly: false },
    { tabgrid: 1, type: 'start', room: ROOM, intensity: 1.01, relayOnly: false },
    { tabgrid: 1, type: 'start', room: ROOM, intensity: Number.NaN, relayOnly: false },
    { tabgrid: 1, type: 'start', room: ROOM, intensity: 0.3, relayOnly: 'no' },
  ])('refuses %o', (data) => {
    expect(readToFrame(data)).toBeNull();
  });
});

describe('messages from the frame', () => {
  it.each([{ type: 'ready' }, { type: 'state', state: 'working', text: 'Computing.', tiles: 4 }] as const)(
    'reads $type back',
    (message) => {
      expect(readFromFrame(structuredClone(envelope(message)))).toEqual(message);
    },
  );

  it.each([
    null,
    { tabgrid: 1, type: 'state', state: 'mining', text: '', tiles: 0 },
    { tabgrid: 1, type: 'state', state: 'working', text: 'x'.repeat(501), tiles: 0 },
    { tabgrid: 1, type: 'state', state: 'working', text: 5, tiles: 0 },
    { tabgrid: 1, type: 'state', state: 'working', text: '', tiles: -1 },
    { tabgrid: 1, type: 'state', state: 'working', text: '', tiles: '3' },
    { tabgrid: 1, type: 'start', room: null, intensity: 0.5, relayOnly: false },
  ])('refuses %o', (data) => {
    expect(readFromFrame(data)).toBeNull();
  });
});

it('knows a room', () => {
  expect([isRoom(ROOM), isRoom(`${ROOM}x`), isRoom(''), isRoom(null)]).toEqual([true, false, false, false]);
});
