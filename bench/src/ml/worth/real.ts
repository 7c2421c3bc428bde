import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { countFrames, type Frames } from '@tabgrid/cli/frames';
import { type Grid, startGrid } from '@tabgrid/cli/grid';
import { press } from '@tabgrid/cli/press';
import { createRandom } from '@tabgrid/scheduler/random';
import { quantile } from '@tabgrid/simulator/statistics';
import { parseTrace } from '@tabgrid/simulator/trace';
import type { Page } from 'playwright';
import { type BenchResult, median, type Table } from '../../result.js';
import { findTraces } from '../../scheduler/traces.js';
import { type Departure, departuresOf } from './departures.js';

/**
 * What learning is worth in real tabs: the same picture with learning on and off, in turn. Four tabs lend unequal shares of their time,
 * and are closed when recorded volunteers left – ten times as fast –, the same in both jobs of a pair; another tab takes the place.
 */
export interface RealOptions {
  readonly quick: boolean;
  readonly say: (line: string) => void;
}

export type RealProof = Required<Pick<BenchResult, 'figures' | 'tables' | 'samples' | 'intervals'>>;

/** Shares of GPU time lent, in percent: a place each. */
const INTENSITIES = [100, 70, 40, 20] as const;
const SCENE = 'bunny';
const JOB = { width: 320, height: 240, spp: 12, bounces: 5, tile: 32 };
const PAIRS = 10;
/** Jobs with learning on before the measured ones. */
const BEFORE = 3;
/** No job is longer. */
const LONGEST_MS = 300_000;
/** Recorded time runs so much faster: a job of a quarter of a minute stands for one of some minutes. */
const FASTER = 10;
const LOOK_MS = 100;

interface Run {
  readonly wallMs: number;
  readonly attempts: number;
  readonly lost: number;
  readonly frames: Frames;
}

export async function realProof({ quick, say }: RealOptions): Promise<RealProof> {
  const [trace] = findTraces(null, say);
  if (trace === undefined) return { figures: {}, tables: [], samples: {}, intervals: {} };
  const sessions = parseTrace(readFileSync(trace, 'utf8'));
  const plan = (seed: number) =>
    departuresOf(sessions, { places: INTENSITIES.length, untilMs: FASTER * LONGEST_MS, seed }).map(
      ({ atMs, place }) => ({
        atMs: atMs / FASTER,
        place,
      }),
    );
  const grid = await startGrid({ say });
  const on: Run[] = [];
  const off: Run[] = [];
  let deciding: readonly string[][] = [];
  let steps: Record<string, number> = {};
  try {
    const { dashboard } = grid;
    await dashboard.getByTestId('scene-builtin').selectOption(SCENE);
    await dashboard.waitForFunction(
      () => window.tabgrid.view().scene !== null && window.tabgrid.view().preparing === null,
    );
    for (const [field, value] of Object.entries(JOB)) await dashboard.getByTestId(field).fill(String(value));
    await press(dashboard, 'learning-toggle');
    const tabs = createTabs(grid);
    await tabs.fill();
    for (let i = 0; i < (quick ? 1 : BEFORE); i++) await runJob(grid, tabs, plan(1000 + i), i);
    const pairs = quick ? 1 : PAIRS;
    for (let pair = 0; pair < pairs; pair++) {
      const departures = plan(pair + 1);
      // Who is first has tabs that are a job younger: in turn.
      for (const learning of pair % 2 === 0 ? (['on', 'off'] as const) : (['off', 'on'] as const)) {
        await press(dashboard, `learning-${learning}`);
        (learning === 'on' ? on : off).push(await runJob(grid, tabs, departures, 100 + pair));
      }
      const ratio = (on[pair]?.wallMs ?? 0) / (off[pair]?.wallMs ?? 1);
      say(`worth, real tabs: pair ${pair + 1} of ${pairs}, on ÷ off ${ratio.toFixed(3)}`);
    }
    const { models, measured } = await dashboard.evaluate(() => window.tabgrid.learning());
    steps = Object.fromEntries(
      measured.flatMap(({ backend, stepMs }) => (stepMs === null ? [] : [[`cost.stepMs.page.${backend}`, stepMs]])),
    );
    deciding = models.map(({ name, samples, learned, baseline }) => [
      name,
      `${samples}`,
      `${learned?.toPrecision(3) ?? '–'}`,
      `${baseline?.toPrecision(3) ?? '–'}`,
    ]);
  } finally {
    await grid.close();
  }
  const proof = summary(on, off, deciding);
  return { ...proof, figures: { ...proof.figures, ...steps } };
}

