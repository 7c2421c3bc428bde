import { type Bytes, bytesOf, concatBytes } from './bytes.js';

/** DEFLATE without a wrapper (RFC 1951), as browsers, Workers and Node have it. */

/** Bytes that do not inflate, or to more than was agreed. */
export class InflateError extends Error {
  override name = 'InflateError';
}

export async function deflated(bytes: Uint8Array): Promise<Bytes> {
  const { readable, writable } = new CompressionStream('deflate-raw');
  return await through(readable, writable, bytes, Number.POSITIVE_INFINITY);
}

/**
 * The inverse of {@link deflated}.
 * @param most bytes that it may become; it is given up as soon as it is more
 * @throws InflateError
 */
export async function inflated(bytes: Uint8Array, most: number): Promise<Bytes> {
  const { readable, writable } = new DecompressionStream('deflate-raw');
  try {
    return await through(readable, writable, bytes, most);
  } catch (error) {
    if (error instanceof InflateError) throw error;
    throw new InflateError(`bytes that do not inflate: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function through(
  readable: ReadableStream<Uint8Array>,
  writable: WritableStream<BufferSource>,
  bytes: Uint8Array,
  most: number,
): Promise<Bytes> {
  const writer = writable.getWriter();
  // What fails on this side fails on the other one too, which is waited for.
  void writer.write(bytesOf(bytes)).catch(() => {});
  void writer.close().catch(() => {});
  const reader = readable.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return concatBytes(chunks);
    length += value.byteLength;
    if (length > most) {
      void reader.cancel().catch(() => {});
      throw new InflateError(`it inflates to more than ${most} bytes`);
    }
    chunks.push(value);
  }
}
