/** A binary heap: the least element first, by a total order, so that what comes out does not depend on its layout. */
export interface Heap<T> {
  readonly size: number;
  push(item: T): void;
  peek(): T | undefined;
  pop(): T | undefined;
}

/** @param before whether `a` comes out before `b` */
export function createHeap<T>(before: (a: T, b: T) => boolean): Heap<T> {
  const items: T[] = [];
  const at = (i: number): T => {
    const item = items[i];
    if (item === undefined) throw new RangeError(`no heap item ${i}`);
    return item;
  };
  return {
    get size() {
      return items.length;
    },
    push(item) {
      let i = items.length;
      items.push(item);
      while (i > 0) {
        const parent = (i - 1) >> 1;
        const above = at(parent);
        if (!before(item, above)) break;
        items[i] = above;
        i = parent;
      }
      items[i] = item;
    },
    peek: () => items[0],
    pop() {
      const top = items[0];
      const last = items.pop();
      if (top === undefined || last === undefined || items.length === 0) return top;
      let i = 0;
      for (;;) {
        let child = 2 * i + 1;
        if (child >= items.length) break;
        if (child + 1 < items.length && before(at(child + 1), at(child))) child++;
        const below = at(child);
        if (!before(below, last)) break;
        items[i] = below;
        i = child;
      }
      items[i] = last;
      return top;
    },
  };
}
