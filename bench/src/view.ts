import { type Grid, startGrid } from '@tabgrid/cli/grid';
import { press } from '@tabgrid/cli/press';
import type { ViewportTrace } from '@tabgrid/coordinator/viewport/api';
import type { Page } from 'playwright';
import { type BenchResult, median } from './result.js';

const SPEC = { scene: 'cornell', width: 256, height: 256, bounces: 4, seed: 1 } as const;
const VOLUNTEERS = 2;

/** One new view: what the page saw of it, in ms from the key that turned the camera. */
interface View {
  /** Painted: a picture from the new camera, and a whole one of the finest size. */
  readonly firstMs: number;
  readonly completeMs: number;
  readonly trace: ViewportTrace;
}

/**
 * How soon a new view of the Cornell box is there on two local tabs, against the bare kernel in one tab's Worker for the very same
 * picture. A key turns the camera while the view before is being refined, as a person would. Views and bare runs are
 * interleaved; while the one is measured, the other does nothing.
 */
export async function view({ quick, say }: { readonly quick: boolean; say(line: string): void }): Promise<BenchResult> {
  const views = quick ? 4 : 20;
  const house = await startGrid({ bench: true, say });
  try {
    const { dashboard } = house;
    const context = await house.launched.browser.newContext();
    const page = await context.newPage();
    await page.goto(`${house.url}/bench/`);
    await page.waitForFunction(() => 'benchPage' in window);
    const one = { spp: 1, block: 1, tile: SPEC.width };
    const bare = await page.evaluateHandle((wanted) => window.benchPage.createBareRenderer(wanted), {
      ...SPEC,
      ...one,
    });
    await prepare(house);
    const done: View[] = [];
    const bareMs: number[] = [];
    for (let i = -1; i < views; i++) {
      await look(dashboard, true);
      const seen = await turn(dashboard, i % 2 === 0 ? 'ArrowRight' : 'ArrowLeft');
      await look(dashboard, false);
      const alone = await bare.evaluate((render, camera) => render(camera), seen.trace.camera);
      // The first ones compile pipelines, upload the scene and find the slices.
      if (i < 0) continue;
      done.push(seen);
      bareMs.push(alone.wallMs);
      const times = `first ${seen.firstMs.toFixed(0)} ms, complete ${seen.completeMs.toFixed(0)} ms`;
      say(`view ${i + 1}: ${times}, bare ${alone.wallMs.toFixed(0)} ms`);
    }
    const samples = { ...samplesOf(done), bareMs };
    const ratios = samples.completeMs.map((ms, i) => ms / (bareMs[i] ?? Number.NaN));
    await look(dashboard, true);
    const turning = await turnSteadily(dashboard, quick ? 1000 : 4000);
    await look(dashboard, false);
    say(`turning without a rest: ${turning.toFixed(1)} pictures a second`);
    const beside = await besideJob(dashboard, quick ? 2 : 6, say);
    return {
      figures: {
        firstPictureOverBare: median(ratios),
        ...Object.fromEntries(Object.entries(samples).map(([name, values]) => [name, median(values)])),
        firstMsWorst: Math.max(...samples.firstMs),
        turningPicturesPerSecond: turning,
        besideFirstMs: median(beside.map(({ firstMs }) => firstMs)),
        besideCompleteMs: median(beside.map(({ completeMs }) => completeMs)),
        views: done.length,
      },
      where: { browser: house.launched.executable, adapter: house.launched.adapter, software: house.launched.software },
      samples: { ...samples, ratios },
    };
  } finally {
    await house.close();
  }
}

async function prepare({ dashboard, addVolunteer, untilReady }: Grid): Promise<void> {
  await dashboard.getByTestId('scene-builtin').selectOption(SPEC.scene);
  await dashboard.waitForFunction(() => {
    const { scene, preparing } = window.tabgrid.view();
    return scene !== null && preparing === null;
  });
  for (const field of ['width', 'height', 'bounces', 'seed'] as const) {
    await dashboard.getByTestId(field).fill(String(SPEC[field]));
  }
  for (let i = 0; i < VOLUNTEERS; i++) await addVolunteer();
  await untilReady(VOLUNTEERS);
}

/** Switches to the view, until it has so many samples a pixel and is being refined; or back to the picture, until nothing runs. */
async function look(dashboard: Page, on: boolean, samples = 2): Promise<void> {
  await press(dashboard, on ? 'mode-view' : 'mode-picture');
  await dashboard.waitForFunction(
    ([wanted, least]) => {
      const { viewport } = window.tabgrid.view();
      return wanted ? (viewport?.shown?.samples ?? 0) >= least : viewport === null;
    },
    [on, samples] as const,
    { timeout: 60_000, polling: 50 },
  );
  // What was stopped is through with its last submissions.
  if (!on) await dashboard.waitForTimeout(500);
}

