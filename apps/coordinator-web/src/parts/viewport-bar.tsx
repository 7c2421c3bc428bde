import type { ViewportView as View } from '@tabgrid/coordinator/viewport/api';
import { Lamp, type LampState } from '@tabgrid/ui/components/controls';
import type { JSX } from 'preact';
import type { Page } from '../page.js';
import { viewHelpers, viewShown, viewState } from '../words/viewport.js';
import { ProblemNote } from './problem-note.jsx';

/** How the view stands, under it, and what can be done with where one looks from. */
export function ViewportBar(props: { readonly page: Page; readonly view: View }): JSX.Element {
  const { page, view } = props;
  const camera = page.orbit.value?.camera ?? null;
  const used = camera !== null && page.viewpoint.value === camera;
  return (
    <div class="job-bar viewport-bar" data-testid="viewport-bar" data-state={view.state}>
      <div class="job-line">
        <p class="job-title">
          <Lamp state={lampOf(view)} />
          <strong data-testid="viewport-state">{viewState(view)}</strong>
          <span class="soft figures" data-testid="viewport-helpers">
            {viewHelpers(view)}
          </span>
        </p>
        <p class="small soft figures job-result" data-testid="viewport-shown">
          {viewShown(view)}
        </p>
      </div>
      {view.notice === null ? null : <p class="notice small notice-warn">{view.notice}</p>}
      <div class="afterwards">
        <div class="row">
          <button
            type="button"
            class="button button-primary"
            data-testid="use-view"
            disabled={camera === null || used}
            onClick={() => page.useView()}
          >
            {used ? 'The next render looks from here' : 'Use this view'}
          </button>
          <button
            type="button"
            class="button"
            data-testid="reset-view"
            onClick={() => page.moveView({ kind: 'reset' })}
          >
            Reset
          </button>
        </div>
        <p class="small soft">
          Drag to turn, scroll to come nearer, <kbd>Shift</kbd> and drag to move across.
        </p>
      </div>
      <ProblemNote page={page} place="view" />
    </div>
  );
}

function lampOf({ state, notice }: View): LampState {
  if (state === 'stuck') return 'bad';
  if (notice !== null) return 'wait';
  return state === 'done' ? 'off' : 'on';
}
