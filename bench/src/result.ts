import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { dirname, resolve } from 'node:path';
import { table } from '@tabgrid/cli/report-table';

/** What a benchmark brings back: flat named numbers to compare, and whatever explains them. */
export interface BenchResult {
  /** Names are part of the interface: two runs are compared by them. */
  readonly figures: Readonly<Record<string, number>>;
  /** What ran the work: browser and adapter. */
  readonly where: Readonly<Record<string, string | boolean>>;
  /** The single measurements behind the figures. */
  readonly samples: Readonly<Record<string, readonly number[]>>;
  /** 95 % intervals of figures, by their names. */
  readonly intervals?: Readonly<Record<string, readonly [low: number, high: number]>>;
  /** For reading: more than one thing compared. */
  readonly tables?: readonly Table[];
}

export interface Table {
  readonly title: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Median; the mean of the two in the middle where there are two. @throws RangeError without values */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const low = sorted[Math.ceil(middle) - 1];
  const high = sorted[Math.floor(middle)];
  if (low === undefined || high === undefined) throw new RangeError('no values');
  return (low + high) / 2;
}

function commit(): string {
  try {
    const head = execFileSync('git', ['rev-parse', '--short=12', 'HEAD'], { encoding: 'utf8' }).trim();
    const changed = execFileSync('git', ['status', '--porcelain'], { encoding: 'utf8' }).trim() !== '';
    return changed ? `${head} with changes` : head;
  } catch {
    return 'unknown';
  }
}

function machine() {
  const [cpu] = cpus();
  return {
    cpu: cpu?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
  };
}

/** Prints the figures as a table and, when asked, writes them as JSON. */
export function publish(name: string, result: BenchResult, jsonFile: string | null): void {
  for (const { title, header, rows } of result.tables ?? []) console.log(`\n${title}\n${table(header, rows)}`);
  const rows = Object.entries(result.figures).map(([figure, value]) => {
    const interval = result.intervals?.[figure]?.map((end) => end.toPrecision(4)).join(' … ');
    return [figure, value.toPrecision(4), ...(result.intervals ? [interval ?? ''] : [])];
  });
  const header = ['figure', 'value', ...(result.intervals ? ['95 % interval'] : [])];
  console.log(`\n${name}\n${table(header, rows)}`);
  if (!jsonFile) return;
  mkdirSync(dirname(resolve(jsonFile)), { recursive: true });
  writeFileSync(jsonFile, `${JSON.stringify({ name, machine: machine(), commit: commit(), ...result }, null, 2)}\n`);
  console.log(`Wrote ${jsonFile}`);
}
