import type { Millis, OwnerToken, RoomId } from '@tabgrid/protocol/ids';
import type { Presence } from '@tabgrid/protocol/signaling';
import type { Link } from './link.js';

/** Where a volunteer's links to a coordinator come from: the signaling client in a tab, a memory pair in the dashboard. */
export interface LinkSource {
  /**
   * Calls back with every new link (also after a reconnect) and the room it leads to, where there are rooms: what was
   * computed for one room is never sent to another. Returns the unsubscribe.
   */
  onLink(listener: (link: Link, room?: RoomId) => void): () => void;
  /** Calls back with the present status at once, then on every change. Returns the unsubscribe. */
  onStatus(listener: (status: SourceStatus) => void): () => void;
  close(): Promise<void>;
}

export type SourceStatus =
  | { readonly kind: 'connecting' }
  /** In the pool, or in a room whose owner is away. */
  | { readonly kind: 'waiting'; readonly why: string }
  | { readonly kind: 'linked' }
  | { readonly kind: 'retrying'; readonly inMs: Millis; readonly why: string }
  /** It will not come back by itself; `why` says what to do. */
  | { readonly kind: 'failed'; readonly why: string };

/** Where a coordinator's links to volunteers come from. */
export interface OwnerSource {
  onVolunteer(listener: (link: Link, presence: Presence) => void): () => void;
  /** Calls back with the present status at once, then on every change. Returns the unsubscribe. */
  onStatus(listener: (status: OwnerStatus) => void): () => void;
  /** Tells the server whether the room takes volunteers of the public pool now. */
  announce(room: { readonly open: boolean; readonly hasWork: boolean; readonly wanted: number }): void;
  close(): Promise<void>;
}

export type OwnerStatus =
  | { readonly kind: 'connecting' }
  | {
      readonly kind: 'online';
      readonly room: { readonly id: RoomId; readonly token: OwnerToken };
      readonly publicUrl: string | null;
    }
  /** Direct links live on; it registers again by itself. */
  | { readonly kind: 'offline'; readonly why: string }
  /** Another dashboard took the room over: this one stops registering. */
  | { readonly kind: 'replaced' };
