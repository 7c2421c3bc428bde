import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSortedList, type Placed } from './sorted-list.js';

const numbers = fc.array(fc.record({ key: fc.nat(50), add: fc.boolean() }), { maxLength: 600, size: 'max' });

describe('a sorted list', () => {
  it('holds what an array would, in order, whatever is added and removed', () => {
    fc.assert(
      fc.property(numbers, (steps) => {
        const list = createSortedList<Placed>();
        const model: Placed[] = [];
        for (const [seq, { key, add }] of steps.entries()) {
          if (add || model.length === 0) {
            const item = { key, seq };
            list.add(item);
            model.push(item);
          } else {
            const [gone] = model.splice(key % model.length, 1);
            if (gone) expect(list.remove(gone)).toBe(true);
          }
        }
        model.sort((a, b) => a.key - b.key || a.seq - b.seq);
        expect([...list]).toEqual(model);
        expect(list.length).toBe(model.length);
        for (const i of [0, 1, 63, 64, 65, model.length - 1, model.length]) expect(list.at(i)).toBe(model[i]);
      }),
    );
  });

  it('removes nothing that only equals an item', () => {
    const list = createSortedList<Placed>();
    list.add({ key: 1, seq: 1 });
    expect(list.remove({ key: 1, seq: 1 })).toBe(false);
    expect(list.remove({ key: 2, seq: 1 })).toBe(false);
    expect(list.length).toBe(1);
  });
});
