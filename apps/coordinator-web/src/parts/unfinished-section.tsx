import type { UnfinishedJob } from '@tabgrid/coordinator/api';
import type { JSX } from 'preact';
import { useId } from 'preact/hooks';
import { takingUp } from '../job-actions.js';
import type { Page } from '../page.js';
import { titleOf } from '../words/builtin-scenes.js';
import { percentOf, plural } from '../words/format.js';
import { ProblemNote } from './problem-note.jsx';
import { WHEN } from './when.js';

/** Renders that were cut off when this page closed, each with the offer to go on. */
export function UnfinishedSection(props: { readonly page: Page }): JSX.Element | null {
  const { page } = props;
  const id = useId();
  const { unfinished } = page.view.value;
  // The problem outlives the offer that it is about.
  if (unfinished.length === 0 && page.problem.value?.place !== 'unfinished') return null;
  return (
    <section class="card unfinished" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>
        {unfinished.length > 1 ? `${unfinished.length} renders were cut off` : 'A render was cut off'}
      </h2>
      <p class="small soft">
        The page was closed or reloaded in the middle. What was done is kept in this browser, and the picture comes out
        the same.
      </p>
      <ProblemNote page={page} place="unfinished" />
      <ul class="job-rows">
        {unfinished.map((job) => (
          <Row key={job.id} page={page} job={job} />
        ))}
      </ul>
    </section>
  );
}

function Row(props: { readonly page: Page; readonly job: UnfinishedJob }): JSX.Element {
  const { page, job } = props;
  const busy = page.busy.value;
  const title = titleOf(job.title);
  return (
    <li class="job-row" data-testid="unfinished-row" data-job={job.id}>
      <p class="job-row-words">
        <strong>{title}</strong>
        <span class="small soft">
          {percentOf(job.share)} % done · {job.width} × {job.height}, {plural(job.spp, 'sample')} · begun{' '}
          {WHEN.format(job.startedAt)}
        </span>
      </p>
      <div class="row job-row-actions">
        <button
          type="button"
          class="button button-small button-primary"
          data-testid="take-up"
          disabled={busy !== null}
          onClick={() => void page.takeUp(job.id)}
        >
          {busy === takingUp(job.id) ? 'Going on…' : 'Go on'}
          <span class="visually-hidden"> with {title}</span>
        </button>
        <button
          type="button"
          class="button button-small"
          data-testid="give-up"
          title="It stays among the past renders as it is."
          disabled={busy !== null}
          onClick={() => void page.giveUp(job.id)}
        >
          Leave it<span class="visually-hidden">: {title}</span>
        </button>
      </div>
    </li>
  );
}
