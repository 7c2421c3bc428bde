import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useId } from 'preact/hooks';
import type { Page } from '../page.js';
import { RULES } from '../words/settings.js';

/** More samples on a finished picture: it gets cleaner, what is there stays. */
export function MoreSamples(props: { readonly page: Page }): JSX.Element {
  const { page } = props;
  const id = useId();
  const count = useSignal(String(page.view.value.job?.spec.spp ?? 16));
  return (
    <form
      class="row more-samples"
      noValidate={true}
      onSubmit={(event) => {
        event.preventDefault();
        void page.addSamples(count.value);
      }}
    >
      <label class="small" for={id}>
        {page.view.value.job?.state === 'done' ? 'Still noisy? Add' : 'Go on with'}
      </label>
      <input
        id={id}
        class="input"
        type="number"
        inputMode="numeric"
        min={RULES.spp.min}
        max={RULES.spp.max}
        value={count.value}
        aria-describedby={`${id}-unit`}
        data-testid="more-samples-count"
        onInput={(event) => {
          count.value = event.currentTarget.value;
        }}
      />
      <span class="small" id={`${id}-unit`}>
        samples a pixel
      </span>
      <button type="submit" class="button" data-testid="more-samples" disabled={page.busy.value !== null}>
        Render on
      </button>
    </form>
  );
}