/** Turns the camera, and takes the time within the page until the canvas shows what comes of it. */
async function turn(dashboard: Page, key: string): Promise<View> {
  const times = await dashboard.getByTestId('viewport').evaluate(
    (element, pressed) =>
      new Promise<{ firstMs: number; completeMs: number; frame: number }>((resolve) => {
        const canvas = element.querySelector('canvas');
        if (!canvas) throw new Error('the view has no canvas');
        const before = Number(canvas.dataset['frame']);
        let firstMs = 0;
        new MutationObserver((_, observer) => {
          const frame = Number(canvas.dataset['frame']);
          if (frame <= before) return;
          const ms = performance.now() - begun;
          firstMs ||= ms;
          if (canvas.dataset['complete'] !== 'true') return;
          observer.disconnect();
          resolve({ firstMs, completeMs: ms, frame });
        }).observe(canvas, { attributes: true });
        const begun = performance.now();
        element.dispatchEvent(new KeyboardEvent('keydown', { key: pressed, bubbles: true }));
      }),
    key,
  );
  const traces = await dashboard.evaluate(() => window.tabgrid.viewTraces());
  const trace = traces.find(({ frame }) => frame === times.frame);
  if (!trace) throw new Error(`frame ${times.frame} left no trace`);
  return { ...times, trace };
}

/** Turns the camera every 16 ms, as a drag does. @returns pictures a second that were painted meanwhile */
async function turnSteadily(dashboard: Page, forMs: number): Promise<number> {
  return await dashboard.getByTestId('viewport').evaluate(
    (element, wanted) =>
      new Promise<number>((resolve) => {
        const canvas = element.querySelector('canvas');
        if (!canvas) throw new Error('the view has no canvas');
        const before = Number(canvas.dataset['frame']);
        const begun = performance.now();
        const timer = setInterval(() => {
          const ms = performance.now() - begun;
          element.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true }));
          if (ms < wanted) return;
          clearInterval(timer);
          resolve(((Number(canvas.dataset['frame']) - before) / ms) * 1000);
        }, 16);
      }),
    forMs,
  );
}

/** New views while both tabs are busy with a job. */
async function besideJob(dashboard: Page, views: number, say: (line: string) => void): Promise<readonly View[]> {
  await dashboard.getByTestId('spp').fill('4096');
  await press(dashboard, 'launch');
  await dashboard.waitForFunction(() => (window.tabgrid.view().job?.tasks.accepted ?? 0) > 4, null, { polling: 50 });
  const seen: View[] = [];
  // Further samples take their turn with the job's tiles, which may be long.
  await look(dashboard, true, 1);
  for (let i = 0; i < views; i++) {
    seen.push(await turn(dashboard, i % 2 === 0 ? 'ArrowRight' : 'ArrowLeft'));
    say(`beside a job: first ${seen.at(-1)?.firstMs.toFixed(0)} ms, complete ${seen.at(-1)?.completeMs.toFixed(0)} ms`);
    // The job goes on, and so does the refinement.
    await dashboard.waitForTimeout(1500);
  }
  await look(dashboard, false);
  await press(dashboard, 'cancel');
  return seen;
}

/** Where the time went, one value a view. */
function samplesOf(views: readonly View[]) {
  const rough = views.map(({ trace }) => trace.rounds[0]);
  const whole = views.map(({ trace }) => trace.rounds.at(-1));
  const last = whole.map((round) => round?.parts.reduce((a, b) => (a.returnedMs >= b.returnedMs ? a : b)));
  const sum = (values: readonly number[] = []) => values.reduce((all, value) => all + value, 0);
  return {
    completeMs: views.map(({ completeMs }) => completeMs),
    firstMs: views.map(({ firstMs }) => firstMs),
    /** The rough picture: its side in pixels. */
    roughWidthPx: rough.map((round) => round?.width ?? Number.NaN),
    /** From the key until the whole picture was asked for: the rough one, and what was missing of the rest. */
    askedWholeMs: whole.map((round) => round?.afterMs ?? Number.NaN),
    /** From then until its last part was here. */
    wholeMs: whole.map((round) => round?.ms ?? Number.NaN),
    /** Until the first volunteer began, as word of it came. */
    wholeBegunMs: whole.map((round) => Math.min(...(round?.parts ?? []).map((part) => part.startedMs ?? 0))),
    /** On the tabs' GPUs, summed: on one GPU each waits for the other, and that counts. */
    wholeKernelMs: whole.map((round) => sum(round?.parts.map((part) => part.kernelMs))),
    /** Of the last part: from when it was read back until it was here. */
    lastTransferMs: last.map((part) => (part ? part.returnedMs - (part.startedMs ?? 0) - part.wallMs : Number.NaN)),
    /** From the last part until it was painted. */
    paintMs: views.map(({ completeMs, trace }) => completeMs - (trace.completeMs ?? Number.NaN)),
  };
}
