import { nodeSession } from './node-session.js';
import type { BenchOptions } from './options.js';
import { measureDeadlines } from './physics/deadline.js';
import type { Part, PartOptions } from './physics/part.js';
import { rapierVersion } from './physics/rapier.js';
import { measureBits } from './physics/same-bits.js';
import { measureSizes } from './physics/sizes.js';
import { measureSpeedups } from './physics/speedup.js';
import { measureSplits } from './physics/split.js';
import type { BenchResult, Table } from './result.js';

/** Parts that `--only` names. */
const PARTS: Readonly<Record<string, (options: PartOptions) => Promise<Part>>> = {
  sizes: measureSizes,
  split: measureSplits,
  speedup: measureSpeedups,
  deadline: measureDeadlines,
  bits: measureBits,
};

/**
 * Worlds of rigid bodies: our kernel against Rapier and by the number of bodies, one world over several regions, what that costs and
 * brings, whether somebody could look on, and whether this adapter's bits are everybody's. `--only sizes,split,speedup,deadline,bits` runs
 * parts.
 */
export async function physics({ quick, say, flags }: BenchOptions): Promise<BenchResult> {
  const names = flags.only?.split(',') ?? Object.keys(PARTS);
  const gpu = await nodeSession();
  const figures: Record<string, number> = {};
  const samples: Record<string, readonly number[]> = {};
  const tables: Table[] = [];
  const { vendor, architecture } = gpu.adapterClass;
  say(`${vendor} ${architecture}${gpu.software ? ', in software' : ''}`);
  for (const name of names) {
    const measure = PARTS[name];
    if (!measure) throw new RangeError(`no part “${name}”; there are ${Object.keys(PARTS).join(', ')}`);
    const part = await measure({ gpu, quick, say });
    Object.assign(figures, part.figures);
    Object.assign(samples, part.samples);
    tables.push(...part.tables);
  }
  gpu.close();
  return {
    figures,
    samples,
    tables,
    where: {
      kernels: `${vendor} ${architecture}, Dawn for Node`,
      software: gpu.software,
      rapier: `Rapier ${rapierVersion()}, WebAssembly, one thread`,
    },
  };
}
