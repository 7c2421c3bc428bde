import { randomBytes } from 'node:crypto';
import { OwnerToken, PeerId, RoomId } from '@tabgrid/protocol/ids';
import {
  type FromServer,
  type IceServer,
  RELAY_HEADER_BYTES,
  type SignalingErrorCode,
  ToServer,
} from '@tabgrid/protocol/signaling';
import { PROTOCOL_VERSION } from '@tabgrid/protocol/version';
import * as v from 'valibot';
import { type WebSocket, WebSocketServer } from 'ws';

/** Just enough of a signaling server for this package's tests, over real sockets: rooms, signals, relayed frames. */
export interface TestHub {
  readonly url: string;
  /** Everything that the pages sent, in order. */
  readonly log: readonly ToServer[];
  /** Ends all sockets; the hub goes on. */
  dropSockets(): void;
  /** Ends the sockets of one role. */
  dropRole(role: Role): void;
  /** Sends an error to all, and closes. */
  refuse(code: SignalingErrorCode, message: string): void;
  /** Sends anything to those of a role, well-formed or not. */
  say(role: Role, data: string | Uint8Array): void;
  close(): Promise<void>;
  readonly relayedBytes: number;
}

type Role = 'owner' | 'volunteer' | 'pool';

interface Guest {
  readonly peer: PeerId;
  readonly socket: WebSocket;
  role: Role | null;
  room: RoomId | null;
}

export interface TestHubOptions {
  readonly port?: number;
  readonly iceServers?: readonly IceServer[];
  /** Rooms and tokens of a former hub, as a server's secret would keep them valid. */
  readonly tokens?: Map<RoomId, OwnerToken>;
}

export async function createTestHub(options: TestHubOptions = {}): Promise<TestHub> {
  const tokens = options.tokens ?? new Map<RoomId, OwnerToken>();
  const guests = new Map<string, Guest>();
  const log: ToServer[] = [];
  let relayedBytes = 0;
  const server = new WebSocketServer({ host: '127.0.0.1', port: options.port ?? 0 });
  await new Promise<void>((resolve, reject) => {
    server.once('listening', resolve);
    server.once('error', reject);
  });
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');

  const tell = (guest: Guest | undefined, message: FromServer): void => guest?.socket.send(JSON.stringify(message));
  const inRoom = (room: RoomId | null) => [...guests.values()].filter((g) => room !== null && g.room === room);
  const ownerOf = (room: RoomId | null) => inRoom(room).find((g) => g.role === 'owner');

  const meet = (guest: Guest, owner: Guest | undefined): void => {
    if (!owner || !guest.room) return;
    const presence = {
      peer: guest.peer,
      networkTag: '0123456789abcdef',
      region: 'FR',
      provider: null,
      pool: guest.role === 'pool',
    };
    tell(owner, { type: 'volunteerJoined', presence });
    tell(guest, { type: 'owner', peer: owner.peer, room: guest.room });
  };

  const fillFromPool = (owner: Guest): void => {
    for (const guest of guests.values()) {
      if (guest.role !== 'pool' || guest.room) continue;
      guest.room = owner.room;
      meet(guest, owner);
    }
  };

  const hello = (guest: Guest, as: Extract<ToServer, { type: 'hello' }>['as']): void => {
    guest.role = as.role;
    let owned: { id: RoomId; token: OwnerToken } | null = null;
    if (as.role === 'owner') {
      const id = as.room?.id ?? v.parse(RoomId, randomBytes(16).toString('base64url'));
      const token = tokens.get(id) ?? v.parse(OwnerToken, randomBytes(32).toString('base64url'));
      if (as.room && tokens.get(id) !== as.room.token) {
        refuse(guest, 'badToken', 'not the owner');
        return;
      }
      const before = ownerOf(id);
      if (before) {
        guests.delete(before.peer);
        refuse(before, 'ownerPresent', 'taken over');
      }
      tokens.set(id, token);
      guest.room = id;
      owned = { id, token };
    } else if (as.role === 'volunteer') {
      guest.room = as.room;
    }
    const iceServers = [...(options.iceServers ?? [])];
    tell(guest, {
      type: 'welcome',
      protocol: PROTOCOL_VERSION,
      peer: guest.peer,
      iceServers,
      room: owned,
      publicUrl: null,
    });
    if (as.role === 'owner') for (const other of inRoom(guest.room)) if (other !== guest) meet(other, guest);
    if (as.role === 'volunteer') meet(guest, ownerOf(guest.room));
  };

  const refuse = (guest: Guest, code: SignalingErrorCode, message: string): void => {
    tell(guest, { type: 'error', code, message });
    guest.socket.close();
  };

  const leave = (guest: Guest): void => {
    if (guest.role === 'owner') for (const g of inRoom(guest.room)) tell(g, { type: 'ownerLeft', peer: guest.peer });
    else tell(ownerOf(guest.room), { type: 'volunteerLeft', peer: guest.peer });
  };

  const receive = (guest: Guest, message: ToServer): void => {
    log.push(message);
    switch (message.type) {
      case 'hello':
        hello(guest, message.as);
        break;
      case 'signal':
        tell(guests.get(message.to), { type: 'signal', from: guest.peer, signal: message.signal });
        break;
      case 'room':
        if (message.open && message.hasWork) fillFromPool(guest);
        break;
      case 'leaveRoom':
        leave(guest);
        guest.room = null;
        break;
      case 'ping':
        tell(guest, { type: 'pong' });
        break;
    }
  };

  server.on('connection', (socket) => {
    const peer = v.parse(PeerId, randomBytes(16).toString('base64url'));
    const guest: Guest = { peer, socket, role: null, room: null };
    guests.set(peer, guest);
    socket.on('error', () => {});
    socket.on('close', () => {
      if (guests.delete(peer)) leave(guest);
    });
    socket.on('message', (data, isBinary) => {
      if (!Buffer.isBuffer(data)) throw new Error('ws hands out Buffers');
      if (!isBinary) {
        receive(guest, v.parse(ToServer, JSON.parse(data.toString())));
        return;
      }
      const to = guests.get(data.toString('latin1', 0, RELAY_HEADER_BYTES));
      relayedBytes += data.byteLength;
      data.write(peer, 0, RELAY_HEADER_BYTES, 'latin1');
      to?.socket.send(data, { binary: true });
      // As a real server does: whoever sends faster than the receiver reads is held back.
      if (to && to.socket.bufferedAmount > 4 * 1024 * 1024) {
        socket.pause();
        const check = setInterval(() => {
          if (to.socket.readyState === to.socket.OPEN && to.socket.bufferedAmount > 1024 * 1024) return;
          clearInterval(check);
          socket.resume();
        }, 5);
      }
    });
  });

  return {
    url: `ws://127.0.0.1:${address.port}`,
    log,
    dropSockets() {
      for (const guest of guests.values()) guest.socket.terminate();
    },
    dropRole(role) {
      for (const guest of guests.values()) if (guest.role === role) guest.socket.terminate();
    },
    refuse(code, message) {
      for (const guest of guests.values()) refuse(guest, code, message);
    },
    say(role, data) {
      for (const guest of guests.values()) if (guest.role === role) guest.socket.send(data);
    },
    async close() {
      for (const client of server.clients) client.terminate();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
    get relayedBytes() {
      return relayedBytes;
    },
  };
}
