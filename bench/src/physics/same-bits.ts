import { nameBlob } from '@tabgrid/protocol/blob';
import { standingOf } from '@tabgrid/splitters/physics/standing';
import {
  CONTACT_WORDS,
  decodeWorld,
  encodePart,
  encodeWorld,
  PLACE,
  PLACE_WORDS,
  placesOf,
  readResult,
} from '@tabgrid/webgpu-kernels/physics/state';
import { framesOf, type PhysicsParams } from '@tabgrid/webgpu-kernels/physics/task';
import { type World, worldWords } from '@tabgrid/webgpu-kernels/physics/world';
import { heapOf } from './heaps.js';
import type { Part, PartOptions } from './part.js';
import { inPlain, onGpu, type RunTask } from './run-task.js';
import { FRAME_RATE, SUBSTEPS } from './stepper.js';

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
  const words = worldWords(world, 1 / (FRAME_RATE * SUBSTEPS));
  const named = await nameBlob(encodeWorld(words));
  const { bodies } = words;
  const boxes = world.statics.length > 0 || world.bodies.some(({ shape }) => shape.kind === 'box');
  const ids = Int32Array.from({ length: bodies }, (_, i) => i);
  let standing = standingOf(decodeWorld(named.bytes), placesOf(words));
  const apart: Apart[] = [];
  for (let substep = 0; substep < substeps; substep++) {
    const { places, contacts } = standing;
    const part = await nameBlob(
      encodePart({ ids, owned: new Uint8Array(bodies).fill(1), watches: [], places, contacts }),
    );
    const count = contacts.length / CONTACT_WORDS;
    const params: PhysicsParams = {
      ...{ bodies, own: bodies, contacts: count, boxes, halvings: 0, substeps: 1, every: 1, neighbours: 0 },
      ...{ hop: 1, fastest: 2 ** 30, only: null, room: 2 * count + 48 * bodies },
    };
    const [ours, plain] = [here, inPlain].map(async (run) => {
      const { outputs } = await run(params, [named, part]);
      return readResult(outputs, framesOf(params));
    });
    if (!ours || !plain) throw new Error('nobody ran');
    apart.push(...differences((await ours).places, (await plain).places, substep));
    standing = standingOf(standing.world, await plain);
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
