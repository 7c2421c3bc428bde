import { randomBytes } from 'node:crypto';
import { createServer as createHttpServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Clock } from '@tabgrid/protocol/clock';
import { MAX_FRAME_BYTES } from '@tabgrid/protocol/limits';
import { type IceServer, RELAY_HEADER_BYTES, SIGNALING_PATH } from '@tabgrid/protocol/signaling';
import { type Logger, pino } from 'pino';
import { WebSocketServer } from 'ws';
import { createAdmission } from './admission.js';
import { systemClock } from './clock.js';
import { createRequestListener } from './http.js';
import { createHub } from './hub.js';
import { iceServersFor, type TurnOptions } from './ice.js';
import { DEFAULT_LIMITS, type Limits } from './limits.js';
import { clientAddress, countedAs, networkOf, type TrustProxy } from './network.js';
import { NO_ORIGINS, type OriginTable } from './origin-table.js';
import { loadPages } from './pages.js';
import { TypedErrorSocket } from './refusal.js';
import { createTokens } from './tokens.js';

export interface SignalingOptions {
  /** An address of this machine; 127.0.0.1 by default. */
  readonly host?: string;
  /** 0 (the default) takes a free one. */
  readonly port?: number;
  /** Certificate and key in PEM form; without them plain HTTP. */
  readonly tls?: { readonly cert: string; readonly key: string } | null;
  /** Makes owner tokens. By default one that ends with the process, and every ownership with it. */
  readonly secret?: string;
  /** The built pages' folder; null (the default) serves none. */
  readonly pages?: string | null;
  /** Whether `/bench/` is served too. */
  readonly bench?: boolean;
  /** Where this server is reached from outside: an origin, such as `https://grid.example.org`. */
  readonly publicUrl?: string | null;
  /** None by default. */
  readonly iceServers?: readonly IceServer[];
  readonly turn?: TurnOptions | null;
  readonly trustProxy?: TrustProxy;
  /** Where addresses come from; by default nobody knows. */
  readonly origins?: OriginTable;
  readonly limits?: Partial<Limits>;
  /** Silent by default. */
  readonly log?: Logger;
  /** Of all times but those in credentials; the machine's by default. */
  readonly clock?: Clock;
  /** Whether `/metrics` shows the process's own figures too: for one server a process. */
  readonly processMetrics?: boolean;
}

export interface SignalingServer {
  /** The origin at which this machine reaches it, without a trailing slash. */
  readonly url: string;
  /** The WebSocket's address. */
  readonly signalingUrl: string;
  readonly port: number;
  /** Tells everybody, closes, and resolves when the port is free. Idempotent. */
  close(): Promise<void>;
}

/** The port is taken, may not be used, or the address is not this machine's. The message is for a person. */
export class ListenError extends Error {
  override name = 'ListenError';
}

/** How long a request may take to come in, headers and all. */
const REQUEST_MS = 30_000;

/** Starts a server. @throws ListenError */
export async function createSignalingServer(options: SignalingOptions = {}): Promise<SignalingServer> {
  const { host = '127.0.0.1', port = 0, tls = null, publicUrl = null, trustProxy = { kind: 'none' } } = options;
  const { origins = NO_ORIGINS } = options;
  const limits: Limits = { ...DEFAULT_LIMITS, ...options.limits };
  const log = options.log ?? pino({ level: 'silent' });
  const clock = options.clock ?? systemClock;
  const turn = options.turn ?? null;
  let closing: Promise<void> | null = null;

  const hub = createHub({
    clock,
    limits,
    tokens: createTokens(options.secret ?? randomBytes(32).toString('base64url')),
    log,
    publicUrl,
    iceServersFor: (peer) => iceServersFor(peer, options.iceServers ?? [], turn, Date.now()),
    processMetrics: options.processMetrics ?? false,
  });
  const pages = options.pages ? await loadPages(options.pages, { bench: options.bench ?? false }) : null;
  const listener = createRequestListener({ pages, metrics: hub.metrics, publicUrl, stopping: () => closing !== null });
  const timeouts = { requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS };
  const server: Server = tls
    ? createHttpsServer({ ...tls, ...timeouts }, listener)
    : createHttpServer(timeouts, listener);
  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: true,
    perMessageDeflate: false,
    maxPayload: Math.max(limits.maxMessageBytes, RELAY_HEADER_BYTES + MAX_FRAME_BYTES),
    WebSocket: TypedErrorSocket,
  });
  const admission = createAdmission(limits);

  server.on('upgrade', (request: IncomingMessage, raw: Duplex, head: Buffer) => {
    raw.on('error', () => raw.destroy());
    if (request.url?.split('?', 1)[0] !== SIGNALING_PATH) return turnAway(raw, '404 Not Found');
    const forwarded = request.headers['x-forwarded-for'];
    const address = clientAddress(request.socket.remoteAddress ?? '', forwarded?.toString(), trustProxy);
    if (!address) return turnAway(raw, '400 Bad Request');
    const place = countedAs(address);
    const entry = admission.enter(place);
    if (typeof entry === 'object') {
      hub.metrics.turnedAway(entry.turnedAway);
      return turnAway(raw, entry.turnedAway === 'server' ? '503 Service Unavailable' : '429 Too Many Requests');
    }
    raw.once('close', () => admission.leave(place));
    sockets.handleUpgrade(request, raw, head, (socket) => {
      const session = hub.accept(socket, { network: networkOf(address), ...origins.find(address) });
      if (entry === 'admitted') return;
      log.warn({ address: place }, 'an address has too many connections');
      session.refuse('tooMany', `more than ${limits.maxConnectionsPerAddress} connections from your address`);
    });
  });

  await listen(server, host, port);
  const bound = portOf(server.address());
  log.info({ host, port: bound, tls: tls !== null }, 'listening');

  async function close(): Promise<void> {
    hub.shutDown();
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeIdleConnections();
    const cancel = clock.after(limits.shutdownTime, () => {
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
    });
    await closed;
    cancel();
    log.info('stopped');
  }

  const authority = `${reachable(host)}:${bound}`;
  return {
    url: `${tls ? 'https' : 'http'}://${authority}`,
    signalingUrl: `${tls ? 'wss' : 'ws'}://${authority}${SIGNALING_PATH}`,
    port: bound,
    close() {
      closing ??= close();
      return closing;
    },
  };
}

function turnAway(raw: Duplex, status: string): void {
  raw.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

/** The host by which this machine reaches a server that listens at `host`. */
function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}

const LISTEN_WORDS: Readonly<Record<string, (host: string, port: number) => string>> = {
  EADDRINUSE: (_, port) => `Port ${port} is in use. Choose another one with --port.`,
  EACCES: (_, port) => `Port ${port} may not be used by this account. Choose one from 1024 on with --port.`,
  EADDRNOTAVAIL: (host) => `${host} is not an address of this machine. Choose another one with --host.`,
  ENOTFOUND: (host) => `The name ${host} is unknown. Choose an address of this machine with --host.`,
};

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const words = LISTEN_WORDS[error.code ?? ''];
      reject(words ? new ListenError(words(host, port), { cause: error }) : error);
    });
    server.listen(port, host, resolve);
  });
}
