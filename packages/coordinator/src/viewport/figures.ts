import type { Scheduler } from '@tabgrid/scheduler/scheduler';
import type { Stage } from '@tabgrid/splitters/view/planner';
import type { ViewportView } from './api.js';
import type { OpenViewport } from './viewport.js';

/** How the viewport stands, for people. */
export function viewportView(
  { job, layers, traces, state, frames, helpers, notice }: OpenViewport,
  scheduler: Pick<Scheduler, 'volunteers'>,
): ViewportView {
  const picture = layers.picture();
  const waits = state.stage.kind === 'under way' || state.stage.kind === 'resting';
  return {
    ...job.base.film,
    shown: picture && { width: picture.under.width, height: picture.under.height, samples: picture.samples },
    state: frames > 0 ? stateOf(state.stage) : 'rough',
    helpers,
    firstMs: traces.median('firstMs'),
    completeMs: traces.median('completeMs'),
    spp: job.spp,
    notice: notice ?? (waits ? obstacle(scheduler) : null),
  };
}

function stateOf(stage: Stage): ViewportView['state'] {
  switch (stage.kind) {
    case 'idle':
      return 'stuck';
    case 'under way':
      return stage.round.kind === 'rough' ? 'rough' : 'refining';
    case 'resting':
      return 'rough';
    case 'done':
      return 'done';
  }
}

/** What keeps it from being rendered, in words. */
function obstacle(scheduler: Pick<Scheduler, 'volunteers'>): string | null {
  const present = scheduler.volunteers().filter(({ state }) => state.kind !== 'gone');
  if (present.length === 0) {
    return 'No volunteer is here: the view waits. Open the join link in another tab, or let this computer help.';
  }
  if (present.some(({ state }) => state.kind === 'ready' || state.kind === 'joining')) return null;
  return 'No volunteer can take work now: the view waits.';
}
