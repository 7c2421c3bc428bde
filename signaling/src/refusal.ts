import { MAX_TEXT_LENGTH } from '@tabgrid/protocol/limits';
import type { FromServer, SignalingErrorCode } from '@tabgrid/protocol/signaling';
import { WebSocket } from 'ws';

/** The WebSocket close code that goes with each error, for clients that see no more than that. */
export const CLOSE_CODES: Readonly<Record<SignalingErrorCode, number>> = {
  malformed: 1007,
  tooLarge: 1009,
  tooFast: 1008,
  tooMany: 1013,
  badVersion: 1002,
  badToken: 1008,
  ownerPresent: 1008,
  unexpected: 1008,
  relayQuota: 1008,
  shuttingDown: 1001,
};

/** The last message of a socket that is refused. */
export function errorText(code: SignalingErrorCode, why: string): string {
  const message: FromServer = { type: 'error', code, message: why.slice(0, MAX_TEXT_LENGTH) };
  return JSON.stringify(message);
}

/** What `ws` itself refuses, by the code with which it then closes. */
const REFUSED_BY_WS: Readonly<Record<number, readonly [SignalingErrorCode, string]>> = {
  1009: ['tooLarge', 'the message is longer than this server takes'],
  1008: ['tooLarge', 'the message has more fragments than this server takes'],
  1007: ['malformed', 'the message is not UTF-8'],
  1002: ['malformed', 'the WebSocket frame is invalid'],
};

/** A socket that gives the typed error also where `ws` closes by itself, before anybody hears of the message. */
export class TypedErrorSocket extends WebSocket {
  override close(code?: number, data?: string | Buffer): void {
    const refused = REFUSED_BY_WS[code ?? 0];
    // Our own refusals hand in their error's name as the close reason, and have sent it already.
    if (refused && data === undefined && this.readyState === WebSocket.OPEN) {
      this.send(errorText(...refused));
      super.close(code, refused[0]);
    } else {
      super.close(code, data);
    }
  }
}
