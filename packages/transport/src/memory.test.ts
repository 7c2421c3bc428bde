import { createManualClock } from '@tabgrid/protocol/clock';
import { type Message, message } from '@tabgrid/protocol/message';
import { expect, it } from 'vitest';
import { runLinkTests } from './link-tests.js';
import { createMemoryLinkPair, createMemoryWirePair } from './memory.js';

runLinkTests('memory', async () => {
  const [near, far] = createMemoryWirePair();
  return { near, far, dispose() {} };
});

it('a memory pair carries messages on a manual clock alone', async () => {
  const clock = createManualClock();
  const [a, b] = createMemoryLinkPair(clock);
  const seen: Message[] = [];
  b.onMessage((m) => void seen.push(m));
  const body = new Uint8Array(100_000).map((_, i) => i);
  await a.send(message({ type: 'x' }, body));
  expect(seen).toEqual([{ head: { type: 'x' }, body }]);
  const closing = a.close('done');
  await clock.advance(0);
  await closing;
  expect(await b.closed).toEqual({ by: 'them', text: 'done' });
  expect(await a.closed).toEqual({ by: 'us', text: 'done' });
});
