import { expect, it } from 'vitest';
import { count } from './options.js';

it('takes whole numbers above 0, or nothing', () => {
  expect(count('seeds', undefined)).toBeNull();
  expect(count('seeds', '20')).toBe(20);
  for (const text of ['0', '-1', '1.5', 'many', '', '99999999999']) {
    expect(() => count('seeds', text)).toThrow(/--seeds takes a whole number/);
  }
});
