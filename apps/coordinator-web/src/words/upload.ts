import { formatBytes, formatDuration, plural } from './format.js';

/** What a launch will send out, and how long that takes. Pure. */

/** Assumed until something was measured: an ordinary home upload of 20 Mbit/s. */
export const ASSUMED_UPLOAD_BYTES_PER_SECOND = 2_500_000;

export interface UploadEstimate {
  /** Bytes of the scene times the volunteers that fetch it over a network. */
  readonly bytes: number;
  readonly ms: number;
  /** Whether the speed was measured in this session rather than assumed. */
  readonly measured: boolean;
  readonly text: string;
}

/**
 * @param sceneBytes what each volunteer fetches once
 * @param volunteers those that are on another page (this computer's own helper fetches nothing over a network)
 * @param measured bytes a second seen in this session, or null
 */
export function estimateUpload(sceneBytes: number, volunteers: number, measured: number | null): UploadEstimate {
  const bytes = sceneBytes * volunteers;
  const perSecond = measured ?? ASSUMED_UPLOAD_BYTES_PER_SECOND;
  const ms = (bytes / perSecond) * 1000;
  const speed = measured === null ? 'at an assumed 20 Mbit/s' : `at the ${mbit(perSecond)} seen here`;
  const text =
    volunteers === 0
      ? `${formatBytes(sceneBytes)} to each volunteer that joins (${span((sceneBytes / perSecond) * 1000)} ${speed})`
      : `${formatBytes(sceneBytes)} × ${plural(volunteers, 'volunteer')} = ${formatBytes(bytes)}, ${span(ms)} ${speed}`;
  return { bytes, ms, measured: measured !== null, text };
}

/** Nobody waits for less than a tenth of a second. */
function span(ms: number): string {
  return ms < 100 ? 'under 0.1 s' : `about ${formatDuration(ms)}`;
}

function mbit(bytesPerSecond: number): string {
  const value = (bytesPerSecond * 8) / 1e6;
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} Mbit/s`;
}

/**
 * Measures the upload from the counters of bytes sent: the fastest stretch of at least `WINDOW_MS`, because slower ones
 * tell how much there was to send, not how fast it went.
 */
export interface UploadMeter {
  /** @param bytesSent sum over volunteers on other pages; may fall when one goes */
  note(now: number, bytesSent: number): void;
  /** Bytes a second, or null before a stretch worth the name. */
  bytesPerSecond(): number | null;
}

const WINDOW_MS = 1000;
/** Less than this in a stretch says nothing about the line. */
const WORTH_BYTES = 256 * 1024;

export function createUploadMeter(): UploadMeter {
  let from: { readonly at: number; readonly bytes: number } | null = null;
  let best: number | null = null;
  return {
    note(now, bytesSent) {
      if (from === null || bytesSent < from.bytes) {
        from = { at: now, bytes: bytesSent };
        return;
      }
      if (now - from.at < WINDOW_MS) return;
      const bytes = bytesSent - from.bytes;
      if (bytes >= WORTH_BYTES) best = Math.max(best ?? 0, (bytes / (now - from.at)) * 1000);
      from = { at: now, bytes: bytesSent };
    },
    bytesPerSecond: () => best,
  };
}
