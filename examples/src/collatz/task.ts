import { BlobRef } from '@tabgrid/protocol/blob';
import { equalBytes } from '@tabgrid/protocol/bytes';
import type { TaskKind } from '@tabgrid/webgpu-kernels/task-kind';
import * as v from 'valibot';

/**
 * How many steps the Collatz rule (n → n/2, n → 3n + 1) takes to bring each number of a list to 1. Pure: what a scheduler, a
 * planner and a coordinator know of the kernel.
 */

const Index = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 24));

export const CollatzParams = v.strictObject({
  /** The numbers: 32-bit unsigned integers, little-endian, from 1 to 100,000. */
  numbers: BlobRef,
  /** Which of them this task is about. */
  first: Index,
  count: v.pipe(Index, v.minValue(1)),
});
export type CollatzParams = v.InferOutput<typeof CollatzParams>;

/** Under 100,000 no number takes more (77,031 takes 350): what is above is no step count. */
export const MOST_STEPS = 350;

/** The word that the shader writes behind the counts: neither a zeroed nor another task's buffer ends like this. */
export const canaryOf = ({ first, count }: CollatzParams): number => (0x7461_6267 ^ (first * 31 + count)) >>> 0;

const words = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

export const collatzTask: TaskKind<CollatzParams> = {
  kind: 'collatz',
  // By hand in this example; a kernel that ships has the hash of its sources here.
  version: '1',
  params: CollatzParams,
  outputs: ({ count }) => [{ name: 'steps', bytes: 4 * (count + 1) }],
  workUnits: ({ count }) => count,
  requires: () => ({}),
  // Few numbers, at a place that nobody can guess.
  probe: ({ numbers, first, count }, secret) => {
    const few = Math.min(count, 16);
    return { numbers, first: first + (secret % (count - few + 1)), count: few };
  },
  fault(params, [steps]) {
    if (steps?.byteLength !== 4 * (params.count + 1)) return 'the steps are not as many as the numbers';
    const view = words(steps);
    if (view.getUint32(4 * params.count, true) !== canaryOf(params)) return 'the word that ends a result is missing';
    for (let i = 0; i < params.count; i++) {
      if (view.getUint32(4 * i, true) > MOST_STEPS) return `number ${params.first + i} has an impossible step count`;
    }
    return null;
  },
  // Integers are the same on every device: there is no tolerance to speak of.
  compare([a], [b]) {
    return a && b && equalBytes(a, b) ? { kind: 'equal' } : { kind: 'different', detail: 'other step counts' };
  },
};
