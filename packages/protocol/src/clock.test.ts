import { expect, it } from 'vitest';
import { createManualClock } from './clock.js';

it('runs timers in the order of their times, cancels, and settles promises between them', async () => {
  const clock = createManualClock(100);
  const seen: string[] = [];
  clock.after(20, () => seen.push(`b@${clock.now()}`));
  clock.after(10, () => {
    seen.push(`a@${clock.now()}`);
    void Promise.resolve().then(() => clock.after(5, () => seen.push(`nested@${clock.now()}`)));
  });
  const cancel = clock.after(15, () => seen.push('never'));
  cancel();
  await clock.advance(30);
  expect(seen).toEqual(['a@110', 'nested@115', 'b@120']);
  expect(clock.now()).toBe(130);
});
