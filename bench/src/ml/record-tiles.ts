import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { startGrid } from '@tabgrid/cli/grid';
import { press } from '@tabgrid/cli/press';
import type { Page } from 'playwright';
import { createSights } from './sights.js';

/**
 * Records what a coordinator sees of real tabs of unequal speed: two very different scenes, tiles of several sizes, in turn. Run it on
 * a quiet machine; it takes some minutes. `npm run bench -- ml --record FILE`
 */

/** Shares of GPU time lent, in percent: a tab each. */
const INTENSITIES = [100, 70, 40, 20] as const;

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
  [160, 128, 1, 16],
  [192, 128, 2, 32],
  [160, 128, 4, 16],
  [224, 160, 1, 32],
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
  const sights = createSights();
  try {
    const { dashboard } = grid;
    await watchJournal(dashboard);
    for (const [i, intensity] of INTENSITIES.entries()) {
      await grid.addVolunteer({ intensity });
      await grid.untilReady(i + 1);
      for (const { id } of (await grid.view()).volunteers) sights.lends(id, intensity / 100);
    }
    for (let job = 0; sights.results < results; job++) {
      const scene = scenes[Math.floor(job / JOBS_A_TURN) % scenes.length];
      const spec = JOBS[job % JOBS.length];
      if (!scene || !spec) break;
      if (job % JOBS_A_TURN === 0) {
        await scene.choose(dashboard);
        await dashboard.waitForFunction(
          () => window.tabgrid.view().scene !== null && window.tabgrid.view().preparing === null,
          null,
          { polling: 100 },
        );
      }
      const fields = { width: spec[0], height: spec[1], spp: spec[2], tile: spec[3], bounces: 5, seed: job + 1 };
      for (const [field, value] of Object.entries(fields)) await dashboard.getByTestId(field).fill(String(value));
      await runJob(dashboard, (records) => sights.records(records, scene.name));
      say(`job ${job + 1}, ${scene.name} ${spec.join(' ')}: ${sights.results} results`);
    }
  } finally {
    await grid.close();
  }
  mkdirSync(dirname(resolve(file)), { recursive: true });
  writeFileSync(file, sights.lines());
  return sights.results;
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

async function runJob(page: Page, took: (records: readonly unknown[]) => void): Promise<void> {
  const before = await page.evaluate(() => window.tabgrid.view().job?.id ?? null);
  await press(page, 'launch');
  for (;;) {
    const { records, done } = await page.evaluate((last) => {
      const { job } = window.tabgrid.view();
      if (job?.state === 'failed') throw new Error(job.notice ?? 'the job failed');
      return {
        records: window.journalRecords.splice(0),
        done: job !== null && job.id !== last && job.state === 'done',
      };
    }, before);
    took(records);
    if (done) return;
    await page.waitForTimeout(500);
  }
}
