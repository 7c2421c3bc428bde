import { createHmac } from 'node:crypto';
import { OwnerToken, RoomId } from '@tabgrid/protocol/ids';
import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { createTokens } from './tokens.js';

const room = (text: string) => v.parse(RoomId, text.padEnd(22, 'x'));
const ROOM = room('a');
const tokens = createTokens('a secret of the server');

describe('owner tokens', () => {
  it('is the HMAC-SHA-256 of the room id under the secret', () => {
    expect(tokens.ownerToken(ROOM)).toBe(
      createHmac('sha256', 'a secret of the server').update(ROOM).digest('base64url'),
    );
  });

  it('survives a restart with the same secret, and not with another', () => {
    const token = tokens.ownerToken(ROOM);
    expect(createTokens('a secret of the server').isOwner(ROOM, token)).toBe(true);
    expect(createTokens('another secret').isOwner(ROOM, token)).toBe(false);
  });

  it('makes the owner of one room only, and one changed character makes none', () => {
    const token = tokens.ownerToken(ROOM);
    expect(tokens.isOwner(room('b'), token)).toBe(false);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 42 }), fc.constantFrom('A', 'b', '7', '_'), (at, other) => {
        fc.pre(token[at] !== other);
        const forged = v.parse(OwnerToken, token.slice(0, at) + other + token.slice(at + 1));
        expect(tokens.isOwner(ROOM, forged)).toBe(false);
      }),
    );
  });

  it('cannot be had by way of a network tag', () => {
    const networks = ['', ROOM, 'network tags', '192.0.2.0/24'];
    for (const network of networks) {
      const tag = tokens.networkTag(ROOM, network);
      expect(Buffer.from(tokens.ownerToken(ROOM), 'base64url').toString('hex')).not.toContain(tag);
    }
  });
});

describe('network tags', () => {
  it('is equal for one network in one room, and tells nothing beyond it', () => {
    const tag = tokens.networkTag(ROOM, '192.0.2.0/24');
    expect(tag).toMatch(/^[0-9a-f]{16}$/);
    expect(tokens.networkTag(ROOM, '192.0.2.0/24')).toBe(tag);
    expect(tokens.networkTag(ROOM, '192.0.3.0/24')).not.toBe(tag);
    expect(tokens.networkTag(room('b'), '192.0.2.0/24')).not.toBe(tag);
    expect(createTokens('another secret').networkTag(ROOM, '192.0.2.0/24')).not.toBe(tag);
  });
});
