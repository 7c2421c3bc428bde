import { Slider, Switch } from '@tabgrid/ui/components/controls';
import type { JSX } from 'preact';
import { useId } from 'preact/hooks';
import type { Page } from '../page.js';
import { helperWords } from '../words/helper.js';
import { Invite } from './invite.jsx';

/** Who helps: this computer, invited people, and, when the owner wants it, strangers of the public pool. */
export function HelpersSection(props: { readonly page: Page; readonly origin: string }): JSX.Element {
  const { page } = props;
  const id = useId();
  const helper = page.helper.value;
  const words = helperWords(helper, page.helperWanted.value);
  return (
    <section class="part" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>Who helps</h2>
      <Switch
        checked={words.checked}
        label="This computer helps too"
        hint={<span class={words.failed ? 'bad' : ''}>{words.text}</span>}
        data-testid="helper-switch"
        onChange={(on) => void page.setHelper(on)}
      />
      {words.checked ? (
        <Slider
          label="Share of its GPU"
          value={Math.round(helper.settings.intensity * 100)}
          min={10}
          max={100}
          step={5}
          format={(value) => `${value} %`}
          data-testid="helper-intensity"
          onInput={(value) => page.setIntensity(value / 100)}
        />
      ) : null}
      <Invite page={page} origin={props.origin} />
      <Switch
        checked={page.view.value.open}
        label="Open to the public pool"
        hint={
          page.view.value.open
            ? 'Strangers who wait for work may be given to this render.'
            : 'Invite only: nobody helps without the link.'
        }
        data-testid="open-switch"
        onChange={(open) => page.setOpen(open)}
      />
    </section>
  );
}
