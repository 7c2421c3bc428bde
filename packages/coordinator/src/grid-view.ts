import type { OwnerStatus } from '@tabgrid/transport/source';
import type { GridView } from './api.js';
import type { Grid } from './grid.js';
import type { Job } from './job.js';
import { unfinishedView } from './jobs.js';
import { noticesOf } from './notices.js';
import type { Scenes } from './scenes.js';
import { type Eta, jobView, volunteerView } from './view.js';

/** Volunteers that are gone and gave nothing are shown no longer; of the others so many. */
const MOST_GONE_SHOWN = 100;

export interface GridViewState {
  readonly grid: Grid;
  readonly scenes: Scenes;
  readonly signaling: OwnerStatus;
  readonly room: GridView['room'];
  readonly open: boolean;
}

/** Everything that a page shows, at one moment. */
export function gridView({ grid, scenes, signaling, room, open }: GridViewState): GridView {
  const { dispatcher, journal, roster, jobs, store, hold } = grid;
  const { scheduler } = dispatcher;
  const standings = new Map(scheduler.volunteers().map((standing) => [standing.id, standing]));
  const { shown } = jobs;
  const views = roster.members().map((m) => {
    const standing = standings.get(m.id);
    const at = { running: standing?.queued ?? 0, bounces: shown?.spec.bounces ?? 0, now: dispatcher.now() };
    return volunteerView(m, standing, grid.contributions.of(m.id), at);
  });
  const gone = new Set(views.filter((x) => x.state === 'gone' && x.tilesAccepted > 0).slice(-MOST_GONE_SHOWN));
  const running = jobs.running();
  const eta: Eta = (tasks, units) => grid.learning?.eta(tasks, units) ?? null;
  const jobViews = new Map(running.map((job) => [job, jobView(job, scheduler, hold.held, eta)]));
  const view = (job: Job) => jobViews.get(job) ?? jobView(job, scheduler, hold.held, eta);
  return {
    room,
    signaling: signaling.kind,
    open,
    scene: scenes.view,
    preparing: scenes.preparing,
    volunteers: views.filter((x) => x.state !== 'gone' || gone.has(x)),
    job: shown && view(shown),
    jobs: [...jobViews.values()],
    unfinished: jobs.unfinished().map(unfinishedView),
    viewport: grid.viewport.view(),
    simulation: grid.simulations.view(),
    keptSimulation: grid.simulations.kept(),
    notices: noticesOf({
      lost: journal.problem ?? store.problem,
      unsafe: grid.takeUp.problem,
      simulation: grid.simulations.problem,
      violations: roster.violations,
      signaling,
      members: roster.members(),
      jobs: running,
    }),
  };
}
