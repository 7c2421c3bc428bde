import { MAX_OUTPUT_BYTES } from '@tabgrid/protocol/limits';
import fc from 'fast-check';
import * as v from 'valibot';
import { beforeAll, expect, it } from 'vitest';
import { canary, resultBytes } from './film.js';
import { lookAt, material, quad, sceneOf } from './fixtures.js';
import { PathtraceParams, pathtraceTask, taskInputs } from './task.js';
import { prepare } from './test-render.js';

let params: PathtraceParams;
beforeAll(async () => {
  const scene = sceneOf([quad([0, 0, 0], [1, 0, 0], [0, 1, 0], 0)], [material({})]);
  params = (await prepare({ scene, camera: lookAt([0, 0, 3], [0, 0, 0], 1), width: 64, height: 48, spp: 32, block: 8 }))
    .params;
});

const accepts = (overrides: object) => v.is(PathtraceParams, { ...params, ...overrides });

it('accepts what it should, after a trip through JSON', () => {
  expect(v.safeParse(PathtraceParams, JSON.parse(JSON.stringify(params))).issues).toBeUndefined();
});

it('refuses what is out of bounds', () => {
  expect(accepts({ film: { width: 0, height: 48 } })).toBe(false);
  expect(accepts({ film: { width: 16_385, height: 48 } })).toBe(false);
  expect(accepts({ film: { width: 16_384, height: 16_384 } })).toBe(true);
  expect(accepts({ tile: { x: 1, y: 0, width: 64, height: 48 } })).toBe(false);
  expect(accepts({ tile: { x: 0, y: 0, width: 0, height: 1 } })).toBe(false);
  expect(accepts({ samples: { first: 4, count: 8, block: 8 } })).toBe(false);
  expect(accepts({ samples: { first: 8, count: 3, block: 8 } })).toBe(true);
  expect(accepts({ samples: { first: 0, count: 0, block: 8 } })).toBe(false);
  expect(accepts({ seed: -1 })).toBe(false);
  expect(accepts({ seed: 2 ** 32 })).toBe(false);
  expect(accepts({ bounces: 65 })).toBe(false);
  expect(accepts({ extra: 1 })).toBe(false);
  expect(accepts({ camera: { ...params.camera, up: [0, 0, 0] } })).toBe(false);
  expect(accepts({ camera: { ...params.camera, position: [Number.NaN, 0, 0] } })).toBe(false);
});

it('refuses results that would not fit a message', () => {
  const film = { width: 1024, height: 1024 };
  const tile = { x: 0, y: 0, width: 512, height: 512 };
  expect(accepts({ film, tile, samples: { first: 0, count: 8, block: 8 } })).toBe(false);
  const small = { ...tile, height: 511 };
  expect(accepts({ film, tile: small, samples: { first: 0, count: 8, block: 8 } })).toBe(true);
  expect(resultBytes({ tile: small, samples: { first: 0, count: 8, block: 8 } })).toBeLessThanOrEqual(MAX_OUTPUT_BYTES);
});

it('names its output, inputs, needs and cost', () => {
  expect(pathtraceTask.outputs(params)).toEqual([{ name: 'blocks', bytes: 64 * 48 * 4 * 16 + 4 }]);
  expect(taskInputs(params)).toEqual([
    params.scene.blobs.nodes,
    params.scene.blobs.triangles,
    params.scene.blobs.shading,
    params.scene.blobs.tables,
  ]);
  expect(pathtraceTask.requires(params).limits?.['maxBufferSize']).toBe(resultBytes(params));
  const half = { ...params, tile: { ...params.tile, height: 24 } };
  expect(pathtraceTask.workUnits(half)).toBe(pathtraceTask.workUnits(params) / 2);
});

it('probes a small valid part within the task, everywhere', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0xffff_ffff }), (secret) => {
      const probe = pathtraceTask.probe(params, secret);
      expect(v.is(PathtraceParams, probe)).toBe(true);
      expect(probe.tile.x + probe.tile.width).toBeLessThanOrEqual(64);
      expect(probe.tile.y + probe.tile.height).toBeLessThanOrEqual(48);
      expect(pathtraceTask.workUnits(probe)).toBeLessThan(pathtraceTask.workUnits(params) / 1000);
      seen.add(`${probe.tile.x} ${probe.tile.y} ${probe.samples.first}`);
    }),
    { numRuns: 500 },
  );
  expect(seen.size).toBeGreaterThan(300);
});

it('probes a single pixel where more would be much of the tile', () => {
  const small = { ...params, tile: { x: 0, y: 0, width: 16, height: 16 }, samples: { first: 0, count: 16, block: 16 } };
  const probes = Array.from(
    { length: 4000 },
    (_, i) => pathtraceTask.probe(small, Math.imul(i, 0x9e3779b9) >>> 0).tile,
  );
  expect(probes.every(({ width, height }) => width === 1 && height === 1)).toBe(true);
  expect(new Set(probes.map(({ x, y }) => `${x} ${y}`)).size).toBe(256);
});

it('probes a task of one pixel', () => {
  const pixel = { ...params, tile: { x: 5, y: 6, width: 1, height: 1 }, samples: { first: 8, count: 3, block: 8 } };
  expect(pathtraceTask.probe(pixel, 12_345)).toEqual(pixel);
});

it('finds nothing wrong with a right result, and what is wrong with others', () => {
  const small = { ...params, tile: { x: 0, y: 0, width: 2, height: 1 }, samples: { first: 0, count: 8, block: 8 } };
  const result = new Uint8Array(36);
  const view = new DataView(result.buffer);
  for (let i = 0; i < 2; i++) view.setFloat32(16 * i + 12, 9, true);
  expect(pathtraceTask.fault(small, [result])).toMatch(/canary/);
  view.setUint32(32, canary(small), true);
  expect(pathtraceTask.fault(small, [result])).toBeNull();
  view.setFloat32(4, Number.NaN, true);
  expect(pathtraceTask.fault(small, [result])).toMatch(/NaN/);
  view.setFloat32(4, 0, true);
  view.setFloat32(28, 0, true);
  expect(pathtraceTask.fault(small, [result])).toMatch(/cost/);
  expect(pathtraceTask.fault(small, [new Uint8Array(35)])).toMatch(/bytes/);
  expect(pathtraceTask.fault(small, [])).toMatch(/outputs/);
});

it('calls a missing result different', () => {
  expect(pathtraceTask.compare([], [new Uint8Array(4)], true).kind).toBe('different');
});
