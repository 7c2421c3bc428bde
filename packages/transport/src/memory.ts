import type { Bytes } from '@tabgrid/protocol/bytes';
import type { Clock } from '@tabgrid/protocol/clock';
import { createLink } from './create-link.js';
import type { Link, LinkPath } from './link.js';
import type { Wire, WireListener } from './wire.js';

/** A wire takes frames until so much is under way. */
const HIGH_WATER_BYTES = 256 * 1024;

/** One end of a wire inside one page, with what tests need to break it. */
export interface MemoryWire extends Wire {
  /** From now on frames that this end writes vanish, and nobody is told: a frozen or unplugged other side. */
  mute(): void;
  /** Tells this end's listener that the wire may be broken, as ICE would. */
  shake(): void;
  /** Hands a frame to the other end as if this end had written it. */
  inject(frame: Bytes): void;
  /** Bytes written and not yet handed over. */
  readonly queuedBytes: number;
}

/**
 * Two ends of a wire inside one page. Frames are handed over in a microtask, by reference: neither side may change one
 * afterwards. As with a real wire, `destroy` drops what is under way.
 */
export function createMemoryWirePair(path: LinkPath = 'local'): [MemoryWire, MemoryWire] {
  const a = createEnd(path);
  const b = createEnd(path);
  a.connect(b);
  b.connect(a);
  return [a.wire, b.wire];
}

interface End {
  readonly wire: MemoryWire;
  connect(other: End): void;
  receive(frames: readonly Bytes[]): void;
  ended(): void;
}

function createEnd(path: LinkPath): End {
  let other: End | null = null;
  let listener: WireListener | null = null;
  let early: Bytes[] = [];
  let queue: Bytes[] = [];
  let queuedBytes = 0;
  let muted = false;
  let alive = true;
  let scheduled = false;

  const flush = (): void => {
    scheduled = false;
    const frames = queue;
    const wasFull = queuedBytes >= HIGH_WATER_BYTES;
    queue = [];
    queuedBytes = 0;
    if (!alive) return;
    other?.receive(frames);
    if (wasFull && alive) listener?.drain();
  };

  const enqueue = (frame: Bytes): void => {
    queue.push(frame);
    queuedBytes += frame.byteLength;
    if (scheduled) return;
    scheduled = true;
    queueMicrotask(flush);
  };

  return {
    wire: {
      write(frame) {
        if (alive && !muted) enqueue(frame);
      },
      writable: () => alive && queuedBytes < HIGH_WATER_BYTES,
      path: () => path,
      destroy() {
        if (!alive) return;
        alive = false;
        queueMicrotask(() => other?.ended());
      },
      listen(next) {
        listener = next;
        const frames = early;
        early = [];
        for (const frame of frames) if (alive) next.frame(frame);
      },
      mute() {
        muted = true;
      },
      shake: () => listener?.suspect(),
      inject: enqueue,
      get queuedBytes() {
        return queuedBytes;
      },
    },
    connect(end) {
      other = end;
    },
    receive(frames) {
      for (const frame of frames) {
        if (!alive) return;
        if (listener) listener.frame(frame);
        else early.push(frame);
      }
    },
    ended() {
      if (!alive) return;
      alive = false;
      listener?.end('the other side is gone');
    },
  };
}

/**
 * Two linked ends inside one page: for the dashboard that helps itself, and for tests. With a manual clock everything
 * settles in microtasks. Messages are not hashed: nothing lies between the two ends that could alter them.
 */
export function createMemoryLinkPair(clock: Clock): [Link, Link] {
  const [a, b] = createMemoryWirePair();
  const digest = (): Bytes => new Uint8Array(32);
  return [createLink(a, { clock, digest }), createLink(b, { clock, digest })];
}
