import type { BlobRef, NamedBlob } from '@tabgrid/protocol/blob';
import { wordsOf } from '@tabgrid/protocol/bytes';
import type { VolunteerId } from '@tabgrid/protocol/ids';
import { makePatch } from '@tabgrid/protocol/patch';
import { type Known, knownEnd, knownPart, planOf } from '@tabgrid/webgpu-kernels/physics/patches';
import type { Part, PartResult } from '@tabgrid/webgpu-kernels/physics/state';
import type { Enclosure } from '../outbound.js';

/**
 * What each volunteer is thought to have of a world: the last parts that it was sent, and what it made of them and kept. The next part
 * is told it by how it differs from these. What a volunteer has not after all, it asks for.
 */
export interface Shelves {
  /** Sends a part: from now on its volunteer has it. @returns null for one that cannot be told like this */
  enclose(to: VolunteerId, given: Given): Promise<Enclosure | null>;
  /** A volunteer's result was taken: beside it it keeps how all bodies of its part ended. @param kept as it says */
  became(volunteer: VolunteerId, part: Part, result: PartResult, kept: BlobRef): void;
}

/** A part as it is sent. */
export interface Given {
  readonly region: number;
  readonly part: Part;
  readonly blob: NamedBlob;
}

interface Shelf {
  readonly region: number;
  readonly part: Part;
  readonly ref: BlobRef;
  readonly known: Known;
  end: { readonly ref: BlobRef; readonly known: Known } | null;
}

/** Parts remembered of a volunteer: of so many regions it can go on with each. */
const MOST_PARTS = 4;
/** Parts that a patch is made from, each with what became of it. */
const MOST_USED = 2;
const MOST_BYTES = 256 * 1024 * 1024;

/** @param mostBytes of all that is remembered: of volunteers that were sent nothing for the longest time it is forgotten */
export function createShelves(mostBytes = MOST_BYTES): Shelves {
  /** Who was sent something last stands last. */
  const shelves = new Map<VolunteerId, readonly Shelf[]>();

  const put = (volunteer: VolunteerId, shelf: Shelf): void => {
    const others = (shelves.get(volunteer) ?? []).filter(({ ref }) => ref.id !== shelf.ref.id);
    shelves.delete(volunteer);
    shelves.set(volunteer, [shelf, ...others].slice(0, MOST_PARTS));
    let total = [...shelves.values()].reduce((sum, some) => sum + bytesOf(some), 0);
    for (const [longest, some] of shelves) {
      if (total <= mostBytes) break;
      shelves.delete(longest);
      total -= bytesOf(some);
    }
  };

  return {
    async enclose(to, { region, part, blob }) {
      const has = shelves.get(to) ?? [];
      const used = [...has.filter((one) => one.region === region), ...has.filter((one) => one.region !== region)];
      const bases = [
        ...used.slice(0, MOST_USED).flatMap(({ end }) => (end ? [end] : [])),
        ...used.slice(0, MOST_USED).map(({ ref, known }) => ({ ref, known })),
      ];
      const words = wordsOf(blob.bytes);
      const known = bases.map((base) => base.known);
      const plan = planOf(part, known);
      put(to, { region, part, ref: blob.ref, known: knownPart(part, words), end: null });
      try {
        const all = known.map((base) => base.words);
        const patch = await makePatch(words, all, plan);
        return { blob: blob.ref.id, bases: bases.map(({ ref }) => ref), patch };
      } catch (error) {
        // Too much for a patch.
        if (error instanceof RangeError) return null;
        throw error;
      }
    },
    became(volunteer, part, result, ref) {
      const shelf = shelves.get(volunteer)?.find((one) => one.part === part);
      const known = shelf && knownEnd(part, result, ref.bytes);
      if (shelf && known) shelf.end = { ref, known };
    },
  };
}

const bytesOf = (some: readonly Shelf[]): number =>
  some.reduce((sum, { known, end }) => sum + known.words.byteLength + (end?.known.words.byteLength ?? 0), 0);
