import { MAX_FRAME_BYTES } from '@tabgrid/protocol/limits';
import { RELAY_HEADER_BYTES, type SignalingErrorCode, ToServer } from '@tabgrid/protocol/signaling';
import { LOWEST_SPOKEN_VERSION, PROTOCOL_VERSION, speaks } from '@tabgrid/protocol/version';
import * as v from 'valibot';

/** Why a socket is to be refused. */
export interface Refusal {
  readonly code: SignalingErrorCode;
  readonly why: string;
}

/** Enough of a hello to say more than "malformed" to a page of another age. */
const AnyHello = v.object({ type: v.literal('hello'), protocol: v.number() });

/**
 * Reads one signaling message.
 * @param first whether it is the socket's first, which must be `hello`; no other may be
 */
export function parseText(text: string, maxBytes: number, first: boolean): { readonly message: ToServer } | Refusal {
  if (Buffer.byteLength(text) > maxBytes) return { code: 'tooLarge', why: `a message may have ${maxBytes} bytes` };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { code: 'malformed', why: 'the message is not JSON' };
  }
  const hello = v.safeParse(AnyHello, json);
  if (hello.success && !speaks(hello.output.protocol)) {
    const spoken = LOWEST_SPOKEN_VERSION === PROTOCOL_VERSION ? '' : `${LOWEST_SPOKEN_VERSION} to `;
    return { code: 'badVersion', why: `this server speaks protocol ${spoken}${PROTOCOL_VERSION}; reload the page` };
  }
  const message = v.safeParse(ToServer, json);
  if (!message.success) return { code: 'malformed', why: `not a signaling message: ${message.issues[0].message}` };
  if ((message.output.type === 'hello') === first) return { message: message.output };
  return { code: 'unexpected', why: first ? 'the first message must be hello' : 'hello was said already' };
}

/** What is wrong with a relayed frame of `length` bytes, header included; null when nothing is. */
export function frameProblem(length: number, first: boolean): Refusal | null {
  if (first) return { code: 'unexpected', why: 'the first message must be hello' };
  if (length > RELAY_HEADER_BYTES + MAX_FRAME_BYTES) {
    return { code: 'tooLarge', why: `a relayed frame may have ${MAX_FRAME_BYTES} bytes` };
  }
  if (length > RELAY_HEADER_BYTES) return null;
  return { code: 'malformed', why: 'a relayed frame without receiver or content' };
}
