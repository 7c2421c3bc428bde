import { expect, it } from 'vitest';
import type { BenchFlags } from './options.js';
import { pictures } from './pictures.js';

const flags: BenchFlags = {
  trace: null,
  only: 'alien,nobody',
  policies: null,
  traceTrain: null,
  traceTest: null,
  record: null,
  plots: null,
  seeds: null,
  firstSeed: null,
  gantt: null,
  runtime: null,
  images: null,
  size: null,
  spp: null,
};

it('names the models and tracers that there are before it starts anything', async () => {
  await expect(pictures({ quick: true, say: () => {}, flags })).rejects.toThrow(/nobody.*helmet.*alien.*webgl/);
});
