import { describe, expect, it } from 'vitest';
import { nodeGpu } from '../node-gpu.js';
import { testSession } from '../test-gpu.js';
import { box, lookAt, material, sphere } from './fixtures.js';
import { createPathtraceKernel } from './kernel.js';
import { LEAF_FLAG } from './layout.js';
import { instancedScene, rowsOf } from './test-instances.js';
import { prepare, quietControl } from './test-render.js';

/** Trees from a stranger: their blobs fit the counts, and that is all. */

const available = (await nodeGpu()) !== null;

describe.runIf(available)('a broken tree', { timeout: 300_000 }, () => {
  // The box lets half of what meets it through: walks halt and go on.
  const half = material({ baseColor: [1, 1, 1, 0.5], alphaMode: 'blend', doubleSided: true });
  const materials = [material({ doubleSided: true }), half];
  const meshes = [sphere([0, 0, 0], 0.5, 6, 0)];
  const scenes = {
    'one tree': instancedScene([...meshes, ...box([-1, -1, -1], [1, 1, 1], 1, true)], [], materials),
    instances: instancedScene(
      box([-1, -1, -1], [1, 1, 1], 1, true),
      [{ meshes, places: [rowsOf([0, 0, 0]), rowsOf([0.3, 0.3, 0]), rowsOf([-0.4, 0, 0.2])] }],
      materials,
    ),
  };
  /** Every box is the whole grid. */
  const WIDE = 0xffff_0000;
  const breaks: Record<string, (words: Uint32Array, upper: boolean) => void> = {
    'of nothing but its own root': (words) => {
      for (let at = 0; at < words.length; at += 4) words.set([WIDE, WIDE, WIDE, 0], at);
    },
    'of nodes that are each other’s children': (words) => {
      for (let at = 0; at < words.length; at += 4) words.set([WIDE, WIDE, WIDE, (at >> 3) ^ 1], at);
    },
    'of references to what is not there': (words, upper) => {
      for (let at = 3; at < words.length; at += 4) words[at] = upper ? LEAF_FLAG | 0x7ff_fff0 : 0x7fff_fff0;
    },
    'of leaves that lead nowhere': (words) => {
      for (let at = 0; at < words.length; at += 4) words.set([WIDE, WIDE, WIDE, 0xffff_fff0], at);
    },
    'of noise': (words) => {
      for (let at = 0; at < words.length; at++) words[at] = Math.imul(at + 1, 0x9e37_79b9) >>> 0;
    },
  };

  describe.each(Object.entries(scenes))('%s', (_, scene) => {
    it.each(Object.entries(breaks))('%s: the kernel ends all the same', async (__, spoil) => {
      const camera = lookAt([0, 0, 0.9], [0, 0, 0], 0.8);
      const { params, inputs } = await prepare({ scene, camera, width: 4, height: 4, spp: 1, bounces: 2 });
      const { nodes, instances } = params.scene.blobs;
      const broken = inputs.map((input) => {
        const upper = input.ref.id === instances?.id;
        if (!upper && input.ref.id !== nodes.id) return input;
        return {
          ref: input.ref,
          bytes: async () => {
            const bytes = (await input.bytes()).slice();
            const end = upper ? (params.scene.counts.upperNodes ?? 0) * 8 : bytes.length / 4;
            spoil(new Uint32Array(bytes.buffer, 0, end), upper);
            return bytes;
          },
        };
      });
      // A session of its own: buffers are kept by name, and these have the names of sound ones.
      const gpu = await testSession();
      if (!gpu) throw new Error('no adapter');
      const kernel = createPathtraceKernel();
      const { outputs } = await kernel.run(gpu, params, broken, quietControl());
      gpu.close();
      expect(kernel.task.fault(params, outputs)).toBeNull();
    });
  });
});
