import { type Bytes, concatBytes } from '@tabgrid/protocol/bytes';
import {
  encodeFrame,
  firstId,
  type Lane,
  MAX_PAYLOAD_BYTES,
  MESSAGE_CHARGE_BYTES,
  messageCost,
  nextId,
} from '@tabgrid/protocol/frame';
import { isJson } from '@tabgrid/protocol/json';
import { MAX_MESSAGE_BYTES } from '@tabgrid/protocol/limits';
import { encodeMessage, type Message, message } from '@tabgrid/protocol/message';
import { type Digest, LANES, WINDOW_BYTES, withDigest } from './lanes.js';

/**
 * The sending half of a link: messages in, frames out, promises settled by acknowledgements.
 *
 * 1. Frames of a lane leave in the order of `send`; a message's frames are not mixed with another's of its lane.
 * 2. A frame leaves only within the lane's credit.
 * 3. A seal leaves after the last data frame of its message, and data never waits for a hash.
 * 4. At most PREPARE_BYTES (or one message) of encoded, unsent copies a lane; what waits behind holds only its body's view.
 * 5. Every promise settles once: by its acknowledgement, or by `fail`.
 */

/** Encoded ahead, so that hashing runs beside sending. */
const PREPARE_BYTES = 2 * 1024 * 1024;

interface Outgoing {
  readonly id: number;
  readonly head: Bytes;
  readonly body: Bytes;
  readonly total: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
  /** Set when the message comes near its turn. */
  copy: Copy | null;
}

interface Copy {
  readonly bytes: Bytes;
  written: number;
  hash: Bytes | null;
}

interface OutLane {
  readonly lane: Lane;
  readonly queue: Outgoing[];
  /** Messages at the head of the queue that have a copy, and the unsent bytes of these. */
  prepared: number;
  preparedBytes: number;
  id: number;
  /** Cost sent, and how much may have been sent. */
  sent: number;
  limit: number;
}

export interface Outbox {
  /** See `Link.send`. A rejection that nobody listens to does not count as unhandled. */
  send(message: Message, lane: Lane): Promise<void>;
  /** The next frame to write, encoded; null while there is none or no credit for it. */
  next(): Bytes | null;
  /** @returns false when an id was not waiting for its acknowledgement */
  acknowledged(ids: readonly number[]): boolean;
  credit(lane: Lane, limit: number): void;
  /** Handed to `send`, not acknowledged. */
  unacknowledgedBytes(): number;
  /** Rejects everything that is not acknowledged, and all that comes later. */
  fail(error: Error): void;
}

/** `wake` is called when a frame may have become ready by itself; `broken` when a message could not be hashed. */
export function createOutbox(digest: Digest, wake: () => void, broken: (error: unknown) => void): Outbox {
  const lanes = LANES.map(
    (lane): OutLane => ({
      lane,
      queue: [],
      prepared: 0,
      preparedBytes: 0,
      id: firstId(lane),
      sent: 0,
      limit: WINDOW_BYTES[lane],
    }),
  );
  const seals: Outgoing[] = [];
  /** Everything whose promise is open. */
  const open = new Set<Outgoing>();
  /** Sealed: an acknowledgement may come. */
  const sealed = new Map<number, Outgoing>();
  let bytes = 0;
  let failure: Error | null = null;

  const settle = (item: Outgoing): void => {
    open.delete(item);
    sealed.delete(item.id);
    bytes -= item.total;
  };

  const prepare = (lane: OutLane): void => {
    while (lane.prepared === 0 || lane.preparedBytes < PREPARE_BYTES) {
      const item = lane.queue[lane.prepared];
      if (!item) return;
      const copy: Copy = { bytes: concatBytes([item.head, item.body]), written: 0, hash: null };
      item.copy = copy;
      lane.prepared++;
      lane.preparedBytes += item.total;
      withDigest(
        digest,
        copy.bytes,
        (hash) => {
          copy.hash = hash;
          if (copy.written < item.total || failure) return;
          seals.push(item);
          wake();
        },
        broken,
      );
    }
  };

  const nextData = (lane: OutLane): Bytes | null => {
    prepare(lane);
    const item = lane.queue[0];
    const copy = item?.copy;
    if (!item || !copy) return null;
    const charge = copy.written === 0 ? MESSAGE_CHARGE_BYTES : 0;
    const room = lane.limit - lane.sent - charge;
    if (room < 1) return null;
    const from = copy.written;
    const payload = copy.bytes.subarray(from, from + Math.min(room, MAX_PAYLOAD_BYTES));
    const frame =
      from === 0
        ? encodeFrame({ type: 'open', id: item.id, total: item.total, payload })
        : encodeFrame({ type: 'more', id: item.id, offset: from, payload });
    copy.written += payload.byteLength;
    lane.preparedBytes -= payload.byteLength;
    lane.sent += charge + payload.byteLength;
    if (copy.written === item.total) {
      lane.queue.shift();
      lane.prepared--;
      if (copy.hash) seals.push(item);
    }
    return frame;
  };

  const nextSeal = (): Bytes | null => {
    const item = seals.shift();
    const hash = item?.copy?.hash;
    if (!item || !hash) return null;
    item.copy = null;
    sealed.set(item.id, item);
    return encodeFrame({ type: 'seal', id: item.id, hash });
  };

  return {
    send(m, laneName) {
      const promise = new Promise<void>((resolve, reject) => {
        if (failure) throw failure;
        if (!isJson(m.head)) throw new RangeError('a message head is plain JSON of at most 32 levels');
        const head = encodeMessage(message(m.head));
        const total = head.byteLength + m.body.byteLength;
        const most = laneName === 'urgent' ? WINDOW_BYTES.urgent - messageCost(0) : MAX_MESSAGE_BYTES;
        if (total > most) throw new RangeError(`${laneName} message of ${total} bytes, limit ${most}`);
        const lane = lanes.find((l) => l.lane === laneName);
        if (!lane) throw new RangeError(`no lane ${laneName}`);
        const item: Outgoing = { id: lane.id, head, body: m.body, total, resolve, reject, copy: null };
        lane.id = nextId(lane.id);
        lane.queue.push(item);
        open.add(item);
        bytes += total;
      });
      promise.catch(() => {});
      wake();
      return promise;
    },
    next() {
      if (failure) return null;
      const seal = nextSeal();
      if (seal) return seal;
      for (const lane of lanes) {
        const frame = nextData(lane);
        if (frame) return frame;
      }
      return null;
    },
    acknowledged(ids) {
      for (const id of ids) {
        const item = sealed.get(id);
        if (!item) return false;
        settle(item);
        item.resolve();
      }
      return true;
    },
    credit(laneName, limit) {
      for (const lane of lanes) if (lane.lane === laneName) lane.limit = Math.max(lane.limit, limit);
    },
    unacknowledgedBytes: () => bytes,
    fail(error) {
      failure ??= error;
      const items = [...open];
      open.clear();
      sealed.clear();
      seals.length = 0;
      bytes = 0;
      for (const lane of lanes) {
        lane.queue.length = 0;
        lane.prepared = 0;
        lane.preparedBytes = 0;
      }
      for (const item of items) item.reject(error);
    },
  };
}
