import type { Millis } from '@tabgrid/protocol/ids';
import type { JobInfo } from '@tabgrid/protocol/link';
import type { AdapterClass } from '@tabgrid/protocol/task';
import type { Link, LinkPath } from '@tabgrid/transport/link';

/** What a page may ask of the lending side, and what it may show. */

/** Where links to a coordinator come from: the signaling client in a tab, an in-memory pair in the dashboard. */
export interface LinkSource {
  /** Calls back with every new link (also after a reconnect). Returns the unsubscribe. */
  onLink(listener: (link: Link) => void): () => void;
  /** What the source is doing while there is no link, in words for the page. */
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

export interface VolunteerSettings {
  /** Share of GPU time lent, 0.1 to 1. */
  readonly intensity: number;
  readonly pauseOnBattery: boolean;
  readonly name: string;
}

export type VolunteerStatus =
  /** Nothing runs, nothing is connected: before the yes, and after stop. */
  | { readonly kind: 'idle' }
  | { readonly kind: 'starting' }
  | { readonly kind: 'running'; readonly source: SourceStatus; readonly now: RunningNow | null }
  | { readonly kind: 'paused'; readonly why: 'person' | 'battery'; readonly source: SourceStatus }
  /** No WebGPU, an insecure context, refused by the coordinator: `message` says what to do. */
  | { readonly kind: 'failed'; readonly message: string };

export interface RunningNow {
  readonly info: JobInfo;
  /** Unverified. */
  readonly owner: string;
  readonly share: number;
}

export interface VolunteerView {
  readonly status: VolunteerStatus;
  readonly settings: VolunteerSettings;
  readonly adapter: AdapterClass | null;
  readonly software: boolean;
  readonly path: LinkPath | null;
  readonly contributed: {
    readonly tasks: number;
    readonly gpuMs: Millis;
    readonly bytesIn: number;
    readonly bytesOut: number;
  };
}

export interface Volunteer {
  view(): VolunteerView;
  /** Calls back after changes, at most four times a second. Returns the unsubscribe. */
  subscribe(listener: () => void): () => void;
  /** The person's yes: only now the Worker, the GPU and the link begin. */
  start(): Promise<void>;
  /** Ends the Worker before anything else, then says goodbye. Resolves with the ms until the Worker was gone. */
  stop(): Promise<Millis>;
  pause(): void;
  resume(): void;
  configure(settings: Partial<VolunteerSettings>): void;
}
