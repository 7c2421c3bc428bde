import { MAX_OUTPUT_BYTES } from '@tabgrid/protocol/limits';
import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { canary, contains, cutResult, grow, HALO_PX, pixelsOf, resultBytes, windowOf } from './film.js';
import { DenoiseParams, denoiseTask, inputBytes } from './task.js';

const film = { width: 100, height: 80 };
const tile = { x: 30, y: 20, width: 24, height: 17 };
const params: DenoiseParams = { film, window: windowOf(film, tile), tile };

const accepts = (change: Partial<DenoiseParams>) => v.is(DenoiseParams, { ...params, ...change });

/** A sound result whose pixels say where they are. */
function sound(of: DenoiseParams): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(resultBytes(of));
  const floats = pixelsOf(of, out);
  for (let i = 0; 3 * i < floats.length; i++) {
    floats.set([of.tile.x + (i % of.tile.width), of.tile.y + Math.floor(i / of.tile.width), 0.5], 3 * i);
  }
  new DataView(out.buffer).setUint32(out.byteLength - 4, canary(of), true);
  return out;
}

describe('denoising tasks', () => {
  it('pass their schema, after a trip through JSON', () => {
    expect(v.safeParse(DenoiseParams, JSON.parse(JSON.stringify(params))).issues).toBeUndefined();
    expect(accepts({ window: { x: 0, y: 0, ...film } })).toBe(true);
  });

  it('are refused where the inputs do not cover all that the tile depends on', () => {
    const { window } = params;
    expect(window).toEqual({ x: 30 - HALO_PX, y: 20 - HALO_PX, width: 24 + 2 * HALO_PX, height: 17 + 2 * HALO_PX });
    expect(accepts({ window: { ...window, x: window.x + 1, width: window.width - 1 } })).toBe(false);
    expect(accepts({ window: { ...window, height: window.height - 1 } })).toBe(false);
    // At the film's edge there is nothing more to cover.
    expect(accepts({ film: { width: 54, height: 80 }, window: { ...window, width: 54 - window.x } })).toBe(true);
  });

  it('are refused beyond the film, and beyond what a result may hold', () => {
    expect(accepts({ window: { x: 0, y: 0, width: 101, height: 80 } })).toBe(false);
    expect(accepts({ film: { width: 40, height: 80 } })).toBe(false);
    const large = { width: 4096, height: 4096 };
    const whole = { x: 0, y: 0, ...large };
    const of = (width: number) => ({ film: large, window: whole, tile: { x: 0, y: 0, width, height: 512 } });
    expect(accepts(of(682))).toBe(true);
    expect(resultBytes(of(682))).toBeLessThanOrEqual(MAX_OUTPUT_BYTES);
    expect(accepts(of(683))).toBe(false);
  });

  it('name their output, needs and cost', () => {
    expect(denoiseTask.outputs(params)).toEqual([{ name: 'picture', bytes: 24 * 17 * 12 + 4 }]);
    const pixels = params.window.width * params.window.height;
    expect(inputBytes(params)).toEqual([12 * pixels, 32 * pixels]);
    expect(denoiseTask.requires(params).limits?.['maxStorageBufferBindingSize']).toBe(32 * pixels);
    const half = denoiseTask.workUnits({ ...params, tile: { ...tile, width: 12 } });
    expect(denoiseTask.workUnits(params)).toBe(2 * half);
  });

  it('are probed in a small valid part within them, everywhere', () => {
    const seen = new Set<string>();
    const whole = sound(params);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffff_ffff }), (secret) => {
        const probe = denoiseTask.probe(params, secret);
        expect(v.is(DenoiseParams, probe)).toBe(true);
        expect(cutResult(params, whole, probe)).toEqual(sound(probe));
        seen.add(`${probe.tile.x} ${probe.tile.y}`);
      }),
    );
    expect(seen.size).toBeGreaterThan(20);
    expect(() => cutResult(params, whole, { ...params, tile: { ...tile, x: 29 } })).toThrow(RangeError);
  });

  it('have a canary that tells tasks apart', () => {
    const others = [
      { film: { width: 101, height: 80 } },
      { window: { x: 0, y: 0, ...film } },
      { tile: { ...tile, x: 31 } },
    ];
    const canaries = [{}, ...others].map((change) => canary({ ...params, ...change }));
    expect(new Set(canaries).size).toBe(4);
    expect(denoiseTask.fault(params, [sound(params)])).toBeNull();
    expect(denoiseTask.fault({ ...params, tile: { ...tile, x: 31 } }, [sound(params)])).toMatch(/canary/);
  });

  it('grow no further than the film', () => {
    const rect = fc.record({
      x: fc.integer({ min: 0, max: 99 }),
      y: fc.integer({ min: 0, max: 79 }),
      width: fc.integer({ min: 1, max: 100 }),
      height: fc.integer({ min: 1, max: 80 }),
    });
    const whole = { x: 0, y: 0, ...film };
    fc.assert(
      fc.property(rect, fc.nat(50), (one, by) => {
        fc.pre(contains(whole, one));
        const grown = grow(film, one, by);
        expect(contains(whole, grown) && contains(grown, one)).toBe(true);
        expect(grow(film, one, 100)).toEqual(whole);
      }),
    );
  });

  it('compare by bits within a class, and by closeness across', () => {
    const [a, b] = [sound(params), sound(params)];
    expect(denoiseTask.compare([a], [b], true)).toEqual({ kind: 'equal' });
    new DataView(b.buffer).setFloat32(8, 0.5001, true);
    expect(denoiseTask.compare([a], [b], true).kind).toBe('different');
    expect(denoiseTask.compare([a], [b], false).kind).toBe('within');
    expect(denoiseTask.compare([a], [], false).kind).toBe('different');
  });
});
