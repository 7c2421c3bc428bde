import type { UnfinishedJob } from '@tabgrid/coordinator/api';
import type { JSX } from 'preact';
import { useId } from 'preact/hooks';
import { takingUp } from '../job-actions.js';
import type { Page } from '../page.js';
import { titleOf } from '../words/builtin-scenes.js';
import { percentOf, plural } from '../words/format.js';
import { cutOffWords, wasCutOff } from '../words/kept.js';
import { KeptRow } from './kept-row.jsx';
import { ProblemNote } from './problem-note.jsx';
import { WHEN } from './when.js';

/** Renders, and a simulation, that were cut off when this page closed, each with the offer to go on. */
export function UnfinishedSection(props: { readonly page: Page }): JSX.Element | null {
  const { page } = props;
  const id = useId();
  const { unfinished, keptSimulation } = page.view.value;
  const simulation = wasCutOff(keptSimulation) ? keptSimulation : null;
  // The problem outlives the offer that it is about.
  if (unfinished.length === 0 && !simulation && page.problem.value?.place !== 'unfinished') return null;
  const { head, text } = cutOffWords(unfinished.length, simulation !== null);
  return (
    <section class="card unfinished" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{head}</h2>
      <p class="small soft">{text}</p>
      <ProblemNote page={page} place="unfinished" />
      <ul class="job-rows">
        {unfinished.map((job) => (
          <Row key={job.id} page={page} job={job} />
        ))}
        {simulation && <KeptRow page={page} kept={simulation} />}
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
