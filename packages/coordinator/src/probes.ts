import type { Bytes } from '@tabgrid/protocol/bytes';
import type { OutputRef, TaskSpec } from '@tabgrid/protocol/task';
import type { Probe } from '@tabgrid/scheduler/core';
import * as denoised from '@tabgrid/webgpu-kernels/denoise/film';
import { denoiseTask } from '@tabgrid/webgpu-kernels/denoise/task';
import * as surfaces from '@tabgrid/webgpu-kernels/gbuffer/film';
import { gbufferTask } from '@tabgrid/webgpu-kernels/gbuffer/task';
import * as film from '@tabgrid/webgpu-kernels/pathtrace/film';
import { pathtraceTask } from '@tabgrid/webgpu-kernels/pathtrace/task';
import { cutResult, physicsTask } from '@tabgrid/webgpu-kernels/physics/task';
import type { TaskKind, Verdict } from '@tabgrid/webgpu-kernels/task-kind';
import * as v from 'valibot';
import { faultOf, splitOutputs } from './outputs.js';

/** Secret parts of tasks: some pixels of a tile, of a picture some of its samples, of a world one of its bodies. */

/** A kind of task of which parts can be computed again. */
export interface Probed<P> {
  readonly task: TaskKind<P>;
  /** A result's bytes in a part of the task. */
  cut(whole: P, result: Bytes, part: P): Bytes;
}

export const PATHTRACED = { task: pathtraceTask, cut: film.cutResult };
export const GUIDES = { task: gbufferTask, cut: surfaces.cutResult };
export const DENOISED = { task: denoiseTask, cut: denoised.cutResult };
export const PHYSICS = { task: physicsTask, cut: cutResult };

/** A result, or what somebody else made of a part of it. */
export interface Said {
  readonly body: Bytes;
  /** The part that it is of; null: all of the task. */
  readonly secret: number | null;
}

/** What the scheduler asks: see `SchedulerConfig.probe`. What looks at a picture in advance decides no pixel: it has none. */
export function probeOf({ kernel, params }: TaskSpec, secret: number): Probe | null {
  switch (kernel.kind) {
    case pathtraceTask.kind:
      return probeIn(pathtraceTask, params, secret);
    case denoiseTask.kind:
      return probeIn(denoiseTask, params, secret);
    case physicsTask.kind:
      return probeIn(physicsTask, params, secret);
    case gbufferTask.kind:
      return params['costs'] === false ? probeIn(gbufferTask, params, secret) : null;
    default:
      return null;
  }
}

function probeIn<P extends TaskSpec['params']>(task: TaskKind<P>, params: unknown, secret: number): Probe | null {
  const whole = v.safeParse(task.params, params);
  if (!whole.success) return null;
  const part = task.probe(whole.output, secret);
  const outputBytes = task.outputs(part).reduce((sum, { bytes }) => sum + bytes, 0);
  return { params: part, workUnits: task.workUnits(part), outputBytes };
}

function partOf<P>({ task }: Probed<P>, whole: P, secret: number | null): P {
  return secret === null ? whole : task.probe(whole, secret);
}

/** What is wrong with the structure of what was said, or null. @param outputs as its volunteer lists them */
export function faultIn<P>(of: Probed<P>, whole: P, outputs: readonly OutputRef[], said: Said): string | null {
  return faultOf(of.task, partOf(of, whole, said.secret), outputs, said.body);
}

/** Compares two results in a part of the task; as they are for null. */
export function compareIn<P>(
  of: Probed<P>,
  whole: P,
  [a, b]: readonly [Said, Said],
  how: { readonly sameClass: boolean; readonly secret: number | null },
): Verdict['kind'] {
  const part = partOf(of, whole, how.secret);
  const outputs = of.task.outputs(part);
  const inPart = ({ body, secret }: Said) =>
    splitOutputs(outputs, secret === how.secret ? body : of.cut(whole, body, part));
  return of.task.compare(inPart(a), inPart(b), how.sameClass).kind;
}
