/**
 * What the badge on a site and the frame on the grid's origin say to each other with `postMessage`. Written by hand
 * instead of with the schema library, because the badge's script carries no dependency; the frame shares these readers.
 */

/** Grows when either side could no longer understand the other. */
export const EMBED_PROTOCOL = 1;

/** 22 base64url characters, as in the protocol's `RoomId`. */
const ROOM = /^[A-Za-z0-9_-]{22}$/;

const MAX_TEXT_LENGTH = 500;

const STATES = ['starting', 'waiting', 'working', 'paused', 'failed', 'stopped'] as const;

/** What the badge shows of the lending. */
export type FrameState = (typeof STATES)[number];

/** From the badge to the frame. */
export type ToFrame =
  /** The visitor's yes. `room` null is the public pool; `intensity` is a share of GPU time, 0.1 to 1. */
  | { readonly type: 'start'; readonly room: string | null; readonly intensity: number; readonly relayOnly: boolean }
  | { readonly type: 'stop' };

/** From the frame to the badge. */
export type FromFrame =
  /** Its script runs and listens. */
  | { readonly type: 'ready' }
  | { readonly type: 'state'; readonly state: FrameState; readonly text: string; readonly tiles: number };

/** A message as it travels. */
export function envelope(message: ToFrame | FromFrame): object {
  return { tabgrid: EMBED_PROTOCOL, ...message };
}

/** Whether a text can be a room's name. */
export function isRoom(text: unknown): text is string {
  return typeof text === 'string' && ROOM.test(text);
}

/** Reads a message to the frame, or null: any page can send anything. */
export function readToFrame(data: unknown): ToFrame | null {
  const message = opened(data);
  if (message === null) return null;
  if (message['type'] === 'stop') return { type: 'stop' };
  const { intensity, relayOnly, room } = message;
  if (message['type'] !== 'start' || typeof relayOnly !== 'boolean' || !isBetween(intensity, 0.1, 1)) return null;
  if (room !== null && !isRoom(room)) return null;
  return { type: 'start', room, intensity, relayOnly };
}

/** Reads a message from the frame, or null. */
export function readFromFrame(data: unknown): FromFrame | null {
  const message = opened(data);
  if (message === null) return null;
  if (message['type'] === 'ready') return { type: 'ready' };
  const { text, tiles } = message;
  const state = STATES.find((known) => known === message['state']);
  if (message['type'] !== 'state' || state === undefined) return null;
  if (typeof text !== 'string' || text.length > MAX_TEXT_LENGTH) return null;
  if (!isBetween(tiles, 0, Number.MAX_SAFE_INTEGER)) return null;
  return { type: 'state', state, text, tiles };
}

function opened(data: unknown): Record<string, unknown> | null {
  if (typeof data !== 'object' || data === null) return null;
  const message: Record<string, unknown> = { ...data };
  return message['tabgrid'] === EMBED_PROTOCOL ? message : null;
}

function isBetween(value: unknown, low: number, high: number): value is number {
  return typeof value === 'number' && value >= low && value <= high;
}
