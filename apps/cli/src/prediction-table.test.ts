import { JobReport } from '@tabgrid/protocol/records';
import * as v from 'valibot';
import { expect, it } from 'vitest';
import { predictionTable } from './prediction-table.js';

const row = (x: number, tookMs: number) => ({
  volunteer: 'v1',
  tile: { x, y: 0, width: 16, height: 16 },
  p025Ms: 800,
  medianMs: 1000,
  p975Ms: 1500,
  tookMs,
});

const report = (predictions: readonly unknown[]) =>
  v.parse(v.looseObject({ predictions: JobReport.entries.predictions, volunteers: JobReport.entries.volunteers }), {
    predictions,
    volunteers: [
      {
        ...{ id: 'v1', name: 'Ada', adapter: 'a', software: false, tiles: 3, kernelMs: 1, samplesPerSecond: 1 },
        ...{ path: 'direct', bytesTo: 1, bytesFrom: 1, state: 'ready' },
      },
    ],
  }) as JobReport;

it('prints a row a tile, and how far predictions can be relied on', () => {
  const text = predictionTable(report([row(0, 1100), row(16, 800), row(32, 1501), row(48, 2000)]));
  expect(text).toMatch(/^0,0 16×16 +Ada +1\.00 +0\.80 … 1\.50 +1\.10$/m);
  expect(text).toMatch(/^16,0 16×16 .* 0\.80$/m);
  expect(text).toMatch(/^32,0 .* 1\.50 +outside$/m);
  expect(text).toContain('2 of 4 tiles (50 %) within their 95 % interval; half of the predictions at most 33 % off');
});

it('says so when there is nothing to compare', () => {
  expect(predictionTable(report([]))).toBe('No tile was predicted.');
});
