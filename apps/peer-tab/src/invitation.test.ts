import { describe, expect, it } from 'vitest';
import { readInvitation } from './invitation.js';

const ROOM = 'abcdefghijklmnopqrstuv';

describe('an invitation', () => {
  it.each([
    ['', { to: { kind: 'pool' }, relayOnly: false }],
    ['#', { to: { kind: 'pool' }, relayOnly: false }],
    [`#room=${ROOM}`, { to: { kind: 'room', room: ROOM }, relayOnly: false }],
    [`#room=${ROOM}&relayOnly=1`, { to: { kind: 'room', room: ROOM }, relayOnly: true }],
    ['#relayOnly=1', { to: { kind: 'pool' }, relayOnly: true }],
    // A room that was named and is none must not silently become the pool of strangers.
    ['#room=', { to: { kind: 'broken' }, relayOnly: false }],
    [`#room=${ROOM.slice(1)}`, { to: { kind: 'broken' }, relayOnly: false }],
    ['#room=%3Cscript%3E', { to: { kind: 'broken' }, relayOnly: false }],
    ['#relayOnly=0&start=1&token=x', { to: { kind: 'pool' }, relayOnly: false }],
  ])('%s', (hash, invitation) => {
    expect(readInvitation(hash)).toEqual(invitation);
  });
});
