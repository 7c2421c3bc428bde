import { expect, it } from 'vitest';
import { findTraces } from './traces.js';

it('takes the file that was asked for', () => {
  expect(findTraces('some.csv', () => {})).toEqual(['some.csv']);
});

it('says so when there are none', () => {
  const said: string[] = [];
  const found = findTraces(null, (line) => said.push(line));
  expect(said.length).toBe(found.length === 0 ? 1 : 0);
});
