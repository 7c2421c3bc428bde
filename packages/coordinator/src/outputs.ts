import { type Bytes, bytesOf } from '@tabgrid/protocol/bytes';
import type { OutputRef } from '@tabgrid/protocol/task';
import type { TaskKind } from '@tabgrid/webgpu-kernels/task-kind';

/** Results' bodies, output by output. */

export function splitOutputs(outputs: readonly OutputRef[], body: Bytes): readonly Bytes[] {
  let at = 0;
  return outputs.map(({ bytes }) => {
    at += bytes;
    return bytesOf(body.subarray(at - bytes, at));
  });
}

/** What is wrong with the structure of a result, or null. @param outputs as its volunteer lists them */
export function faultOf<P>(kind: TaskKind<P>, params: P, outputs: readonly OutputRef[], body: Bytes): string | null {
  const expected = kind.outputs(params);
  const listed = outputs.reduce((sum, output) => sum + output.bytes, 0);
  if (outputs.length !== expected.length || listed !== body.byteLength) return 'outputs that do not add up';
  for (const [i, output] of expected.entries()) {
    const { name, bytes = -1 } = outputs[i] ?? {};
    if (name !== output.name || bytes > output.bytes || (bytes < output.bytes && !output.upTo))
      return `the output ${output.name} is not as agreed`;
  }
  return kind.fault(params, splitOutputs(outputs, body));
}
