import type { PageTracer } from '@tabgrid/bench-page/pathtrace/main';
import type { BenchOptions } from './options.js';
import { measureInBrowser } from './pathtrace/in-browser.js';
import { measureInNode } from './pathtrace/in-node.js';
import { measureLimits } from './pathtrace/limits.js';
import type { Plan } from './pathtrace/measure.js';
import { select } from './pathtrace/selection.js';
import type { BenchResult } from './result.js';

/**
 * Our path tracer against three-gpu-pathtracer's three in the same browser, and against Cycles: the same scenes, frame, path
 * lengths and light sampling, nothing clamped, denoised or adaptive. Path lengths: our bounces are scatterings at most, as
 * are three-gpu-pathtracer's; Cycles counts from the second. Each picture's error is taken against a reference by the same
 * renderer, so that differences between shading models do not count as noise.
 */

const BOUNCES = 5;

const FULL: Plan = {
  rounds: 3,
  roundMs: 5_000,
  errorShrink: 2,
  errorSpps: [1, 2, 4, 8, 16],
  errorMs: 20_000,
  referenceMs: 40_000,
  referenceSpp: 1024,
};
const QUICK: Plan = {
  rounds: 2,
  roundMs: 1_000,
  errorShrink: 1,
  errorSpps: [1, 2, 4],
  errorMs: 3_000,
  referenceMs: 6_000,
  referenceSpp: 256,
};
const SIZE = 256;
const QUICK_SIZE = 64;

const THREE: readonly PageTracer[] = ['webgl', 'wavefront', 'megakernel'];
/** The WebGPU tracers are slower than WebGL's and start slowly too. */
const QUICK_THREE: readonly PageTracer[] = ['webgl'];

export async function pathtrace({ quick, say, flags }: BenchOptions): Promise<BenchResult> {
  const { runtime, images, spp } = flags;
  const { scenes, parts } = select(flags.only, quick);
  if (parts.has('limits')) {
    if (parts.size > 1) throw new RangeError('--only limits goes alone: it measures scenes of its own');
    return await measureLimits(quick, say);
  }
  const size = flags.size ?? (quick ? QUICK_SIZE : SIZE);
  const plan = quick ? QUICK : FULL;
  if (runtime === 'node') {
    const { rounds, roundMs } = plan;
    return await measureInNode({ scenes, size, spp, rounds, roundMs, bounces: BOUNCES, images }, say);
  }
  if (runtime !== null && runtime !== 'browser')
    throw new RangeError(`--runtime takes browser or node, not “${runtime}”`);
  // Pixels are read back in rows of 256 bytes, those of the halved pictures too.
  if (size % 32 !== 0) throw new RangeError(`--size takes a multiple of 32 here, not ${size}`);
  const frame = { width: size, height: size, bounces: BOUNCES };
  return await measureInBrowser({ scenes, parts, three: quick ? QUICK_THREE : THREE, frame, plan, images }, say);
}
