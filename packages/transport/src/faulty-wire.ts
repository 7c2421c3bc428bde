import type { Bytes } from '@tabgrid/protocol/bytes';
import type { Wire, WireListener } from './wire.js';

/** A wire with a tap and a pair of pliers, for tests over any adapter. */
export interface FaultyWire extends Wire {
  /** From now on nothing leaves and nothing comes, and nobody is told: a pulled cable, a frozen tab. */
  cut(): void;
  mend(): void;
  /** Changes each frame that leaves; null swallows it. */
  onTheWay(change: (frame: Bytes) => Bytes | null): void;
  /** Bytes of the frames that left. */
  readonly written: number;
}

export function createFaultyWire(wire: Wire): FaultyWire {
  let isCut = false;
  let change = (frame: Bytes): Bytes | null => frame;
  let written = 0;
  return {
    write(frame) {
      const changed = isCut ? null : change(frame);
      if (!changed) return;
      written += changed.byteLength;
      wire.write(changed);
    },
    writable: () => wire.writable(),
    path: () => wire.path(),
    destroy: () => wire.destroy(),
    listen(listener: WireListener) {
      wire.listen({
        frame(bytes) {
          if (!isCut) listener.frame(bytes);
        },
        drain: () => listener.drain(),
        suspect: () => listener.suspect(),
        end: (reason) => listener.end(reason),
      });
    },
    cut() {
      isCut = true;
    },
    mend() {
      isCut = false;
    },
    onTheWay(next) {
      change = next;
    },
    get written() {
      return written;
    },
  };
}
