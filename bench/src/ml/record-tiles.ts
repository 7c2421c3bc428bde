import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { startGrid } from '@tabgrid/cli/grid';
import { press } from '@tabgrid/cli/press';
import type { Page } from 'playwright';
import { createJournalReplay } from './journal.js';
import { writeRecording } from './time/recorded.js';
import { type Sight, sightsIn } from './time/sights.js';

/**
 * Records what a coordinator sees of real tabs of unequal speed: two very different scenes, tiles of several sizes, in turn, and tabs
 * that go and come. Run it on a quiet machine; it takes a quarter of an hour. `npm run bench -- ml --record FILE`
 */

/** Shares of GPU time lent, in percent: a tab each, and of those that take the place of one. */
const INTENSITIES = [100, 70, 40, 20, 85, 55, 30] as const;
const TABS = 4;
/** One in so many is linked through the server. */
const RELAYED = 4;
/** Jobs during which one tab is closed and another one opened. */
const CHANGE_EVERY = 3;

interface Scene {
  readonly name: string;
  choose(page: Page): Promise<unknown>;
}

const HELMET = '../shared/data/models/FlightHelmet.glb';
const builtin = (name: string): Scene => ({
  name,
  choose: (page) => page.getByTestId('scene-builtin').selectOption(name),
});

/** Width, height, samples a pixel, tile size: one after the other, and then again. */
const JOBS = [
  [256, 192, 16, 32],
  [240, 192, 16, 48],
  [320, 192, 8, 32],
  [288, 192, 16, 24],
] as const;
/** Jobs of one scene before the other has its turn. */
const JOBS_A_TURN = 2;

export interface RecordOptions {
  readonly file: string;
  /** Ends after the job with which there are so many. */
  readonly results: number;
  readonly say: (line: string) => void;
}

/** @returns results recorded */
export async function recordTiles({ file, results, say }: RecordOptions): Promise<number> {
  const helmet: Scene = {
    name: 'FlightHelmet',
    choose: (page) => page.getByTestId('scene-file').setInputFiles(HELMET),
  };
  const scenes = [builtin('cornell'), existsSync(HELMET) ? helmet : builtin('bunny')];
  const grid = await startGrid({ say });
  const sights: Sight[] = [];
  const done = () => sights.filter((sight) => sight.type === 'ended' && sight.end === 'done').length;
  let scene = scenes[0];
  const replay = createJournalReplay((scheduler, at, effects) =>
    sights.push(...sightsIn(effects, at, scene?.name ?? null, (id) => scheduler.view(id))),
  );
  try {
    const { dashboard } = grid;
    // What decides has to be known when the journal is gone through again.
    await press(dashboard, 'learning-toggle');
    await press(dashboard, 'learning-off');
    await watchJournal(dashboard);
    let opened = 0;
    const tabs: Page[] = [];
    const open = async () => {
      const [intensity = 100, relayOnly = false] = [
        INTENSITIES[opened % INTENSITIES.length],
        opened % RELAYED === RELAYED - 1,
      ];
      opened++;
      tabs.push(await grid.addVolunteer({ intensity, relayOnly }));
    };
    for (let i = 0; i < TABS; i++) {
      await open();
      await grid.untilReady(i + 1);
    }
    for (let job = 0; done() < results; job++) {
      const next = scenes[Math.floor(job / JOBS_A_TURN) % scenes.length];
      const spec = JOBS[job % JOBS.length];
      if (!next || !spec) break;
      if (job % JOBS_A_TURN === 0) {
        await next.choose(dashboard);
        await dashboard.waitForFunction(
          () => window.tabgrid.view().scene !== null && window.tabgrid.view().preparing === null,
          null,
          { polling: 100 },
        );
      }
      scene = next;
      const fields = { width: spec[0], height: spec[1], spp: spec[2], tile: spec[3], bounces: 5, seed: job + 1 };
      for (const [field, value] of Object.entries(fields)) await dashboard.getByTestId(field).fill(String(value));
      let changed = job % CHANGE_EVERY !== CHANGE_EVERY - 1;
      await runJob(dashboard, async (records, share) => {
        for (const { key, value } of records) replay.record(key, value);
        if (changed || share < 0.4) return;
        changed = true;
        await tabs.shift()?.close({ runBeforeUnload: false });
        await open();
      });
      say(`job ${job + 1}, ${next.name} ${spec.join(' ')}: ${done()} results`);
    }
  } finally {
    await grid.close();
  }
  mkdirSync(dirname(resolve(file)), { recursive: true });
  writeFileSync(file, writeRecording(sights));
  return done();
}

declare global {
  interface Window {
    /** Records of the journal since they were last fetched. */
    journalRecords: { readonly key: string; readonly value: unknown }[];
  }
}

/** Keeps a copy of what the page writes to its journal: events go from the store as soon as a newer state is there. */
async function watchJournal(page: Page): Promise<void> {
  await page.evaluate(() => {
    window.journalRecords = [];
    const { put } = IDBObjectStore.prototype;
    IDBObjectStore.prototype.put = function (this: IDBObjectStore, value: unknown, key?: IDBValidKey) {
      if (typeof key === 'string' && (key === 'base' || key.startsWith('events/'))) {
        window.journalRecords.push({ key, value: structuredClone(value) });
      }
      return put.call(this, value, key);
    };
  });
}

async function runJob(
  page: Page,
  took: (records: Window['journalRecords'], share: number) => Promise<void>,
): Promise<void> {
  const before = await page.evaluate(() => window.tabgrid.view().job?.id ?? null);
  await press(page, 'launch');
  for (;;) {
    const { records, share, done } = await page.evaluate((last) => {
      const { job } = window.tabgrid.view();
      if (job?.state === 'failed') throw new Error(job.notice ?? 'the job failed');
      const mine = job !== null && job.id !== last;
      return {
        records: window.journalRecords.splice(0),
        share: mine ? job.share : 0,
        done: mine && job.state === 'done',
      };
    }, before);
    await took(records, share);
    if (done) return;
    await page.waitForTimeout(500);
  }
}
