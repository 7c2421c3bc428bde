import { readGiven } from './kept-file.js';
import { type Address, parseAddress } from './network.js';
import { SettingError } from './setting.js';

/** Where an address comes from, as coarse as an owner may know it; null where nobody knows. */
export interface Origin {
  /** Such as `FR`. */
  readonly region: string | null;
  /** The autonomous system: `AS64500 EXAMPLE`. */
  readonly provider: string | null;
}

export interface OriginTable {
  find(address: Address): Origin;
}

/** Of an address that is in no table. */
export const UNKNOWN_ORIGIN: Origin = { region: null, provider: null };

/** Without a table nobody knows anything. */
export const NO_ORIGINS: OriginTable = { find: () => UNKNOWN_ORIGIN };

/** What the wire takes of a tag. */
const MOST_CHARACTERS = 64;

/** What the public tables say where they know nothing. */
const NOTHING = ['', '-', 'None', 'Unknown', 'ZZ', 'Not routed'];

/**
 * Ranges of one family, ascending and apart. An address is two 64-bit halves (IPv4: the lower one): half a million rows take some
 * twenty megabytes.
 */
interface Ranges {
  readonly first: readonly [high: bigint[], low: bigint[]];
  readonly last: readonly [high: bigint[], low: bigint[]];
  readonly origins: number[];
}

type Halves = readonly [high: bigint, low: bigint];

/** @throws SettingError that names the file and the line */
export async function loadOriginTable(setting: string, path: string): Promise<OriginTable> {
  const text = await readGiven(setting, path);
  try {
    return parseOriginTable(text);
  } catch (error) {
    if (error instanceof SettingError) throw new SettingError(`${setting}: ${path}: ${error.message}`);
    throw error;
  }
}

/**
 * Reads rows of first address, last address, AS number, region and name with tabs between them, as the public ip-to-ASN tables
 * have them: the ranges of each family ascending and apart; empty lines and lines that begin with `#` count for nothing.
 * @throws SettingError that names the line
 */
export function parseOriginTable(text: string): OriginTable {
  const families = { ipv4: emptyRanges(), ipv6: emptyRanges() };
  const origins = new Map<string, number>();
  const list: Origin[] = [];
  let line = 0;
  for (let at = 0; at < text.length; ) {
    const end = text.indexOf('\n', at);
    const row = text.slice(at, end < 0 ? text.length : end).replace(/\r$/, '');
    at = end < 0 ? text.length : end + 1;
    line++;
    if (row.trim() === '' || row.startsWith('#')) continue;
    const { first, last, origin } = readRow(row, line);
    const name = JSON.stringify(origin);
    let index = origins.get(name);
    if (index === undefined) {
      index = list.push(origin) - 1;
      origins.set(name, index);
    }
    append(families[first.family], halves(first), halves(last), index, line);
  }
  if (list.length === 0) throw new SettingError('the table has no rows');
  return {
    find(address) {
      const index = find(families[address.family], halves(address));
      return (index === null ? undefined : list[index]) ?? UNKNOWN_ORIGIN;
    },
  };
}

interface Row {
  readonly first: Address;
  readonly last: Address;
  readonly origin: Origin;
}

function readRow(row: string, line: number): Row {
  const [from = '', to = '', number = '', region = '', name = ''] = row.split('\t');
  const [first, last] = [parseAddress(from), parseAddress(to)];
  const wrong = (what: string) => new SettingError(`line ${line}: ${what}`);
  if (!first || !last || first.family !== last.family) {
    throw wrong('it does not begin with the first and the last address of a range, with a tab between them');
  }
  if (!/^(AS)?\d{1,10}$/i.test(number))
    throw wrong(`"${number.slice(0, 20)}" is not the number of an autonomous system`);
  const as = number.replace(/^AS/i, '');
  const provider = Number(as) === 0 ? null : `AS${as} ${known(name) ?? ''}`.trim().slice(0, MOST_CHARACTERS);
  return { first, last, origin: { region: known(region)?.slice(0, MOST_CHARACTERS) ?? null, provider } };
}

function known(text: string): string | null {
  const plain = text.trim();
  return NOTHING.includes(plain) ? null : plain;
}

function emptyRanges(): Ranges {
  return { first: [[], []], last: [[], []], origins: [] };
}

function halves({ bytes }: Address): Halves {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return [value >> 64n, value & 0xffff_ffff_ffff_ffffn];
}

const isBefore = ([a, b]: Halves, [x, y]: Halves): boolean => a < x || (a === x && b < y);

const at = ([high, low]: readonly [bigint[], bigint[]], i: number): Halves => [high[i] ?? 0n, low[i] ?? 0n];

function append({ first, last, origins }: Ranges, from: Halves, to: Halves, origin: number, line: number): void {
  if (isBefore(to, from)) throw new SettingError(`line ${line}: the range ends before it begins`);
  const count = origins.length;
  if (count > 0 && !isBefore(at(last, count - 1), from)) {
    throw new SettingError(`line ${line}: the range does not lie behind the one before it; sort the table by address`);
  }
  origins.push(origin);
  for (const half of [0, 1] as const) {
    first[half].push(from[half]);
    last[half].push(to[half]);
  }
}

/** The last range that begins at the address or before it, if it reaches so far. */
function find({ first, last, origins }: Ranges, address: Halves): number | null {
  let low = 0;
  let high = origins.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBefore(address, at(first, middle))) high = middle;
    else low = middle + 1;
  }
  if (low === 0 || isBefore(at(last, low - 1), address)) return null;
  return origins[low - 1] ?? null;
}
