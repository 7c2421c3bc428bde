import type { Millis } from '@tabgrid/protocol/ids';

const MiB = 1024 * 1024;

/** What a volunteer lets a coordinator ask of it. A coordinator is a stranger: everything that it can grow is bounded. */
export interface VolunteerLimits {
  /** Attempts held at once, from their arrival until their outputs are there. More are given back. */
  readonly heldAttempts: number;
  /** Largest single input. */
  readonly blobBytes: number;
  /** All inputs of one task, together with its outputs: what may lie in GPU memory for it. */
  readonly taskBytes: number;
  /** Finished results that wait to be accepted. Beyond it new tasks are given back, and results for former rooms go. */
  readonly keptResultBytes: number;
  /** Blobs kept in the store between jobs. */
  readonly cacheBytes: number;
  /** Inputs that came along with tasks, and bases of those to come, in memory until their job is over. */
  readonly recentBytes: number;
  /** Chunks asked for and not yet here, over all blobs: what the link's credit window can hold, and some. */
  readonly askedChunks: number;
  /** How often one blob may arrive damaged, or not at all, before its tasks are given back. */
  readonly strikes: number;
  /** Silence, while chunks are asked for and a link is open, after which they are asked for again. */
  readonly silenceMs: Millis;
}

/** Limits of a page that was told nothing else. */
export const DEFAULT_LIMITS: VolunteerLimits = {
  heldAttempts: 16,
  blobBytes: 512 * MiB,
  taskBytes: 1024 * MiB,
  keptResultBytes: 64 * MiB,
  cacheBytes: 1024 * MiB,
  recentBytes: 64 * MiB,
  askedChunks: 8,
  strikes: 3,
  silenceMs: 30_000,
};

/** Attempts handed to the Worker ahead of their turn, so that its GPU finds the next one there. */
export const WORKER_DEPTH = 2;

/** Telemetry is sent on change, and this often anyway. */
export const TELEMETRY_MS: Millis = 10_000;

/** Progress of one attempt is told at most this often. */
export const PROGRESS_MS: Millis = 1_000;

/** Views change at most four times a second. */
export const VIEW_MS: Millis = 250;
