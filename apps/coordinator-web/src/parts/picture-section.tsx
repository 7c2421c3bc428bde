import { Switch } from '@tabgrid/ui/components/controls';
import type { JSX } from 'preact';
import { useId } from 'preact/hooks';
import type { Page } from '../page.js';
import { DENOISE_HINT } from '../words/denoise.js';
import { presetKey, presetOf, SIZE_PRESETS, withPreset } from '../words/settings.js';
import { FieldProblems, NumberInput } from './number-input.jsx';

/** No camera is named so. */
const FROM_VIEW = '\u0000view';

/** How big, how clean, from where. */
export function PictureSection(props: { readonly page: Page }): JSX.Element {
  const { page } = props;
  const id = useId();
  const draft = page.draft.value;
  const cameras = page.view.value.scene?.cameras ?? [];
  return (
    <section class="part" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>Picture</h2>
      <div class="fields">
        <div class="field">
          <label for={`${id}-size`}>Size</label>
          <select
            id={`${id}-size`}
            class="select"
            data-testid="size-preset"
            value={presetOf(draft)}
            onChange={(event) => page.edit(withPreset(draft, event.currentTarget.value))}
          >
            <option value="" disabled={true}>
              Free size
            </option>
            {SIZE_PRESETS.map((preset) => (
              <option key={preset.label} value={presetKey(preset)}>
                {preset.label}
              </option>
            ))}
          </select>
        </div>
        <NumberInput page={page} field="width" />
        <NumberInput page={page} field="height" />
        <NumberInput page={page} field="spp" />
        <NumberInput page={page} field="bounces" />
        <NumberInput page={page} field="seed" />
        <div class="field wide">
          <label for={`${id}-camera`}>Camera</label>
          <select
            id={`${id}-camera`}
            class="select"
            data-testid="camera"
            value={page.viewpoint.value === null ? draft.camera : FROM_VIEW}
            onChange={(event) => {
              page.forgetView();
              page.edit({ camera: event.currentTarget.value });
            }}
          >
            {page.viewpoint.value === null ? null : <option value={FROM_VIEW}>Where you looked from</option>}
            <option value="">{cameras.length === 0 ? 'Frames the whole scene' : 'First of the scene'}</option>
            {cameras.map((camera) => (
              <option key={camera} value={camera}>
                {camera}
              </option>
            ))}
          </select>
        </div>
        <NumberInput page={page} field="tile" placeholder="auto" />
        <NumberInput page={page} field="aperture" placeholder="all sharp" />
        <NumberInput page={page} field="focus" placeholder="auto" />
        <NumberInput page={page} field="noise" placeholder="none" />
        <NumberInput page={page} field="clamp" placeholder="off" />
      </div>
      <Switch
        checked={draft.denoise}
        label="Denoise"
        hint={DENOISE_HINT}
        data-testid="denoise"
        onChange={(denoise) => page.edit({ denoise })}
      />
      <FieldProblems page={page} />
    </section>
  );
}
