import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { nodeGpu } from './node-gpu.js';

it('leaves setImmediate as it is to all but Dawn', async () => {
  await nodeGpu();
  const order: string[] = [];
  const cancelled = setImmediate(() => order.push('cancelled'));
  clearImmediate(cancelled);
  setTimeout(() => order.push('later'), 20);
  setImmediate((word: string) => order.push(word), 'soon');
  expect(await promisify(setImmediate)('value')).toBe('value');
  expect(order).toEqual(['soon']);
});
