import { TaskId } from '@tabgrid/protocol/ids';
import { TaskSpec } from '@tabgrid/protocol/task';
import { HALO_PX, windowOf } from '@tabgrid/webgpu-kernels/denoise/film';
import { DenoiseParams } from '@tabgrid/webgpu-kernels/denoise/task';
import { GbufferParams } from '@tabgrid/webgpu-kernels/gbuffer/task';
import type { PathtraceParams } from '@tabgrid/webgpu-kernels/pathtrace/task';
import * as v from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import { fakeBase, fakeJob, fakeScene } from '../render/fixture.js';
import type { RenderJob } from '../render/planner.js';
import { spiralTiles } from '../spatial/tiles.js';
import { denoiseStage, type Rendered } from './denoise.js';
import { overlap } from './window.js';

let manifest: PathtraceParams['scene'];
beforeAll(async () => {
  manifest = (await fakeScene()).manifest;
});

const FILM = { width: 200, height: 120 };
const jobOf = (change: Partial<RenderJob> = {}, film = FILM): RenderJob =>
  fakeJob(manifest, { base: fakeBase(manifest, { film }), ...change });
const renderedOf = (side: number): readonly Rendered[] =>
  spiralTiles(FILM.width, FILM.height, side).map((tile, i) => ({ task: v.parse(TaskId, `job:0-${i}`), tile }));

describe('the denoising stage', () => {
  it('is of tasks that pass every schema, and covers each pixel once with guides and once denoised', () => {
    for (const tile of [null, 8, 33, 512]) {
      const tasks = denoiseStage(jobOf({ tile }), 's1', []);
      for (const kind of ['guides', 'denoise'] as const) {
        const seen = new Uint8Array(FILM.width * FILM.height);
        for (const task of tasks.filter((one) => one.kind === kind)) {
          const { spec, params } = task;
          const sent = JSON.parse(JSON.stringify(spec));
          expect(v.parse(TaskSpec, sent)).toEqual(sent);
          expect(v.is(kind === 'guides' ? GbufferParams : DenoiseParams, sent.params)).toBe(true);
          expect(spec.inputs.length > 0).toBe(kind === 'guides');
          for (let y = params.tile.y; y < params.tile.y + params.tile.height; y++) {
            for (let x = params.tile.x; x < params.tile.x + params.tile.width; x++) {
              const at = y * FILM.width + x;
              seen[at] = (seen[at] ?? 0) + 1;
            }
          }
        }
        expect(seen.every((times) => times === 1)).toBe(true);
      }
      expect(new Set(tasks.map(({ spec }) => spec.id)).size).toBe(tasks.length);
    }
  });

  it('lets each denoised tile wait for all that its halo reaches, and for nothing else', () => {
    const rendered = renderedOf(24);
    const tasks = denoiseStage(jobOf({ tile: 40 }), 's1', rendered);
    const guides = tasks.filter(({ kind }) => kind === 'guides');
    const places = new Map([
      ...rendered.map(({ task, tile }) => [task, tile] as const),
      ...guides.map(({ spec, params }) => [spec.id, params.tile] as const),
    ]);
    for (const { kind, params, after } of tasks) {
      if (kind === 'guides') {
        expect(after).toEqual([]);
        continue;
      }
      const window = windowOf(FILM, params.tile);
      const reached = [...places].flatMap(([task, tile]) => (overlap(tile, window) ? [task] : []));
      expect(new Set(after)).toEqual(new Set(reached));
      expect(after.length).toBeLessThan(places.size);
    }
  });

  it('adds what is waited for before what waits for it', () => {
    const known = new Set<string>();
    for (const { spec, after } of denoiseStage(jobOf(), 's1', [])) {
      expect(after.every((id) => known.has(id))).toBe(true);
      known.add(spec.id);
    }
  });

  it('gives several volunteers something to do, without tiles smaller than their halo is worth', () => {
    const sideOf = (film: { width: number; height: number }) =>
      Math.max(...denoiseStage(jobOf({}, film), 's', []).map(({ params }) => params.tile.width));
    expect(sideOf({ width: 64, height: 64 })).toBe(32);
    expect(sideOf({ width: 400, height: 200 })).toBe(104);
    expect(sideOf({ width: 4096, height: 4096 })).toBe(256);
    expect(sideOf({ width: 64, height: 64 })).toBeGreaterThan(HALO_PX);
  });

  it('has other names with another name', () => {
    const ids = (name: string) => denoiseStage(jobOf(), name, []).map(({ spec }) => spec.id);
    const [first, second] = [ids('s1'), ids('s2')];
    expect(first.some((id) => second.includes(id))).toBe(false);
    expect(ids('s1')).toEqual(first);
  });
});
