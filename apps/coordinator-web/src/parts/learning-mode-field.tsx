import { useSignal } from '@preact/signals';
import type { LearningMode } from '@tabgrid/coordinator/api';
import type { JSX } from 'preact';
import { useId } from 'preact/hooks';
import type { Page } from '../page.js';
import { MODES } from '../words/learning.js';

/** Who decides: what was learned, the simple rules with the learner watching, or the simple rules alone. */
export function LearningModeField(props: { readonly page: Page; readonly mode: LearningMode }): JSX.Element {
  const { page } = props;
  const id = useId();
  // A choice that came to nothing leaves the browser's mark where it was made: drawing again puts it back.
  const tried = useSignal(0);
  return (
    <fieldset class="mode-cards" data-tried={tried.value}>
      <legend class="visually-hidden">Learning</legend>
      {MODES.map(({ mode, label, about }) => (
        <label key={mode} class="mode-card">
          <input
            type="radio"
            name={`${id}-mode`}
            value={mode}
            checked={props.mode === mode}
            aria-describedby={`${id}-${mode}`}
            data-testid={`learning-${mode}`}
            onChange={() =>
              void page.setLearning(mode).then(() => {
                tried.value++;
              })
            }
          />
          <span>
            <span class="mode-label">{label}</span>
            <span class="small soft" id={`${id}-${mode}`}>
              {about}
            </span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
