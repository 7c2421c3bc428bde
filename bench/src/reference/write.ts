import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { encodePng } from '@tabgrid/assets/png';
import { testSession } from '@tabgrid/webgpu-kernels/test-gpu';
import { orInSoftware } from '../in-software.js';
import { picture, REFERENCES, referencePath } from './picture.js';

/**
 * `npm run -w bench references [-- NAME …]`: renders the reference pictures anew, all or those that are named. Look at each
 * of them before it is committed: the tests take them for the truth.
 */

const SPP = 256;
const SEED = 20_260_101;

async function main(): Promise<void> {
  const { positionals } = parseArgs({ allowPositionals: true });
  const unknown = positionals.filter((name) => REFERENCES.every((scene) => scene.name !== name));
  if (unknown.length > 0)
    throw new RangeError(
      `no reference ${unknown.join(', ')}; there are ${REFERENCES.map(({ name }) => name).join(', ')}`,
    );
  await orInSoftware();
  const gpu = await testSession();
  if (!gpu) throw new Error('no WebGPU adapter in Node: name a software driver with VK_ICD_FILENAMES');
  for (const { name, shot, size } of REFERENCES) {
    if (positionals.length > 0 && !positionals.includes(name)) continue;
    const path = referencePath(name);
    const { width, height, rgba } = await picture(gpu, await shot(true), {
      spp: SPP,
      seed: SEED,
      ...(size && { size }),
    });
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, encodePng(width, height, rgba));
    console.log(`Wrote ${path}`);
  }
}

main().then(
  () => process.exit(0),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
