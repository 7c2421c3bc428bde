import { BlockList, isIP } from 'node:net';
import { SettingError } from './setting.js';

/** An address as its bytes: 4 of them or 16. A v4-mapped IPv6 address is the IPv4 address in it. */
export interface Address {
  readonly family: 'ipv4' | 'ipv6';
  readonly bytes: readonly number[];
}

/** Reads an address as sockets and proxies write it: with a zone, in brackets, or with a port. */
export function parseAddress(text: string): Address | null {
  const bare = text.trim();
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(bare)?.[1];
  const withPort = /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(bare)?.[1];
  const address = (bracketed ?? withPort ?? bare).replace(/%.*$/, '');
  if (isIP(address) === 4) return { family: 'ipv4', bytes: address.split('.').map(Number) };
  if (isIP(address) !== 6) return null;
  const bytes = bytesOfV6(address);
  const mapped = bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255;
  return mapped ? { family: 'ipv4', bytes: bytes.slice(12) } : { family: 'ipv6', bytes };
}

/** @param address one that `isIP` takes as version 6 */
function bytesOfV6(address: string): number[] {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  const hex = (high = '0', low = '0') => ((Number(high) << 8) | Number(low)).toString(16);
  const text = dotted ? `${dotted[1]}${hex(dotted[2], dotted[3])}:${hex(dotted[4], dotted[5])}` : address;
  const [head = '', tail] = text.split('::');
  const words = (part: string) => (part === '' ? [] : part.split(':').map((word) => Number.parseInt(word, 16)));
  const first = words(head);
  const last = words(tail ?? '');
  const zeros = new Array<number>(tail === undefined ? 0 : 8 - first.length - last.length).fill(0);
  return [...first, ...zeros, ...last].flatMap((word) => [word >> 8, word & 255]);
}

/** The address in one canonical form. */
export function showAddress(address: Address): string {
  return address.family === 'ipv4' ? address.bytes.join('.') : wordsOf(address.bytes).join(':');
}

function wordsOf(bytes: readonly number[]): string[] {
  const words: string[] = [];
  for (let i = 0; i < bytes.length; i += 2) words.push((((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0)).toString(16));
  return words;
}

/** The network that an address is probably alone with: its /24 (IPv4) or /64 (IPv6). */
export function networkOf(address: Address): string {
  return address.family === 'ipv4'
    ? `${address.bytes.slice(0, 3).join('.')}.0/24`
    : `${wordsOf(address.bytes.slice(0, 8)).join(':')}::/64`;
}

/** What connections are counted by: an IPv4 address, or an IPv6 /64, which one subscriber has to itself. */
export function countedAs(address: Address): string {
  return address.family === 'ipv4' ? showAddress(address) : networkOf(address);
}

/** Which proxies' word about a client's address is taken. */
export type TrustProxy =
  | { readonly kind: 'none' }
  /** That many proxies stand in front, each adding to X-Forwarded-For. */
  | { readonly kind: 'hops'; readonly count: number }
  /** Whoever connects from these networks. */
  | { readonly kind: 'networks'; readonly includes: (address: Address) => boolean };

const NAMED: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  private: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
};

/**
 * Reads `--trust-proxy`: nothing, one number of hops, or networks in CIDR form (also single addresses, `loopback`,
 * `private`). @throws SettingError
 */
export function parseTrustProxy(entries: readonly string[]): TrustProxy {
  if (entries.length === 0) return { kind: 'none' };
  if (entries.length === 1 && /^\d{1,2}$/.test(entries[0] ?? '')) {
    const count = Number(entries[0]);
    return count === 0 ? { kind: 'none' } : { kind: 'hops', count };
  }
  const networks = new BlockList();
  for (const entry of entries.flatMap((name) => NAMED[name] ?? [name])) {
    const [base = '', bits] = entry.split('/');
    const address = parseAddress(base);
    const most = address?.family === 'ipv4' ? 32 : 128;
    const prefix = bits === undefined ? most : /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN;
    if (!address || !(prefix <= most)) {
      throw new SettingError(
        `"${entry}" is neither a number of proxies nor a network such as 10.0.0.0/8, loopback or private`,
      );
    }
    networks.addSubnet(showAddress(address), prefix, address.family);
  }
  return { kind: 'networks', includes: (address) => networks.check(showAddress(address), address.family) };
}

/**
 * The client's address behind trusted proxies. Only what trusted proxies wrote counts: the header is read from its end,
 * and what a client put in front of that is ignored. null when the socket's own address is unreadable.
 * @param forwardedFor the X-Forwarded-For header, client first
 */
export function clientAddress(socket: string, forwardedFor: string | undefined, trust: TrustProxy): Address | null {
  let current = parseAddress(socket);
  const claimed = (forwardedFor ?? '').split(',').reverse();
  for (let hop = 0; current && hop < claimed.length; hop++) {
    if (trust.kind === 'none' || (trust.kind === 'hops' && hop >= trust.count)) break;
    if (trust.kind === 'networks' && !trust.includes(current)) break;
    const next = parseAddress(claimed[hop] ?? '');
    if (!next) break;
    current = next;
  }
  return current;
}
