import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { countFrames } from '@tabgrid/cli/frames';
import type { LearningView } from '@tabgrid/coordinator/api';
import { createLearner } from '@tabgrid/ml/learner';
import { writeLearningFile } from '@tabgrid/ml/learning-file';
import { createModels } from '@tabgrid/ml/models';
import { createTfjsTrainer } from '@tabgrid/ml/nn/tfjs-trainer';
import type { RunObservation } from '@tabgrid/ml/observation';
import { TIME_FEATURES } from '@tabgrid/ml/time/features';
import { VolunteerId } from '@tabgrid/protocol/ids';
import * as v from 'valibot';
import { holdAt, prepareSmallJob, render, SMALL, scratch, untilDone, untilView, withGrid } from './harness.js';

/** The Worker that learns, in a real page: under its content policy, on each backend that the browser has. */

const learning = (dashboard: Page): Promise<LearningView> => dashboard.evaluate(() => window.tabgrid.learning());

async function untilLearning(
  dashboard: Page,
  holds: (view: LearningView) => boolean,
  limitMs = 60_000,
): Promise<LearningView> {
  await expect.poll(async () => holds(await learning(dashboard)), { timeout: limitMs, intervals: [200] }).toBe(true);
  return await learning(dashboard);
}

/** Which backend an earlier page found to be the fastest: read, and changed to another one. */
function chooseBackend(dashboard: Page, backend: string): Promise<void> {
  return dashboard.evaluate(
    (chosen) =>
      new Promise<void>((resolve, reject) => {
        const opening = indexedDB.open('tabgrid');
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const db = opening.result;
          const settings = db.transaction('settings', 'readwrite').objectStore('settings');
          const asked = settings.get('learning-backend');
          asked.onsuccess = () => {
            const put = settings.put({ ...asked.result, backend: chosen }, 'learning-backend');
            put.onsuccess = () => {
              db.close();
              resolve();
            };
          };
        };
      }),
    backend,
  );
}

/** What the next page would find: outcomes, and the revision of the newest brain. */
function stored(dashboard: Page): Promise<{ outcomes: number; revision: number }> {
  return dashboard.evaluate(
    () =>
      new Promise<{ outcomes: number; revision: number }>((resolve, reject) => {
        const opening = indexedDB.open('tabgrid');
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const db = opening.result;
          const tx = db.transaction(['outcomes', 'models']);
          const runs = tx.objectStore('outcomes').getAll(IDBKeyRange.bound('run/', 'run/\uffff'));
          const brains = tx.objectStore('models').getAll(IDBKeyRange.bound('brain/', 'brain/\uffff'));
          tx.oncomplete = () => {
            db.close();
            const outcomes = runs.result.reduce((sum: number, { items }) => sum + items.length, 0);
            resolve({ outcomes, revision: Math.max(-1, ...brains.result.map(({ revision }) => Number(revision))) });
          };
        };
      }),
  );
}

test('training goes on in the Worker on every backend, the page stays free, and nothing is lost by a reload', async () => {
  await withGrid({}, async (grid) => {
    const { dashboard } = grid;
    const first = await untilLearning(dashboard, ({ backend, problem }) => backend !== null || problem !== null);
    expect(first.problem).toBeNull();
    await grid.addVolunteer();
    await grid.untilReady(1);
    let before = first;
    const trained: string[] = [];
    for (const backend of ['cpu', 'wasm', 'webgpu']) {
      await chooseBackend(dashboard, backend);
      await dashboard.reload();
      const chosen = await untilLearning(dashboard, (view) => view.backend !== null || view.problem !== null);
      expect(chosen.outcomes).toBeGreaterThanOrEqual(before.outcomes);
      expect(chosen.revision).toBeGreaterThanOrEqual(before.revision);
      // A browser without WebGPU has measured what else there is.
      if (chosen.backend !== backend) continue;
      await grid.untilReady(1);
      await prepareSmallJob(dashboard, { tile: 8, spp: 16 });
      const frames = await countFrames(dashboard);
      await dashboard.getByTestId('launch').click();
      await untilDone(dashboard);
      const after = await untilLearning(
        dashboard,
        ({ outcomes, revision }) => outcomes >= chosen.outcomes + 64 && revision > chosen.revision + 1,
      );
      expect(after.backend).toBe(backend);
      expect(after.problem).toBeNull();
      const { frames: drawn, ms, longestMs } = await frames();
      test.info().annotations.push({
        type: backend,
        description: `${((1000 * drawn) / ms).toFixed(1)} frames a second, longest ${longestMs.toFixed(0)} ms`,
      });
      // Two cores render and train in software meanwhile.
      expect((1000 * drawn) / ms).toBeGreaterThan(15);
      trained.push(backend);
      before = after;
      await expect
        .poll(async () => {
          const { outcomes, revision } = await stored(dashboard);
          return outcomes >= after.outcomes && revision >= after.revision;
        })
        .toBe(true);
    }
    expect(trained).toEqual(expect.arrayContaining(['cpu', 'wasm']));
    test.info().annotations.push({ type: 'trained', description: trained.join(', ') });

    // Everything as a file, and back after all was forgotten.
    await dashboard.getByTestId('learning-toggle').click();
    const download = dashboard.waitForEvent('download');
    await dashboard.getByTestId('learning-export').click();
    const file = join(scratch, 'learned.json');
    await (await download).saveAs(file);
    const exported = await learning(dashboard);
    await dashboard.getByTestId('learning-forget').click();
    await dashboard.getByTestId('learning-forget-sure').click();
    await untilLearning(dashboard, ({ outcomes }) => outcomes === 0);
    await dashboard.getByTestId('learning-import').setInputFiles(file);
    const imported = await untilLearning(dashboard, ({ outcomes }) => outcomes > 0);
    expect(imported.outcomes).toBe(exported.outcomes);
    expect(imported.predicted).toEqual(exported.predicted);
    expect(imported.problem).toBeNull();
  });
});

