import type { JSX } from 'preact';
import { useId } from 'preact/hooks';
import type { Page } from '../page.js';
import { wasCutOff } from '../words/kept.js';
import { KeptRow } from './kept-row.jsx';
import { ProblemNote } from './problem-note.jsx';

/** The last simulation of an earlier visit, where that was over. */
export function KeptSection(props: { readonly page: Page }): JSX.Element | null {
  const { page } = props;
  const id = useId();
  const { keptSimulation: kept } = page.view.value;
  if (kept === null || wasCutOff(kept)) return null;
  return (
    <section class="card unfinished" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>Your last simulation is kept</h2>
      <p class="small soft">
        It is in this browser, with all its frames, until you discard it or simulate another world.
      </p>
      <ProblemNote page={page} place="kept" />
      <ul class="job-rows">
        <KeptRow page={page} kept={kept} />
      </ul>
    </section>
  );
}
