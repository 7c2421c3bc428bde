import type { Millis, PeerId, RoomId } from '@tabgrid/protocol/ids';

/** How many bytes may be relayed: for one volunteer's socket in its life, and for one room in each window. */
export interface RelayQuota {
  /** Books bytes; null when they fit, else which quota is used up, and nothing is booked. */
  spend(volunteer: PeerId, room: RoomId, bytes: number, now: Millis): 'connection' | 'room' | null;
  /** A socket is gone. Its room's bytes stay booked: leaving and coming back renews nothing. */
  forget(volunteer: PeerId): void;
}

export interface QuotaDeps {
  readonly relayConnectionBytes: number;
  readonly relayRoomBytes: number;
  readonly relayWindow: Millis;
}

export function createRelayQuota(limits: QuotaDeps): RelayQuota {
  const connections = new Map<PeerId, number>();
  // Map order is the order in which the windows began, so that the old ones are found at the front.
  const rooms = new Map<RoomId, { bytes: number; readonly until: Millis }>();

  function windowOf(room: RoomId, now: Millis) {
    for (const [id, window] of rooms) {
      if (window.until > now) break;
      rooms.delete(id);
    }
    const known = rooms.get(room);
    if (known) return known;
    const window = { bytes: 0, until: now + limits.relayWindow };
    rooms.set(room, window);
    return window;
  }

  return {
    spend(volunteer, room, bytes, now) {
      const connection = (connections.get(volunteer) ?? 0) + bytes;
      if (connection > limits.relayConnectionBytes) return 'connection';
      const window = windowOf(room, now);
      if (window.bytes + bytes > limits.relayRoomBytes) return 'room';
      window.bytes += bytes;
      connections.set(volunteer, connection);
      return null;
    },
    forget: (volunteer) => void connections.delete(volunteer),
  };
}
