import type { JobView } from '@tabgrid/coordinator/api';
import type { SimulationView } from '@tabgrid/coordinator/simulation/api';
import { titleOf } from './builtin-scenes.js';
import { isActive, stateText } from './eta.js';
import { percentOf } from './format.js';
import { shareDone, simulationState } from './simulation.js';

/** The tab's title, so that a dashboard in the background tells how far it is. */
export function pageTitle(job: JobView | null): string {
  if (job === null) return 'tabgrid dashboard';
  const stands = isActive(job) && job.state !== 'paused' ? `${percentOf(job.share)} %` : stateText(job.state);
  return `${stands} · ${titleOf(job.title)} · tabgrid`;
}

/** The same for a world that is simulated. */
export function simulationTitle(view: SimulationView): string {
  const stands = view.state === 'running' ? `${percentOf(shareDone(view))} %` : simulationState(view.state);
  return `${stands} · ${view.title} · tabgrid`;
}
