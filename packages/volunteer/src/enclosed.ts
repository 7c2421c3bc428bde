import { type BlobRef, nameBlob } from '@tabgrid/protocol/blob';
import { type Bytes, wordsOf } from '@tabgrid/protocol/bytes';
import type { JobId } from '@tabgrid/protocol/ids';
import type { Enclosed } from '@tabgrid/protocol/link';
import { applyPatch, PatchError } from '@tabgrid/protocol/patch';
import type { BlobFetcher } from './blob-fetcher.js';

/**
 * Takes out what came along with a task: what its patches make is kept like any blob that is at hand, once its hash is right. What
 * they do not make – a base is not here, or not what the coordinator thinks, or a patch is none – is asked for later, as though
 * nothing had come.
 * @param body the patches, one after the other
 * @param task whose inputs they are
 * @returns how many inputs it made
 */
export async function takeOut(
  enclosed: readonly Enclosed[],
  body: Bytes,
  { inputs, job }: { readonly inputs: readonly BlobRef[]; readonly job: JobId },
  blobs: Pick<BlobFetcher, 'held' | 'keep'>,
): Promise<number> {
  let at = 0;
  let made = 0;
  for (const { blob, bytes, bases } of enclosed) {
    const patch = body.subarray(at, at + bytes);
    at += bytes;
    const ref = inputs.find(({ id }) => id === blob);
    if (!ref || patch.byteLength !== bytes) continue;
    const whole = await rebuilt(ref, patch, bases, blobs);
    if (!whole) continue;
    blobs.keep(ref, whole, job);
    made++;
  }
  return made;
}

async function rebuilt(
  ref: BlobRef,
  patch: Bytes,
  bases: readonly BlobRef[],
  blobs: Pick<BlobFetcher, 'held'>,
): Promise<Bytes | null> {
  try {
    const held = await Promise.all(bases.map((base) => blobs.held(base)));
    const words = held.flatMap((bytes) => (bytes ? [wordsOf(bytes)] : []));
    if (words.length < bases.length) return null;
    const bytes = await applyPatch(patch, words, ref.bytes);
    return (await nameBlob(bytes)).ref.id === ref.id ? bytes : null;
  } catch (error) {
    // Bases of parts of words are none.
    if (error instanceof PatchError || error instanceof RangeError) return null;
    throw error;
  }
}
