import type { Bytes } from './bytes.js';
import { MAX_FRAME_BYTES, MAX_MESSAGE_BYTES, MAX_TEXT_LENGTH } from './limits.js';

/**
 * Frames: what a link writes on its wire. A message is cut into one `open` and any number of `more` frames; its
 * `seal` (the hash of the whole encoded message) follows when the hash is ready, so that neither waits for the other.
 *
 * Numbers are little-endian. A message's id is u32: twice its place in its lane, plus one in the urgent lane.
 *
 *   open    1  id u32, total u32, payload           first bytes of a message of `total` bytes
 *   more    2  id u32, offset u32, payload          the following ones
 *   seal    3  id u32, SHA-256                       what the whole message must hash to
 *   ack     4  id u32 …                              whole, and the hash is right
 *   nack    5  id u32                                whole, and the hash is wrong
 *   credit  6  lane u8, limit u64                    bytes (see `messageCost`) that may have been sent in all
 *   ping    7  nonce u32
 *   pong    8  nonce u32                             the nonce of the ping
 *   bye     9  UTF-8 text                            the sender leaves; it waits for `byeAck`
 *   byeAck 10
 */

/** Bytes of a frame that an adapter may use for a header of its own (the relay numbers its dials). */
export const WIRE_HEADER_BYTES = 8;

/** The longest frame that a link writes. */
export const MAX_LINK_FRAME_BYTES = MAX_FRAME_BYTES - WIRE_HEADER_BYTES;

/** Type, id, and total or offset. */
export const DATA_HEADER_BYTES = 9;

/** Message bytes that fit into one frame. */
export const MAX_PAYLOAD_BYTES = MAX_LINK_FRAME_BYTES - DATA_HEADER_BYTES;

/** Acknowledgements that fit into one frame; fewer than would fit, for a bound that is easy to see. */
export const MAX_ACKS_A_FRAME = 256;

/** What a message costs of the credit beyond its bytes: the reader's bookkeeping, so that tiny messages are bounded too. */
export const MESSAGE_CHARGE_BYTES = 256;

/** Lanes: `urgent` overtakes `bulk`. */
export type Lane = 'bulk' | 'urgent';

export type Frame =
  | { readonly type: 'open'; readonly id: number; readonly total: number; readonly payload: Bytes }
  | { readonly type: 'more'; readonly id: number; readonly offset: number; readonly payload: Bytes }
  | { readonly type: 'seal'; readonly id: number; readonly hash: Bytes }
  | { readonly type: 'ack'; readonly ids: readonly number[] }
  | { readonly type: 'nack'; readonly id: number }
  | { readonly type: 'credit'; readonly lane: Lane; readonly limit: number }
  | { readonly type: 'ping'; readonly nonce: number }
  | { readonly type: 'pong'; readonly nonce: number }
  | { readonly type: 'bye'; readonly text: string }
  | { readonly type: 'byeAck' };

/** Bytes that are no frame. The link that they came by is to be closed. */
export class MalformedFrameError extends Error {
  override name = 'MalformedFrameError';
}

/** SHA-256. */
const SEAL_HASH_BYTES = 32;
const MAX_TEXT_BYTES = 3 * MAX_TEXT_LENGTH;
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The lane that a message id belongs to. */
export function laneOf(id: number): Lane {
  return (id & 1) === 1 ? 'urgent' : 'bulk';
}

/** The first id of a lane. */
export function firstId(lane: Lane): number {
  return lane === 'urgent' ? 1 : 0;
}

/** The id after `id` in its lane; wraps around at 2^32. */
export function nextId(id: number): number {
  return (id + 2) >>> 0;
}

/** What a message of `total` bytes takes of its lane's credit, from its first frame to its being read. */
export function messageCost(total: number): number {
  return total + MESSAGE_CHARGE_BYTES;
}

/** @throws RangeError when the frame would break a bound: a mistake of this side. */
export function encodeFrame(frame: Frame): Bytes {
  switch (frame.type) {
    case 'open':
      if (!isTotal(frame.total) || frame.payload.byteLength > frame.total) throw new RangeError('open frame');
      return data(1, frame.id, frame.total, frame.payload);
    case 'more':
      if (!isOffset(frame.offset, frame.payload.byteLength)) throw new RangeError('more frame');
      return data(2, frame.id, frame.offset, frame.payload);
    case 'seal': {
      if (frame.hash.byteLength !== SEAL_HASH_BYTES) throw new RangeError('seal frame');
      const [out] = start(3, 5 + SEAL_HASH_BYTES, frame.id);
      out.set(frame.hash, 5);
      return out;
    }
    case 'ack': {
      if (frame.ids.length < 1 || frame.ids.length > MAX_ACKS_A_FRAME) throw new RangeError('ack frame');
      const [out, view] = start(4, 1 + 4 * frame.ids.length);
      frame.ids.forEach((id, i) => {
        view.setUint32(1 + 4 * i, u32(id), true);
      });
      return out;
    }
    case 'nack':
      return start(5, 5, frame.id)[0];
    case 'credit': {
      if (!Number.isSafeInteger(frame.limit) || frame.limit < 0) throw new RangeError('credit frame');
      const [out, view] = start(6, 10);
      view.setUint8(1, firstId(frame.lane));
      view.setBigUint64(2, BigInt(frame.limit), true);
      return out;
    }
    case 'ping':
      return start(7, 5, frame.nonce)[0];
    case 'pong':
      return start(8, 5, frame.nonce)[0];
    case 'bye': {
      const text = encoder.encode(frame.text);
      if (frame.text.length > MAX_TEXT_LENGTH) throw new RangeError('bye frame');
      const [out] = start(9, 1 + text.byteLength);
      out.set(text, 1);
      return out;
    }
    case 'byeAck':
      return start(10, 1)[0];
  }
}

