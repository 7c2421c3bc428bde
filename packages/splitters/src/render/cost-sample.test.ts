import { VolunteerId } from '@tabgrid/protocol/ids';
import { pixelsOf, resultBytes as seenBytes, canary as seenCanary } from '@tabgrid/webgpu-kernels/gbuffer/film';
import type { PathtraceParams } from '@tabgrid/webgpu-kernels/pathtrace/task';
import * as v from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import { costCells, costOfFilm, costOfResult, costOfSeen } from './cost-sample.js';
import { fakeResult } from './fake-kernel.js';
import { addResult, createFilm } from './film.js';
import { fakeBase, fakeScene } from './fixture.js';

let manifest: PathtraceParams['scene'];
beforeAll(async () => {
  manifest = (await fakeScene()).manifest;
});

/** The fake kernel's samples cost 10 each. */
const COST = 10;

describe('the cells of a picture', () => {
  it('are as many as a hundredth of its samples, and at most 64 a side', () => {
    expect(costCells({ width: 1280, height: 720 }, 16)).toEqual({ width: 1280, height: 720, columns: 64, rows: 36 });
    for (const [width, height, spp] of [
      [64, 64, 16],
      [320, 192, 4],
      [2000, 50, 16],
      [128, 128, 1],
    ] as const) {
      const { columns, rows } = costCells({ width, height }, spp);
      expect(columns * rows).toBeLessThanOrEqual(0.01 * width * height * spp);
    }
    // Where even the fewest are too many, they are the fewest all the same.
    expect(costCells({ width: 16, height: 16 }, 1)).toMatchObject({ columns: 12, rows: 12 });
  });
});

describe('costs', () => {
  const cells = { width: 40, height: 30, columns: 4, rows: 3 };

  it('of a result are sums over the cells that it touches', () => {
    const tile = { x: 8, y: 12, width: 5, height: 9 };
    const params = { ...fakeBase(manifest), tile, samples: { first: 16, count: 20, block: 16 } };
    const run = { ms: 3, volunteer: v.parse(VolunteerId, 'ada') };
    const told = costOfResult(cells, params, fakeResult(params), run);
    expect(told.run).toBe(run);
    // Columns 8–9 and 10–12, rows 12–19 and 20.
    expect(new Map(told.cells.map(([cell, samples]) => [cell, samples]))).toEqual(
      new Map([
        [4, 2 * 8 * 20],
        [5, 3 * 8 * 20],
        [8, 2 * 20],
        [9, 3 * 20],
      ]),
    );
    for (const [, samples, cost] of told.cells) expect(cost).toBe(samples * COST);
  });

  it('of a pilot, whose pixels are the cells, are one number a cell', () => {
    const film = { width: 4, height: 3 };
    const params = {
      ...fakeBase(manifest, { film }),
      tile: { x: 0, y: 0, ...film },
      samples: { first: 0, count: 6, block: 6 },
    };
    const { cells: told } = costOfResult(cells, params, fakeResult(params), null);
    expect(told).toEqual(Array.from({ length: 12 }, (_, i) => [i, 6, 6 * COST]));
  });

  it('of a film are what its samples have cost, where it has any', () => {
    const film = createFilm(40, 30);
    const tile = { x: 0, y: 0, width: 10, height: 10 };
    const params = { ...fakeBase(manifest), tile, samples: { first: 0, count: 16, block: 16 } };
    addResult(film, { key: 'a', tile, samples: params.samples, result: fakeResult(params) });
    expect(costOfFilm(cells, film)).toEqual({ kind: 'measured', cells: [[0, 1600, 1600 * COST]], run: null });
  });

  it('that are seen come a cell each, in order', () => {
    const film = { width: 2, height: 1 };
    const params = {
      ...fakeBase(manifest, { film }),
      tile: { x: 0, y: 0, ...film },
      samples: { first: 0, count: 4 },
      costs: true,
    };
    const result = new Uint8Array(seenBytes(params));
    pixelsOf(params, result).set([0, 0, 0, 0, 0, 0, 0, 1, 9, 2, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0.5, 8, 1, 0, 2]);
    new DataView(result.buffer).setUint32(result.byteLength - 4, seenCanary(params), true);
    expect(costOfSeen(params, result)).toEqual({
      kind: 'seen',
      cells: [
        { hit: 1, steps: 9, material: 2, lights: 3, bounces: 4 },
        { hit: 0.5, steps: 8, material: 1, lights: 0, bounces: 2 },
      ],
    });
  });
});
