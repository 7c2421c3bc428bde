import type { Coordinator, GridView, HoldControl, LearningView } from '@tabgrid/coordinator/api';
import type { TrajectoryFormat } from '@tabgrid/coordinator/simulation/api';
import type { ViewportTrace } from '@tabgrid/coordinator/viewport/api';
import { type Bytes, bytesOf } from '@tabgrid/protocol/bytes';

/**
 * `window.tabgrid`: the dashboard for scripts (the command line, end-to-end tests, a person in the console). It reads, it
 * exports, and it can hold a job at a share for tests; it can do nothing that the person at this page could not. Scenes,
 * settings and launching go through the page's own controls, by their `data-testid`s:
 *
 *   scene-builtin (select)   scene-file, environment-file (file inputs)   scene-time (number input, where something moves)
 *   width height spp bounces seed tile aperture focus noise clamp (number inputs)  tonemap (select)  exposure (range)  tone-reset
 *   camera (select by name)  verify (select: none, spot, replicate)         join-link (an <a> with href)
 *   helper-switch, open-switch, denoise (checkboxes)
 *   denoise-state (data-state), then picture-form (data-form) with form-denoised, form-rendered (radios)
 *   launch  pause  resume  cancel  more-samples-count  more-samples        download-png  download-exr
 *   progress (role=progressbar, aria-valuenow)  job-state  eta  rate  tiles  work (how it goes, in words)
 *   jobs: job-row (data-job, data-state, data-shown) with job-show, job-pause, job-resume, job-stop, job-sharing (select)
 *   unfinished-row (data-job) with take-up, give-up                        kept-row (data-job) with show-kept, discard-kept   ended-row (data-job) with ended-show, ended-hide
 *   learning-toggle (opens) learning-on, learning-shadow, learning-off (radios)  learning-summary  model-NAME (data-decides)
 *   learning-tables (charts as tables)  chart-NAME  predictions (table)    learning-export  learning-import (file input)
 *   learning-forget, then learning-forget-sure or learning-keep
 *   mode-picture, mode-view  viewport (takes drags, the wheel and keys)    viewport-canvas (data-frame, -samples, -complete)
 *   viewport-state, viewport-helpers, viewport-shown (in words)            use-view  reset-view
 *   kind-picture, kind-physics (radios): what the settings and the stage are of
 *   world-builtin (select), world-file (file input)  bodies seconds substeps regions margin (number inputs)
 *   merge (select: owner, average)  simulation-verify (select)  real-time (checkbox)  simulate               simulation-pause  simulation-resume  simulation-cancel
 *   simulation-state (data-state)  simulation-progress (role=progressbar, aria-valuenow)  simulation-notice  simulation-drift
 *   simulation-frames, -rate, -regions, -margin, -window, -ghosts, -conflicts, -resimulated (in words)
 *   simulation-view (canvas, data-frame)  colour-by (data-by) with colour-by-owner, colour-by-body (radios)  owners
 *   show-ghosts (checkbox)  simulation-play (data-state)  simulation-scrub (range)  simulation-frame (data-frame)
 *   chart-energy  simulation-tables (as a table)
 *   download-animation  download-trajectory-binary  download-trajectory-json
 *   volunteers (table), volunteer-row (data-state, data-path) with trust   error (at most one)
 */
export interface TabgridAutomation {
  /** What the page shows now. */
  view(): GridView;
  /** What was learned: made anew when asked for. */
  learning(): LearningView;
  /** The report of the job shown: `JobReport` of the protocol's records. */
  report(): Promise<unknown>;
  /** Of the simulation that was launched last: `SimulationReport` of the protocol's records. */
  simulationReport(): Promise<unknown>;
  readonly hold: HoldControl;
  /** The picture so far, as rendered: linear 32-bit float RGB, row-major from the top, in this machine's byte order; null without one. */
  filmBytes(): Bytes | null;
  exportImage(format: 'png' | 'exr'): Promise<Bytes>;
  /** All frames of that world that are there. */
  exportTrajectory(format: TrajectoryFormat): Promise<Bytes>;
  /** What became of the view's last cameras. */
  viewTraces(): readonly ViewportTrace[];
  /** The first complete picture of a view's frame after this one, at one sample a pixel; as `filmBytes`. */
  nextView(frame: number): Promise<Bytes>;
}

declare global {
  interface Window {
    tabgrid: TabgridAutomation;
  }
}

/** The object for `window.tabgrid`. */
export function createAutomation(coordinator: Coordinator): TabgridAutomation {
  return {
    view: () => coordinator.view(),
    learning: () => coordinator.learning(),
    report: () => coordinator.report(),
    simulationReport: () => coordinator.simulations.report(),
    hold: coordinator.hold,
    filmBytes() {
      const film = coordinator.film('rendered');
      return film === null ? null : bytesOf(film.rgb);
    },
    exportImage: (format) => coordinator.export(format),
    exportTrajectory: (format) => coordinator.simulations.export(format),
    viewTraces: () => coordinator.viewport.traces(),
    nextView: (frame) =>
      new Promise((resolve) => {
        const unsubscribe = coordinator.viewport.subscribe(() => {
          const picture = coordinator.viewport.picture();
          if (!picture?.complete || picture.samples > 1 || picture.frame <= frame) return;
          unsubscribe();
          resolve(bytesOf(picture.under.rgb.slice()));
        });
      }),
  };
}
