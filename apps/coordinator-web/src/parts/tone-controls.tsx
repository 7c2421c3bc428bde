import { MAX_EXPOSURE } from '@tabgrid/assets/tonemap';
import { Slider } from '@tabgrid/ui/components/controls';
import type { JSX } from 'preact';
import { useId } from 'preact/hooks';
import type { Page } from '../page.js';
import { FIRST_TONE } from '../tone-actions.js';
import { CURVE_WORDS, curveOf, formatStops } from '../words/tone.js';

/** How the light of the picture is shown, at once and without rendering anything again; the PNG looks the same. */
export function ToneControls(props: { readonly page: Page }): JSX.Element {
  const { page } = props;
  const id = useId();
  const { curve, exposure } = page.tone.value;
  const changed = curve !== FIRST_TONE.curve || exposure !== FIRST_TONE.exposure;
  return (
    <fieldset class="tone">
      <legend class="visually-hidden">How the picture is shown</legend>
      <div class="field">
        <label for={id}>Tone curve</label>
        <select
          id={id}
          class="select"
          data-testid="tonemap"
          value={curve}
          title={CURVE_WORDS.find((words) => words.curve === curve)?.help}
          onChange={(event) => {
            const chosen = curveOf(event.currentTarget.value);
            if (chosen !== null) page.setTone({ curve: chosen });
          }}
        >
          {CURVE_WORDS.map((words) => (
            <option key={words.curve} value={words.curve} title={words.help}>
              {words.label}
            </option>
          ))}
        </select>
      </div>
      <Slider
        label="Exposure"
        value={exposure}
        min={-MAX_EXPOSURE}
        max={MAX_EXPOSURE}
        step={0.1}
        format={formatStops}
        data-testid="exposure"
        onInput={(next) => page.setTone({ exposure: next })}
      />
      <button
        type="button"
        class="button button-small button-quiet"
        data-testid="tone-reset"
        disabled={!changed}
        onClick={() => page.setTone(FIRST_TONE)}
      >
        Reset
      </button>
    </fieldset>
  );
}
