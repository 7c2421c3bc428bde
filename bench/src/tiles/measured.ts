import { createRandom } from '@tabgrid/scheduler/random';
import { amounts } from '@tabgrid/splitters/spatial/density';
import { splitRect } from '@tabgrid/splitters/spatial/split';
import type { OwnedGpuSession } from '@tabgrid/webgpu-kernels/create-gpu-session';
import type { Table } from '../result.js';
import { median } from '../result.js';
import { type Looked, lookAt, mapsOf, timeTile } from './looks.js';
import { errorOf, evenTiles, imbalanceOf, predictedBalance, wholeOf } from './measures.js';
import type { BenchScene } from './scenes.js';

/** Maps by the real kernels: how good they are, how even the tiles cut by them, and what tiles timed alone say of that. */

/** Tiles that are timed: four across, three down when they are even. */
const COLUMNS = 4;
const ROWS = 3;
/** Numbers of shares whose predicted balance is looked at. */
const MOST_SHARES = 32;
/** Tiles of a picture of a usual size are cut to the pixel more finely: so many times as wide and as high. */
const LARGER = 4;
/** Tiles that a map is held against: a picture's in a usual job. */
const MAP_TILES = [16, 10] as const;

export interface Measured {
  readonly figures: Record<string, number>;
  readonly samples: Record<string, readonly number[]>;
  readonly table: Table;
  readonly looked: readonly { readonly name: string; readonly looked: Looked }[];
}

export async function measureScenes(
  gpu: OwnedGpuSession,
  scenes: readonly BenchScene[],
  { spp, tries, say }: { readonly spp: number; readonly tries: number; readonly say: (line: string) => void },
): Promise<Measured> {
  const figures: Record<string, number> = {};
  const samples: Record<string, readonly number[]> = {};
  const rows: string[][] = [];
  const looked: { readonly name: string; readonly looked: Looked }[] = [];
  for (const scene of scenes) {
    const { name } = scene;
    const found = await lookAt(gpu, scene, spp);
    looked.push({ name, looked: found });
    const maps = mapsOf(found);
    const whole = wholeOf(found.truth);
    const mapTiles = evenTiles(found.truth, ...MAP_TILES);
    const [formula, calibrated] = [maps.formula, maps.calibrated].map((map) => errorOf(map, found.truth, mapTiles));
    const large = { ...maps.calibrated, width: LARGER * whole.width, height: LARGER * whole.height };
    const balance = predictedBalance(large, MOST_SHARES, createRandom(1).next);
    const count = COLUMNS * ROWS;
    const equal = Array<number>(count).fill(1);
    const cuts = {
      even: evenTiles(found.truth, COLUMNS, ROWS),
      formula: splitRect(whole, equal, amounts(maps.formula)),
      calibrated: splitRect(whole, equal, amounts(maps.calibrated)),
    };
    const times: Record<keyof typeof cuts, number[]> = { even: [], formula: [], calibrated: [] };
    // In turn, and the quickest of some tries: a slow spell of the machine is no tile's.
    for (let round = 0; round < tries; round++) {
      for (const cut of ['even', 'formula', 'calibrated'] as const) {
        for (const [i, tile] of cuts[cut].entries()) {
          const ms = await timeTile(gpu, scene, tile, spp);
          times[cut][i] = Math.min(times[cut][i] ?? Number.POSITIVE_INFINITY, ms);
        }
      }
    }
    const of = {
      even: imbalanceOf(times.even),
      formula: imbalanceOf(times.formula),
      calibrated: imbalanceOf(times.calibrated),
    };
    figures[`${name}.predictedBalance`] = balance;
    figures[`${name}.imbalance`] = of.calibrated;
    figures[`${name}.imbalanceEven`] = of.even;
    figures[`${name}.imbalanceFormula`] = of.formula;
    const truthIn = amounts(found.truth);
    figures[`${name}.costImbalance`] = imbalanceOf(cuts.calibrated.map(truthIn));
    figures[`${name}.costImbalanceEven`] = imbalanceOf(cuts.even.map(truthIn));
    figures[`${name}.mapError`] = calibrated?.error ?? Number.NaN;
    figures[`${name}.mapErrorFormula`] = formula?.error ?? Number.NaN;
    figures[`${name}.mapRank`] = calibrated?.rank ?? Number.NaN;
    figures[`${name}.mapRankFormula`] = formula?.rank ?? Number.NaN;
    figures[`${name}.looksShare`] = found.looksMs / found.pictureMs;
    for (const cut of ['even', 'formula', 'calibrated'] as const) samples[`${name}.${cut}.tileMs`] = times[cut];
    rows.push([
      name,
      balance.toFixed(3),
      ...[of.even, of.formula, of.calibrated].map((x) => x.toFixed(2)),
      [cuts.even, cuts.calibrated].map((cut) => imbalanceOf(cut.map(truthIn)).toFixed(2)).join(', '),
      ...[formula, calibrated].map(
        (x) => `${(100 * (x?.error ?? Number.NaN)).toFixed(1)} %, ${(x?.rank ?? Number.NaN).toFixed(2)}`,
      ),
      `${((100 * found.looksMs) / found.pictureMs).toFixed(2)} %`,
    ]);
    say(
      `${name}: ${count} tiles, the longest ${of.calibrated.toFixed(2)} times the mean (even ones: ${of.even.toFixed(2)})`,
    );
  }
  for (const name of [
    'predictedBalance',
    'imbalance',
    'imbalanceEven',
    'imbalanceFormula',
    'costImbalance',
    'costImbalanceEven',
    'mapError',
    'mapErrorFormula',
  ] as const) {
    const all = scenes.map((scene) => figures[`${scene.name}.${name}`] ?? Number.NaN);
    figures[name] =
      name === 'predictedBalance' ? Math.min(...all) : /mbalance/.test(name) ? Math.max(...all) : median(all);
  }
  return {
    figures,
    samples,
    looked,
    table: {
      title: `${COLUMNS * ROWS} tiles, each timed alone; the map’s error over ${MAP_TILES.join(' × ')} tiles`,
      header: [
        'scene',
        'balance, predicted',
        'even: most ÷ mean',
        'formula',
        'calibrated',
        'by steps: even, calibrated',
        'map: formula',
        'map: calibrated',
        'looks ÷ picture',
      ],
      rows,
    },
  };
}
