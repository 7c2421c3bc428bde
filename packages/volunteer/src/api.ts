import type { Millis } from '@tabgrid/protocol/ids';
import type { JobInfo } from '@tabgrid/protocol/link';
import type { AdapterClass } from '@tabgrid/protocol/task';
import type { LinkPath } from '@tabgrid/transport/link';
import type { SourceStatus } from '@tabgrid/transport/source';

/** What a page may ask of the lending side, and what it may show. */

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
