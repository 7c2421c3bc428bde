import { JobId } from '@tabgrid/protocol/ids';
import { fakeResult } from '@tabgrid/splitters/render/fake-kernel';
import { fakeBase, fakeScene } from '@tabgrid/splitters/render/fixture';
import type { Begun } from '@tabgrid/splitters/view/planner';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { createLayers, type Layers } from './layers.js';

const base = fakeBase((await fakeScene()).manifest);

function round(kind: Begun['kind'], side: number, first = 0, count = 1): Begun {
  const samples = { first, count, block: count };
  const size = { width: side, height: side };
  const step = 8 / side;
  const job = v.parse(JobId, 'view.0');
  return {
    kind,
    size,
    step,
    samples,
    job,
    begunAt: 0,
    expectedMs: null,
    workMs: null,
    interrupts: false,
    camera: base.camera,
    tasks: [],
    deadlineMs: 100,
  };
}

function add(layers: Layers, { size, samples }: Begun, y: number, height: number): void {
  const part = { film: size, tile: { x: 0, y, width: size.width, height }, samples };
  layers.add(part, fakeResult({ ...base, ...part }));
}

const filled = (rgb: Float32Array | undefined) => rgb?.filter((x) => x > 0).length;

describe('what is shown', () => {
  it('is nothing before the first rough picture is whole', () => {
    const layers = createLayers();
    const rough = round('rough', 2);
    layers.begin(rough, 1);
    add(layers, rough, 0, 1);
    expect(layers.picture()).toBeNull();
    add(layers, rough, 1, 1);
    layers.whole();
    expect(layers.picture()).toMatchObject({ frame: 1, samples: 1, complete: false, over: null });
    expect(layers.picture()?.under).toMatchObject({ width: 2, height: 2 });
  });

  it('is finer where finer parts are there, over the rough picture', () => {
    const layers = createLayers();
    const rough = round('rough', 2);
    layers.begin(rough, 1);
    add(layers, rough, 0, 2);
    layers.whole();
    const before = layers.picture();
    const fine = round('finer', 8);
    layers.begin(fine, 1);
    add(layers, fine, 4, 4);
    const during = layers.picture();
    expect(during?.revision).toBeGreaterThan(before?.revision ?? 0);
    expect(during).toMatchObject({
      under: { width: 2 },
      over: { width: 8, parts: [{ y: 4, height: 4 }] },
      complete: false,
    });
    expect(filled(during?.over?.rgb)).toBe(8 * 4 * 3);
    add(layers, fine, 0, 4);
    layers.whole();
    expect(layers.picture()).toMatchObject({ under: { width: 8 }, over: null, complete: true, samples: 1 });
  });

  it('adds further samples to the picture that is there', () => {
    const layers = createLayers();
    const rough = round('rough', 8);
    layers.begin(rough, 1);
    add(layers, rough, 0, 8);
    layers.whole();
    const one = [...(layers.picture()?.under.rgb ?? [])];
    const more = round('more', 8, 1, 1);
    layers.begin(more, 1);
    add(layers, more, 0, 8);
    expect(layers.picture()).toMatchObject({ samples: 1, over: null });
    layers.whole();
    expect(layers.picture()?.samples).toBe(2);
    expect([...(layers.picture()?.under.rgb ?? [])]).not.toEqual(one);
  });

  it('stays until the new camera’s picture is whole, and names its frame', () => {
    const layers = createLayers();
    const rough = round('rough', 2);
    layers.begin(rough, 1);
    add(layers, rough, 0, 2);
    layers.whole();
    layers.begin(round('finer', 8), 1);
    layers.drop();
    layers.begin(rough, 2);
    add(layers, rough, 0, 1);
    expect(layers.picture()?.frame).toBe(1);
    add(layers, rough, 1, 1);
    layers.whole();
    expect(layers.picture()).toMatchObject({ frame: 2, over: null });
  });
});

it('tells what rows cost', () => {
  const layers = createLayers();
  expect(layers.rowCosts()).toBeNull();
  const rough = round('rough', 2);
  layers.begin(rough, 1);
  add(layers, rough, 0, 2);
  layers.whole();
  expect(layers.rowCosts()).toEqual([20, 20]);
});
