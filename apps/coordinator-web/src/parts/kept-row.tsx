import type { KeptSimulation } from '@tabgrid/coordinator/simulation/api';
import type { JSX } from 'preact';
import type { Page } from '../page.js';
import { TAKING_UP_SIMULATION } from '../simulation-actions.js';
import { keptFacts, wasCutOff } from '../words/kept.js';
import { WHEN } from './when.js';

/** A simulation that this browser keeps: to go on with, or to look at. */
export function KeptRow(props: { readonly page: Page; readonly kept: KeptSimulation }): JSX.Element {
  const { page, kept } = props;
  const busy = page.busy.value;
  const cutOff = wasCutOff(kept);
  const words = cutOff ? 'Go on' : 'Show';
  return (
    <li class="job-row" data-testid={cutOff ? 'unfinished-row' : 'kept-row'} data-job={kept.id}>
      <p class="job-row-words">
        <strong>{kept.title}</strong>
        <span class="small soft">
          {keptFacts(kept)} · begun {WHEN.format(kept.startedAt)}
        </span>
      </p>
      <div class="row job-row-actions">
        <button
          type="button"
          class="button button-small button-primary"
          data-testid={cutOff ? 'take-up' : 'show-kept'}
          disabled={busy !== null}
          onClick={() => void page.takeUpSimulation()}
        >
          {busy === TAKING_UP_SIMULATION ? (cutOff ? 'Going on…' : 'Reading…') : words}
          <span class="visually-hidden"> {cutOff ? `with ${kept.title}` : kept.title}</span>
        </button>
        <button
          type="button"
          class="button button-small"
          data-testid={cutOff ? 'give-up' : 'discard-kept'}
          title="What this browser keeps of it is deleted."
          disabled={busy !== null}
          onClick={() => void page.discardSimulation()}
        >
          Discard<span class="visually-hidden"> {kept.title}</span>
        </button>
      </div>
    </li>
  );
}
