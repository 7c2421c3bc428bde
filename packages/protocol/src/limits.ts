/** Bounds that every boundary enforces. A message outside them is refused, whoever sent it. */

const KiB = 1024;
const MiB = 1024 * KiB;

/** One frame on any wire, header included. Above 256 KiB simple-peer loses messages; small frames cost little. */
export const MAX_FRAME_BYTES = 16 * KiB;

/** One whole link message (head and body), and so what one reassembly may hold. */
export const MAX_MESSAGE_BYTES = 8 * MiB;

/** The JSON head of a link message. */
export const MAX_HEAD_BYTES = 256 * KiB;

/** Bytes a receiver lets a sender have in flight (sent, not yet consumed by the reader). */
export const CREDIT_WINDOW_BYTES = 4 * MiB;

/** A blob travels in chunks of this size; the last one may be shorter. */
export const CHUNK_BYTES = MiB;

/** The largest blob: 1 GiB. */
export const MAX_BLOB_BYTES = 1024 * MiB;

/** What goes out with a task beside its head: all its inputs that are enclosed, as patches. */
export const MAX_ENCLOSED_BYTES = 256 * KiB;

/** What one patch makes, at most: it has to be in memory several times over while it is made. */
export const MAX_PATCHED_BYTES = 64 * MiB;

/** Inputs that are enclosed, and bases of each. */
export const MAX_ENCLOSED = 8;

/** Chunks that one request may name. */
export const MAX_CHUNKS_A_REQUEST = 64;

/** One signaling message as JSON text. */
export const MAX_SIGNALING_BYTES = 64 * KiB;

/** Film side in pixels. */
export const MAX_FILM_SIDE_PX = 16_384;

/** Bytes of all outputs of one task. */
export const MAX_OUTPUT_BYTES = 4 * MiB;

/** Names that people type: owner, volunteer, job. */
export const MAX_NAME_LENGTH = 64;

/** A reason or an error text on the wire. */
export const MAX_TEXT_LENGTH = 500;
