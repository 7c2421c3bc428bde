import { Verification } from '@tabgrid/protocol/task';
import * as v from 'valibot';

/** How results can be checked, in words for the one who chooses. */
export interface VerificationWords {
  readonly value: Verification;
  readonly label: string;
  readonly help: string;
}

export const VERIFICATIONS: readonly VerificationWords[] = [
  {
    value: 'none',
    label: 'No checks',
    help: 'Results are taken as they come, if their form is right. For your own machines and people you trust.',
  },
  {
    value: 'spot',
    label: 'Spot checks',
    help: 'A few secretly chosen pixels of a newcomer’s tiles are computed again by others, or by this computer if it helps; who proves right is checked less. About 1 % more work.',
  },
  {
    value: 'replicate',
    label: 'Two must agree',
    help: 'A newcomer’s tiles are all computed twice, and both must match; who proves right is checked less. Up to twice the work.',
  },
];

/** The same choices for a world of bodies. */
export const SIMULATION_VERIFICATIONS: readonly VerificationWords[] = [
  {
    value: 'none',
    label: 'No checks',
    help: 'Results are taken as they come, if their form is right and no momentum came from nowhere. For your own machines and people you trust.',
  },
  {
    value: 'spot',
    label: 'Spot checks',
    help: 'What becomes of a secretly chosen body of a newcomer’s region is computed again by others, or by this computer if it helps; who proves right is checked less.',
  },
  {
    value: 'replicate',
    label: 'Two must agree',
    help: 'A newcomer’s regions are all computed twice, and both must match to the bit; who proves right is checked less. Up to twice the work.',
  },
];

/** The choice that a form's value names, or null. */
export function verificationOf(value: string): Verification | null {
  const parsed = v.safeParse(Verification, value);
  return parsed.success ? parsed.output : null;
}

/** One line about a choice. */
export function verificationHelp(value: Verification): string {
  return VERIFICATIONS.find((words) => words.value === value)?.help ?? '';
}

/** What the owner should think of for this choice in this room; null when there is nothing. */
export function verificationCaution(value: Verification, open: boolean): string | null {
  if (value === 'none') {
    return open ? 'Strangers may help: one of them could return wrong tiles, and nobody would notice.' : null;
  }
  return open
    ? null
    : 'Among invited people any second tab counts, even one of the same person: two strangers who agree prove more.';
}
