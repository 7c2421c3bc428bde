import type { Bytes } from '@tabgrid/protocol/bytes';
import type { TaskSpec } from '@tabgrid/protocol/task';
import type { Probe } from '@tabgrid/scheduler/core';
import { cutResult, resultBytes } from '@tabgrid/webgpu-kernels/pathtrace/film';
import { PathtraceParams, pathtraceTask } from '@tabgrid/webgpu-kernels/pathtrace/task';
import * as v from 'valibot';

/** Secret parts of the path tracer's tasks: some pixels of a tile, some of its samples. */

/** What the scheduler asks: see `SchedulerConfig.probe`. */
export function probeOf({ kernel, params }: TaskSpec, secret: number): Probe | null {
  if (kernel.kind !== pathtraceTask.kind) return null;
  const whole = v.safeParse(PathtraceParams, params);
  if (!whole.success) return null;
  const part = pathtraceTask.probe(whole.output, secret);
  return { params: part, workUnits: pathtraceTask.workUnits(part), outputBytes: resultBytes(part) };
}

/** The parameters of a part; of the whole for null. */
export function partParams(whole: PathtraceParams, secret: number | null): PathtraceParams {
  return secret === null ? whole : pathtraceTask.probe(whole, secret);
}

/** A result's bytes in a part of it. */
export function partOf(whole: PathtraceParams, result: Bytes, secret: number | null): Bytes {
  return secret === null ? result : cutResult(whole, result, partParams(whole, secret));
}
