import type { JsonObject } from '@tabgrid/protocol/json';
import * as v from 'valibot';
import { InvalidTaskError } from './gpu-session.js';
import type { Kernel } from './kernel.js';
import type { TaskKind } from './task-kind.js';

/**
 * Kernels and task kinds as a registry holds them: parameters as they came over the wire. Every call parses them with the
 * kind's own schema first, once per object.
 */
export type AnyTaskKind = TaskKind<JsonObject>;
export type AnyKernel = Kernel<JsonObject>;

/** Methods that take parameters throw InvalidTaskError when these do not pass the kind's schema. */
export function anyTaskKind<P extends JsonObject>(task: TaskKind<P>): AnyTaskKind {
  const read = reader(task);
  return {
    kind: task.kind,
    version: task.version,
    params: task.params,
    outputs: (params) => task.outputs(read(params)),
    workUnits: (params) => task.workUnits(read(params)),
    requires: (params) => task.requires(read(params)),
    probe: (params, secret) => task.probe(read(params), secret),
    fault: (params, outputs) => task.fault(read(params), outputs),
    ...(task.telling && {
      telling: (params, outputs, inputs) => task.telling?.(read(params), outputs, inputs) ?? null,
    }),
    compare: (a, b, sameClass) => task.compare(a, b, sameClass),
  };
}

/** `run` rejects with InvalidTaskError when the parameters do not pass the kind's schema. */
export function anyKernel<P extends JsonObject>(kernel: Kernel<P>): AnyKernel {
  const read = reader(kernel.task);
  return {
    task: anyTaskKind(kernel.task),
    ...(kernel.knownAnswer && { knownAnswer: kernel.knownAnswer }),
    run: async (gpu, params, inputs, control) => kernel.run(gpu, read(params), inputs, control),
    ...(kernel.tune && {
      tune: async (gpu, params, inputs, memory) => kernel.tune?.(gpu, read(params), inputs, memory),
    }),
  };
}

function reader<P>(task: TaskKind<P>): (params: JsonObject) => P {
  const known = new WeakMap<JsonObject, P>();
  return (params) => {
    const before = known.get(params);
    if (before !== undefined) return before;
    const parsed = v.safeParse(task.params, params);
    if (!parsed.success) throw new InvalidTaskError(`${task.kind} parameters: ${describe(parsed.issues)}`);
    known.set(params, parsed.output);
    return parsed.output;
  };
}

function describe(issues: readonly v.BaseIssue<unknown>[]): string {
  const [first] = issues;
  return first ? `${v.getDotPath(first) ?? 'whole'}: ${first.message}` : 'not valid';
}
