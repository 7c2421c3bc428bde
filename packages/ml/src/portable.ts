/**
 * Values with typed arrays as JSON, for files and for hashes: the same value always gives the same text. A Float32Array is
 * `{ "f32": BASE64 }` of its little-endian bytes; keys are in the order of the alphabet.
 */

const TAG = 'f32';

/** @throws TypeError for what is neither JSON nor a Float32Array, NaN and infinities outside of one included */
export function toPortable(value: unknown): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (value instanceof Float32Array) return { [TAG]: toBase64(value) };
  if (Array.isArray(value)) return value.map(toPortable);
  if (typeof value === 'object' && isPlain(value)) {
    const entries = Object.entries(value).filter(([, field]) => field !== undefined);
    return Object.fromEntries(
      entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, field]) => [key, toPortable(field)]),
    );
  }
  throw new TypeError(`a ${typeof value} that has no place in a file`);
}

/** Gives the typed arrays back. @throws TypeError for a tag whose text is no base64 of whole floats */
export function fromPortable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fromPortable);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [first] = entries;
  if (entries.length === 1 && first?.[0] === TAG) return fromBase64(first[1]);
  return Object.fromEntries(entries.map(([key, field]) => [key, fromPortable(field)]));
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** `String.fromCharCode` takes so many arguments everywhere. */
const PIECE = 8192;

function toBase64(floats: Float32Array): string {
  const bytes = new Uint8Array(floats.length * 4);
  const view = new DataView(bytes.buffer);
  for (const [i, float] of floats.entries()) view.setFloat32(4 * i, float, true);
  let text = '';
  for (let at = 0; at < bytes.length; at += PIECE) text += String.fromCharCode(...bytes.subarray(at, at + PIECE));
  return btoa(text);
}

function fromBase64(text: unknown): Float32Array<ArrayBuffer> {
  if (typeof text !== 'string' || text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) {
    throw new TypeError('numbers that are not written in base64');
  }
  const bytes = atob(text);
  if (bytes.length % 4 !== 0) throw new TypeError('numbers that are cut off');
  const view = new DataView(new ArrayBuffer(bytes.length));
  for (let i = 0; i < bytes.length; i++) view.setUint8(i, bytes.charCodeAt(i));
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(4 * i, true));
}
