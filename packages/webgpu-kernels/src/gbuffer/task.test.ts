import { MAX_OUTPUT_BYTES } from '@tabgrid/protocol/limits';
import fc from 'fast-check';
import * as v from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import { compareResults } from './compare.js';
import { AT, canary, cutResult, pixelFloats, pixelsOf, resultBytes } from './film.js';
import { GbufferParams, gbufferTask, MAX_RAYS } from './task.js';
import { prepareCase } from './test-scene.js';

let params: GbufferParams;
beforeAll(async () => {
  ({ params } = await prepareCase());
});

const accepts = (overrides: object) => v.is(GbufferParams, { ...params, ...overrides });

/** A sound result whose colours say which pixel they are of. */
function sound(of: GbufferParams): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(resultBytes(of));
  const floats = pixelsOf(of, out);
  const size = pixelFloats(of);
  for (let i = 0; i * size < floats.length; i++) {
    const x = of.tile.x + (i % of.tile.width);
    const y = of.tile.y + Math.floor(i / of.tile.width);
    floats.set([x, y, 0.5, 3, 0, 1, 0, 1, ...(of.costs ? [9, 1, 2, 4] : [])], i * size);
  }
  new DataView(out.buffer).setUint32(out.byteLength - 4, canary(of), true);
  return out;
}

describe('G-buffer tasks', () => {
  it('pass their schema, after a trip through JSON, and are refused out of bounds', () => {
    expect(v.safeParse(GbufferParams, JSON.parse(JSON.stringify(params))).issues).toBeUndefined();
    expect(accepts({ samples: { first: 0, count: MAX_RAYS } })).toBe(true);
    expect(accepts({ samples: { first: 0, count: MAX_RAYS + 1 } })).toBe(false);
    expect(accepts({ samples: { first: 0, count: 1, block: 1 } })).toBe(false);
    expect(accepts({ tile: { x: 1, y: 0, width: 24, height: 17 } })).toBe(false);
    expect(accepts({ costs: 1 })).toBe(false);
    const film = { width: 2048, height: 2048 };
    const tile = { x: 0, y: 0, width: 512, height: 256 };
    expect(accepts({ film, tile, costs: false })).toBe(false);
    expect(accepts({ film, tile: { ...tile, width: 511 }, costs: false })).toBe(true);
    expect(resultBytes({ tile: { ...tile, width: 511 }, costs: false })).toBeLessThanOrEqual(MAX_OUTPUT_BYTES);
  });

  it('name their output, needs and cost', () => {
    expect(gbufferTask.outputs(params)).toEqual([{ name: 'pixels', bytes: 24 * 17 * 48 + 4 }]);
    expect(gbufferTask.outputs({ ...params, costs: false })).toEqual([{ name: 'pixels', bytes: 24 * 17 * 32 + 4 }]);
    expect(gbufferTask.workUnits(params)).toBe(24 * 17 * 3);
    expect(gbufferTask.requires(params).memoryBytes).toBeGreaterThan(2 * resultBytes(params));
  });

  it('are probed in a small valid part within them, everywhere', () => {
    const seen = new Set<string>();
    const whole = sound(params);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffff_ffff }), (secret) => {
        const probe = gbufferTask.probe(params, secret);
        expect(v.is(GbufferParams, probe)).toBe(true);
        expect(cutResult(params, whole, probe)).toEqual(sound(probe));
        seen.add(`${probe.tile.x} ${probe.tile.y}`);
      }),
      { numRuns: 500 },
    );
    expect(seen.size).toBeGreaterThan(200);
    expect(() => cutResult(params, whole, { ...params, costs: false })).toThrow(RangeError);
    expect(() => cutResult(params, whole, { ...params, samples: { first: 0, count: 3 } })).toThrow(RangeError);
  });

  it('find nothing wrong with a sound result, and what is wrong with others', () => {
    for (const costs of [true, false]) {
      const of = { ...params, costs };
      const result = sound(of);
      expect(gbufferTask.fault(of, [result])).toBeNull();
      const spoilt = (place: number, value: number) => {
        const copy = result.slice();
        new DataView(copy.buffer).setFloat32(4 * (pixelFloats(of) + place), value, true);
        return gbufferTask.fault(of, [copy]);
      };
      expect(spoilt(AT.colour + 1, -1)).toMatch(/colour/);
      expect(spoilt(AT.depth, Number.NaN)).toMatch(/depth/);
      expect(spoilt(AT.normal + 2, 1)).toMatch(/normal/);
      expect(spoilt(AT.hit, 2)).toMatch(/hit/);
      expect(gbufferTask.fault({ ...of, seed: 1 }, [result])).toMatch(/canary/);
      expect(gbufferTask.fault(of, [result.slice(1)])).toMatch(/bytes/);
      if (costs) expect(spoilt(AT.steps, 0)).toMatch(/cost/);
    }
  });

  it('are equal bit for bit within a class, and close in most numbers across classes', () => {
    const one = sound(params);
    const change = (places: number, by: number) => {
      const copy = one.slice();
      const floats = pixelsOf(params, copy);
      for (let i = 0; i < places; i++) floats[i] = (floats[i] ?? 0) + by;
      return copy;
    };
    const numbers = (one.byteLength - 4) / 4;
    expect(gbufferTask.compare([one], [one.slice()], true)).toEqual({ kind: 'equal' });
    expect(compareResults(one, change(1, 1e-4), true).kind).toBe('different');
    expect(compareResults(one, change(numbers, 1e-4), false).kind).toBe('within');
    expect(compareResults(one, change(Math.floor(numbers / 20), 5), false).kind).toBe('within');
    expect(compareResults(one, change(Math.floor(numbers / 5), 5), false).kind).toBe('different');
    expect(compareResults(one, one.slice(4), false).kind).toBe('different');
    expect(gbufferTask.compare([], [one], true).kind).toBe('different');
  });
});
