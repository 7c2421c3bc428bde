import { expect, it } from 'vitest';
import { createListeners } from './listeners.js';

it('calls in order, each as often as it was added, and none that has left', () => {
  const listeners = createListeners<[string]>();
  const seen: string[] = [];
  const twice = (x: string) => seen.push(`twice ${x}`);
  listeners.add(twice);
  const stop = listeners.add(twice);
  listeners.add((x) => {
    seen.push(`late ${x}`);
    stopLast();
  });
  const stopLast = listeners.add((x) => seen.push(`last ${x}`));
  listeners.call('1');
  stop();
  stop();
  listeners.call('2');
  expect(seen).toEqual(['twice 1', 'twice 1', 'late 1', 'twice 2', 'late 2']);
  listeners.clear();
  listeners.call('3');
  expect(seen.length).toBe(5);
});
