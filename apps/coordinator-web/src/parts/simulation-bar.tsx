import type { SimulationView, TrajectoryFormat } from '@tabgrid/coordinator/simulation/api';
import { Lamp, type LampState } from '@tabgrid/ui/components/controls';
import type { JSX } from 'preact';
import { useId } from 'preact/hooks';
import type { Page } from '../page.js';
import { plural } from '../words/format.js';
import {
  isAtStart,
  isSimulating,
  shareDone,
  simulationFacts,
  simulationResult,
  simulationState,
} from '../words/simulation.js';
import { ProblemNote } from './problem-note.jsx';
import { ShareBar } from './share-bar.jsx';

const LAMPS: Readonly<Record<SimulationView['state'], LampState>> = {
  running: 'on',
  paused: 'wait',
  done: 'off',
  cancelled: 'off',
  failed: 'bad',
};

/** How the world that is shown stands, and what can be done with it. */
export function SimulationBar(props: { readonly page: Page; readonly view: SimulationView }): JSX.Element {
  const { page, view } = props;
  const id = useId();
  const active = isSimulating(view);
  const paused = view.state === 'paused';
  const nobody = isAtStart(view) && !page.view.value.volunteers.some(({ state }) => state === 'ready');
  return (
    <div class="job-bar" data-testid="simulation">
      <div class="job-line">
        <p class="job-title simulation-title">
          <Lamp state={nobody ? 'wait' : LAMPS[view.state]} />
          <strong role="status" data-testid="simulation-state" data-state={view.state}>
            {nobody ? 'Waiting for somebody to join' : simulationState(view.state)}
          </strong>
          <span class="soft" id={`${id}-title`}>
            {view.title}
          </span>
        </p>
        <p class="small soft job-result">{active ? plural(view.bodies, 'body', 'bodies') : simulationResult(view)}</p>
        {active ? (
          <div class="row job-actions">
            <button
              type="button"
              class="button button-small"
              data-testid={paused ? 'simulation-resume' : 'simulation-pause'}
              title={paused ? undefined : 'What volunteers have begun is finished; nothing new is handed out.'}
              onClick={() => void (paused ? page.resumeSimulation() : page.pauseSimulation())}
            >
              {paused ? 'Resume' : 'Pause'}
              <span class="visually-hidden"> the simulation</span>
            </button>
            <button
              type="button"
              class="button button-small"
              data-testid="simulation-cancel"
              onClick={() => void page.cancelSimulation()}
            >
              Stop and keep<span class="visually-hidden"> the simulation</span>
            </button>
          </div>
        ) : null}
      </div>
      <ShareBar share={shareDone(view)} labelledBy={`${id}-title`} testid="simulation-progress" />
      {view.notice === null ? null : (
        <p
          class={`notice small ${view.state === 'failed' ? 'notice-bad' : 'notice-warn'}`}
          data-testid="simulation-notice"
        >
          {view.notice}
        </p>
      )}
      <Warnings page={page} />
      <dl class="facts">
        {simulationFacts(view).map(({ name, value, testid, help }) => (
          <div key={name} title={help}>
            <dt>{name}</dt>
            <dd data-testid={testid}>{value}</dd>
          </div>
        ))}
      </dl>
      <ProblemNote page={page} place="simulation" />
      {active || view.framesDone === 0 ? null : <Downloads page={page} />}
    </div>
  );
}

/** What was taken otherwise than the world's file has it. */
function Warnings(props: { readonly page: Page }): JSX.Element | null {
  const warnings = props.page.coordinator.simulations.world()?.warnings ?? [];
  if (warnings.length === 0) return null;
  return (
    <details class="notice notice-warn small" open={warnings.length < 3}>
      <summary>{plural(warnings.length, 'thing')} in this file will behave differently</summary>
      <ul class="scene-warnings">
        {warnings.map((warning) => (
          <li key={warning}>{warning}</li>
        ))}
      </ul>
    </details>
  );
}

const DOWNLOADS: readonly {
  readonly format: TrajectoryFormat;
  readonly testid: string;
  readonly label: string;
  readonly title: string;
}[] = [
  {
    format: 'glb',
    testid: 'download-animation',
    label: 'Download animation',
    title: 'A .glb that moves: for Blender and other programs, or to be rendered here',
  },
  {
    format: 'binary',
    testid: 'download-trajectory-binary',
    label: 'Trajectory, binary',
    title: 'All frames as 32-bit floats, 28 bytes a body and frame',
  },
  { format: 'json', testid: 'download-trajectory-json', label: 'Trajectory, JSON', title: 'The same numbers as text' },
];

function Downloads(props: { readonly page: Page }): JSX.Element {
  const { page } = props;
  const busy = page.busy.value;
  return (
    <div class="row downloads">
      {DOWNLOADS.map(({ format, testid, label, title }, i) => (
        <button
          key={format}
          type="button"
          class={`button ${i === 0 ? 'button-primary' : ''}`}
          data-testid={testid}
          title={title}
          disabled={busy !== null}
          onClick={() => void page.saveTrajectory(format)}
        >
          {busy === format ? 'Writing…' : label}
        </button>
      ))}
    </div>
  );
}
