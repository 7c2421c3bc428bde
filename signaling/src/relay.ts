import type { Clock } from '@tabgrid/protocol/clock';
import { PeerId } from '@tabgrid/protocol/ids';
import { RELAY_HEADER_BYTES } from '@tabgrid/protocol/signaling';
import * as v from 'valibot';
import { createFlow } from './flow.js';
import type { Limits } from './limits.js';
import { createRelayQuota } from './quota.js';
import type { Rooms } from './rooms.js';
import type { Session } from './session.js';

/**
 * Carries whole links between an owner and its volunteers: takes the receiver's id off a frame, puts the sender's on,
 * and passes it on. Who pays: the volunteer's socket and the room. When a quota is used up the volunteer is refused, and
 * not the owner, whose other volunteers have nothing to do with it.
 */
export interface Relay {
  /** Passes a frame on. One for somebody who is not (or no longer) there is dropped. */
  pass(from: Session, frame: Buffer): void;
  forget(peer: PeerId): void;
  buffered(): number;
}

export interface RelayDeps {
  readonly clock: Clock;
  readonly limits: Limits;
  readonly rooms: Pick<Rooms, 'together' | 'placeOf'>;
  readonly sessionOf: (peer: PeerId) => Session | undefined;
  /** Told of each frame that was passed on, header not counted. */
  readonly passed: (bytes: number) => void;
}

const QUOTA_WORDS = {
  connection: "this connection's share of relayed bytes is used up; a direct connection (or TURN) has no such bound",
  room: "this room's relayed bytes are used up for now; a direct connection (or TURN) has no such bound",
};

export function createRelay({ clock, limits, rooms, sessionOf, passed }: RelayDeps): Relay {
  const quota = createRelayQuota(limits);
  const flow = createFlow({
    clock,
    limits,
    pause: (sender) => sessionOf(sender)?.pause(),
    resume: (sender) => sessionOf(sender)?.resume(),
    cut: (receiver) => sessionOf(receiver)?.cut(),
  });

  return {
    pass(from, frame) {
      const header = v.safeParse(PeerId, frame.toString('latin1', 0, RELAY_HEADER_BYTES));
      if (!header.success) {
        from.refuse('malformed', 'a relayed frame begins with the id of its receiver');
        return;
      }
      const to = sessionOf(header.output);
      const place = rooms.placeOf(from.peer);
      if (!to || !place || !rooms.together(from.peer, to.peer)) return; // it has left: nobody's fault
      const volunteer = place.role === 'owner' ? to : from;
      const bytes = frame.byteLength - RELAY_HEADER_BYTES;
      const spent = quota.spend(volunteer.peer, place.room, bytes, clock.now());
      if (spent) {
        volunteer.refuse('relayQuota', QUOTA_WORDS[spent]);
        return;
      }
      // The frame's memory is this message's own: changing the header in place saves a copy of every byte.
      frame.write(from.peer, 0, RELAY_HEADER_BYTES, 'latin1');
      to.sendFrame(frame, flow.sent(from.peer, to.peer, frame.byteLength));
      passed(bytes);
    },
    forget(peer) {
      flow.forget(peer);
      quota.forget(peer);
    },
    buffered: flow.buffered,
  };
}
