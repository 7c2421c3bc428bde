import type { GridView } from '@tabgrid/coordinator/api';
import { Wordmark } from '@tabgrid/ui/components/mark';
import type { JSX } from 'preact';
import type { Page } from '../page.js';

const SIGNALING: Readonly<Record<GridView['signaling'], readonly [string, string]>> = {
  connecting: ['Connecting to the server', ''],
  online: ['Connected to the server', 'lamp-good'],
  offline: ['Server not reachable', 'lamp-bad'],
  replaced: ['Room taken over', 'lamp-bad'],
};

/** Name, the server's state, and the way to past renders. */
export function Head(props: { readonly page: Page; readonly onPast: () => void }): JSX.Element {
  const { page } = props;
  const [text, lamp] = SIGNALING[page.view.value.signaling];
  const count = page.past.value.length;
  return (
    <header class="head">
      <h1 class="head-name">
        <Wordmark />
        <span class="visually-hidden"> dashboard</span>
      </h1>
      <div class="head-actions">
        <span class="head-server" data-testid="signaling" data-state={page.view.value.signaling}>
          <span class={`lamp ${lamp}`} aria-hidden="true" />
          <span class="small soft">{text}</span>
        </span>
        <button type="button" class="button button-small" data-testid="past-jobs" onClick={props.onPast}>
          Past renders{count === 0 ? '' : ` (${count})`}
        </button>
      </div>
    </header>
  );
}
