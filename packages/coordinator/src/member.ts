import type { VolunteerId } from '@tabgrid/protocol/ids';
import type { FromVolunteer, Telemetry } from '@tabgrid/protocol/link';
import type { Capabilities } from '@tabgrid/protocol/task';
import type { Link, LinkPath } from '@tabgrid/transport/link';

/** Somebody who is or was there, however many links it had. */
export interface Member {
  readonly id: VolunteerId;
  /** Counted from 0 in the order of joining. */
  readonly ordinal: number;
  /** What its page calls itself: who knows it is the same member. */
  readonly session: VolunteerId;
  name: string;
  /** The owner asked it to come, and nobody else could have. */
  invited: boolean;
  /** Equal tags: probably one network. null for a link within this page, and while nobody knows. */
  network: string | null;
  /** As the server's table has it; null where nobody knows. */
  region: string | null;
  provider: string | null;
  capabilities: Capabilities;
  telemetry: Telemetry;
  /** null while it is gone. */
  link: Link | null;
  path: LinkPath;
  /** Bytes over its links that are closed. */
  closedBytes: { to: number; from: number };
}

export type ResultHead = Extract<FromVolunteer, { type: 'result' }>;

/** Where a link comes from. */
export type Origin =
  /** This page's own volunteer. */
  | { readonly kind: 'own' }
  | {
      readonly kind: 'room';
      readonly network: string;
      readonly region: string | null;
      readonly provider: string | null;
      readonly invited: boolean;
    };

/** Bytes over all of a member's links. */
export function bytesOfMember({ closedBytes, link }: Member): { to: number; from: number } {
  const stats = link?.stats();
  return {
    to: closedBytes.to + (stats?.bytesSent ?? 0),
    from: closedBytes.from + (stats?.bytesReceived ?? 0),
  };
}
