import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createHeap } from './heap.js';

describe('a heap', () => {
  it('gives back what was put in, the least first', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), (numbers) => {
        const heap = createHeap<number>((a, b) => a < b);
        for (const n of numbers) heap.push(n);
        expect(heap.size).toBe(numbers.length);
        const out: number[] = [];
        for (let n = heap.pop(); n !== undefined; n = heap.pop()) out.push(n);
        expect(out).toEqual([...numbers].sort((a, b) => a - b));
        expect(heap.peek()).toBeUndefined();
      }),
    );
  });

  it('may be filled and emptied in turn', () => {
    const heap = createHeap<number>((a, b) => a < b);
    for (const n of [5, 3, 9]) heap.push(n);
    expect(heap.pop()).toBe(3);
    heap.push(1);
    expect(heap.peek()).toBe(1);
    expect([heap.pop(), heap.pop(), heap.pop(), heap.pop()]).toEqual([1, 5, 9, undefined]);
  });
});
