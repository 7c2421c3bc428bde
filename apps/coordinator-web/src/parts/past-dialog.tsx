import type { PastJob } from '@tabgrid/coordinator/api';
import type { JSX } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import type { Page } from '../page.js';
import { titleOf } from '../words/builtin-scenes.js';
import { stateText } from '../words/eta.js';
import { formatDuration, plural } from '../words/format.js';
import { ProblemNote } from './problem-note.jsx';
import { WHEN } from './when.js';

/** The renders that this browser keeps, newest first; opening one shows its picture again. */
export function PastDialog(props: { readonly page: Page; readonly onClose: () => void }): JSX.Element {
  const { page } = props;
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const jobs = [...page.past.value].sort((a, b) => b.startedAt - a.startedAt);
  const busy = page.busy.value === 'past';
  async function open(job: PastJob): Promise<void> {
    if (await page.openPast(job.id)) dialog.current?.close();
  }
  return (
    <dialog ref={dialog} class="past card" aria-labelledby={`${id}-title`} onClose={props.onClose}>
      <header>
        <h2 id={`${id}-title`}>Past renders</h2>
        <button type="button" class="button button-small" onClick={() => dialog.current?.close()}>
          Close
        </button>
      </header>
      <ProblemNote page={page} place="past" />
      {jobs.length === 0 ? (
        <p class="soft">None yet. Pictures that you render are kept in this browser and appear here.</p>
      ) : (
        <ul class="past-list">
          {jobs.map((job) => (
            <li key={job.id}>
              <button
                type="button"
                class="past-job"
                data-testid="past-job"
                data-job={job.id}
                disabled={busy}
                onClick={() => void open(job)}
              >
                <strong>{titleOf(job.title)}</strong>
                <span class="small soft">
                  {stateText(job.state)} · {job.width} × {job.height}, {plural(job.spp, 'sample')} ·{' '}
                  {formatDuration(job.wallMs)} · {WHEN.format(job.startedAt)}
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </dialog>
  );
}
