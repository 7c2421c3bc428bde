import { nameBlob } from '@tabgrid/protocol/blob';
import type { Millis } from '@tabgrid/protocol/ids';
import { type Standing, standingOf } from '@tabgrid/splitters/physics/standing';
import { POSITION_BITS } from '@tabgrid/webgpu-kernels/physics/scale';
import {
  decodeWorld,
  encodePart,
  encodeWorld,
  PLACE,
  PLACE_WORDS,
  placesOf,
  readResult,
} from '@tabgrid/webgpu-kernels/physics/state';
import { framesOf, MOST_HALVINGS, type PhysicsParams, physicsTask } from '@tabgrid/webgpu-kernels/physics/task';
import { wholeTask } from '@tabgrid/webgpu-kernels/physics/whole';
import { hasBoxes, type Triple, type World, worldWords } from '@tabgrid/webgpu-kernels/physics/world';
import type { RunTask } from './run-task.js';

/** Frames a second, and substeps of a frame unless something else is said. */
export const FRAME_RATE = 60;
export const SUBSTEPS = 8;

/** A whole world by the bare kernel, task after task, without a planner. */
export interface Stepper {
  readonly standing: Standing;
  /**
   * A task: one frame, unless there are to be more.
   * @param refined whether the frame is done again with halved substeps where something is too fast for them, as it is in the grid
   * @throws Error for a result that is none
   */
  frame(refined?: boolean): Promise<FrameRan>;
}

export interface FrameRan {
  /** Of all tries, and of all frames of the task. */
  readonly wallMs: Millis;
  /** Of that, on the GPU. */
  readonly kernelMs: Millis;
  /** Of the whole process, a software adapter's threads among them. */
  readonly processorMs: Millis;
  /** Whether substeps were too long for something, in the last try. */
  readonly coarse: boolean;
}

/** A whole world as one part: its bytes, where it begins, and a task of it from where it stands. */
export async function wholeOf(world: World) {
  const words = worldWords(world, 1 / (FRAME_RATE * SUBSTEPS));
  const named = await nameBlob(encodeWorld(words));
  const of = (standing: Standing, span: Pick<PhysicsParams, 'halvings' | 'substeps' | 'every'>) =>
    wholeTask(standing, { bodies: words.bodies, boxes: hasBoxes(world), ...span });
  return {
    launched: standingOf(decodeWorld(named.bytes), placesOf(words)),
    inputs: async (standing: Standing) => [named, await nameBlob(encodePart(of(standing, ONE_SUBSTEP).part))] as const,
    params: (standing: Standing, span: Parameters<typeof of>[1]) => of(standing, span).params,
  };
}

/** A part is the same for any span. */
const ONE_SUBSTEP = { halvings: 0, substeps: 1, every: 1 };

export async function createStepper(world: World, run: RunTask, frames = 1): Promise<Stepper> {
  const whole = await wholeOf(world);
  let standing = whole.launched;
  return {
    get standing() {
      return standing;
    },
    async frame(refined = true) {
      const inputs = await whole.inputs(standing);
      const cpu = process.cpuUsage();
      let wallMs = 0;
      let kernelMs = 0;
      for (let halvings = 0; ; halvings++) {
        const every = SUBSTEPS * 2 ** halvings;
        const params = whole.params(standing, { halvings, substeps: frames * every, every });
        const done = await run(params, inputs);
        const fault = physicsTask.fault(params, done.outputs);
        if (fault !== null) throw new Error(fault);
        wallMs += done.wallMs;
        kernelMs += done.kernelMs;
        const result = readResult(done.outputs, framesOf(params));
        const coarse = result.coarse.some((one) => one !== 0);
        if (refined && coarse && halvings < MOST_HALVINGS) continue;
        standing = standingOf(standing.world, result);
        return { wallMs, kernelMs, processorMs: processorSince(cpu), coarse };
      }
    },
  };
}

/** Where a body is, m. */
export function positionIn({ places }: Pick<Standing, 'places'>, body: number): Triple {
  const at = (axis: number) => (places[PLACE_WORDS * body + PLACE.position + axis] ?? 0) / 2 ** POSITION_BITS;
  return [at(0), at(1), at(2)];
}

/** Mean height of the bodies' middles, m. */
export function meanHeight(positions: readonly Triple[]): number {
  return positions.reduce((sum, [, y]) => sum + y, 0) / positions.length;
}

export const positionsIn = (standing: Standing): readonly Triple[] =>
  Array.from({ length: standing.world.bodies }, (_, body) => positionIn(standing, body));

/** Time of all processors since then. */
export function processorSince(then: NodeJS.CpuUsage): Millis {
  const { user, system } = process.cpuUsage(then);
  return (user + system) / 1000;
}
