import type { JobView } from '@tabgrid/coordinator/api';
import type { JSX } from 'preact';
import type { Page } from '../page.js';
import { titleOf } from '../words/builtin-scenes.js';

/** Pauses a job or lets it go on, whichever there is to do. @param props.names the test ids, for pausing and for going on */
export function PauseButton(props: {
  readonly page: Page;
  readonly job: JobView;
  readonly names: readonly [pause: string, resume: string];
}): JSX.Element {
  const { page, job } = props;
  const paused = job.state === 'paused';
  return (
    <button
      type="button"
      class="button button-small"
      data-testid={props.names[paused ? 1 : 0]}
      title={paused ? undefined : 'What volunteers have begun is finished; nothing new is handed out.'}
      disabled={job.state === 'preparing'}
      onClick={() => void (paused ? page.resume(job.id) : page.pause(job.id))}
    >
      {paused ? 'Resume' : 'Pause'}
      <span class="visually-hidden"> {titleOf(job.title)}</span>
    </button>
  );
}

/** Ends a job; its picture stays as it is. */
export function StopButton(props: { readonly page: Page; readonly job: JobView; readonly name: string }): JSX.Element {
  const { page, job } = props;
  return (
    <button type="button" class="button button-small" data-testid={props.name} onClick={() => void page.stop(job.id)}>
      Stop and keep<span class="visually-hidden"> {titleOf(job.title)}</span>
    </button>
  );
}
