import { createManualClock } from '@tabgrid/protocol/clock';
import { message } from '@tabgrid/protocol/message';
import type { Link } from '@tabgrid/transport/link';
import type { SourceStatus } from '@tabgrid/transport/source';
import { describe, expect, it } from 'vitest';
import { createLocalSource } from './local-source.js';

function setUp() {
  const clock = createManualClock();
  const theirs: Link[] = [];
  const ours: Link[] = [];
  const statuses: SourceStatus['kind'][] = [];
  const source = createLocalSource(clock, (link) => theirs.push(link));
  source.onStatus((status) => statuses.push(status.kind));
  return { clock, theirs, ours, statuses, source, listen: () => source.onLink((link) => ours.push(link)) };
}

describe('the local source', () => {
  it('links nothing before somebody listens', () => {
    const { theirs, statuses, listen } = setUp();
    expect(theirs).toHaveLength(0);
    listen();
    expect(theirs).toHaveLength(1);
    expect(statuses).toEqual(['connecting', 'linked']);
  });

  it('carries messages both ways, on a path that is no network', async () => {
    const { clock, theirs, ours, listen } = setUp();
    listen();
    const [coordinator] = theirs;
    const [volunteer] = ours;
    if (coordinator === undefined || volunteer === undefined) throw new Error('no link');
    const heard: unknown[] = [];
    coordinator.onMessage((m) => void heard.push(m.head));
    volunteer.onMessage((m) => void heard.push(m.head));
    const sent = Promise.all([volunteer.send(message('hello')), coordinator.send(message('welcome'))]);
    await clock.advance(10);
    await sent;
    expect(heard.sort()).toEqual(['hello', 'welcome']);
    expect([coordinator.stats().path, volunteer.stats().path]).toEqual(['local', 'local']);
  });

  it('gives a second listener the same link', () => {
    const { theirs, ours, listen } = setUp();
    listen();
    listen();
    expect(theirs).toHaveLength(1);
    expect(ours[1]).toBe(ours[0]);
  });

  it('comes back with a new link after the coordinator closed the one before', async () => {
    const { clock, theirs, ours, statuses, listen } = setUp();
    listen();
    const closing = theirs[0]?.close('bye');
    await clock.advance(500);
    await closing;
    expect(statuses.at(-1)).toBe('retrying');
    expect(ours).toHaveLength(1);
    await clock.advance(3000);
    expect(ours).toHaveLength(2);
    expect(ours[1]?.state).toBe('open');
    expect(statuses.at(-1)).toBe('linked');
  });

  it('says goodbye when it is closed, and does not come back', async () => {
    const { clock, theirs, listen, source } = setUp();
    listen();
    const closing = source.close();
    await clock.advance(3000);
    await closing;
    await clock.advance(10_000);
    expect(theirs).toHaveLength(1);
    expect((await theirs[0]?.closed)?.text).toContain('this computer stopped helping');
    listen();
    expect(theirs).toHaveLength(1);
  });
});
