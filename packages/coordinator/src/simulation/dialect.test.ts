import { expect, it } from 'vitest';
import { othersHere, versionFor } from './dialect.js';

const OWN = { kind: 'physics', version: 'a' };
const other = { kind: 'pathtrace', version: 'a+1' };
const offers = (...versions: string[]) => versions.map((version) => [other, { kind: 'physics', version }]);

it('a world is of the kernel’s own version, or of the commonest dialect where nobody has that', () => {
  expect(versionFor(OWN, [])).toBe('a');
  expect(versionFor(OWN, offers('b', 'b+1'))).toBe('a');
  expect(versionFor(OWN, offers('a+1', 'a+1', 'a'))).toBe('a');
  expect(versionFor(OWN, offers('a+1', 'a+2', 'a+2', 'ab+3', 'ab+3', 'ab+3'))).toBe('a+2');
});

it('those who compute other bits are counted: pages of another build are not among them', () => {
  expect(othersHere(OWN, 'a', offers('a', 'a', 'b'))).toBeNull();
  expect(othersHere(OWN, 'a', offers('a', 'a+1'))).toMatch(/^One computer here/);
  expect(othersHere(OWN, 'a+1', offers('a', 'a+1', 'a+2'))).toMatch(/^2 computers here/);
});
