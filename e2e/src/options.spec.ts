import { readFileSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import { decodeImage } from '@tabgrid/assets/decode-node';
import { dracoSheet } from '@tabgrid/assets/gltf/compression/packed-fixtures';
import { toneMap } from '@tabgrid/assets/tonemap';
import { untilDone, untilView, withGrid } from './harness.js';

/** What an owner can choose beside the picture's size, in a real page. */

const SIDE_PX = 32;

test('a Draco model is read, posed at a time, seen through a lens, and shown in another tone at once', async () => {
  await withGrid({}, async (grid) => {
    const { dashboard } = grid;
    const buffer = Buffer.from(await dracoSheet(6, 'edgebreaker', 3));
    await dashboard
      .getByTestId('scene-file')
      .setInputFiles({ name: 'sheet.glb', mimeType: 'model/gltf-binary', buffer });
    const { scene } = await untilView(dashboard, (view) => view.scene !== null && view.preparing === null);
    expect(scene).toMatchObject({ triangles: 72, animation: { name: 'lift', seconds: 1 }, time: null });
    await expect(dashboard.getByText('Type a time to see it move')).toBeVisible();

    await dashboard.getByTestId('scene-time').fill('0.5');
    await dashboard.getByTestId('scene-time').press('Enter');
    await untilView(dashboard, (view) => view.scene?.time === 0.5);
    await expect(dashboard.getByText('Frozen at 0.5 s')).toBeVisible();
    await dashboard.getByTestId('scene-time').fill('');
    await dashboard.getByTestId('scene-time').press('Enter');
    await untilView(dashboard, (view) => view.scene?.time === null);

    const fields = { width: SIDE_PX, height: SIDE_PX, spp: 4, bounces: 2, aperture: 0.1, focus: 2 };
    for (const [field, value] of Object.entries(fields)) await dashboard.getByTestId(field).fill(String(value));
    await grid.addVolunteer();
    await grid.untilReady(1);
    await dashboard.getByTestId('launch').click();
    await untilDone(dashboard);
    const { job } = await grid.view();
    expect(job?.spec).toMatchObject({ aperture: 0.1, focus: 2 });

    const film = await dashboard.evaluate(() => [...(window.tabgrid.filmBytes() ?? [])]);
    const rgb = new Float32Array(Uint8Array.from(film).buffer);
    const shown = async () =>
      await dashboard.evaluate((side) => {
        const canvas = document.querySelector('[data-testid=picture] canvas');
        const context = canvas instanceof HTMLCanvasElement ? canvas.getContext('2d') : null;
        return [...(context?.getImageData(0, 0, side, side).data ?? [])];
      }, SIDE_PX);
    await expect.poll(shown).toEqual([...toneMap(rgb)]);
    await dashboard.getByTestId('tonemap').selectOption('agx');
    await dashboard.getByTestId('exposure').fill('-1.5');
    const wanted = [...toneMap(rgb, { curve: 'agx', exposure: -1.5 })];
    await expect.poll(shown).toEqual(wanted);

    const [download] = await Promise.all([
      dashboard.waitForEvent('download'),
      dashboard.getByTestId('download-png').click(),
    ]);
    const png = await decodeImage(new Uint8Array(readFileSync(await download.path())), 'image/png');
    expect([...png.rgba]).toEqual(wanted);
  });
});
