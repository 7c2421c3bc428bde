import { createHmac, timingSafeEqual } from 'node:crypto';
import { OwnerToken, type RoomId } from '@tabgrid/protocol/ids';
import * as v from 'valibot';

/**
 * What the server knows without keeping it: everything here is a keyed hash of something public, so that it survives a
 * restart with the same secret and cannot be made without it.
 */
export interface Tokens {
  /** Makes its holder the room's owner. */
  ownerToken(room: RoomId): OwnerToken;
  /** Takes the same time whatever the token. */
  isOwner(room: RoomId, token: OwnerToken): boolean;
  /** 16 hex digits: equal for equal networks in one room, unrelated between rooms. */
  networkTag(room: RoomId, network: string): string;
}

export function createTokens(secret: string): Tokens {
  const ownerToken = (room: RoomId) =>
    v.parse(OwnerToken, createHmac('sha256', secret).update(room).digest('base64url'));
  // No room id has a space in it, so that this key is nobody's token.
  const tagKey = createHmac('sha256', secret).update('network tags').digest();
  return {
    ownerToken,
    isOwner: (room, token) => timingSafeEqual(Buffer.from(ownerToken(room)), Buffer.from(token)),
    networkTag: (room, network) => createHmac('sha256', tagKey).update(`${room} ${network}`).digest('hex').slice(0, 16),
  };
}
