import type { JSX } from 'preact';
import { useId } from 'preact/hooks';
import type { Page } from '../page.js';
import { JOB_KIND_WORDS, type JobKind } from '../words/job-kinds.js';
import { isSimulating } from '../words/simulation.js';

/** What the grid is asked for: a picture or a world that moves. What runs of the other kind goes on. */
export function KindField(props: { readonly page: Page }): JSX.Element {
  const { page } = props;
  const id = useId();
  const { jobs, simulation } = page.view.value;
  const working: Readonly<Record<JobKind, string | null>> = {
    picture: jobs.length > 0 ? 'Rendering' : null,
    physics: isSimulating(simulation) ? 'Simulating' : null,
  };
  return (
    <fieldset class="kinds part">
      <legend class="visually-hidden">Kind of job</legend>
      {JOB_KIND_WORDS.map(({ kind, label, about }) => (
        <label key={kind} class="mode-card">
          <input
            type="radio"
            name={`${id}-kind`}
            checked={page.kind.value === kind}
            aria-describedby={`${id}-${kind}`}
            data-testid={`kind-${kind}`}
            onChange={() => page.chooseKind(kind)}
          />
          <span>
            <span class="mode-label">{label}</span>
            <span class="small soft" id={`${id}-${kind}`}>
              {working[kind] ?? about}
            </span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
