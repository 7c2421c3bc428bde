import type { JSX } from 'preact';
import { useId } from 'preact/hooks';
import type { Page } from '../page.js';
import { titleOf } from '../words/builtin-scenes.js';
import { isActive } from '../words/eta.js';
import { formatCount, plural } from '../words/format.js';
import { readDraft } from '../words/settings.js';
import { countHere } from '../words/volunteers.js';
import { EmptyStage } from './empty-stage.jsx';
import { JobBar } from './job-bar.jsx';
import { PictureView } from './picture-view.jsx';
import { ViewportBar } from './viewport-bar.jsx';
import { ViewportView } from './viewport-view.jsx';

/** The picture, or what there is to do before there is one. */
export function Stage(props: { readonly page: Page }): JSX.Element {
  const { page } = props;
  const id = useId();
  const { job, scene, preparing, viewport } = page.view.value;
  const view = page.looking.value ? viewport : null;
  return (
    <section class="stage" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`} class="visually-hidden">
        {job === null ? 'Stage' : titleOf(job.title)}
      </h2>
      {scene === null ? null : <StageModes page={page} />}
      <div class="well graticule">
        {view !== null ? (
          <ViewportView page={page} view={view} />
        ) : job !== null ? (
          <PictureView key={job.id} page={page} job={job} />
        ) : scene !== null ? (
          <ReadyStage page={page} />
        ) : preparing !== null ? (
          <p class="well-words">
            <span class="lamp lamp-on" aria-hidden="true" /> Preparing {titleOf(preparing)}…
          </p>
        ) : (
          <EmptyStage page={page} />
        )}
      </div>
      {view === null ? null : <ViewportBar page={page} view={view} />}
      {job === null || (view !== null && !isActive(job)) ? null : <JobBar page={page} job={job} />}
    </section>
  );
}

/** The picture that was rendered, or a look around in the scene that is loaded. */
function StageModes(props: { readonly page: Page }): JSX.Element {
  const { page } = props;
  const looking = page.looking.value;
  const modes = [
    { on: false, label: 'Picture', testid: 'mode-picture' },
    { on: true, label: 'Look around', testid: 'mode-view' },
  ];
  return (
    <fieldset class="stage-modes">
      <legend class="visually-hidden">What the stage shows</legend>
      {modes.map(({ on, label, testid }) => (
        <button
          key={label}
          type="button"
          class="button button-small"
          aria-pressed={looking === on}
          data-testid={testid}
          onClick={() => void page.look(on)}
        >
          {label}
        </button>
      ))}
    </fieldset>
  );
}

/** A scene is there, nothing is launched: the frame that the picture will fill. */
function ReadyStage(props: { readonly page: Page }): JSX.Element {
  const { page } = props;
  const { scene, volunteers } = page.view.value;
  const read = readDraft(page.draft.value);
  const { own, others } = countHere(volunteers);
  const here = own + others;
  const size = read.ok
    ? { '--w': String(read.spec.width), '--h': String(read.spec.height) }
    : { '--w': '16', '--h': '9' };
  return (
    <div class="frame" style={size} data-testid="ready">
      <div class="frame-words">
        <p class="frame-title">{scene === null ? '' : titleOf(scene.name)}</p>
        {read.ok ? (
          <p>
            {formatCount(read.spec.width)} × {formatCount(read.spec.height)} px, {plural(read.spec.spp, 'sample')} a
            pixel
          </p>
        ) : (
          <p>The settings need a look.</p>
        )}
        <p class="soft">
          {here === 0
            ? 'Nobody is here to render it yet: it starts as soon as somebody joins.'
            : `${plural(here, 'computer is', 'computers are')} ready to render it.`}
        </p>
      </div>
    </div>
  );
}
