import { Lamp, Slider, Switch } from '@tabgrid/ui/components/controls';
import type { VolunteerView } from '@tabgrid/volunteer/api';
import type { JSX } from 'preact';
import { count, percent, spanFigure } from '../format.js';
import type { Peer } from '../peer.js';
import type { StatusWords } from '../status-words.js';

/** Evenly spaced from the lowest share to the highest. */
const TICKS = ['10', '40', '70', '100 %'] as const;

/** The lamp and the buttons. They stay in their place when the lending starts and stops. */
export function Console({ peer, words }: { readonly peer: Peer; readonly words: StatusWords }): JSX.Element {
  const status = peer.status.value;
  const runs = status.kind !== 'idle' && status.kind !== 'failed';
  return (
    <section class="card console stack" aria-label="State">
      <Status words={words} stoppedInMs={peer.stoppedInMs.value} view={peer.view.value} />
      <div class="instrument-buttons row">
        {runs ? (
          <button
            type="button"
            class="button button-stop button-large"
            data-testid="stop"
            onClick={() => void peer.stop()}
          >
            Stop now
          </button>
        ) : (
          <button
            type="button"
            class="button button-primary button-large"
            data-testid="start"
            disabled={peer.invitation.value.to.kind === 'broken'}
            onClick={() => void peer.start()}
          >
            {status.kind === 'failed' ? 'Try again' : 'Yes, start lending'}
          </button>
        )}
        {runs && status.kind !== 'starting' ? (
          <button type="button" class="button button-large" data-testid="pause" onClick={() => peer.togglePause()}>
            {status.kind === 'paused' && status.why === 'person' ? 'Resume' : 'Pause'}
          </button>
        ) : null}
      </div>
    </section>
  );
}

/** What a person may set, before and while it runs. */
export function Settings({ peer }: { readonly peer: Peer }): JSX.Element {
  const { kind } = peer.status.value;
  const runs = kind !== 'idle' && kind !== 'failed';
  const settings = peer.settings.value;
  return (
    <section class="card settings stack" aria-label="Settings">
      <Slider
        label="Share of GPU time"
        data-testid="intensity"
        min={10}
        max={100}
        step={5}
        value={Math.round(settings.intensity * 100)}
        format={(value) => percent(value / 100)}
        scale={TICKS}
        hint="Works at once, also while it runs."
        onInput={(value) => peer.configure({ intensity: value / 100 })}
      />
      <Switch
        label="Relay only"
        data-testid="relay-only"
        checked={settings.relayOnly}
        disabled={runs}
        hint={
          runs
            ? 'To change this, stop first: a connection keeps its way.'
            : 'Hides your address from the owner. Slower, and it goes through this site’s server.'
        }
        onChange={(relayOnly) => peer.configure({ relayOnly })}
      />
      <Switch
        label="Pause on battery"
        data-testid="pause-on-battery"
        checked={settings.pauseOnBattery}
        hint="Where the browser tells; Firefox and Safari do not."
        onChange={(pauseOnBattery) => peer.configure({ pauseOnBattery })}
      />
      <div class="field">
        <label for="name">Your name, if you like</label>
        <input
          id="name"
          class="input"
          type="text"
          maxLength={64}
          autocomplete="nickname"
          data-testid="name"
          value={settings.name}
          disabled={runs}
          aria-describedby="name-hint"
          onInput={(event) => peer.configure({ name: event.currentTarget.value })}
        />
        <span class="hint" id="name-hint">
          The owner sees it beside your tiles.
        </span>
      </div>
    </section>
  );
}

/** The lamp and its words; the live region of the page, so that only rare changes stand in it. */
function Status(props: {
  readonly words: StatusWords;
  readonly stoppedInMs: number | null;
  readonly view: VolunteerView | null;
}): JSX.Element {
  const { words, stoppedInMs, view } = props;
  const stopped = stoppedInMs !== null;
  return (
    <div
      class="status"
      role="status"
      data-testid="status"
      data-state={words.state}
      data-stopped-ms={stoppedInMs === null ? undefined : stoppedInMs.toFixed(1)}
    >
      <Lamp state={words.lamp} />
      <div>
        <p class="status-headline">{stopped ? 'Stopped' : words.headline}</p>
        <p class="small soft">{stopped ? farewell(stoppedInMs, view) : words.detail}</p>
      </div>
    </div>
  );
}

function farewell(stoppedInMs: number, view: VolunteerView | null): string {
  const gone = `The Worker was gone after ${Math.max(1, Math.round(stoppedInMs))} ms.`;
  if (view === null || view.contributed.tasks === 0) return gone;
  const { gpuMs, tasks } = view.contributed;
  const time = spanFigure(gpuMs);
  return `${gone} Thank you for ${count(tasks, 'tile', 'tiles')} and ${time.value} ${time.unit} of GPU time.`;
}
