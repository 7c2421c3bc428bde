import type { RoomId } from '@tabgrid/protocol/ids';

/** The link that makes volunteers, and whom it reaches. It carries the room's id and nothing of the owner's. */

/** The peer tab's path on the server. */
export const PEER_PATH = '/peer';

export interface JoinLink {
  readonly url: string;
  /**
   * `public`: the server told its public address. `network`: the address of this page, which works wherever this page
   * does. `thisComputer`: a loopback address.
   */
  readonly reach: 'public' | 'network' | 'thisComputer';
}

/**
 * @param origin where this page was loaded from
 * @param publicUrl the server's own word on where it is reached, without a trailing slash; null when it was not told
 */
export function joinLink(origin: string, publicUrl: string | null, room: RoomId): JoinLink {
  const base = (publicUrl ?? origin).replace(/\/+$/, '');
  const url = `${base}${PEER_PATH}#room=${room}`;
  if (isLoopback(new URL(base).hostname)) return { url, reach: 'thisComputer' };
  return { url, reach: publicUrl === null ? 'network' : 'public' };
}

/** Whether a host name means the computer itself. IPv6 addresses come in brackets, as `URL` gives them. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host);
}
