import type { VolunteerView } from '@tabgrid/coordinator/api';
import { etaSpan } from './eta.js';
import { plural } from './format.js';

/** How far a volunteer is believed, and why one gets no work, in words. Pure. */

/** Above this chance of a check a volunteer is not called trusted yet. */
const KNOWN_ABOVE = 0.4;

/** A word or a few: what happens to the next result of this volunteer in a job that checks. */
export function trustText({ state, trust }: Pick<VolunteerView, 'state' | 'trust'>): string {
  if (trust === null) return 'yours: taken as right';
  if (state === 'gone' || state === 'joining') return '';
  if (state === 'quarantined') return 'trust lost: every result is checked';
  if (trust.checkShare > 0.99) return 'new: every result is checked';
  if (trust.checkShare > KNOWN_ABOVE) return `known: ${Math.round(trust.checkShare * 100)} % are checked`;
  if (trust.checkShare <= 0) return 'trusted: none is checked';
  return `trusted: 1 in ${Math.round(1 / trust.checkShare)} is checked`;
}

/** What the trust rests on, in a sentence. */
export function trustHint({ trust }: Pick<VolunteerView, 'trust'>): string {
  if (trust === null) return 'Your own machine: its results are the measure of the others’.';
  if (trust.verified === 0) return 'None of its results was compared with somebody else’s yet.';
  return `${plural(trust.verified, 'result')} in a row agreed with somebody else’s.`;
}

/** `Excluded for 5 min: its result was wrong`: until when it gets no work, and why. */
export function quarantineText({ reason, quarantineMs }: Pick<VolunteerView, 'reason' | 'quarantineMs'>): string {
  const span = quarantineMs === null ? '' : ` for ${etaSpan(quarantineMs)}`;
  return reason === '' ? `Excluded${span}` : `Excluded${span}: ${reason}`;
}
