import type { JSX } from 'preact';
import { useId } from 'preact/hooks';
import type { Page } from '../page.js';
import { plural } from '../words/format.js';
import { estimateUpload } from '../words/upload.js';
import { countHere } from '../words/volunteers.js';
import { ProblemNote } from './problem-note.jsx';
import { VerifyField } from './verify-field.jsx';

/** What launching means for the scene, and the button. */
export function LaunchSection(props: { readonly page: Page }): JSX.Element {
  const { page } = props;
  const id = useId();
  const { scene, preparing, jobs, volunteers, open } = page.view.value;
  const ready = scene !== null && preparing === null;
  const { others } = countHere(volunteers);
  return (
    <section class="part launch" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`} class="visually-hidden">
        Before you render
      </h2>
      <VerifyField page={page} />
      {scene === null ? (
        <p class="small soft">Choose a scene first.</p>
      ) : (
        <div class="small launch-words" data-testid="launch-summary">
          <p>
            <strong>Volunteers can read the whole scene</strong>: its shapes, materials and textures
            {open ? ', and strangers may be among them.' : '. Only people with the link are asked.'}
          </p>
          <p class="soft" data-testid="upload-estimate">
            Sends {estimateUpload(scene.bytes, others, page.uploadRate.value).text}.
          </p>
          {jobs.length === 0 ? null : (
            <p class="soft">At first it shares the volunteers evenly with {plural(jobs.length, 'other render')}.</p>
          )}
        </div>
      )}
      <ProblemNote page={page} place="launch" />
      <button
        type="button"
        class="button button-primary button-large launch-button"
        data-testid="launch"
        disabled={!ready || page.busy.value === 'launch'}
        onClick={() => void page.launch()}
      >
        {preparing !== null ? 'Preparing the scene…' : jobs.length === 0 ? 'Render' : 'Render this as well'}
      </button>
    </section>
  );
}
