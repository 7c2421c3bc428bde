import { type Bytes, bytesOf, concatBytes } from './bytes.js';
import { deflated, InflateError, inflated } from './deflate.js';
import { MAX_PATCHED_BYTES } from './limits.js';

/**
 * Patches: bytes told by how they differ from others that both sides have (bases). All of it is 32-bit words, little-endian.
 *
 * Each word is expected to be one of a base, or 0 where no base has anything like it; what it is beyond that travels, so that nothing
 * is rounded; nothing travels of runs that are as they are expected. For DEFLATE to find something, words are put together that are
 * alike: the target is a row of tables, whose differences lie column by column, their lowest bytes first, then the next ones.
 *
 *   words
 *   tables, { rows, 2·columns + 1 if chained } …
 *   runs, { 2·(base + 1) + 1 if exact, where it goes on (signed; of a base alone), words } …     all variable-length integers
 *   differences: 4 bytes a word, by table, by byte, by column, by row; signs in the lowest bits
 *
 * and all of it deflated.
 */

/** So many words are expected to be those of a base, from `at` on; of no base (null): to be 0. */
export interface Run {
  readonly base: number | null;
  readonly at: number;
  readonly words: number;
}

interface ToldRun extends Run {
  /** Whether all of it is as expected. */
  readonly exact: boolean;
}

export interface Table {
  readonly rows: number;
  readonly columns: number;
  /** Whether rows are told by how they differ from the row above. */
  readonly chained?: boolean;
}

/** How a target is told: its tables and its runs follow one another, and are all of it. */
export interface PatchPlan {
  readonly tables: readonly Table[];
  readonly runs: readonly Run[];
}

export type Words = Int32Array<ArrayBuffer>;

/** A patch that is none, or does not belong to these bases. */
export class PatchError extends Error {
  override name = 'PatchError';
}

/** Beside the differences. */
const MOST_HEADER_BYTES = 1024 * 1024;
const MOST_TABLES = 64;

/** @throws RangeError for a plan that is not of this target and these bases, and for a target beyond MAX_PATCHED_BYTES */
export async function makePatch(target: Words, bases: readonly Words[], plan: PatchPlan): Promise<Bytes> {
  if (target.byteLength > MAX_PATCHED_BYTES) throw new RangeError(`a patch for ${target.byteLength} bytes`);
  checkPlan(target.length, bases, plan, (why) => new RangeError(why));
  const tables = plan.tables.filter(({ rows, columns }) => rows * columns > 0);
  const runs = toldRuns(target, bases, plan.runs);
  const header: number[] = [];
  pushNumber(header, target.length);
  pushNumber(header, tables.length);
  for (const { rows, columns, chained } of tables) {
    pushNumber(header, rows);
    pushNumber(header, 2 * columns + (chained ? 1 : 0));
  }
  pushNumber(header, runs.length);
  const next = new Map<number, number>();
  for (const { base, at, words, exact } of runs) {
    pushNumber(header, 2 * (base === null ? 0 : base + 1) + (exact ? 1 : 0));
    if (base !== null) {
      pushNumber(header, folded(at - (next.get(base) ?? 0)));
      next.set(base, at + words);
    }
    pushNumber(header, words);
  }
  if (header.length > MOST_HEADER_BYTES) throw new RangeError('a plan of too many runs');
  const expected = expectedBy(target.length, bases, runs);
  const planes = new Uint8Array(4 * differing(runs));
  eachByColumn(tables, exactBy(target.length, runs), (word, above, plane, step) => {
    const was = above === null ? (expected[word] ?? 0) : (target[above] ?? 0);
    const difference = folded(((target[word] ?? 0) - was) | 0);
    for (let byte = 0; byte < 4; byte++) planes[plane + byte * step] = difference >>> (8 * byte);
  });
  return await deflated(concatBytes([Uint8Array.from(header), planes]));
}

/**
 * The target of a patch.
 * @param bytes of the target
 * @throws PatchError
 */
