import { BUILTIN_SCENES } from '@tabgrid/assets/scenes/build';
import type { RenderRun } from '@tabgrid/protocol/records';
import { addResult, createFilm, type Film } from '@tabgrid/splitters/render/film';
import { FIRST_SAMPLES, furtherRuns, type NoiseMap, noiseMap } from '@tabgrid/splitters/render/noise';
import { nextRun, runBetween, sampleCount } from '@tabgrid/splitters/render/samples';
import type { OwnedGpuSession } from '@tabgrid/webgpu-kernels/create-gpu-session';
import { pathtraceKernel } from '@tabgrid/webgpu-kernels/pathtrace/kernel';
import { luminance } from '@tabgrid/webgpu-kernels/pathtrace/luminance';
import type { PathtraceParams } from '@tabgrid/webgpu-kernels/pathtrace/task';
import { nodeSession } from './node-session.js';
import type { BenchOptions } from './options.js';
import type { BenchResult } from './result.js';
import { control } from './tiles/looks.js';
import { type BenchScene, benchScenes } from './tiles/scenes.js';

/**
 * Noise targets: what samples that go where the error is save over the same number for every pixel, and whether a picture is as good as
 * it is said to be, against one with many more samples of another seed.
 */

const FILM = { width: 80, height: 48 };
const MOST = 4096;
/** Samples of the picture that others are held against, relative to the most that a pixel has. */
const REFERENCE = 2;

export async function noise({ quick, say }: BenchOptions): Promise<BenchResult> {
  const gpu = await nodeSession();
  const target = quick ? 0.2 : 0.1;
  const figures: Record<string, number> = {};
  const rows: string[][] = [];
  for (const scene of (await benchScenes(FILM)).slice(0, quick ? 1 : BUILTIN_SCENES.length)) {
    const { film, runs, rounds } = await refine(gpu, scene, target);
    const right = createFilm(FILM.width, FILM.height);
    const reference = { samples: runBetween(0, REFERENCE * Math.max(...film.counts)) };
    await expose(gpu, { ...scene, base: { ...scene.base, seed: 99 } }, right, [reference]);
    const map = noiseMap(film);
    const spent = sampleCount(runs, FILM);
    const all = Math.max(...film.counts);
    const ratios = map.cells.flatMap((cell) => (cell.noise > 0 ? [trueNoise(film, right, cell) / cell.noise] : []));
    const truth = Math.sqrt(ratios.reduce((sum, ratio) => sum + ratio * ratio, 0) / Math.max(1, ratios.length));
    figures[`${scene.name}.evenOverSpent`] = all / spent;
    figures[`${scene.name}.trueOverSaid`] = truth;
    figures[`${scene.name}.samples`] = spent;
    rows.push([
      scene.name,
      String(target),
      spent.toFixed(0),
      String(all),
      `${rounds}`,
      (all / spent).toFixed(2),
      truth.toFixed(2),
    ]);
    say(`${scene.name}: ${spent.toFixed(0)} samples a pixel in ${rounds} rounds, ${all} where it is worst`);
  }
  gpu.close();
  const { vendor, architecture } = gpu.adapterClass;
  return {
    figures,
    samples: {},
    where: {
      kernels: `${vendor} ${architecture}, Dawn for Node`,
      picture: `${FILM.width} × ${FILM.height}`,
      target: String(target),
    },
    tables: [
      {
        title: 'Samples until a picture is as good as asked for',
        header: ['scene', 'target', 'samples a pixel', 'most', 'rounds', 'even ÷ spent', 'true ÷ said'],
        rows,
      },
    ],
  };
}

async function refine(gpu: OwnedGpuSession, scene: BenchScene, target: number) {
  const film = createFilm(FILM.width, FILM.height);
  const runs: RenderRun[] = [{ samples: nextRun([], FIRST_SAMPLES) }];
  await expose(gpu, scene, film, runs);
  for (let rounds = 1; ; rounds++) {
    const further = furtherRuns(noiseMap(film), runs, { target, most: MOST });
    if (further.runs.length === 0) return { film, runs, rounds };
    await expose(gpu, scene, film, further.runs);
    runs.push(...further.runs);
  }
}

async function expose(gpu: OwnedGpuSession, { base, inputs }: BenchScene, film: Film, runs: readonly RenderRun[]) {
  for (const { samples, rects = [{ x: 0, y: 0, ...FILM }] } of runs) {
    for (const tile of rects) {
      const params: PathtraceParams = { ...base, tile, samples };
      const { outputs } = await pathtraceKernel.run(gpu, params, inputs, control());
      const key = `${samples.first} ${tile.x} ${tile.y}`;
      addResult(film, { key, tile, samples, result: outputs[0] ?? new Uint8Array(0) });
    }
  }
}

/** Root mean square difference of two pictures in a cell, relative to its light as the noise is. */
function trueNoise(film: Film, right: Film, { rect, light }: NoiseMap['cells'][number]): number {
  let sum = 0;
  const first = rect.y * FILM.width + rect.x;
  // What the other picture has of noise is no error of this one.
  const both = 1 + (film.counts[first] ?? 0) / (right.counts[first] ?? 1);
  for (let y = rect.y; y < rect.y + rect.height; y++) {
    for (let x = rect.x; x < rect.x + rect.width; x++) {
      const i = 3 * (y * FILM.width + x);
      const at = ({ rgb }: Film) => luminance(rgb[i] ?? 0, rgb[i + 1] ?? 0, rgb[i + 2] ?? 0);
      sum += (at(film) - at(right)) ** 2;
    }
  }
  return Math.sqrt(sum / (rect.width * rect.height) / both) / light;
}
