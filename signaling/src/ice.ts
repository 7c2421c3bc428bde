import { createHmac } from 'node:crypto';
import type { PeerId } from '@tabgrid/protocol/ids';
import { IceServer } from '@tabgrid/protocol/signaling';
import * as v from 'valibot';
import { SettingError } from './setting.js';

/** A TURN server that shares a secret with this one (coturn's `use-auth-secret` and `static-auth-secret`). */
export interface TurnOptions {
  /** Such as `turn:turn.example.org:3478?transport=udp`. */
  readonly urls: readonly string[];
  readonly secret: string;
  /** How long a credential holds. */
  readonly ttlMs: number;
}

/** As browsers take it, where `urls` may be a single text. */
const IceServers = v.pipe(
  v.array(
    v.pipe(
      v.looseObject({ urls: v.union([v.string(), v.array(v.string())]) }),
      v.transform((server) => ({ ...server, urls: typeof server.urls === 'string' ? [server.urls] : server.urls })),
      IceServer,
      v.check((server) => server.urls.every((url) => /^(stuns?|turns?):[^\s]+$/.test(url)), 'a URL of another scheme'),
    ),
  ),
  v.maxLength(7), // the eighth is for the TURN server with a shared secret
);

/** Reads ICE servers as JSON. @throws SettingError */
export function parseIceServers(json: string): readonly IceServer[] {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw new SettingError('the ICE servers are not JSON');
  }
  const parsed = v.safeParse(IceServers, value);
  if (!parsed.success) {
    throw new SettingError(
      `the ICE servers are not a list such as [{"urls":["stun:stun.example.org:3478"]}]: ${parsed.issues[0].message}`,
    );
  }
  return parsed.output;
}

/**
 * The ICE servers for one page: the configured ones, and TURN with a credential made for it. The credential is
 * `base64(HMAC-SHA1(secret, "expiry:name"))`, draft-uberti-behave-turn-rest-00.
 * @param nowMs wall-clock time, ms since 1970
 */
export function iceServersFor(
  peer: PeerId,
  fixed: readonly IceServer[],
  turn: TurnOptions | null,
  nowMs: number,
): IceServer[] {
  if (!turn || turn.urls.length === 0) return [...fixed];
  const username = `${Math.floor((nowMs + turn.ttlMs) / 1000)}:${peer}`;
  const credential = createHmac('sha1', turn.secret).update(username).digest('base64');
  return [...fixed, { urls: [...turn.urls], username, credential }];
}
