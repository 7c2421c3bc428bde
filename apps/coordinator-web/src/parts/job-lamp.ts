import type { JobView } from '@tabgrid/coordinator/api';
import type { LampState } from '@tabgrid/ui/components/controls';
import { isActive, isWaiting } from '../words/eta.js';

/** Lit while it renders, ringed while it waits or is paused, dark when it is over. */
export function lampOf(job: JobView): LampState {
  if (job.state === 'failed') return 'bad';
  if (!isActive(job)) return 'off';
  return isWaiting(job) || job.state === 'paused' ? 'wait' : 'on';
}
