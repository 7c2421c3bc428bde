import { type Bytes, equalBytes } from '@tabgrid/protocol/bytes';
import {
  type Frame,
  firstId,
  type Lane,
  laneOf,
  MESSAGE_CHARGE_BYTES,
  messageCost,
  nextId,
} from '@tabgrid/protocol/frame';
import { decodeMessage, MalformedMessageError, type Message } from '@tabgrid/protocol/message';
import { type Digest, LANES, WINDOW_BYTES, withDigest } from './lanes.js';

/**
 * The receiving half of a link: frames in, checked messages to the reader, acknowledgements and credit out.
 *
 * 1. A message is acknowledged when it is whole, hashes to its seal and decodes; only then may the reader see it.
 * 2. The reader sees each lane's messages in their order, one at a time; lanes do not wait for each other.
 * 3. Granted credit = what was read + max(window, cost of the oldest unread message): a message longer than the window
 *    comes through, alone. What goes beyond the granted credit is hostile. So memory is bounded.
 * 4. At most one message a lane is being assembled.
 * 5. What was acknowledged reaches the reader even after the end, unless the other side was hostile.
 */

export type Reader = (message: Message) => void | Promise<void>;
export type DataFrame = Extract<Frame, { type: 'open' | 'more' | 'seal' }>;

export interface InboxEvents {
  acknowledge(id: number): void;
  /** The lane's sender may have sent this much in all. */
  credit(lane: Lane, limit: number): void;
  /** The other side broke the protocol. `id` names a message that does not match its seal. */
  hostile(text: string, alteredId?: number): void;
  /** Frames are missing: the wire is not reliable. */
  gap(text: string): void;
  /** The reader threw or its promise rejected, or hashing failed. */
  failed(what: 'the reader' | 'hashing', error: unknown): void;
}

interface Incoming {
  readonly id: number;
  readonly total: number;
  readonly bytes: Bytes;
  filled: number;
  seal: Bytes | null;
  hash: Bytes | null;
  /** Set when checked. */
  message: Message | null;
}

interface InLane {
  readonly lane: Lane;
  /** Whole or not, in order; the first one may be with the reader. */
  readonly unread: Incoming[];
  filling: Incoming | null;
  id: number;
  received: number;
  read: number;
  granted: number;
  reading: boolean;
}

export interface Inbox {
  frame(frame: DataFrame): void;
  onMessage(reader: Reader): void;
  /** Takes no more frames; `discard` also drops what the reader has not seen. */
  stop(discard: boolean): void;
}

