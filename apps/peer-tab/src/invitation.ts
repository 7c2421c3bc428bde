import { RoomId } from '@tabgrid/protocol/ids';
import * as v from 'valibot';

/** What a link to this page asks for. Everything in it is a wish: the person sees it and can change it before the yes. */
export interface Invitation {
  /** A room; the public pool when the link names none; `broken` when the name cannot be one. */
  readonly to:
    | { readonly kind: 'room'; readonly room: RoomId }
    | { readonly kind: 'pool' }
    | { readonly kind: 'broken' };
  /** Whether the relay-only switch begins switched on. A link cannot switch it off. */
  readonly relayOnly: boolean;
}

/**
 * Reads the fragment of `/peer/#room=ROOM&relayOnly=1`. The room stands in the fragment so that no server log and no
 * `Referer` gets it. Unknown names are ignored.
 */
export function readInvitation(hash: string): Invitation {
  const wishes = new URLSearchParams(hash.replace(/^#/, ''));
  const named = wishes.get('room');
  const room = v.safeParse(RoomId, named);
  return {
    to: room.success ? { kind: 'room', room: room.output } : { kind: named === null ? 'pool' : 'broken' },
    relayOnly: wishes.get('relayOnly') === '1',
  };
}
