import { nameBlob } from '@tabgrid/protocol/blob';
import type { Bytes } from '@tabgrid/protocol/bytes';
import { JobId, type TaskId } from '@tabgrid/protocol/ids';
import { heardOf } from '@tabgrid/splitters/physics/heard';
import { beginPhysics, type PhysicsState, type PhysicsStep, resumePhysics } from '@tabgrid/splitters/physics/planner';
import { merged, ownIds, type Standing, standingOf } from '@tabgrid/splitters/physics/standing';
import type { GridState } from '@tabgrid/splitters/planner';
import type { GpuSession } from '@tabgrid/webgpu-kernels/gpu-session';
import { physicsKernel } from '@tabgrid/webgpu-kernels/physics/kernel';
import { toPosition } from '@tabgrid/webgpu-kernels/physics/scale';
import {
  decodeWorld,
  encodePart,
  encodeWorld,
  type Part,
  type PartResult,
  placesOf,
  readResult,
} from '@tabgrid/webgpu-kernels/physics/state';
import { framesOf, PhysicsParams, physicsTask } from '@tabgrid/webgpu-kernels/physics/task';
import { type World, worldWords } from '@tabgrid/webgpu-kernels/physics/world';
import * as v from 'valibot';

/** A world simulated on this machine's adapter, task after task, as a coordinator would hand them out. */
export interface RunHere {
  readonly gpu: GpuSession;
  readonly world: World;
  readonly frames: number;
  readonly substeps: number;
  /** Of a substep, s; by default frames are 1/60 s. */
  readonly step?: number;
  readonly regions: number | null;
  /** At least, m. */
  readonly margin?: number;
  readonly daring?: boolean;
  /** Substeps between exchanges. */
  readonly window?: number;
  readonly grid?: GridState;
  /** Changes a result before it is believed. */
  readonly tamper?: (outputs: readonly Bytes[], task: TaskId, params: PhysicsParams) => readonly Bytes[];
  /** The world after a window. */
  readonly moved?: (standing: Standing, state: PhysicsState) => void;
}

export interface RanHere {
  readonly standing: Standing;
  readonly state: PhysicsState;
}

/** Frames a second. */
const FRAME_RATE = 60;

/** @throws Error where the planner gives up */
export async function runHere(it: RunHere): Promise<RanHere> {
  const words = worldWords(it.world, it.step ?? 1 / (FRAME_RATE * it.substeps));
  const world = await nameBlob(encodeWorld(words));
  const grid = it.grid ?? { volunteers: it.regions ?? 1, unitsPerSecond: null };
  const job = {
    ...{
      id: v.parse(JobId, 'here'),
      world: world.ref,
      frames: it.frames,
      substeps: it.substeps,
      verify: 'none' as const,
    },
    ...{ regions: it.regions, margin: toPosition(it.margin ?? 0), daring: it.daring ?? false },
    ...(it.window !== undefined && { window: it.window }),
    boxes: [...it.world.bodies, ...it.world.statics].some((one) => !('shape' in one) || one.shape.kind === 'box'),
  };
  let standing = standingOf(decodeWorld(world.bytes), placesOf(words));
  let wholeFrame = standing;
  const now = () => performance.now();
  let [state, step] = beginPhysics(job, standing, grid, now());
  for (;;) {
    const results = new Map<TaskId, { readonly part: Part; readonly result: PartResult }>();
    let after: PhysicsStep = step;
    for (const { spec, part } of step.add) {
      const params = v.parse(PhysicsParams, spec.params);
      const inputs = [world, await nameBlob(encodePart(part))].map(({ ref, bytes }) => ({
        ref,
        bytes: async () => bytes,
      }));
      const control = { signal: new AbortController().signal, progress() {}, submitted() {} };
      const { outputs, stats } = await physicsKernel.run(it.gpu, params, inputs, control);
      const said = it.tamper?.(outputs, spec.id, params) ?? outputs;
      const fault = physicsTask.fault(params, said);
      if (fault !== null) throw new Error(fault);
      const result = readResult(said, framesOf(params));
      results.set(spec.id, { part, result });
      const heard = heardOf(standing.world, part, params, result, stats.kernelMs);
      [state, after] = resumePhysics(state, { type: 'accepted', task: spec.id, heard, now: now() }, standing, grid);
    }
    if (after.failed !== null) throw new Error(after.failed);
    if (after.keep || after.back) {
      if (after.keep) {
        standing = merged(
          standing,
          [...results.values()].map(({ part, result }) => ({ ids: ownIds(part), result })),
        );
        it.moved?.(standing, state);
      } else standing = wholeFrame;
      [state, after] = resumePhysics(state, { type: 'merged', now: now() }, standing, grid);
      if (state.gone % job.substeps === 0) wholeFrame = standing;
      if (after.done) return { standing, state };
    }
    step = after;
  }
}
