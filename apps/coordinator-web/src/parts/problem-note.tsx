import type { JSX } from 'preact';
import type { Place } from '../actions.js';
import type { Page } from '../page.js';

/** The page's one problem, shown where it belongs: what is wrong and what to do. */
export function ProblemNote(props: { readonly page: Page; readonly place: Place }): JSX.Element | null {
  const problem = props.page.problem.value;
  if (problem?.place !== props.place) return null;
  return (
    <div class="notice notice-bad problem" role="alert">
      <p data-testid="error">{problem.message}</p>
      <button type="button" class="button button-small button-quiet" onClick={() => props.page.dismiss()}>
        Dismiss
      </button>
    </div>
  );
}
