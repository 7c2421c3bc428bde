import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import type { LearningView } from '@tabgrid/coordinator/api';
import { prepareSmallJob, scratch, untilDone, withGrid } from './harness.js';

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

/** Frames that the page drew, and the longest it took for one, from now until asked. */
async function countFrames(dashboard: Page): Promise<() => Promise<{ frames: number; ms: number; longest: number }>> {
  const counter = await dashboard.evaluateHandle(() => {
    const began = performance.now();
    const count = { began, last: began, frames: 0, longest: 0 };
    const frame = () => {
      const now = performance.now();
      count.frames++;
      count.longest = Math.max(count.longest, now - count.last);
      count.last = now;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    return count;
  });
  return () => counter.evaluate(({ began, frames, longest }) => ({ frames, longest, ms: performance.now() - began }));
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
      const { frames: drawn, ms, longest } = await frames();
      test.info().annotations.push({
        type: backend,
        description: `${((1000 * drawn) / ms).toFixed(1)} frames a second, longest ${longest.toFixed(0)} ms`,
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
