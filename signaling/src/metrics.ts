import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { RoomCounts } from './rooms.js';

/** What `/metrics` shows. Counts only: no ids, no addresses. */
export interface Metrics {
  readonly contentType: string;
  text(): Promise<string>;
  /** A message came in, by its type. */
  message(type: string): void;
  /** A signal was passed from one page to another. */
  signal(): void;
  /** A relayed frame of that many bytes was passed on. */
  relayed(bytes: number): void;
  /** A socket ended; `why` is an error code, or left, silent, stalled. */
  ended(why: string): void;
  /** A connection was turned away before it had a socket. */
  turnedAway(why: 'server' | 'address'): void;
  request(status: number): void;
}

export interface MetricsDeps {
  readonly connections: () => number;
  readonly counts: () => RoomCounts;
  readonly relayBuffered: () => number;
  /** Whether the process's own metrics (memory, event loop) are shown too: once a process. */
  readonly process: boolean;
}

export function createMetrics(deps: MetricsDeps): Metrics {
  const registry = new Registry();
  const registers = [registry];
  if (deps.process) collectDefaultMetrics({ register: registry });
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name: `tabgrid_${name}`,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  gauge('connections', 'Open WebSockets', deps.connections);
  gauge('rooms', 'Rooms with an owner', () => deps.counts().owned);
  gauge('volunteers', 'Volunteers in rooms', () => deps.counts().volunteers);
  gauge('pool_volunteers', 'Volunteers waiting in the public pool', () => deps.counts().pool);
  gauge('waiting_volunteers', 'Volunteers without an owner, in the pool or in a room', () => deps.counts().waiting);
  gauge('relay_buffered_bytes', 'Relayed bytes on their way to receivers', deps.relayBuffered);
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    new Counter({ name: `tabgrid_${name}`, help, labelNames, registers });
  const messages = counter('messages_total', 'Signaling messages received, by type', ['type']);
  const signals = counter('signals_total', 'Signals passed on', []);
  const frames = counter('relay_frames_total', 'Relayed frames passed on', []);
  const bytes = counter('relay_bytes_total', 'Relayed bytes passed on', []);
  const ended = counter('sockets_ended_total', 'WebSockets that ended, by reason', ['why']);
  const turnedAway = counter('connections_turned_away_total', 'WebSockets refused before the handshake', ['why']);
  const requests = counter('http_requests_total', 'HTTP requests, by status', ['status']);
  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    message: (type) => messages.inc({ type }),
    signal: () => signals.inc(),
    relayed(count) {
      frames.inc();
      bytes.inc(count);
    },
    ended: (why) => ended.inc({ why }),
    turnedAway: (why) => turnedAway.inc({ why }),
    request: (status) => requests.inc({ status }),
  };
}
