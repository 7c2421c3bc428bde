import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { softwareVulkanEnv } from '@tabgrid/cli/software-vulkan';
import type { Bytes } from '@tabgrid/protocol/bytes';
import { spiralTiles } from '@tabgrid/splitters/spatial/tiles';
import { resultBytes } from '@tabgrid/webgpu-kernels/pathtrace/film';
import { PathtraceParams } from '@tabgrid/webgpu-kernels/pathtrace/task';
import * as v from 'valibot';
import type { Answer, ProbeCost, Shot } from './shots.js';

/** A tile as the kernel rendered it. */
export interface Tile {
  readonly params: PathtraceParams;
  readonly result: Bytes;
}

export interface Rendered {
  readonly adapter: string;
  /** The tiles of each shot, in one order for equal films. */
  readonly tiles: readonly (readonly Tile[])[];
  readonly costs: readonly ProbeCost[];
}

const Answered = v.object({
  adapter: v.string(),
  bases: v.array(v.string()),
  costs: v.array(
    v.object({ tilePx: v.number(), unitsShare: v.number(), kernelShare: v.number(), wallShare: v.number() }),
  ),
}) satisfies v.GenericSchema<unknown, Answer>;

/** Renders real tiles, in a process of its own. @throws Error with the child's words */
export async function renderTiles(shots: readonly Shot[]): Promise<Rendered> {
  const file = join(tmpdir(), `tabgrid-trust-${process.pid}.bin`);
  try {
    const { adapter, bases, costs } = v.parse(Answered, JSON.parse(await child([JSON.stringify(shots), file])));
    const bytes = new Uint8Array(readFileSync(file));
    let at = 0;
    const tiles = shots.map((shot, i) => {
      const base: unknown = JSON.parse(bases[i] ?? '{}');
      const samples = { first: 0, count: shot.spp, block: shot.block };
      return spiralTiles(shot.side, shot.side, shot.tile).map((tile): Tile => {
        const params = v.parse(PathtraceParams, { ...Object(base), tile, samples });
        const result = bytes.slice(at, at + resultBytes(params));
        at += result.byteLength;
        return { params, result };
      });
    });
    if (at !== bytes.byteLength) throw new Error(`${bytes.byteLength} bytes of tiles instead of ${at}`);
    return { adapter, tiles, costs };
  } finally {
    rmSync(file, { force: true });
  }
}

/** What is set here reaches the child's dynamic loader, which finds a Vulkan driver by it. */
function child(args: readonly string[]): Promise<string> {
  const script = fileURLToPath(new URL('./gpu-child.ts', import.meta.url));
  const env = { ...process.env, ...softwareVulkanEnv(process.env['TABGRID_BROWSER'] ?? null) };
  const started = spawn(process.execPath, ['--import', 'tsx', script, ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  let complained = '';
  started.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  started.stderr.setEncoding('utf8').on('data', (text: string) => {
    complained += text;
  });
  return new Promise((resolve, reject) => {
    started.on('error', reject);
    started.on('close', (code) => {
      if (code === 0) resolve(said);
      else reject(new Error(`tiles could not be rendered: ${complained.trim().slice(-2000)}`));
    });
  });
}
