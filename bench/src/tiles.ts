import { mkdirSync } from 'node:fs';
import { nodeSession } from './node-session.js';
import type { BenchOptions } from './options.js';
import type { BenchResult, Table } from './result.js';
import { measureScenes } from './tiles/measured.js';
import { realRuns } from './tiles/real.js';
import { benchScenes } from './tiles/scenes.js';
import { compareShares } from './tiles/shares.js';
import { simulateScenes } from './tiles/simulated.js';

/** So that looks have the same cells as those of a picture four times as wide. */
const FILM = { width: 256, height: 160 };
const SPP = 8;

/** Parts that `--only` names. */
const PARTS = ['measured', 'simulated', 'shares', 'real'] as const;

/**
 * Tiles of equal cost: how even they are by the map and by the clock, how good the map is, and what they save when volunteers are
 * of unequal speed. `--only measured,simulated,shares,real` runs parts; `simulated` needs what `measured` measures.
 */
export async function tiles({ quick, say, flags }: BenchOptions): Promise<BenchResult> {
  const wanted = new Set<string>(flags.only?.split(',') ?? PARTS);
  const figures: Record<string, number> = {};
  const samples: Record<string, readonly number[]> = {};
  const tables: Table[] = [];
  let where: Record<string, string | boolean> = {};
  const add = (part: {
    figures: Record<string, number>;
    samples?: Record<string, readonly number[]>;
    table?: Table;
  }) => {
    Object.assign(figures, part.figures);
    Object.assign(samples, part.samples);
    if (part.table) tables.push(part.table);
  };

  if (wanted.has('measured') || wanted.has('simulated')) {
    const gpu = await nodeSession();
    const scenes = await benchScenes(FILM);
    const measured = await measureScenes(gpu, scenes, { spp: SPP, tries: quick ? 1 : 4, say });
    gpu.close();
    add(measured);
    if (wanted.has('simulated')) {
      add(await simulateScenes(measured.looked, { spps: quick ? [8] : [8, 32], seeds: quick ? 3 : 12 }));
    }
    where = { ...where, kernels: `${gpu.adapterClass.vendor} ${gpu.adapterClass.architecture}, Dawn for Node` };
  }
  if (wanted.has('shares')) add(compareShares(quick ? 6 : 40));
  if (wanted.has('real')) {
    if (flags.plots !== null) mkdirSync(flags.plots, { recursive: true });
    const real = await realRuns(quick ? 1 : 4, say, flags.plots);
    add(real);
    where = { ...where, ...real.where };
  }
  return { figures, samples, where, tables };
}
