import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join as path } from 'node:path';
import { FromServer, type SignalingErrorCode, type ToServer } from '@tabgrid/protocol/signaling';
import { PROTOCOL_VERSION } from '@tabgrid/protocol/version';
import * as v from 'valibot';
import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { createSignalingServer, type SignalingOptions, type SignalingServer } from './server.js';

/** What the tests of a real server share: servers and clients that end with their test. */

export async function startServer(options: SignalingOptions = {}): Promise<SignalingServer> {
  const server = await createSignalingServer({ secret: 'a secret for the tests', ...options });
  onTestFinished(() => server.close());
  return server;
}

type Message<T extends FromServer['type']> = Extract<FromServer, { type: T }>;
type As = Extract<ToServer, { type: 'hello' }>['as'];

export interface TestClient {
  readonly socket: WebSocket;
  /** The next message, which must be of this type. */
  take<T extends FromServer['type']>(type: T): Promise<Message<T>>;
  /** The next relayed frame. */
  frame(): Promise<Buffer>;
  send(message: ToServer | Record<string, unknown>): void;
  sendRaw(data: string | Buffer): void;
  /** Asserts that nothing has come that was not taken: an answered ping is a barrier. */
  nothing(): Promise<void>;
  /** Awaits the error, which must be the last message, and the end. */
  refused(code: SignalingErrorCode): Promise<Message<'error'>>;
  /** The close code, once the socket has closed. */
  readonly closed: Promise<number>;
  close(): Promise<void>;
}

export interface ClientOptions {
  /** As a proxy would name the client. */
  readonly from?: string;
  readonly rejectUnauthorized?: boolean;
}

/** Opens a socket and says nothing yet. */
export async function connect(server: { signalingUrl: string }, options: ClientOptions = {}): Promise<TestClient> {
  const socket = new WebSocket(server.signalingUrl, {
    headers: options.from === undefined ? {} : { 'x-forwarded-for': options.from },
    rejectUnauthorized: options.rejectUnauthorized ?? true,
  });
  const messages = queue<FromServer>();
  const frames = queue<Buffer>();
  const closed = new Promise<number>((resolve) => socket.on('close', resolve));
  socket.on('error', () => {}); // 'close' follows
  socket.on('message', (data: Buffer, isBinary) => {
    if (isBinary) frames.put(data);
    else messages.put(v.parse(FromServer, JSON.parse(data.toString())));
  });
  onTestFinished(() => socket.terminate());
  await new Promise<void>((resolve, reject) => socket.once('open', resolve).once('error', reject));

  const take: TestClient['take'] = async (type) => {
    const message = await messages.take();
    if (isOf(message, type)) return message;
    throw new Error(`expected ${type}, got ${JSON.stringify(message)}`);
  };
  return {
    socket,
    take,
    frame: frames.take,
    send: (message) => socket.send(JSON.stringify(message)),
    sendRaw: (data) => socket.send(data, { binary: typeof data !== 'string' }),
    async nothing() {
      socket.send('{"type":"ping"}');
      await take('pong');
    },
    async refused(code) {
      const error = await take('error');
      if (error.code !== code) throw new Error(`expected ${code}, got ${JSON.stringify(error)}`);
      await closed;
      if (messages.size() > 0) throw new Error('a message came after the error');
      return error;
    },
    closed,
    async close() {
      socket.close();
      await closed;
    },
  };
}

function isOf<T extends FromServer['type']>(message: FromServer, type: T): message is Message<T> {
  return message.type === type;
}

/** Connects and says hello. */
export async function join(
  server: { signalingUrl: string },
  as: As,
  options?: ClientOptions,
): Promise<TestClient & { readonly welcome: Message<'welcome'> }> {
  const client = await connect(server, options);
  client.send({ type: 'hello', protocol: PROTOCOL_VERSION, as });
  return { ...client, welcome: await client.take('welcome') };
}

/** An owner with a room: a new one, or its own again. */
export async function joinOwner(
  server: { signalingUrl: string },
  more: { open?: boolean; room?: Message<'welcome'>['room'] } = {},
) {
  const owner = await join(server, { role: 'owner', room: more.room ?? null, open: more.open ?? false });
  const { room } = owner.welcome;
  if (!room) throw new Error('an owner without a room');
  return { ...owner, room };
}

/** Holds what comes until it is taken; takers wait in turn. */
function queue<T>() {
  const items: T[] = [];
  const takers: ((item: T) => void)[] = [];
  return {
    put(item: T) {
      const taker = takers.shift();
      if (taker) taker(item);
      else items.push(item);
    },
    take(): Promise<T> {
      const item = items.shift();
      return item === undefined ? new Promise((resolve) => takers.push(resolve)) : Promise.resolve(item);
    },
    size: () => items.length,
  };
}

/** A folder that ends with the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(path(tmpdir(), 'tabgrid-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A folder of files with the content given. */
export async function folderOf(files: Readonly<Record<string, string | Buffer>>): Promise<string> {
  const folder = await temporaryFolder();
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(path(folder, name)), { recursive: true });
    await writeFile(path(folder, name), content);
  }
  return folder;
}
