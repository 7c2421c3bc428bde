import type { Millis } from '@tabgrid/protocol/ids';
import { median } from '../result.js';
import { heapOf, type Kind } from './heaps.js';
import { type Part, type PartOptions, sizeName } from './part.js';
import { inRapier } from './rapier.js';
import { onGpu } from './run-task.js';
import { createStepper, meanHeight, positionsIn, SUBSTEPS } from './stepper.js';

/**
 * Heaps of many sizes by the bare kernel and by Rapier, frame by frame in turn, from the same poses and speeds. A frame is eight substeps
 * of one iteration for us, with collisions found anew in each, and one step with four iterations of its solver for Rapier.
 */

interface Size {
  readonly kind: Kind;
  readonly bodies: number;
  /** Of each frame. */
  readonly oursMs: readonly Millis[];
  readonly rapierMs: readonly Millis[];
  /** Frames whose substeps were halved, the first one included, which is not timed. */
  readonly halved: number;
  /** Mean height of the bodies at the end, m. */
  readonly heights: readonly [ours: number, rapier: number];
}

const QUICK = { pile: [1000, 2000, 5000, 10_000], spheres: [1000], frames: 2 };
const WHOLE = {
  pile: [1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000],
  spheres: [1000, 10_000, 50_000],
  frames: 5,
};
/** Rapier is named beside these. */
const COMPARED = [1000, 10_000, 50_000];

export async function measureSizes(options: PartOptions): Promise<Part> {
  const { quick, say } = options;
  const { pile, spheres, frames } = quick ? QUICK : WHOLE;
  const sizes: Size[] = [];
  for (const [kind, counts] of [
    ['pile', pile],
    ['spheres', spheres],
  ] as const) {
    for (const bodies of counts) {
      const size = await measure(options, kind, bodies, frames);
      sizes.push(size);
      say(
        `${kind} of ${bodies}: ${median(size.oursMs).toFixed(0)} ms a frame, Rapier ${median(size.rapierMs).toFixed(1)} ms`,
      );
    }
  }
  const figures: Record<string, number> = {};
  const samples: Record<string, readonly number[]> = {};
  for (const { kind, bodies, oursMs, rapierMs } of sizes) {
    const name = kind === 'pile' ? sizeName(bodies) : `${kind}.${sizeName(bodies)}`;
    if (COMPARED.includes(bodies)) figures[`kernelOverRapier.${name}`] = median(rapierMs) / median(oursMs);
    figures[`msAFrame.${name}`] = median(oursMs);
    samples[`msAFrame.${name}`] = oursMs;
    samples[`rapierMsAFrame.${name}`] = rapierMs;
  }
  const piles = sizes.filter(({ kind }) => kind === 'pile');
  figures['linear'] = exponentOf(piles.map(({ bodies, oursMs }) => [bodies, median(oursMs)]));
  return {
    figures,
    samples,
    tables: [
      {
        title: `A frame of a heap: our kernel (${SUBSTEPS} substeps of one iteration) against Rapier (one step of 1/60 s, four iterations)`,
        header: ['heap', 'bodies', 'ms', 'body-frames/s', 'Rapier ms', 'body-frames/s', 'ratio', 'halved', 'heights m'],
        rows: sizes.map((size) => {
          const [ours, rapier] = [median(size.oursMs), median(size.rapierMs)];
          const rate = (ms: Millis) => ((1000 * size.bodies) / ms).toPrecision(3);
          const heights = size.heights.map((height) => height.toFixed(3)).join(' / ');
          return [
            ...[size.kind, String(size.bodies), ours.toPrecision(4), rate(ours), rapier.toPrecision(4), rate(rapier)],
            ...[(rapier / ours).toPrecision(3), String(size.halved), heights],
          ];
        }),
      },
    ],
  };
}

async function measure({ gpu }: PartOptions, kind: Kind, bodies: number, frames: number): Promise<Size> {
  const world = await heapOf(bodies, kind);
  const stepper = await createStepper(world, onGpu(gpu));
  const rapier = await inRapier(world);
  const [oursMs, rapierMs]: [Millis[], Millis[]] = [[], []];
  let halved = 0;
  // The first frame finds all contacts, and begins without impulses; it may compile too.
  for (let frame = 0; frame <= frames; frame++) {
    const { wallMs, halvings } = await stepper.frame();
    const begun = performance.now();
    rapier.step();
    const stepMs = performance.now() - begun;
    if (halvings > 0) halved++;
    if (frame === 0) continue;
    oursMs.push(wallMs);
    rapierMs.push(stepMs);
  }
  const theirs = rapier.bodies().map(({ position }) => position);
  rapier.free();
  const heights = [meanHeight(positionsIn(stepper.standing)), meanHeight(theirs)] as const;
  return { kind, bodies, oursMs, rapierMs, halved, heights };
}

/** Slope of the line through the logarithms, by least squares. */
export function exponentOf(points: readonly (readonly [size: number, time: number])[]): number {
  const logs = points.map(([size, time]) => [Math.log(size), Math.log(time)] as const);
  const mean = (axis: 0 | 1) => logs.reduce((sum, one) => sum + one[axis], 0) / logs.length;
  const [x, y] = [mean(0), mean(1)];
  const along = logs.reduce((sum, one) => sum + (one[0] - x) * (one[1] - y), 0);
  return along / logs.reduce((sum, one) => sum + (one[0] - x) ** 2, 0);
}
