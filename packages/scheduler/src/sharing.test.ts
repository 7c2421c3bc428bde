import { expect, it } from 'vitest';
import { createFixture, jid, taskSpec } from './fixture.js';

it('gives a job of long tasks its share beside one of short ones', () => {
  const f = createFixture();
  f.join('v');
  f.tell({ type: 'roundTripMeasured', volunteer: f.scheduler.volunteers()[0]?.id ?? fail(), ms: 1 });
  const long = (i: number) => taskSpec(`long${i}`, { job: jid('long'), workUnits: 200 });
  const short = (i: number) => taskSpec(`short${i}`, { job: jid('short'), workUnits: 10 });
  f.add(...Array.from({ length: 400 }, (_, i) => short(i)));
  f.add(...Array.from({ length: 20 }, (_, i) => long(i)));
  // One volunteer, a unit a millisecond: each job is worth 4 s.
  while ((f.scheduler.job(jid('short'))?.share ?? 1) < 0.5) {
    const [head] = f.queue('v');
    if (head === undefined) throw new Error('nothing to do');
    const ms = head.startsWith('long') ? 200 : 10;
    f.now += ms;
    f.finish(head, ms);
  }
  const share = f.scheduler.job(jid('long'))?.share ?? 0;
  expect(share).toBeGreaterThan(0.35);
  expect(share).toBeLessThan(0.65);
});

function fail(): never {
  throw new Error('nobody is there');
}
