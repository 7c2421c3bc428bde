import * as v from 'valibot';
import { OwnerToken, PeerId, RoomId } from './ids.js';
import { MAX_NAME_LENGTH, MAX_TEXT_LENGTH } from './limits.js';

/**
 * The signaling family: JSON text between a page and the server. The server answers `hello` with `welcome` or with
 * `error` and a closed socket. Binary WebSocket messages carry relayed links: 22 ASCII bytes of a peer id (to the
 * server: the receiver; from the server: the sender), then one frame.
 */

const Text = v.pipe(v.string(), v.maxLength(MAX_TEXT_LENGTH));
const Version = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_000_000));

/** Length of a peer id at the head of a relayed frame. */
export const RELAY_HEADER_BYTES = 22;

/** Only what WebRTC needs, bounded: other simple-peer signals (renegotiate, transceiverRequest) are refused. */
export const RtcSignal = v.variant('type', [
  v.strictObject({ type: v.literal('offer'), sdp: v.pipe(v.string(), v.maxLength(32_768)) }),
  v.strictObject({ type: v.literal('answer'), sdp: v.pipe(v.string(), v.maxLength(32_768)) }),
  v.strictObject({
    type: v.literal('candidate'),
    candidate: v.strictObject({
      candidate: v.pipe(v.string(), v.maxLength(1024)),
      sdpMLineIndex: v.optional(v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(64)))),
      sdpMid: v.optional(v.nullable(v.pipe(v.string(), v.maxLength(64)))),
      usernameFragment: v.optional(v.nullable(v.pipe(v.string(), v.maxLength(256)))),
    }),
  }),
]);
export type RtcSignal = v.InferOutput<typeof RtcSignal>;

/** What two pages say to each other through the server before (or instead of) a direct link. */
export const Signal = v.variant('kind', [
  /**
   * `dial` numbers the attempt to connect, so that signals of an abandoned one are ignored. A volunteer always
   * initiates; the first signal of a new number begins a new attempt on the coordinator's side.
   */
  v.strictObject({ kind: v.literal('rtc'), dial: v.pipe(v.number(), v.integer(), v.minValue(1)), signal: RtcSignal }),
  /** The volunteer asks for a link relayed over the WebSocket; frames follow in both directions at once. */
  v.strictObject({ kind: v.literal('relay'), dial: v.pipe(v.number(), v.integer(), v.minValue(1)) }),
]);
export type Signal = v.InferOutput<typeof Signal>;

export const IceServer = v.strictObject({
  urls: v.pipe(v.array(v.pipe(v.string(), v.maxLength(256))), v.minLength(1), v.maxLength(8)),
  username: v.optional(v.pipe(v.string(), v.maxLength(256))),
  credential: v.optional(v.pipe(v.string(), v.maxLength(256))),
});
export type IceServer = v.InferOutput<typeof IceServer>;

export const ToServer = v.variant('type', [
  v.strictObject({
    type: v.literal('hello'),
    protocol: Version,
    as: v.variant('role', [
      /** Without a room: the server makes one. With one: its token proves the ownership. */
      v.strictObject({
        role: v.literal('owner'),
        room: v.nullable(v.strictObject({ id: RoomId, token: OwnerToken })),
        /** Whether volunteers of the public pool may be given to this room. */
        open: v.boolean(),
      }),
      /** By a join link. The room may have no owner yet: the volunteer then waits. */
      v.strictObject({ role: v.literal('volunteer'), room: RoomId }),
      /** In the public pool, until the server gives the page to a room. */
      v.strictObject({ role: v.literal('pool') }),
    ]),
  }),
  v.strictObject({ type: v.literal('signal'), to: PeerId, signal: Signal }),
  /** Owner: whether the room has work now and is open to the pool; wants at most `wanted` more volunteers. */
  v.strictObject({
    type: v.literal('room'),
    open: v.boolean(),
    hasWork: v.boolean(),
    wanted: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(10_000)),
  }),
  /** Pool volunteer: done with the room it was given to; back into the pool. */
  v.strictObject({ type: v.literal('leaveRoom') }),
  /** Keeps proxies from closing an idle socket; answered by `pong`. */
  v.strictObject({ type: v.literal('ping') }),
]);
export type ToServer = v.InferOutput<typeof ToServer>;

const Tag = v.pipe(v.string(), v.maxLength(MAX_NAME_LENGTH));

/** A volunteer as the server shows it to a room's owner. */
export const Presence = v.strictObject({
  peer: PeerId,
  /** Salted hash of the peer's network (/24 or /64): equal tags, probably one network. 16 hex digits. */
  networkTag: v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/)),
  /** Country, and autonomous system, where the server has a table that knows; coarse, and never the address. */
  region: v.nullable(Tag),
  provider: v.nullable(Tag),
  /** Whether it came from the public pool rather than by the join link. */
  pool: v.boolean(),
});
export type Presence = v.InferOutput<typeof Presence>;

export const SignalingErrorCode = v.picklist([
  'malformed', // not JSON, not in the schema, or binary without a receiver
  'tooLarge',
  'tooFast', // messages a second
  'tooMany', // connections of this address, or rooms, or volunteers in a room
  'badVersion',
  'badToken',
  'ownerPresent', // another socket took the room over: one dashboard at a time
  'unexpected', // a message that this role may not send, or before hello
  'relayQuota', // the relay's byte quota is used up
  'shuttingDown',
]);
export type SignalingErrorCode = v.InferOutput<typeof SignalingErrorCode>;

export const FromServer = v.variant('type', [
  v.strictObject({
    type: v.literal('welcome'),
    protocol: Version,
    peer: PeerId,
    iceServers: v.pipe(v.array(IceServer), v.maxLength(8)),
    /** Owner only: its room, and the token that makes it the owner again. Never part of a link. */
    room: v.nullable(v.strictObject({ id: RoomId, token: OwnerToken })),
    /** Where this server is reached from outside (`--public-url`), without a trailing slash; null when it was not told. */
    publicUrl: v.nullable(v.pipe(v.string(), v.maxLength(256))),
  }),
  /** To the owner: somebody is there to be connected. */
  v.strictObject({ type: v.literal('volunteerJoined'), presence: Presence }),
  v.strictObject({ type: v.literal('volunteerLeft'), peer: PeerId }),
  /** To a volunteer: the room's owner is there (also after it came back, with a new peer id): dial it. */
  v.strictObject({ type: v.literal('owner'), peer: PeerId, room: RoomId }),
  v.strictObject({ type: v.literal('ownerLeft'), peer: PeerId }),
  v.strictObject({ type: v.literal('signal'), from: PeerId, signal: Signal }),
  v.strictObject({ type: v.literal('pong') }),
  v.strictObject({ type: v.literal('error'), code: SignalingErrorCode, message: Text }),
]);
export type FromServer = v.InferOutput<typeof FromServer>;

/** The WebSocket's path on the server. */
export const SIGNALING_PATH = '/signal';
