import type { SceneView } from '@tabgrid/coordinator/api';
import type { JSX } from 'preact';
import { useId } from 'preact/hooks';
import type { Page } from '../page.js';
import { formatSeconds, timeWords } from '../words/time.js';
import { ProblemNote } from './problem-note.jsx';

/** At which moment a moving scene is rendered. The scene is read anew with each, so that typing waits for its end. */
export function TimeField(props: { readonly page: Page; readonly scene: SceneView }): JSX.Element | null {
  const { page, scene } = props;
  const id = useId();
  const { animation } = scene;
  if (animation === null) return null;
  return (
    <div class="field">
      <div class="row spread time-field">
        <label class="small" for={id}>
          <span class="soft">Animation: </span>“{animation.name}”, {formatSeconds(animation.seconds)}
        </label>
        <span class="row">
          <input
            id={id}
            class="input"
            type="number"
            inputMode="decimal"
            min={0}
            max={animation.seconds}
            step="any"
            placeholder="rest"
            value={scene.time ?? ''}
            aria-describedby={`${id}-words`}
            data-testid="scene-time"
            onChange={(event) => void page.chooseTime(event.currentTarget.value)}
          />
          <span class="small" aria-hidden="true">
            s
          </span>
        </span>
      </div>
      <span class="hint" id={`${id}-words`}>
        {timeWords(scene)}
      </span>
      <ProblemNote page={page} place="time" />
    </div>
  );
}