interface Tabs {
  /** A tab in every place. */
  fill(): Promise<void>;
  /** Closes a place's tab, without a goodbye, and opens another. */
  replace(place: number): Promise<void>;
}

function createTabs(grid: Grid): Tabs {
  const open: (Page | null)[] = INTENSITIES.map(() => null);
  const fill = async (place: number) => {
    open[place] = await grid.addVolunteer({ intensity: INTENSITIES[place] ?? 100 });
  };
  return {
    async fill() {
      for (const [place, page] of open.entries()) if (!page) await fill(place);
      await grid.untilReady(INTENSITIES.length);
    },
    async replace(place) {
      const page = open[place];
      open[place] = null;
      await page?.close({ runBeforeUnload: false });
      await fill(place);
    },
  };
}

async function runJob(grid: Grid, tabs: Tabs, departures: readonly Departure[], seed: number): Promise<Run> {
  const { dashboard } = grid;
  await tabs.fill();
  await dashboard.getByTestId('seed').fill(String(seed));
  const before = (await grid.view()).job?.id ?? null;
  const frames = await countFrames(dashboard);
  await press(dashboard, 'launch');
  const began = performance.now();
  const left = [...departures];
  let lost = 0;
  for (;;) {
    const { job } = await grid.view();
    if (job && job.id !== before) {
      if (job.state === 'failed') throw new Error(job.notice ?? 'the job failed');
      if (job.state === 'done') return { wallMs: job.wallMs, attempts: job.attempts, lost, frames: await frames() };
    }
    const next = left[0];
    if (next && performance.now() - began >= next.atMs) {
      left.shift();
      lost++;
      await tabs.replace(next.place);
    }
    await setTimeout(LOOK_MS);
  }
}

function summary(on: readonly Run[], off: readonly Run[], deciding: readonly string[][]): RealProof {
  const ratios = on.map(({ wallMs }, i) => wallMs / (off[i]?.wallMs ?? Number.NaN));
  const rate = ({ frames: { frames, ms } }: Run) => (1000 * frames) / ms;
  const mean = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;
  const geometric = (values: readonly number[]) => Math.exp(mean(values.map(Math.log)));
  const random = createRandom(1);
  const resampled = Array.from({ length: 2000 }, () =>
    geometric(ratios.map(() => ratios[Math.floor(random.next() * ratios.length)] ?? Number.NaN)),
  );
  const row = (name: string, runs: readonly Run[]) => [
    name,
    (median(runs.map(({ wallMs }) => wallMs)) / 1000).toFixed(1),
    mean(runs.map(({ attempts }) => attempts)).toFixed(1),
    mean(runs.map(({ lost }) => lost)).toFixed(1),
    median(runs.map(rate)).toFixed(1),
    median(runs.map(({ frames }) => frames.longestMs)).toFixed(0),
  ];
  const tables: Table[] = [
    {
      title: `Learning on and off in real tabs, ${on.length} pairs`,
      header: ['learning', 'median s', 'attempts', 'tabs lost', 'frames a second', 'longest frame, ms'],
      rows: [row('on', on), row('off', off)],
    },
    {
      title: 'Losses of what was learned there, and of what it would replace',
      header: ['model', 'outcomes', 'learned', 'baseline'],
      rows: deciding,
    },
  ];
  return {
    figures: {
      'worth.realMakespanRatio': geometric(ratios),
      'worth.realPairs': ratios.length,
      'cost.framesPerSecond.learning': median(on.map(rate)),
      'cost.framesPerSecond.off': median(off.map(rate)),
      'cost.longestFrameMs.learning': median(on.map(({ frames }) => frames.longestMs)),
      'cost.longestFrameMs.off': median(off.map(({ frames }) => frames.longestMs)),
    },
    intervals: { 'worth.realMakespanRatio': [quantile(resampled, 0.025), quantile(resampled, 0.975)] },
    samples: {
      'worth.real.onMs': on.map(({ wallMs }) => wallMs),
      'worth.real.offMs': off.map(({ wallMs }) => wallMs),
    },
    tables,
  };
}
