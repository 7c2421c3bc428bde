import { mkdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { costs } from './ml/cost.js';
import { failureProof, telemetryProof } from './ml/failure/proof.js';
import { drawPlot, type Plot } from './ml/plot.js';
import { plotsOf } from './ml/plots.js';
import { recordTiles } from './ml/record-tiles.js';
import { timeProof } from './ml/time/proof.js';
import { worthProof } from './ml/worth/proof.js';
import { realProof } from './ml/worth/real.js';
import type { BenchOptions } from './options.js';
import type { BenchResult, Table } from './result.js';

/** What is learned: how good it is, what it is worth, and what it costs. `--only time,failure,telemetry,worth,real,cost` runs parts. */

const RESULTS_TO_RECORD = 5_000;

export async function ml({ quick, say, flags }: BenchOptions): Promise<BenchResult> {
  if (flags.record !== null) {
    const recorded = await recordTiles({ file: flags.record, results: RESULTS_TO_RECORD, say });
    return { figures: { recorded }, where: { recorded: flags.record }, samples: {} };
  }
  const parts: Record<string, () => Promise<Partial<BenchResult>>> = {
    time: () => timeProof({ quick, say }),
    failure: () =>
      failureProof({ quick, say, traceTrain: flags.traceTrain ?? undefined, traceTest: flags.traceTest ?? undefined }),
    telemetry: () => telemetryProof({ quick, say }),
    worth: () => worthProof({ quick, say }),
    real: () => realProof({ quick, say }),
    cost: () => costs(say),
  };
  const result = {
    figures: {} as Record<string, number>,
    samples: {} as Record<string, readonly number[]>,
    intervals: {} as Record<string, readonly [low: number, high: number]>,
    tables: [] as Table[],
  };
  for (const name of flags.only?.split(',') ?? Object.keys(parts)) {
    const run = parts[name];
    if (!run) throw new RangeError(`no part “${name}”; there are ${Object.keys(parts).join(', ')}`);
    say(`${name} …`);
    const { figures = {}, samples = {}, intervals = {}, tables = [] } = await run();
    Object.assign(result.figures, figures);
    Object.assign(result.samples, samples);
    Object.assign(result.intervals, intervals);
    result.tables.push(...tables);
  }
  if (flags.plots !== null) write(flags.plots, plotsOf(result), say);
  return { ...result, where: { backend: 'cpu', simulated: false } };
}

function write(folder: string, plots: Readonly<Record<string, Plot>>, say: (line: string) => void): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, plot] of Object.entries(plots)) {
    const file = resolve(folder, `${name}.svg`);
    writeFileSync(file, drawPlot(plot));
    say(`Wrote ${file}`);
  }
}
