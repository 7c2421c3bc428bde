import type { JobShare, JobView } from '@tabgrid/coordinator/api';
import { percentOf } from './format.js';

/** How renders share the volunteers, in words. Pure. */

export type SharingChoice = 'half' | 'equal' | 'double' | 'four' | 'first';

interface ChoiceWords {
  readonly choice: SharingChoice;
  readonly label: string;
  readonly sharing: JobShare;
}

export const SHARING_CHOICES: readonly ChoiceWords[] = [
  { choice: 'half', label: 'Half a share (½×)', sharing: { weight: 0.5, priority: 0 } },
  { choice: 'equal', label: 'An equal share (1×)', sharing: { weight: 1, priority: 0 } },
  { choice: 'double', label: 'Twice the share (2×)', sharing: { weight: 2, priority: 0 } },
  { choice: 'four', label: 'Four times (4×)', sharing: { weight: 4, priority: 0 } },
  { choice: 'first', label: 'First: others wait', sharing: { weight: 1, priority: 1 } },
];

/** The choice that a form's value names, or null. */
export function sharingChoiceOf(value: string): ChoiceWords | null {
  return SHARING_CHOICES.find(({ choice }) => choice === value) ?? null;
}

/** What the form shows for a sharing: `''` for one that none of the choices makes. */
export function choiceOfSharing({ weight, priority }: JobShare): SharingChoice | '' {
  if (priority > 0) return 'first';
  return (
    SHARING_CHOICES.find(({ sharing }) => sharing.priority === priority && sharing.weight === weight)?.choice ?? ''
  );
}

/**
 * What a job's sharing comes to beside those that run now. Approximate, because a job may not be able to use all of its part.
 * Empty where there is nobody to share with.
 */
export function sharingNow(job: JobView, jobs: readonly JobView[]): string {
  if (job.state === 'paused') return 'nothing while it is paused';
  const running = jobs.filter(({ state }) => state !== 'paused');
  if (running.length < 2) return '';
  const first = Math.max(...running.map(({ sharing }) => sharing.priority));
  if (job.sharing.priority < first) return 'now what the first leaves';
  const equals = running.filter(({ sharing }) => sharing.priority === first);
  const whole = equals.reduce((sum, { sharing }) => sum + sharing.weight, 0);
  if (equals.length === 1) return 'now all that it can use';
  return `now about ${percentOf(job.sharing.weight / whole)} %`;
}
