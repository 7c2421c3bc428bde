import type { BlobRef } from '@tabgrid/protocol/blob';
import type { Bytes } from '@tabgrid/protocol/bytes';
import type { BlobId } from '@tabgrid/protocol/ids';

/**
 * Blobs in memory, for a while: inputs that came along with tasks, and what kernels left as bases of patches. At most so many bytes:
 * the least recently used goes first.
 */
export interface RecentBlobs {
  has(ref: BlobRef): boolean;
  /** Not a copy. */
  get(ref: BlobRef): Bytes | null;
  put(ref: BlobRef, bytes: Bytes): void;
  keepOnly(keep: ReadonlySet<BlobId>): void;
  readonly bytes: number;
}

export function createRecentBlobs(mostBytes: number): RecentBlobs {
  /** The one used last stands last. */
  const blobs = new Map<BlobId, Bytes>();
  let total = 0;

  const drop = (id: BlobId): void => {
    total -= blobs.get(id)?.byteLength ?? 0;
    blobs.delete(id);
  };

  const put = ({ id }: BlobRef, bytes: Bytes): void => {
    drop(id);
    if (bytes.byteLength > mostBytes) return;
    blobs.set(id, bytes);
    total += bytes.byteLength;
    for (const oldest of blobs.keys()) {
      if (total <= mostBytes) return;
      drop(oldest);
    }
  };

  return {
    has: ({ id, bytes }) => blobs.get(id)?.byteLength === bytes,
    get(ref) {
      const bytes = blobs.get(ref.id);
      if (bytes?.byteLength !== ref.bytes) return null;
      put(ref, bytes);
      return bytes;
    },
    put,
    keepOnly(keep) {
      for (const id of [...blobs.keys()]) if (!keep.has(id)) drop(id);
    },
    get bytes() {
      return total;
    },
  };
}
