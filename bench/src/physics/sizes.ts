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
  /** A frame, by each task: with uploading, reading back and encoding, and on the GPU alone. */
  readonly oursMs: readonly Millis[];
  readonly kernelMs: readonly Millis[];
  readonly rapierMs: readonly Millis[];
  /** Processor time: what it takes however busy the machine is, where the adapter is in software. */
  readonly processorMs: readonly Millis[];
  /** Frames of a task. */
  readonly frames: number;
  /** Tasks that the grid would do again with halved substeps, for what is too fast or too deep in another. */
  readonly coarse: number;
  /** Mean height of the bodies at the end, m. */
  readonly heights: readonly [ours: number, rapier: number];
}

/** Many of small heaps, whose times spread most. */
const framesOf = (bodies: number, quick: boolean) =>
  Math.max(quick ? 2 : 5, Math.ceil((quick ? 6000 : 50_000) / bodies));
const QUICK = { pile: [1000, 2000, 5000, 10_000], spheres: [1000] };
const WHOLE = {
  pile: [1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000],
  spheres: [1000, 10_000, 50_000],
};
/**
 * Of a task: windows of one region are so long where a frame takes little, and what a task costs beside its frames is shared out. In
 * software one takes long enough.
 */
const FRAMES_A_TASK = { hardware: 16, software: 1 };
/** Rapier is named beside these. */
const COMPARED = [1000, 10_000, 50_000];

export async function measureSizes(options: PartOptions): Promise<Part> {
  const { quick, say } = options;
  const { pile, spheres } = quick ? QUICK : WHOLE;
  const sizes: Size[] = [];
  for (const [kind, counts] of [
    ['pile', pile],
    ['spheres', spheres],
  ] as const) {
    for (const bodies of counts) {
      const size = await measure(options, kind, bodies);
      sizes.push(size);
      say(
        `${kind} of ${bodies}: ${median(size.oursMs).toFixed(0)} ms a frame, Rapier ${median(size.rapierMs).toFixed(1)} ms`,
      );
    }
  }
  const figures: Record<string, number> = {};
  const samples: Record<string, readonly number[]> = {};
  for (const { kind, bodies, oursMs, kernelMs, rapierMs } of sizes) {
    const name = kind === 'pile' ? sizeName(bodies) : `${kind}.${sizeName(bodies)}`;
    if (COMPARED.includes(bodies)) figures[`kernelOverRapier.${name}`] = median(rapierMs) / median(oursMs);
    figures[`msAFrame.${name}`] = median(oursMs);
    figures[`kernelMsAFrame.${name}`] = median(kernelMs);
    samples[`msAFrame.${name}`] = oursMs;
    samples[`rapierMsAFrame.${name}`] = rapierMs;
  }
  const piles = sizes.filter(({ kind }) => kind === 'pile');
  figures['linear'] = exponentOf(piles.map(({ bodies, oursMs }) => [bodies, median(oursMs)]));
  if (options.gpu.software) {
    figures['linear.processor'] = exponentOf(piles.map(({ bodies, processorMs }) => [bodies, median(processorMs)]));
  }
  return {
    figures,
    samples,
    tables: [
      {
        title: `A frame of a heap: our kernel (${SUBSTEPS} substeps of one iteration) against Rapier (one step of 1/60 s, four iterations)`,
        header: [
          'heap',
          'bodies',
          'frames a task',
          'ms',
          'kernel ms',
          'processor ms',
          'body-frames/s',
          'Rapier ms',
          'body-frames/s',
          'ratio',
          'coarse',
          'heights m',
        ],
        rows: sizes.map((size) => {
          const [ours, rapier] = [median(size.oursMs), median(size.rapierMs)];
          const rate = (ms: Millis) => ((1000 * size.bodies) / ms).toPrecision(3);
          const heights = size.heights.map((height) => height.toFixed(3)).join(' / ');
          return [
            ...[
              size.kind,
              String(size.bodies),
              String(size.frames),
              ours.toPrecision(4),
              median(size.kernelMs).toPrecision(4),
              median(size.processorMs).toPrecision(4),
              rate(ours),
              rapier.toPrecision(4),
              rate(rapier),
            ],
            ...[(rapier / ours).toPrecision(3), String(size.coarse), heights],
          ];
        }),
      },
    ],
  };
}

async function measure({ gpu, quick }: PartOptions, kind: Kind, bodies: number): Promise<Size> {
  const world = await heapOf(bodies, kind);
  const frames = gpu.software ? FRAMES_A_TASK.software : FRAMES_A_TASK.hardware;
  const tasks = Math.ceil(framesOf(bodies, quick) / frames);
  const stepper = await createStepper(world, onGpu(gpu), frames);
  const rapier = await inRapier(world);
  const [oursMs, kernelMs, rapierMs, processorMs]: [Millis[], Millis[], Millis[], Millis[]] = [[], [], [], []];
  let coarse = 0;
  // The first task finds all contacts, and begins without impulses; it may compile too.
  for (let task = 0; task <= tasks; task++) {
    const ran = await stepper.frame(false);
    for (let frame = 0; frame < frames; frame++) {
      const begun = performance.now();
      rapier.step();
      if (task > 0) rapierMs.push(performance.now() - begun);
    }
    if (task === 0) continue;
    if (ran.coarse) coarse++;
    oursMs.push(ran.wallMs / frames);
    kernelMs.push(ran.kernelMs / frames);
    processorMs.push(ran.processorMs / frames);
  }
  const theirs = rapier.bodies().map(({ position }) => position);
  rapier.free();
  const heights = [meanHeight(positionsIn(stepper.standing)), meanHeight(theirs)] as const;
  return { kind, bodies, frames, oursMs, kernelMs, rapierMs, processorMs, coarse, heights };
}

/** Slope of the line through the logarithms, by least squares. */
export function exponentOf(points: readonly (readonly [size: number, time: number])[]): number {
  const logs = points.map(([size, time]) => [Math.log(size), Math.log(time)] as const);
  const mean = (axis: 0 | 1) => logs.reduce((sum, one) => sum + one[axis], 0) / logs.length;
  const [x, y] = [mean(0), mean(1)];
  const along = logs.reduce((sum, one) => sum + (one[0] - x) * (one[1] - y), 0);
  return along / logs.reduce((sum, one) => sum + (one[0] - x) ** 2, 0);
}
