import { flip } from '@tabgrid/webgpu-kernels/flip/flip';
import type { GpuSession } from '@tabgrid/webgpu-kernels/gpu-session';
import { nodeGpu } from '@tabgrid/webgpu-kernels/node-gpu';
import { testSession } from '@tabgrid/webgpu-kernels/test-gpu';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { picture, REFERENCES, readReference } from './picture.js';

/**
 * Every feature's picture of few samples against one of many that a person has looked at, by FLIP. What a scene looks like
 * without its feature has to be farther away than the bound, so that the bound can be missed.
 */

const reason = 'no WebGPU adapter for Node here';
const here = (await nodeGpu()) !== null;

const BOUND = 0.1;
const SPP = 8;
/** Not that of the references. */
const SEED = 7;

describe.skipIf(!here)(`reference pictures (else skipped: ${reason})`, { timeout: 120_000 }, () => {
  let gpu: GpuSession;
  beforeAll(async () => {
    const made = await testSession();
    if (!made) throw new Error(reason);
    gpu = made;
  });
  afterAll(() => gpu.close());

  it.each(REFERENCES)(
    '$name looks like its reference, and not so without it',
    async ({ name, shot, removable, size, bound = BOUND }) => {
      const reference = await readReference(name);
      const take = { spp: SPP, seed: SEED, ...(size && { size }) };
      const look = async (has: boolean) => flip(reference, await picture(gpu, await shot(has), take));
      const error = await look(true);
      expect(error).toBeLessThan(bound);
      if (removable) expect(await look(false)).toBeGreaterThan(bound);
    },
  );
});
