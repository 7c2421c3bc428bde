import type { RoomId } from '@tabgrid/protocol/ids';
import { CHUNK_BYTES } from '@tabgrid/protocol/limits';
import { message } from '@tabgrid/protocol/message';
import { SIGNALING_PATH } from '@tabgrid/protocol/signaling';
import type { Link, LinkPath } from '@tabgrid/transport/link';
import { createOwnerSource } from '@tabgrid/transport/owner-source';
import { createVolunteerSource } from '@tabgrid/transport/volunteer-source';
import { createWorkerClock } from '@tabgrid/transport/worker-clock';

/** The two ends of a link for the link's benchmark, each in a page of its own, connected as a job's are. */

/** Messages handed to the link before the oldest is acknowledged. */
const IN_FLIGHT = 4;

const url = () => `${location.origin.replace(/^http/, 'ws')}${SIGNALING_PATH}`;

/** The owner's end: `room` to join, and the path once somebody has. */
export interface OwnerEnd {
  room(): Promise<RoomId>;
  path(): Promise<LinkPath>;
  /** Sends `bytes` in messages of a chunk each; the milliseconds until all are acknowledged. */
  send(bytes: number): Promise<number>;
  close(): Promise<void>;
}

export function createOwnerEnd(): OwnerEnd {
  const clock = createWorkerClock();
  const source = createOwnerSource({ url: url(), clock, random: Math.random });
  const linked = new Promise<Link>((resolve) => {
    source.onVolunteer((link) => {
      link.onMessage(() => {});
      resolve(link);
    });
  });
  const room = new Promise<RoomId>((resolve) => {
    source.onStatus((status) => {
      if (status.kind === 'online') resolve(status.room.id);
    });
  });
  return {
    room: () => room,
    path: async () => (await linked).stats().path,
    async send(bytes) {
      const link = await linked;
      const body = new Uint8Array(CHUNK_BYTES);
      const pending: Promise<void>[] = [];
      const start = performance.now();
      for (let sent = 0; sent < bytes; sent += CHUNK_BYTES) {
        pending.push(link.send(message({ at: sent }, body)));
        if (pending.length >= IN_FLIGHT) await pending.shift();
      }
      await Promise.all(pending);
      return performance.now() - start;
    },
    async close() {
      await source.close();
      clock.close();
    },
  };
}

/** The volunteer's end: reads and forgets. */
export function joinRoom(room: RoomId, relayOnly: boolean): void {
  const source = createVolunteerSource({
    url: url(),
    join: { kind: 'room', room },
    clock: createWorkerClock(),
    random: Math.random,
    relayOnly,
  });
  source.onLink((link) => link.onMessage(() => {}));
}
