import { expect, it } from 'vitest';
import { createResources, PROTECTED } from './resources.js';

function fake(log: string[], name: string) {
  return async () => ({ name, destroy: () => log.push(name) });
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

it('makes a key once, also when two ask at the same time', async () => {
  const resources = createResources(100);
  let made = 0;
  const make = async () => {
    made++;
    return { destroy() {} };
  };
  const [a, b] = await Promise.all([resources.get('x', 1, make), resources.get('x', 1, make)]);
  expect(a).toBe(b);
  expect(made).toBe(1);
  expect(resources.bytes()).toBe(1);
});

it('destroys the least recently used first, and only as many as it must', async () => {
  const log: string[] = [];
  const resources = createResources(10);
  for (let i = 0; i < 10; i++) await resources.get(`${i}`, 1, fake(log, `${i}`));
  await resources.get('0', 1, fake(log, 'never'));
  await resources.get('new', 1, fake(log, 'new'));
  await settle();
  expect(log).toEqual(['1']);
  expect(resources.bytes()).toBe(10);
});

it('keeps the most recently used whatever they weigh', async () => {
  const log: string[] = [];
  const resources = createResources(10);
  for (let i = 0; i < PROTECTED; i++) await resources.get(`${i}`, 100, fake(log, `${i}`));
  await settle();
  expect(log).toEqual([]);
  await resources.get('more', 1, fake(log, 'more'));
  await settle();
  expect(log).toEqual(['0']);
});

it('forgets a make that failed', async () => {
  const resources = createResources(10);
  await expect(resources.get('x', 5, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(resources.bytes()).toBe(0);
  await expect(resources.get('x', 5, fake([], 'x'))).resolves.toMatchObject({ name: 'x' });
});

it('destroys everything on clear', async () => {
  const log: string[] = [];
  const resources = createResources(10);
  await resources.get('a', 1, fake(log, 'a'));
  await resources.get('b', 1, fake(log, 'b'));
  resources.clear();
  await settle();
  expect(log.sort()).toEqual(['a', 'b']);
  expect(resources.bytes()).toBe(0);
});
