import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cutResult } from '@tabgrid/webgpu-kernels/pathtrace/film';
import { pathtraceKernel } from '@tabgrid/webgpu-kernels/pathtrace/kernel';
import type { PathtraceParams } from '@tabgrid/webgpu-kernels/pathtrace/task';
import { nodeSession } from '../node-session.js';
import type { BenchResult } from '../result.js';
import { type BenchScene, benchScenes } from '../tiles/scenes.js';
import type { Tile } from './tiles.js';
import { compareAll, DISTANCE_HEADER } from './tolerance.js';

/** How far real adapters are apart: each run leaves its films in a folder, and compares them with those that others left there. */

const FILM = { width: 256, height: 160 };
const TILE_PX = 32;
const SAMPLES = { first: 0, count: 8, block: 8 };

/** @param folder films of a scene as `ADAPTER/SCENE.film`, of one version of the kernel */
export async function compareAdapters(folder: string, say: (line: string) => void): Promise<BenchResult> {
  const gpu = await nodeSession();
  const { vendor, architecture, description } = gpu.adapterClass;
  const name = [vendor, architecture, description]
    .filter(Boolean)
    .join(' ')
    .replace(/[^\w.]+/g, '-');
  const own = join(folder, name);
  mkdirSync(own, { recursive: true });
  const control = { signal: new AbortController().signal, progress() {}, submitted() {} };
  const figures: Record<string, number> = {};
  const rows: string[][] = [];
  for (const scene of await benchScenes(FILM)) {
    const params = paramsOf(scene);
    const { outputs } = await pathtraceKernel.run(gpu, params, scene.inputs, control);
    const film = outputs[0] ?? new Uint8Array();
    const file = `${scene.name}.film`;
    writeFileSync(join(own, file), film);
    say(`${scene.name}: ${join(own, file)}`);
    for (const other of readdirSync(folder)) {
      const path = join(folder, other, file);
      if (other === name || !existsSync(path)) continue;
      const found = compareAll(tilesOf(params, film), tilesOf(params, new Uint8Array(readFileSync(path))));
      rows.push([scene.name, `${name}, ${other}`, ...found.words]);
      figures[`${scene.name}.${other}.pixelsBeyond`] = found.far;
      figures[`${scene.name}.${other}.worstTileBeyond`] = found.worst;
      figures[`${scene.name}.${other}.tilesThatDiffer`] = found.wholes;
    }
  }
  gpu.close();
  return {
    figures,
    samples: {},
    where: { adapter: name, kernel: pathtraceKernel.task.version },
    tables:
      rows.length > 0 ? [{ title: 'Films of one kernel by different adapters', header: DISTANCE_HEADER, rows }] : [],
  };
}

function paramsOf({ base }: BenchScene): PathtraceParams {
  return { ...base, tile: { x: 0, y: 0, ...FILM }, samples: SAMPLES };
}

function tilesOf(whole: PathtraceParams, film: Uint8Array<ArrayBuffer>): Tile[] {
  const tiles: Tile[] = [];
  for (let y = 0; y < FILM.height; y += TILE_PX) {
    for (let x = 0; x < FILM.width; x += TILE_PX) {
      const params = { ...whole, tile: { x, y, width: TILE_PX, height: TILE_PX } };
      tiles.push({ params, result: cutResult(whole, film, params) });
    }
  }
  return tiles;
}