export async function applyPatch(patch: Uint8Array, bases: readonly Words[], bytes: number): Promise<Bytes> {
  if (bytes > MAX_PATCHED_BYTES) throw new PatchError(`a patch for ${bytes} bytes`);
  const raw = await inflated(patch, bytes + MOST_HEADER_BYTES).catch((error: unknown) => {
    throw error instanceof InflateError ? new PatchError(error.message) : error;
  });
  const reader = readerOf(raw);
  const length = reader.number();
  if (4 * length !== bytes) throw new PatchError(`a patch for ${4 * length} bytes, not for ${bytes}`);
  const tables = reader.list(MOST_TABLES, (): Table => {
    const rows = reader.number();
    const columns = reader.number();
    return { rows, columns: columns >>> 1, chained: (columns & 1) === 1 };
  });
  const next = new Map<number, number>();
  const runs = reader.list(length, (): ToldRun => {
    const told = reader.number();
    const exact = (told & 1) === 1;
    const base = (told >>> 1) - 1;
    if (base < 0) return { base: null, at: 0, words: reader.number(), exact };
    const at = (next.get(base) ?? 0) + unfolded(reader.number());
    const words = reader.number();
    next.set(base, at + words);
    return { base, at, words, exact };
  });
  checkPlan(length, bases, { tables, runs }, (why) => new PatchError(why));
  const planes = raw.subarray(reader.at);
  if (planes.byteLength !== 4 * differing(runs)) throw new PatchError('differences that are not as many as the words');
  const target = expectedBy(length, bases, runs);
  eachByColumn(tables, exactBy(length, runs), (word, above, plane, step) => {
    let difference = 0;
    for (let byte = 0; byte < 4; byte++) difference |= (planes[plane + byte * step] ?? 0) << (8 * byte);
    const was = above === null ? (target[word] ?? 0) : (target[above] ?? 0);
    target[word] = was + unfolded(difference >>> 0);
  });
  return bytesOf(target);
}

function checkPlan(
  words: number,
  bases: readonly Words[],
  { tables, runs }: PatchPlan,
  wrong: (why: string) => Error,
): void {
  const sum = (of: readonly number[]) => of.reduce((all, one) => all + one, 0);
  if (sum(tables.map(({ rows, columns }) => rows * columns)) !== words) throw wrong('tables that are not all words');
  if (sum(runs.map((run) => run.words)) !== words) throw wrong('runs that are not all words');
  for (const { base, at, words: length } of runs) {
    if (base !== null && (at < 0 || at + length > (bases[base]?.length ?? -1)))
      throw wrong('a run of what no base has');
  }
}

function expectedBy(length: number, bases: readonly Words[], runs: readonly Run[]): Words {
  const out = new Int32Array(length);
  let to = 0;
  for (const { base, at, words } of runs) {
    const from = base === null ? undefined : bases[base];
    if (from) out.set(from.subarray(at, at + words), to);
    to += words;
  }
  return out;
}

/** Runs that are exact as far as they go; without empty ones. */
function toldRuns(target: Words, bases: readonly Words[], runs: readonly Run[]): readonly ToldRun[] {
  let from = 0;
  return runs.flatMap((run) => {
    const { base, at, words } = run;
    const was = base === null ? undefined : bases[base];
    let same = 0;
    while (same < words && target[from + same] === (was?.[at + same] ?? 0)) same++;
    from += words;
    return words > 0 ? [{ ...run, exact: same === words }] : [];
  });
}

const differing = (runs: readonly ToldRun[]): number =>
  runs.reduce((sum, { words, exact }) => sum + (exact ? 0 : words), 0);

/** Of each word whether it is as expected. */
function exactBy(length: number, runs: readonly ToldRun[]): Uint8Array {
  const out = new Uint8Array(length);
  let from = 0;
  for (const { words, exact } of runs) {
    if (exact) out.fill(1, from, from + words);
    from += words;
  }
  return out;
}

/** @param visit gets a word that differs, the one above it that it is told by, where its lowest byte lies, and how far apart its bytes are */
function eachByColumn(
  tables: readonly Table[],
  exact: Uint8Array,
  visit: (word: number, above: number | null, plane: number, step: number) => void,
): void {
  let from = 0;
  let plane = 0;
  for (const { rows, columns, chained } of tables) {
    const words = rows * columns;
    if (words === 0) continue;
    let step = 0;
    for (let word = from; word < from + words; word++) if (exact[word] === 0) step++;
    let at = plane;
    for (let column = 0; column < columns; column++) {
      for (let row = 0; row < rows; row++) {
        const word = from + row * columns + column;
        if (exact[word] === 0) visit(word, chained && row > 0 ? word - columns : null, at++, step);
      }
    }
    from += words;
    plane += 4 * step;
  }
}

/** Signed as unsigned: small ones stay small. */
const folded = (x: number): number => ((x << 1) ^ (x >> 31)) >>> 0;
const unfolded = (x: number): number => (x >>> 1) ^ -(x & 1);

function pushNumber(to: number[], number: number): void {
  let left = number >>> 0;
  while (left >= 128) {
    to.push((left & 127) | 128);
    left >>>= 7;
  }
  to.push(left);
}

function readerOf(bytes: Uint8Array) {
  let at = 0;
  const number = (): number => {
    let sum = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = bytes[at++];
      if (byte === undefined) throw new PatchError('a patch that ends too soon');
      sum += (byte & 127) * 2 ** shift;
      if (byte < 128) return sum > 0xffff_ffff ? wrong() : sum;
    }
    return wrong();
  };
  const wrong = (): never => {
    throw new PatchError('a number that is none');
  };
  return {
    number,
    list<T>(most: number, read: () => T): readonly T[] {
      const count = number();
      if (count > most) throw new PatchError(`a list of ${count}`);
      return Array.from({ length: count }, read);
    },
    get at() {
      return at;
    },
  };
}
