import { RoomId } from '@tabgrid/protocol/ids';
import type { RecordStore } from '@tabgrid/store/ports';
import * as v from 'valibot';
import type { Journal } from './journal.js';

/**
 * Whether the room was ever open to the public pool. From then on strangers know its id, and whoever comes with it need
 * not have been invited: a liar could come back by the link and vouch for itself.
 */
export interface Openings {
  /** Reads what earlier pages noted. Never rejects. */
  load(): Promise<void>;
  /** The room has this id. */
  room(id: RoomId): void;
  /** The room is open now. */
  opened(): void;
  readonly everOpen: boolean;
}

const KEY = 'openedRoom';

export function createOpenings({ records, journal }: { records: RecordStore; journal: Journal }): Openings {
  let present: RoomId | null = null;
  let noted: RoomId | null = null;
  let open = false;

  const note = (): void => {
    if (!open || present === null || noted === present) return;
    const room = present;
    noted = room;
    journal.put('settings', KEY, () => room);
  };

  return {
    async load() {
      const stored = v.safeParse(RoomId, await records.get('settings', KEY).catch(() => undefined));
      if (stored.success) noted ??= stored.output;
    },
    room(id) {
      present = id;
      note();
    },
    opened() {
      open = true;
      note();
    },
    get everOpen() {
      return open || (noted !== null && noted === present);
    },
  };
}
