import type { JobView, PastJob } from '@tabgrid/coordinator/api';
import { Lamp } from '@tabgrid/ui/components/controls';
import type { JSX } from 'preact';
import { useId } from 'preact/hooks';
import type { Page } from '../page.js';
import { titleOf } from '../words/builtin-scenes.js';
import { etaText, isWaiting, stateText } from '../words/eta.js';
import { percentOf, plural } from '../words/format.js';
import { jobFacts } from '../words/job-facts.js';
import { choiceOfSharing, SHARING_CHOICES, sharingNow } from '../words/sharing.js';
import { PauseButton, StopButton } from './job-buttons.jsx';
import { lampOf } from './job-lamp.js';
import { ProblemNote } from './problem-note.jsx';
import { ShareBar } from './share-bar.jsx';

/**
 * All renders under way, once there is more to see than the one on the stage; and those that ended while nobody looked. A
 * single one has its bar under the picture, and nobody to share with.
 */
export function JobsSection(props: { readonly page: Page }): JSX.Element | null {
  const { page } = props;
  const id = useId();
  const { job: shown, jobs } = page.view.value;
  const ended = page.ended.value;
  const all = jobs.length > 1 || jobs.some((job) => job.id !== shown?.id);
  if (!all && ended.length === 0) return null;
  return (
    <section class="card jobs" aria-labelledby={`${id}-title`}>
      <header>
        <h2 id={`${id}-title`}>Renders</h2>
        <span class="small soft">{jobs.length === 0 ? '' : `${jobs.length} under way`}</span>
      </header>
      <ProblemNote page={page} place="jobs" />
      <ul class="job-rows" data-testid="jobs">
        {all ? jobs.map((job) => <Row key={job.id} page={page} job={job} shown={job.id === shown?.id} />) : null}
        {ended.map((job) => (
          <EndedRow key={job.id} page={page} job={job} />
        ))}
      </ul>
    </section>
  );
}

function Row(props: { readonly page: Page; readonly job: JobView; readonly shown: boolean }): JSX.Element {
  const { page, job, shown } = props;
  const id = useId();
  const title = titleOf(job.title);
  const eta = etaText(job);
  return (
    <li
      class={`job-row${shown ? ' job-row-shown' : ''}`}
      aria-labelledby={`${id}-title`}
      data-testid="job-row"
      data-job={job.id}
      data-state={job.state}
      data-shown={String(shown)}
    >
      <div class="job-row-words">
        <p class="job-title">
          <Lamp state={lampOf(job)} />
          <strong id={`${id}-title`}>{title}</strong>
        </p>
        <p class="small soft">
          {isWaiting(job) ? 'Waiting' : stateText(job.state)} ·{' '}
          <span data-testid="job-share">{percentOf(job.share)} %</span>
          {job.state === 'paused' || job.held || eta === '–' ? '' : ` · ${eta} left`} ·{' '}
          {jobFacts(job, page.view.value.jobs)}
        </p>
        <ShareBar share={job.share} labelledBy={`${id}-title`} />
      </div>
      <Sharing page={page} job={job} />
      <div class="row job-row-actions">
        <button
          type="button"
          class={`button button-small ${shown ? 'button-quiet' : ''}`}
          aria-pressed={shown}
          data-testid="job-show"
          onClick={() => {
            if (!shown) void page.showJob(job.id);
            // The list may stand a screen below what it shows.
            document.querySelector('.stage')?.scrollIntoView({ block: 'nearest' });
          }}
        >
          {shown ? 'Shown' : 'Show'}
          <span class="visually-hidden"> {title}</span>
        </button>
        <PauseButton page={page} job={job} names={['job-pause', 'job-resume']} />
        <StopButton page={page} job={job} name="job-stop" />
      </div>
    </li>
  );
}

/** How much of the volunteers a render gets beside the others, and what that comes to now. */
function Sharing(props: { readonly page: Page; readonly job: JobView }): JSX.Element {
  const { page, job } = props;
  const id = useId();
  const choice = choiceOfSharing(job.sharing);
  const now = sharingNow(job, page.view.value.jobs);
  return (
    <div class="job-sharing">
      <label class="visually-hidden" for={id}>
        Share of the volunteers for {titleOf(job.title)}
      </label>
      <select
        id={id}
        class="select"
        data-testid="job-sharing"
        value={choice}
        aria-describedby={now === '' ? undefined : `${id}-now`}
        onChange={(event) => void page.share(job.id, event.currentTarget.value)}
      >
        {choice === '' ? (
          <option value="" disabled={true}>
            {job.sharing.weight}× the share
          </option>
        ) : null}
        {SHARING_CHOICES.map(({ choice: value, label }) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
      {now === '' ? null : (
        <p class="small soft" id={`${id}-now`}>
          {now}
        </p>
      )}
    </div>
  );
}

function EndedRow(props: { readonly page: Page; readonly job: PastJob }): JSX.Element {
  const { page, job } = props;
  const title = titleOf(job.title);
  return (
    <li class="job-row" data-testid="ended-row" data-job={job.id} data-state={job.state}>
      <p class="job-row-words">
        <span class="job-title">
          <Lamp state={job.state === 'failed' ? 'bad' : 'off'} />
          <strong>{title}</strong>
        </span>
        <span class="small soft">
          {stateText(job.state)} · {job.width} × {job.height}, {plural(job.spp, 'sample')}
        </span>
      </p>
      <div class="row job-row-actions">
        <button
          type="button"
          class="button button-small button-primary"
          data-testid="ended-show"
          disabled={page.busy.value !== null}
          onClick={() => void page.openPast(job.id)}
        >
          Show<span class="visually-hidden"> {title}</span>
        </button>
        <button
          type="button"
          class="button button-small"
          title="It stays among the past renders."
          data-testid="ended-hide"
          onClick={() => page.hideEnded(job.id)}
        >
          Hide<span class="visually-hidden"> {title}</span>
        </button>
      </div>
    </li>
  );
}
