import { MAX_SIGNALING_BYTES } from '@tabgrid/protocol/limits';
import { bytes, count, span } from './setting.js';
import { defaultsOf, type SettingsOf } from './settings-table.js';

const KiB = 2 ** 10;
const MiB = 2 ** 20;
const GiB = 2 ** 30;

const LIMITS = 'Limits';
const RELAY = 'Relayed links';

/** Every bound that the server keeps. */
export const LIMIT_SETTINGS = {
  maxConnections: count({ group: LIMITS, fallback: 10_000, help: 'WebSockets in all' }),
  maxConnectionsPerAddress: count({
    group: LIMITS,
    fallback: 200,
    help: 'WebSockets of one IPv4 address or IPv6 /64',
  }),
  maxRooms: count({ group: LIMITS, fallback: 1000, help: 'rooms with an owner' }),
  maxVolunteersPerRoom: count({ group: LIMITS, fallback: 500, help: 'volunteers in one room' }),
  maxWaiting: count({
    group: LIMITS,
    fallback: 2000,
    help: 'volunteers that wait in the pool or for an absent owner; beyond it newcomers are refused',
  }),
  messagesPerSecond: count({
    group: LIMITS,
    fallback: 30,
    help: 'signaling messages of one socket; an owner may send as many again for each of its volunteers',
  }),
  messageBurst: span({
    group: LIMITS,
    fallback: 10_000,
    min: 100,
    help: 'how much of that rate may come at once',
  }),
  maxMessageBytes: bytes({
    group: LIMITS,
    fallback: MAX_SIGNALING_BYTES,
    min: KiB,
    max: MAX_SIGNALING_BYTES,
    help: 'length of one signaling message',
  }),
  helloTimeout: span({ group: LIMITS, fallback: 10_000, help: 'time for the first message of a socket' }),
  heartbeat: span({
    group: LIMITS,
    fallback: 20_000,
    help: 'how often a socket is pinged; one that misses two is closed',
  }),
  poolReturn: span({
    group: LIMITS,
    fallback: 5000,
    help: 'how long a pool volunteer that left a room is kept from the same room',
  }),
  shutdownTime: span({ group: LIMITS, fallback: 5000, help: 'how long sockets get to close when the server stops' }),
  relayFramesPerSecond: count({ group: RELAY, fallback: 20_000, help: 'relayed frames of one socket' }),
  relayConnectionBytes: bytes({
    group: RELAY,
    fallback: 8 * GiB,
    help: 'bytes relayed for one volunteer socket, both directions; 0 turns relaying off',
  }),
  relayRoomBytes: bytes({ group: RELAY, fallback: 64 * GiB, help: 'bytes relayed for one room in each window' }),
  relayWindow: span({ group: RELAY, fallback: 3_600_000, help: 'the window of the quota above' }),
  relayBufferBytes: bytes({
    group: RELAY,
    fallback: 6 * MiB,
    min: 64 * KiB,
    help: 'bytes kept for one slow receiver before its senders are paused; more than a link has in flight (4 MiB)',
  }),
  relayTotalBufferBytes: bytes({
    group: RELAY,
    fallback: 512 * MiB,
    min: MiB,
    help: 'bytes kept for all receivers together before senders are paused',
  }),
  relayStall: span({
    group: RELAY,
    fallback: 4000,
    help: 'a receiver that takes none of its waiting bytes for this long is cut off',
  }),
};

/** Bytes are bytes, times are milliseconds. */
export type Limits = SettingsOf<typeof LIMIT_SETTINGS>;

export const DEFAULT_LIMITS: Limits = defaultsOf(LIMIT_SETTINGS);
