import 'fake-indexeddb/auto';
import { createManualClock } from '@tabgrid/protocol/clock';
import { openIndexedDbStores } from '@tabgrid/store/indexeddb';
import { beforeAll, expect, it } from 'vitest';
import { createTestGrid, preparedCornell, type TestGrid } from './test-kit.js';
import { lie, type Scripted } from './test-volunteer.js';

beforeAll(async () => {
  await preparedCornell();
});

/** The database has a clock of its own: time passes a little at a time, and it gets its turns in between. */
async function until(grid: TestGrid, holds: () => boolean): Promise<void> {
  for (let i = 0; !holds(); i++) {
    if (i > 20_000) throw new Error(`it does not hold\n${JSON.stringify(grid.coordinator.view(), null, 1)}`);
    await grid.pass(2);
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}

it('a job goes on from IndexedDB, as from memory, with a liar among its volunteers', async () => {
  const plain = createTestGrid();
  await plain.volunteer();
  await plain.launch();
  await plain.until(() => plain.state() === 'done');

  const clock = createManualClock(1000);
  const open = async (seed: number) => {
    const stores = await openIndexedDbStores('reload', () => clock.now());
    const grid = createTestGrid({ blobs: stores.blobs, records: stores.records }, { clock, seed });
    return { grid, stores };
  };
  const first = await open(1);
  const volunteers: Scripted[] = [];
  for (const behaviour of [lie(30), { kind: 'work', ms: 30 }, { kind: 'work', ms: 70 }] as const) {
    volunteers.push(await first.grid.volunteer({ behaviour }));
  }
  await first.grid.launch({ tile: 8, verify: 'replicate' });
  await until(first.grid, () => (first.grid.coordinator.view().job?.share ?? 0) > 0.4);
  first.grid.kill();
  first.stores.close();

  const second = await open(2);
  for (const volunteer of volunteers) await second.grid.join(volunteer);
  await until(second.grid, () => second.grid.coordinator.view().unfinished.length === 1);
  const [cut] = second.grid.coordinator.view().unfinished;
  if (!cut) throw new Error('there is one');
  expect(cut.share).toBeGreaterThan(0.3);
  let taken = false;
  void second.grid.coordinator.takeUp(cut.id).then(() => {
    taken = true;
  });
  await until(second.grid, () => taken);
  await until(second.grid, () => second.grid.state() === 'done');
  expect(await second.grid.sha()).toBe(await plain.sha());
  expect(volunteers[0]?.accepted).toEqual([]);
  await until(second.grid, () => volunteers.every(({ kept }) => kept.size === 0));
  expect(second.grid.coordinator.view().notices).toEqual([]);
  second.stores.close();
});
