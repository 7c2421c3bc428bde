import type { JobView } from '@tabgrid/coordinator/api';
import { Lamp } from '@tabgrid/ui/components/controls';
import type { JSX } from 'preact';
import { useId } from 'preact/hooks';
import type { Page } from '../page.js';
import { titleOf } from '../words/builtin-scenes.js';
import { etaWithin, isActive, isWaiting, resultSentence, stateText } from '../words/eta.js';
import { formatCount, formatRate, percentOf } from '../words/format.js';
import { metText } from '../words/noise.js';
import { PauseButton, StopButton } from './job-buttons.jsx';
import { lampOf } from './job-lamp.js';
import { MoreSamples } from './more-samples.jsx';
import { PictureFormChoice } from './picture-form.jsx';
import { ProblemNote } from './problem-note.jsx';
import { ShareBar } from './share-bar.jsx';
import { ToneControls } from './tone-controls.jsx';
import { WorkPanel } from './work-panel.jsx';

/** How the shown job stands, under its picture: progress while it runs, what can be done with it afterwards. */
export function JobBar(props: { readonly page: Page; readonly job: JobView }): JSX.Element {
  const { page, job } = props;
  const id = useId();
  const active = isActive(job);
  return (
    <div class="job-bar" data-testid="job" data-state={job.state}>
      <div class="job-line">
        <p class="job-title">
          <Lamp state={lampOf(job)} />
          <strong data-testid="job-state">{isWaiting(job) ? 'Waiting' : stateText(job.state)}</strong>
          <span class="soft" id={`${id}-title`}>
            {titleOf(job.title)}
          </span>
        </p>
        {active ? <Figures job={job} /> : <p class="small soft job-result">{resultSentence(job, helpers(page))}</p>}
        {active ? (
          <div class="row job-actions">
            <PauseButton page={page} job={job} names={['pause', 'resume']} />
            <StopButton page={page} job={job} name="cancel" />
          </div>
        ) : null}
      </div>
      <ShareBar share={job.share} labelledBy={`${id}-title`} testid="progress" />
      {job.notice === null ? null : (
        <p class={`notice small ${noticeLook(job)}`} data-testid="job-notice">
          {job.notice}
        </p>
      )}
      <PictureFormChoice page={page} job={job} />
      <ToneControls page={page} />
      <WorkPanel job={job} />
      <ProblemNote page={page} place="job" />
      {active ? null : <Afterwards page={page} job={job} />}
    </div>
  );
}

function helpers(page: Page): number {
  return page.view.value.volunteers.filter((v) => v.tilesAccepted > 0).length;
}

/** That it is paused was the owner's own wish: no warning. */
function noticeLook({ state }: JobView): string {
  if (state === 'failed') return 'notice-bad';
  return state === 'paused' ? '' : 'notice-warn';
}

function Figures(props: { readonly job: JobView }): JSX.Element {
  const { job } = props;
  return (
    <dl class="job-figures">
      <Figure name="Done" value={`${percentOf(job.share)} %`} />
      <Figure name="Time left" value={etaWithin(job)} testid="eta" />
      <Figure name="Speed" value={formatRate(job.samplesPerSecond)} testid="rate" />
      <Figure
        name="Tiles"
        value={`${formatCount(job.tasks.accepted)} / ${formatCount(job.tasks.total)}`}
        testid="tiles"
      />
      {job.noise === null ? null : (
        <Figure name={`Noise ≤ ${job.noise.target}`} value={metText(job.noise)} testid="noise-met" />
      )}
    </dl>
  );
}

function Figure(props: { readonly name: string; readonly value: string; readonly testid?: string }): JSX.Element {
  return (
    <div>
      <dt>{props.name}</dt>
      <dd data-testid={props.testid}>{props.value}</dd>
    </div>
  );
}

function Afterwards(props: { readonly page: Page; readonly job: JobView }): JSX.Element {
  const { page, job } = props;
  const busy = page.busy.value;
  return (
    <div class="afterwards">
      <div class="row">
        <button
          type="button"
          class="button button-primary"
          data-testid="download-png"
          disabled={busy !== null}
          onClick={() => void page.download('png')}
        >
          {busy === 'png' ? 'Writing…' : 'Download PNG'}
        </button>
        <button
          type="button"
          class="button"
          data-testid="download-exr"
          disabled={busy !== null}
          title="Linear light, 32-bit floating point: for compositing"
          onClick={() => void page.download('exr')}
        >
          {busy === 'exr' ? 'Writing…' : 'Download EXR'}
        </button>
      </div>
      {job.state === 'failed' ? null : <MoreSamples key={job.id} page={page} />}
    </div>
  );
}
