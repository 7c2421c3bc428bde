/** Something with a place in an order: by `key`, equal ones by `seq`. Both stay as they are while it is listed. */
export interface Placed {
  readonly key: number;
  readonly seq: number;
}

/** Ascending by (key, seq), each at most once. */
export interface SortedList<T extends Placed> extends Iterable<T> {
  readonly length: number;
  /** The item at a place; cheap near the front, where shortlists are taken. */
  at(index: number): T | undefined;
  add(item: T): void;
  /** @returns whether it was there */
  remove(item: T): boolean;
}

/** A block is split when it is twice as long. */
const BLOCK = 64;

/** Blocks of a bounded length: an insertion moves what lies behind it in its block, not in the whole list. */
export function createSortedList<T extends Placed>(): SortedList<T> {
  const blocks: T[][] = [];
  let length = 0;

  const before = (a: Placed, b: Placed): boolean => a.key < b.key || (a.key === b.key && a.seq < b.seq);

  /** The last block that begins before the item, or at it; the first one if none does. */
  const blockOf = (item: Placed): number => {
    let low = 0;
    let high = blocks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      const first = blocks[middle]?.[0];
      if (first && before(item, first)) high = middle - 1;
      else low = middle;
    }
    return low;
  };

  const placeIn = (block: readonly T[], item: Placed): number => {
    let low = 0;
    let high = block.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const there = block[middle];
      if (there && before(there, item)) low = middle + 1;
      else high = middle;
    }
    return low;
  };

  return {
    get length() {
      return length;
    },
    at(index) {
      let left = index;
      for (const block of blocks) {
        if (left < block.length) return block[left];
        left -= block.length;
      }
      return undefined;
    },
    add(item) {
      length++;
      const i = blockOf(item);
      const block = blocks[i];
      if (!block) {
        blocks.push([item]);
        return;
      }
      block.splice(placeIn(block, item), 0, item);
      if (block.length > 2 * BLOCK) blocks.splice(i + 1, 0, block.splice(BLOCK));
    },
    remove(item) {
      const i = blockOf(item);
      const block = blocks[i];
      const at = block ? placeIn(block, item) : -1;
      if (!block || block[at] !== item) return false;
      length--;
      block.splice(at, 1);
      if (block.length === 0) blocks.splice(i, 1);
      return true;
    },
    *[Symbol.iterator]() {
      for (const block of blocks) yield* block;
    },
  };
}
