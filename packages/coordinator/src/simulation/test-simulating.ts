import { type BlobRef, nameBlob } from '@tabgrid/protocol/blob';
import { type Bytes, concatBytes, wordsOf } from '@tabgrid/protocol/bytes';
import type { BlobId } from '@tabgrid/protocol/ids';
import { applyPatch, makePatch } from '@tabgrid/protocol/patch';
import { simulateInPlain } from '@tabgrid/webgpu-kernels/physics/reference-kernel';
import { PhysicsParams, physicsTask } from '@tabgrid/webgpu-kernels/physics/task';
import * as v from 'valibot';
import type { Computer } from '../test-volunteer.js';

/** For tests: a volunteer that simulates, with what it keeps between tasks. */

/** @param header the world's bytes @param lie changes its outputs: marks, poses, what was seen of ghosts, states */
export function simulating(header: Bytes, lie: (outputs: readonly Bytes[]) => void = () => {}): Computer {
  const has = new Map<BlobId, Bytes>();
  const waiting = new Map<BlobId, () => void>();
  let taking: Promise<unknown> = Promise.resolve();

  const took = (blob: BlobId, bytes: Bytes): void => {
    has.set(blob, bytes.slice());
    waiting.get(blob)?.();
  };

  /** @returns null for what comes of no base, or of another one than was meant */
  const rebuilt = async (part: BlobRef, bases: readonly BlobRef[], patch: Bytes): Promise<Bytes | null> => {
    const words = bases.flatMap(({ id }) => wordsOf(has.get(id) ?? new Uint8Array(0)));
    const bytes = await applyPatch(patch, words, part.bytes).catch(() => null);
    return bytes && (await nameBlob(bytes)).ref.id === part.id ? bytes : null;
  };

  return {
    took,
    take({ task, enclosed: [told] = [] }, patch) {
      const part = task.inputs[1];
      if (!part) throw new Error('a task without its part');
      const made = taking.then(() => (told ? rebuilt(part, told.bases, patch) : null));
      taking = made;
      return made.then((bytes) => {
        if (bytes) took(part.id, bytes);
        return bytes ? null : part.id;
      });
    },
    async make({ inputs: [, part], params: given }) {
      if (!part) throw new Error('a task without its part');
      if (!has.has(part.id)) await new Promise<void>((resolve) => void waiting.set(part.id, resolve));
      const bytes = has.get(part.id) ?? new Uint8Array(0);
      const params = v.parse(PhysicsParams, given);
      const names = physicsTask.outputs(params);
      const made = simulateInPlain([header, bytes], params).map((output) => output.slice());
      const outputs = made.slice(0, names.length);
      lie(outputs);
      const [stays] = made.slice(names.length);
      const listed = outputs.map(({ byteLength }, i) => ({ name: names[i]?.name ?? '', bytes: byteLength }));
      const telling = physicsTask.telling?.(params, outputs, [header, bytes]);
      if (!telling || !stays) return { outputs: listed, body: concatBytes(outputs) };
      const { ref } = await nameBlob(stays);
      has.set(ref.id, stays);
      const body = await makePatch(wordsOf(concatBytes(outputs)), [wordsOf(bytes)], telling.plan);
      return { outputs: listed, body, packed: [part], kept: ref };
    },
  };
}
