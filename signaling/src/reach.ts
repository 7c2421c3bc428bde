import { networkInterfaces } from 'node:os';
import { parseAddress } from './network.js';
import { SettingError } from './setting.js';

/** By which addresses browsers reach a server, and what they will allow there. */

/** Hosts whose pages browsers treat as secure without TLS. */
export function isLoopback(host: string): boolean {
  if (host === 'localhost' || host.endsWith('.localhost')) return true;
  const address = parseAddress(host);
  if (address?.family === 'ipv4') return address.bytes[0] === 127;
  return address?.bytes.every((byte, i) => byte === (i === 15 ? 1 : 0)) ?? false;
}

/** Whether a server that listens there is reached by every address of its machine. */
export function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}

/** This machine's addresses on its networks, IPv4 first; none of the loopback and none that needs a zone. */
export function lanAddresses(interfaces = networkInterfaces()): string[] {
  const all = Object.values(interfaces).flatMap((list) => list ?? []);
  const outside = all.filter(({ internal, address }) => !internal && !/^fe80:/i.test(address));
  return outside.sort((a, b) => a.family.localeCompare(b.family)).map(({ address }) => address);
}

/** A host as it stands in a URL. */
export function hostInUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** Reads `--public-url`: an origin, for the pages lie at the root. @throws SettingError */
export function parsePublicUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const plain = url && /^https?:$/.test(url.protocol) && url.pathname === '/' && !url.search && !url.hash;
  if (!plain || url.username || url.password || url.origin.length > 256) {
    throw new SettingError(`"${text}" is not an address such as https://grid.example.org (without a path)`);
  }
  return url.origin;
}

/** Whether browsers give WebGPU and WebCrypto to the pages at this origin. */
export function isSecureOrigin(origin: string): boolean {
  const url = new URL(origin);
  return url.protocol === 'https:' || isLoopback(url.hostname.replace(/^\[|\]$/g, ''));
}
