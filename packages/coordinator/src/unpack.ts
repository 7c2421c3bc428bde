import type { BlobRef } from '@tabgrid/protocol/blob';
import { type Bytes, wordsOf } from '@tabgrid/protocol/bytes';
import { MAX_OUTPUT_BYTES, MAX_PATCHED_BYTES } from '@tabgrid/protocol/limits';
import { applyPatch, PatchError } from '@tabgrid/protocol/patch';
import type { ResultHead } from './member.js';

const NOTHING: Bytes = new Uint8Array(0);

/**
 * The outputs of a result that came as a patch of its task's inputs. They are checked like any others then. Nothing, which is no result
 * of anything, where it makes none: its volunteer sent something else, or what it is a patch of is not served any more, and its task over.
 * @param read a blob that is served
 */
export async function unpacked(
  { packed = [], outputs }: Pick<ResultHead, 'packed' | 'outputs'>,
  patch: Bytes,
  read: (ref: BlobRef) => Promise<Bytes | null>,
): Promise<Bytes> {
  const listed = outputs.reduce((sum, { bytes }) => sum + bytes, 0);
  const inputs = packed.reduce((sum, { bytes }) => sum + bytes, 0);
  if (listed > MAX_OUTPUT_BYTES || inputs > MAX_PATCHED_BYTES) return NOTHING;
  try {
    const bases = (await Promise.all(packed.map(read))).flatMap((bytes) => (bytes ? [wordsOf(bytes)] : []));
    return bases.length < packed.length ? NOTHING : await applyPatch(patch, bases, listed);
  } catch (error) {
    // Bases of parts of words are none.
    if (error instanceof PatchError || error instanceof RangeError) return NOTHING;
    throw error;
  }
}
