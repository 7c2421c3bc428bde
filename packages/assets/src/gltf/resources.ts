import type { Bytes } from '@tabgrid/protocol/bytes';
import { AssetError } from '../asset-error.js';

/** Hands over a file that lies beside a .gltf, by its relative path with `/`; null when there is none. */
export type ResourceLookup = (path: string) => Bytes | null;

/**
 * The bytes behind a glTF URI: a data: URI, or a file handed in beside the .gltf. Nothing is ever fetched, and a path
 * that leaves the model's folder is refused.
 * @throws AssetError
 */
export function readUri(uri: string, resource: ResourceLookup | undefined): Bytes {
  if (/^data:/i.test(uri)) return readDataUri(uri);
  const path = safeRelativePath(uri);
  const bytes = resource?.(path) ?? null;
  if (bytes === null) {
    throw new AssetError(`The file "${path}" that this glTF refers to is missing. Add it, or export one .glb file.`);
  }
  return bytes;
}

/**
 * A relative URI as a plain path: percent-decoded, `.` segments removed.
 * @throws AssetError for anything absolute, of another scheme, or that climbs out of its folder
 */
export function safeRelativePath(uri: string): string {
  const path = percentDecoded(uri);
  const segments = path.split('/').filter((segment) => segment !== '.' && segment !== '');
  const refused =
    path.startsWith('/') ||
    path.includes('\\') ||
    path.includes('\0') ||
    /^[a-z][a-z0-9+.-]*:/i.test(path) ||
    segments.includes('..') ||
    segments.length === 0;
  if (refused) {
    throw new AssetError(
      `The glTF refers to "${shown(uri)}", which is not inside its own folder. Export one .glb file instead.`,
    );
  }
  return segments.join('/');
}

function percentDecoded(uri: string): string {
  try {
    return decodeURIComponent(uri);
  } catch {
    return uri;
  }
}

function readDataUri(uri: string): Bytes {
  const comma = uri.indexOf(',');
  if (comma < 0) throw brokenDataUri(uri);
  const payload = uri.slice(comma + 1);
  if (!/;base64$/i.test(uri.slice(0, comma))) return new TextEncoder().encode(percentDecoded(payload));
  let binary: string;
  try {
    binary = atob(payload);
  } catch {
    throw brokenDataUri(uri);
  }
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

function brokenDataUri(uri: string): AssetError {
  return new AssetError(`The glTF holds a broken data: URI (${shown(uri)}). Export the model again.`);
}

function shown(uri: string): string {
  return uri.length > 60 ? `${uri.slice(0, 60)}…` : uri;
}