/** What a page has learned on which everything takes `factor` times as long as the plain rule expects. */
async function learnedFile(factor: number): Promise<string> {
  const learner = await createLearner({ models: createModels(1), context: { wallAtZero: 0, timeZoneMinutes: 0 } });
  const trainer = await createTfjsTrainer('cpu');
  const plain = { p025: 500, median: 1000, p975: 2000 };
  const runs = Array.from({ length: 400 }, (_, i): RunObservation => {
    const ms = factor * 1000 * (1 + 0.01 * (i % 7));
    const features = TIME_FEATURES.map((__, k) => ((i * (k + 1)) % 5) / 5);
    const volunteer = v.parse(VolunteerId, `v${i % 6}`);
    return {
      type: 'run',
      at: i,
      volunteer,
      kernel: 'k@1',
      features,
      plain,
      said: plain,
      ms,
      end: 'done',
      results: 5,
      ageMs: 1,
    };
  });
  for (let i = 0; i < runs.length; i += 40) {
    learner.observe(runs.slice(i, i + 40));
    await learner.round(trainer);
  }
  const brain = learner.brain();
  learner.close();
  expect(brain.deciding.time).toBe('learned');
  const file = join(scratch, 'brain.json');
  await writeFile(file, writeLearningFile({ brain, kept: { run: runs, presence: [], trip: [], conditions: [] } }));
  return file;
}

/** The oracle that decides, by what the journal says: its state, or the last event that named one. */
function journalOracle(dashboard: Page): Promise<string | null> {
  return dashboard.evaluate(
    () =>
      new Promise<string | null>((resolve, reject) => {
        const opening = indexedDB.open('tabgrid');
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const db = opening.result;
          const tx = db.transaction('journal');
          const base = tx.objectStore('journal').get('base');
          const events = tx.objectStore('journal').getAll(IDBKeyRange.bound('events/', 'events/\uffff'));
          tx.oncomplete = () => {
            db.close();
            const named = events.result
              .flatMap(({ events: all }) => all)
              .filter(({ event }) => event.type === 'oracleChanged');
            resolve(named.at(-1)?.event.hash ?? base.result?.snapshot.oracle?.hash ?? null);
          };
        };
      }),
  );
}

test('a job goes on after a reload with the learned oracle that decided', async () => {
  const file = await learnedFile(3);
  const { report: undisturbed } = await render([...SMALL, '--volunteers', '1']);
  await withGrid({}, async (grid) => {
    const { dashboard } = grid;
    await untilLearning(dashboard, ({ backend }) => backend !== null);
    await dashboard.getByTestId('learning-toggle').click();
    await dashboard.getByTestId('learning-import').setInputFiles(file);
    await untilLearning(dashboard, ({ models }) =>
      models.some(({ name, deciding }) => name === 'time' && deciding === 'learned'),
    );
    await prepareSmallJob(dashboard);
    await Promise.all([grid.addVolunteer(), grid.addVolunteer()]);
    await grid.untilReady(2);
    const ids = (await grid.view()).volunteers.map(({ id }) => id).sort();
    const reached = await holdAt(dashboard, 0.5);
    await dashboard.getByTestId('launch').click();
    await reached();
    await expect.poll(() => journalOracle(dashboard)).toMatch(/^[0-9a-f]{64}$/);
    await dashboard.reload();
    // Who was there is known again only where every event since the journal’s state had the same effects once more.
    const back = await untilView(dashboard, ({ volunteers }) => volunteers.length === ids.length);
    expect(back.volunteers.map(({ id }) => id).sort()).toEqual(ids);
    expect(await journalOracle(dashboard)).toMatch(/^[0-9a-f]{64}$/);
    await dashboard.getByTestId('take-up').click();
    const report = await untilDone(dashboard);
    expect(report.filmSha256).toBe(undisturbed.filmSha256);
  });
});
