import type { BlobRef } from '@tabgrid/protocol/blob';
import type { Bytes } from '@tabgrid/protocol/bytes';
import { type JobId, TaskId } from '@tabgrid/protocol/ids';
import type { TaskSpec, Verification } from '@tabgrid/protocol/task';
import type { Planner, Step } from '@tabgrid/splitters/planner';
import * as v from 'valibot';
import { type CollatzParams, collatzTask } from './task.js';

/** From a list of numbers to tasks, and from their results to one list of step counts. */

export interface CollatzJob {
  readonly id: JobId;
  readonly numbers: BlobRef;
  /** Numbers a task. */
  readonly part: number;
  readonly verify: Verification;
}

/** Plain data: a job can be taken up from it. */
export interface CollatzState {
  readonly open: number;
  readonly failed: number;
}

export interface CollatzResult {
  readonly params: CollatzParams;
  readonly steps: Bytes;
}

const NOTHING: Step = { add: [], withdraw: [] };

function settle(state: CollatzState): [CollatzState, Step] {
  return [state, state.open === 0 ? { ...NOTHING, done: { failed: state.failed } } : NOTHING];
}

export const collatzPlanner: Planner<CollatzState, CollatzJob, never, Uint32Array, CollatzResult> = {
  kind: 'collatz',

  begin(job) {
    const add: TaskSpec[] = [];
    const all = job.numbers.bytes / 4;
    for (let first = 0; first < all; first += job.part) {
      const params: CollatzParams = { numbers: job.numbers, first, count: Math.min(job.part, all - first) };
      add.push({
        id: v.parse(TaskId, `${job.id}:${first}`),
        job: job.id,
        kernel: { kind: collatzTask.kind, version: collatzTask.version },
        params,
        inputs: [job.numbers],
        requires: collatzTask.requires(params),
        workUnits: collatzTask.workUnits(params),
        outputBytes: collatzTask.outputs(params).reduce((sum, { bytes }) => sum + bytes, 0),
        verify: job.verify,
      });
    }
    return [
      { open: add.length, failed: 0 },
      { ...NOTHING, add },
    ];
  },

  resume(state, event) {
    switch (event.type) {
      case 'accepted':
        return settle({ ...state, open: state.open - 1 });
      case 'failed':
        return settle({ open: state.open - 1, failed: state.failed + 1 });
      default:
        return [state, NOTHING];
    }
  },

  // A place in the list belongs to one task: order and repetition change nothing.
  merge(output, { params, steps }) {
    const view = new DataView(steps.buffer, steps.byteOffset);
    for (let i = 0; i < params.count; i++) output[params.first + i] = view.getUint32(4 * i, true);
    return output;
  },
};
