import type { JobView } from '@tabgrid/coordinator/api';
import { titleOf } from './builtin-scenes.js';
import { isActive, stateText } from './eta.js';
import { percentOf } from './format.js';

/** The tab's title, so that a dashboard in the background tells how far it is. */
export function pageTitle(job: JobView | null): string {
  if (job === null) return 'tabgrid dashboard';
  const stands = isActive(job) && job.state !== 'paused' ? `${percentOf(job.share)} %` : stateText(job.state);
  return `${stands} · ${titleOf(job.title)} · tabgrid`;
}
