import type { BenchOptions } from './options.js';
import type { BenchResult, Table } from './result.js';
import { compareAdapters } from './trust/adapters.js';
import { type Run, run } from './trust/run.js';
import { byKind, honest, mixed, type Scenario } from './trust/scenarios.js';
import type { Shot } from './trust/shots.js';
import { caughtWithin, rowOf, SCENARIO_HEADER, sum } from './trust/summary.js';
import { renderTiles } from './trust/tiles.js';
import { toleranceShots, toleranceTable, variantsFor } from './trust/tolerance.js';

/**
 * Spot checks against liars: the real scheduler in simulated grids, and real tiles, rendered by the path tracer as three classes of
 * adapters might and compared by its own comparison.
 */
export async function trust({ quick, say, flags }: BenchOptions): Promise<BenchResult> {
  if (flags.record !== null) return await compareAdapters(flags.record, say);
  const film: Omit<Shot, 'variant' | 'seed'> = {
    ...{ scene: 'cornell', side: quick ? 64 : 128, tile: 32 },
    ...{ spp: 16, block: 16, bounces: 4 },
  };
  const variants = variantsFor(quick);
  const calibration = toleranceShots(quick);
  say('Rendering tiles …');
  const began = performance.now();
  const { adapter, tiles, costs } = await renderTiles([
    ...variants.map((variant) => ({ ...film, variant, seed: 1 })),
    { ...film, variant: 'plain', seed: 2 },
    ...calibration,
  ]);
  say(`… on ${adapter}, ${((performance.now() - began) / 1000).toFixed(0)} s`);
  const renders = { classes: tiles.slice(0, variants.length), old: tiles[variants.length] ?? [] };
  const tolerance = toleranceTable(calibration, tiles.slice(variants.length + 1));

  const seeds = Array.from({ length: flags.seeds ?? (quick ? 1 : 2) }, (_, i) => (flags.firstSeed ?? 1) + i);
  const runs = new Map<Scenario, readonly Run[]>();
  const samples: Record<string, readonly number[]> = {};
  for (const scenario of [
    ...byKind(quick ? 400 : 3000),
    ...mixed(quick ? 400 : 3000),
    ...honest(quick ? 1000 : 10_000),
  ]) {
    if (flags.only && !flags.only.split(',').includes(scenario.name)) continue;
    const started = performance.now();
    // Where nobody lies one job is as long as several.
    const worlds = scenario.profile.liars ? seeds : seeds.slice(0, 1);
    const done = worlds.map((seed) => run(scenario, seed, renders));
    runs.set(scenario, done);
    samples[`${scenario.name}.costShare`] = done.map(({ probeShare, replicaShare }) => probeShare + replicaShare);
    samples[`${scenario.name}.wrongPixelShare`] = done.map(({ wrongPixels }) => wrongPixels);
    say(`${scenario.name}: ${((performance.now() - started) / 1000).toFixed(0)} s`);
  }
  const all = [...runs.values()].flat();
  const tables: Table[] = [
    {
      title: 'A fifth of the volunteers lie: caught with so many wrong tiles delivered, and what it costs',
      header: SCENARIO_HEADER,
      rows: [...runs].map(([{ name }, done]) => rowOf(name, done)),
    },
    tolerance.table,
    {
      title: 'A probe of 2 × 2 pixels (of a tile of 16 × 16: one pixel) against its tile, on this adapter',
      header: ['tile', 'work units', 'kernel time', 'wall time'],
      rows: costs.map(({ tilePx, unitsShare, kernelShare, wallShare }) => [
        `${tilePx} × ${tilePx}`,
        ...[unitsShare, kernelShare, wallShare].map((share) => `${(100 * share).toFixed(2)} %`),
      ]),
    },
  ];
  const lives = all.flatMap((one) => one.lives);
  return {
    figures: {
      caughtWithin1: caughtWithin(lives, 1),
      caughtWithin3: caughtWithin(lives, 3),
      caughtWithin10: caughtWithin(lives, 10),
      falseAccusations: lives.filter(({ kind, caughtAfter }) => kind === null && caughtAfter !== null).length,
      honestTiles: sum(all, ({ honestTiles }) => honestTiles),
      wrongPixelShare: Math.max(...all.map(({ wrongPixels }) => wrongPixels)),
      wrongPixelShareOfCaught: Math.max(...all.map(({ wrongOfCaught }) => wrongOfCaught)),
      costShare: Math.max(...all.map(({ probeShare, replicaShare }) => probeShare + replicaShare)),
      unsettled: all.filter(({ settled }) => !settled).length,
      ...tolerance.figures,
      ...Object.fromEntries(costs.map(({ tilePx, kernelShare }) => [`probeKernelShare.${tilePx}`, kernelShare])),
    },
    where: { simulated: true, adapter },
    samples,
    tables,
  };
}