/** The inverse of {@link encodeFrame}; payload and hash are views into `bytes`. @throws MalformedFrameError, nothing else. */
export function decodeFrame(bytes: Bytes): Frame {
  const length = bytes.byteLength;
  if (length < 1 || length > MAX_LINK_FRAME_BYTES) throw new MalformedFrameError(`a frame of ${length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  const type = view.getUint8(0);
  const need = (fits: boolean): void => {
    if (!fits) throw new MalformedFrameError(`frame type ${type} of ${length} bytes`);
  };
  switch (type) {
    case 1: {
      need(length > DATA_HEADER_BYTES);
      const payload = bytes.subarray(DATA_HEADER_BYTES);
      const total = view.getUint32(5, true);
      need(isTotal(total) && payload.byteLength <= total);
      return { type: 'open', id: view.getUint32(1, true), total, payload };
    }
    case 2: {
      need(length > DATA_HEADER_BYTES);
      const payload = bytes.subarray(DATA_HEADER_BYTES);
      const offset = view.getUint32(5, true);
      need(isOffset(offset, payload.byteLength));
      return { type: 'more', id: view.getUint32(1, true), offset, payload };
    }
    case 3:
      need(length === 5 + SEAL_HASH_BYTES);
      return { type: 'seal', id: view.getUint32(1, true), hash: bytes.subarray(5) };
    case 4: {
      const count = (length - 1) / 4;
      need(Number.isInteger(count) && count >= 1 && count <= MAX_ACKS_A_FRAME);
      return { type: 'ack', ids: Array.from({ length: count }, (_, i) => view.getUint32(1 + 4 * i, true)) };
    }
    case 5:
      need(length === 5);
      return { type: 'nack', id: view.getUint32(1, true) };
    case 6: {
      need(length === 10 && view.getUint8(1) <= 1);
      const limit = Number(view.getBigUint64(2, true));
      need(Number.isSafeInteger(limit));
      return { type: 'credit', lane: laneOf(view.getUint8(1)), limit };
    }
    case 7:
    case 8:
      need(length === 5);
      return { type: type === 7 ? 'ping' : 'pong', nonce: view.getUint32(1, true) };
    case 9:
      need(length <= 1 + MAX_TEXT_BYTES);
      return { type: 'bye', text: textOf(bytes.subarray(1)) };
    case 10:
      need(length === 1);
      return { type: 'byeAck' };
    default:
      throw new MalformedFrameError(`frame type ${type}`);
  }
}

function textOf(bytes: Bytes): string {
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    throw new MalformedFrameError('a text that is not UTF-8');
  }
  if (text.length > MAX_TEXT_LENGTH) throw new MalformedFrameError(`a text of ${text.length} characters`);
  return text;
}

/** Cuts a text to what a `bye` may carry; unpaired surrogates become U+FFFD. */
export function clipText(text: string): string {
  const clipped = decoder.decode(encoder.encode(text.slice(0, MAX_TEXT_LENGTH)));
  return clipped.slice(0, MAX_TEXT_LENGTH);
}

function data(type: number, id: number, place: number, payload: Bytes): Bytes {
  if (payload.byteLength < 1 || payload.byteLength > MAX_PAYLOAD_BYTES) throw new RangeError('payload length');
  const [out, view] = start(type, DATA_HEADER_BYTES + payload.byteLength, id);
  view.setUint32(5, place, true);
  out.set(payload, DATA_HEADER_BYTES);
  return out;
}

function start(type: number, length: number, id?: number): [Bytes, DataView<ArrayBuffer>] {
  const out = new Uint8Array(length);
  const view = new DataView(out.buffer);
  view.setUint8(0, type);
  if (id !== undefined) view.setUint32(1, u32(id), true);
  return [out, view];
}

function u32(value: number): number {
  if (!Number.isInteger(value) || value < 0 || value > 0xffff_ffff) throw new RangeError(`${value} is no u32`);
  return value;
}

function isTotal(total: number): boolean {
  return Number.isInteger(total) && total >= 1 && total <= MAX_MESSAGE_BYTES;
}

/** `more` never stands at the start, and never reaches beyond the longest message. */
function isOffset(offset: number, payloadBytes: number): boolean {
  return Number.isInteger(offset) && offset >= 1 && offset + payloadBytes <= MAX_MESSAGE_BYTES;
}
