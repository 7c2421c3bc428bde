import { type Bytes, concatBytes } from './bytes.js';
import { isJson, type Json } from './json.js';
import { MAX_HEAD_BYTES, MAX_MESSAGE_BYTES } from './limits.js';

/**
 * One link message: a small JSON head that says what it is, and a body of raw bytes (a chunk, a result's pixels).
 * The transport carries it whole and never reads the head; the drivers parse the head with the schemas in `link.ts`.
 */
export interface Message {
  readonly head: Json;
  readonly body: Bytes;
}

/** A message that breaks the encoding or a bound. The link that sent it is to be closed. */
export class MalformedMessageError extends Error {
  override name = 'MalformedMessageError';
}

const NO_BYTES: Bytes = new Uint8Array(0);
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/** A message without a body, or with one. */
export function message(head: Json, body: Bytes = NO_BYTES): Message {
  return { head, body };
}

/** Layout: u32 little-endian length of the head, head as UTF-8 JSON, body. @throws RangeError when over a bound. */
export function encodeMessage(m: Message): Bytes {
  const head = encoder.encode(JSON.stringify(m.head));
  const total = 4 + head.byteLength + m.body.byteLength;
  if (head.byteLength > MAX_HEAD_BYTES)
    throw new RangeError(`message head of ${head.byteLength} bytes, limit ${MAX_HEAD_BYTES}`);
  if (total > MAX_MESSAGE_BYTES) throw new RangeError(`message of ${total} bytes, limit ${MAX_MESSAGE_BYTES}`);
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, head.byteLength, true);
  return concatBytes([length, head, m.body]);
}

/** The inverse of {@link encodeMessage}; the body is a view into `bytes`. @throws MalformedMessageError. */
export function decodeMessage(bytes: Bytes): Message {
  if (bytes.byteLength < 4 || bytes.byteLength > MAX_MESSAGE_BYTES) {
    throw new MalformedMessageError(`message of ${bytes.byteLength} bytes`);
  }
  const headBytes = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
  if (headBytes > MAX_HEAD_BYTES || 4 + headBytes > bytes.byteLength) {
    throw new MalformedMessageError(`head of ${headBytes} bytes in a message of ${bytes.byteLength}`);
  }
  let head: unknown;
  try {
    head = JSON.parse(decoder.decode(bytes.subarray(4, 4 + headBytes)));
  } catch {
    throw new MalformedMessageError('the head is not JSON');
  }
  if (!isJson(head)) throw new MalformedMessageError('the head is nested too deep');
  return { head, body: bytes.subarray(4 + headBytes) };
}
