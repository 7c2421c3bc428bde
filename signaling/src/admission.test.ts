import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createAdmission } from './admission.js';

it('admits up to the bound of an address, refuses as many again, then turns away', () => {
  const door = createAdmission({ maxConnections: 100, maxConnectionsPerAddress: 2 });
  const entries = Array.from({ length: 5 }, () => door.enter('a'));
  expect(entries).toEqual(['admitted', 'admitted', 'refused', 'refused', { turnedAway: 'address' }]);
  expect(door.enter('b')).toBe('admitted');
  for (let i = 0; i < 3; i++) door.leave('a');
  expect(door.enter('a')).toBe('admitted');
});

it('turns everybody away when the server is full', () => {
  const door = createAdmission({ maxConnections: 2, maxConnectionsPerAddress: 2 });
  expect([door.enter('a'), door.enter('b'), door.enter('c')]).toEqual([
    'admitted',
    'admitted',
    { turnedAway: 'server' },
  ]);
  door.leave('a');
  expect(door.enter('c')).toBe('admitted');
});

it('keeps both bounds whoever comes and goes', () => {
  const step = fc.record({ address: fc.constantFrom('a', 'b', 'c'), leave: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
      const door = createAdmission({ maxConnections: 8, maxConnectionsPerAddress: 3 });
      const inside: string[] = [];
      for (const { address, leave } of steps) {
        const at = inside.indexOf(address);
        if (leave && at >= 0) {
          inside.splice(at, 1);
          door.leave(address);
        } else if (!leave) {
          const of = inside.filter((other) => other === address).length;
          const entry = door.enter(address);
          const expected = inside.length >= 8 ? { turnedAway: 'server' } : of >= 6 ? { turnedAway: 'address' } : null;
          expect(entry).toEqual(expected ?? (of < 3 ? 'admitted' : 'refused'));
          if (!expected) inside.push(address);
        }
      }
    }),
  );
});
