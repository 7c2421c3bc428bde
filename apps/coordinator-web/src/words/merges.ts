import { Merge } from '@tabgrid/protocol/task';
import * as v from 'valibot';

/** Whose word counts where two regions of a world moved the same body, in words for the one who chooses. */
export interface MergeWords {
  readonly value: Merge;
  readonly label: string;
  readonly help: string;
}

export const MERGES: readonly MergeWords[] = [
  {
    value: 'owner',
    label: 'Its own region',
    help: 'The margin is as wide as it has to be for both to see the same. The world ends in the same bits however it is cut.',
  },
  {
    value: 'average',
    label: 'The mean of both',
    help: 'The margin may be too small: where regions see different things, bodies go between. Less to send; momentum is kept exactly, but how the world is cut shows in how it ends.',
  },
];

/** The choice that a form's value names, or null. */
export function mergeOf(value: string): Merge | null {
  const parsed = v.safeParse(Merge, value);
  return parsed.success ? parsed.output : null;
}

export const mergeHelp = (value: Merge): string => MERGES.find((words) => words.value === value)?.help ?? '';
