import { expect, it } from 'vitest';
import { formatSeconds, timeWords } from './time.js';

it('seconds are short', () => {
  expect([0, 0.708, 3.416, 12].map(formatSeconds)).toEqual(['0 s', '0.71 s', '3.4 s', '12 s']);
});

it('says what is seen of an animation', () => {
  const animation = { name: 'Walk', seconds: 0.7 };
  expect(timeWords({ animation: null, time: null })).toBe('');
  expect(timeWords({ animation, time: null })).toMatch(/rest pose/);
  expect(timeWords({ animation, time: 0.25 })).toBe('Frozen at 0.25 s.');
  expect(timeWords({ animation: { ...animation, seconds: 3.4 }, time: 1.25 })).toBe('Frozen at 1.25 s.');
  expect(timeWords({ animation, time: 9 })).toMatch(/ends at 0.7 s/);
});
