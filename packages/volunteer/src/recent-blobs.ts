import type { BlobRef } from '@tabgrid/protocol/blob';
import type { Bytes } from '@tabgrid/protocol/bytes';
import type { BlobId, JobId } from '@tabgrid/protocol/ids';

/**
 * Blobs in memory, for a while: inputs that came along with tasks, and what kernels left as bases of patches. At most so many bytes:
 * the least recently used goes first.
 */
export interface RecentBlobs {
  has(ref: BlobRef): boolean;
  /** Not a copy. */
  get(ref: BlobRef): Bytes | null;
  /** @param job that it belongs to from now on */
  put(ref: BlobRef, bytes: Bytes, job: JobId): void;
  /** Of this job; null: of all of them. */
  forget(job: JobId | null): void;
  readonly bytes: number;
}

export function createRecentBlobs(mostBytes: number): RecentBlobs {
  /** The one used last stands last. */
  const blobs = new Map<BlobId, { readonly bytes: Bytes; readonly job: JobId }>();
  let total = 0;

  const drop = (id: BlobId): void => {
    total -= blobs.get(id)?.bytes.byteLength ?? 0;
    blobs.delete(id);
  };

  const put = ({ id }: BlobRef, bytes: Bytes, job: JobId): void => {
    drop(id);
    if (bytes.byteLength > mostBytes) return;
    blobs.set(id, { bytes, job });
    total += bytes.byteLength;
    for (const oldest of blobs.keys()) {
      if (total <= mostBytes) return;
      drop(oldest);
    }
  };

  return {
    has: ({ id, bytes }) => blobs.get(id)?.bytes.byteLength === bytes,
    get(ref) {
      const found = blobs.get(ref.id);
      if (found?.bytes.byteLength !== ref.bytes) return null;
      put(ref, found.bytes, found.job);
      return found.bytes;
    },
    put,
    forget(job) {
      for (const [id, of] of [...blobs]) if (job === null || of.job === job) drop(id);
    },
    get bytes() {
      return total;
    },
  };
}
