import { standingOf } from '@tabgrid/splitters/physics/standing';
import { PLACE, PLACE_WORDS, readResult } from '@tabgrid/webgpu-kernels/physics/state';
import { framesOf } from '@tabgrid/webgpu-kernels/physics/task';
import type { World } from '@tabgrid/webgpu-kernels/physics/world';
import { heapOf } from './heaps.js';
import type { Part, PartOptions } from './part.js';
import { inPlain, onGpu, type RunTask } from './run-task.js';
import { wholeOf } from './stepper.js';

/** Whether this adapter computes what plain JavaScript does: substep by substep, each from where that one stands, and where not, in what. */

const BODIES = 300;

interface Apart {
  readonly substep: number;
  readonly body: number;
  readonly word: string;
  readonly here: number;
  readonly plain: number;
}

export async function measureBits({ gpu, quick, say }: PartOptions): Promise<Part> {
  const substeps = quick ? 16 : 64;
  const figures: Record<string, number> = {};
  const rows: string[][] = [];
  const round = await heapOf(BODIES, 'spheres');
  const worlds: readonly (readonly [name: string, world: World])[] = [
    ['spheres', { ...round, statics: [] }],
    ['spheresInWalls', round],
    ['boxesToo', await heapOf(BODIES, 'pile')],
  ];
  for (const [name, world] of worlds) {
    const apart = await compare(world, onGpu(gpu), substeps);
    const differ = new Set(apart.map(({ substep }) => substep)).size;
    figures[`sameBits.${name}`] = 1 - differ / substeps;
    const words = [...new Set(apart.map(({ word }) => word))].join(', ');
    const first = apart[0];
    rows.push([
      ...[name, `${substeps - differ} of ${substeps}`, words],
      first ? `substep ${first.substep}, body ${first.body}, ${first.word}: ${first.here}, not ${first.plain}` : '',
    ]);
    say(`${name}: ${differ === 0 ? 'the same bits' : `${differ} of ${substeps} substeps differ`}`);
  }
  const title = `Substeps of ${BODIES} bodies that come out as in plain JavaScript, to the bit`;
  return { figures, tables: [{ title, header: ['world', 'the same', 'words that differ', 'the first'], rows }] };
}

async function compare(world: World, here: RunTask, substeps: number): Promise<readonly Apart[]> {
  const whole = await wholeOf(world);
  let standing = whole.launched;
  const apart: Apart[] = [];
  for (let substep = 0; substep < substeps; substep++) {
    const params = whole.params(standing, { halvings: 0, substeps: 1, every: 1 });
    const inputs = await whole.inputs(standing);
    const by = async (run: RunTask) => readResult((await run(params, inputs)).outputs, framesOf(params));
    const [ours, plain] = [await by(here), await by(inPlain)];
    apart.push(...differences(ours.places, plain.places, substep));
    standing = standingOf(standing.world, plain);
  }
  return apart;
}

function differences(here: Int32Array, plain: Int32Array, substep: number): readonly Apart[] {
  const found: Apart[] = [];
  plain.forEach((word, at) => {
    if (here[at] === word) return;
    const k = at % PLACE_WORDS;
    // The last of the fields that begin before it.
    const field = Object.entries(PLACE).reduce((name, [key, from]) => (from <= k ? key : name), '');
    found.push({ substep, body: Math.floor(at / PLACE_WORDS), word: field, here: here[at] ?? 0, plain: word });
  });
  return found;
}