export function createInbox(digest: Digest, events: InboxEvents): Inbox {
  const lanes = new Map<Lane, InLane>(
    LANES.map((lane) => [
      lane,
      {
        lane,
        unread: [],
        filling: null,
        id: firstId(lane),
        received: 0,
        read: 0,
        granted: WINDOW_BYTES[lane],
        reading: false,
      },
    ]),
  );
  /** Begun, seal not there yet. */
  const unsealed = new Map<number, Incoming>();
  let reader: Reader | null = null;
  let phase: 'open' | 'stopped' | 'discarded' = 'open';

  const grant = (lane: InLane): void => {
    if (phase !== 'open') return;
    const oldest = lane.unread[0];
    const window = WINDOW_BYTES[lane.lane];
    const limit = lane.read + Math.max(window, oldest ? messageCost(oldest.total) : 0);
    const starving = lane.received === lane.granted;
    if (limit - lane.granted >= window / 4 || (starving && limit > lane.granted)) {
      lane.granted = limit;
      events.credit(lane.lane, limit);
    }
  };

  const takeCost = (lane: InLane, cost: number): boolean => {
    lane.received += cost;
    if (lane.received <= lane.granted) return true;
    events.hostile('it sent more than its credit');
    return false;
  };

  /** A frame that does not fit: after frames that never came it is the wire's fault, otherwise the sender's. */
  const misfit = (ahead: boolean, text: string): void => {
    if (ahead) events.gap('frames are missing');
    else events.hostile(text);
  };

  const open = (lane: InLane, frame: Extract<Frame, { type: 'open' }>): void => {
    if (lane.filling || frame.id !== lane.id) {
      misfit(isAhead(lane, frame.id), 'a message out of turn');
      return;
    }
    lane.id = nextId(lane.id);
    if (!takeCost(lane, MESSAGE_CHARGE_BYTES + frame.payload.byteLength)) return;
    const whole = frame.payload.byteLength === frame.total;
    const bytes = whole ? frame.payload : new Uint8Array(frame.total);
    if (!whole) bytes.set(frame.payload);
    const filled = frame.payload.byteLength;
    const item: Incoming = { id: frame.id, total: frame.total, bytes, filled, seal: null, hash: null, message: null };
    lane.unread.push(item);
    unsealed.set(item.id, item);
    if (whole) check(lane, item);
    else lane.filling = item;
    grant(lane);
  };

  const more = (lane: InLane, frame: Extract<Frame, { type: 'more' }>): void => {
    const item = lane.filling;
    const length = frame.payload.byteLength;
    if (!item || frame.id !== item.id) {
      misfit(isAhead(lane, frame.id), 'a part of no message');
      return;
    }
    if (frame.offset !== item.filled || item.filled + length > item.total) {
      misfit(frame.offset > item.filled, 'a part out of place');
      return;
    }
    if (!takeCost(lane, length)) return;
    item.bytes.set(frame.payload, item.filled);
    item.filled += length;
    if (item.filled === item.total) {
      lane.filling = null;
      check(lane, item);
    }
    grant(lane);
  };

  const check = (lane: InLane, item: Incoming): void => {
    withDigest(
      digest,
      item.bytes,
      (hash) => {
        item.hash = hash;
        verify(lane, item);
      },
      (error) => events.failed('hashing', error),
    );
  };

  const verify = (lane: InLane, item: Incoming): void => {
    if (phase !== 'open' || !item.hash || !item.seal) return;
    if (!equalBytes(item.hash, item.seal)) {
      events.hostile('a message does not match its hash', item.id);
      return;
    }
    try {
      item.message = decodeMessage(item.bytes);
    } catch (error) {
      if (!(error instanceof MalformedMessageError)) throw error;
      events.hostile(error.message);
      return;
    }
    events.acknowledge(item.id);
    deliver(lane);
  };

  const seal = (lane: InLane, frame: Extract<Frame, { type: 'seal' }>): void => {
    const item = unsealed.get(frame.id);
    if (!item || item.filled < item.total) {
      misfit(item !== undefined || isAhead(lane, frame.id), 'a seal of no message');
      return;
    }
    unsealed.delete(frame.id);
    item.seal = frame.hash;
    verify(lane, item);
  };

  const readerFailed = (error: unknown): void => {
    reader = null;
    events.failed('the reader', error);
  };

  const deliver = (lane: InLane): void => {
    while (reader && !lane.reading && phase !== 'discarded') {
      const item = lane.unread[0];
      if (!item?.message) return;
      const { message } = item;
      const done = (): void => {
        lane.reading = false;
        lane.unread.shift();
        lane.read += messageCost(item.total);
        grant(lane);
      };
      lane.reading = true;
      try {
        const busy = reader(message);
        if (busy instanceof Promise) {
          void busy.then(() => {
            done();
            deliver(lane);
          }, readerFailed);
          return;
        }
      } catch (error) {
        readerFailed(error);
        return;
      }
      done();
    }
  };

  return {
    frame(frame) {
      const lane = lanes.get(laneOf(frame.id));
      if (!lane || phase !== 'open') return;
      if (frame.type === 'open') open(lane, frame);
      else if (frame.type === 'more') more(lane, frame);
      else seal(lane, frame);
    },
    onMessage(next) {
      reader = next;
      for (const lane of lanes.values()) deliver(lane);
    },
    stop(discard) {
      if (phase !== 'discarded') phase = discard ? 'discarded' : 'stopped';
      unsealed.clear();
      for (const lane of lanes.values()) {
        lane.filling = null;
        const kept = discard ? [] : lane.unread.filter((item) => item.message);
        lane.unread.splice(0, lane.unread.length, ...kept);
      }
    },
  };
}

/** Whether `id` is one that the lane has yet to see. */
function isAhead(lane: InLane, id: number): boolean {
  return (id - lane.id) >>> 0 < 0x8000_0000;
}
