import type { JSX } from 'preact';
import { useId } from 'preact/hooks';
import type { Page } from '../page.js';
import { plural } from '../words/format.js';
import { wasCutOff } from '../words/kept.js';
import { isSimulating } from '../words/simulation.js';
import { SIMULATION_VERIFICATIONS, verificationOf } from '../words/verification.js';
import { ProblemNote } from './problem-note.jsx';

/** What simulating means for the world, how results are checked, and the button. */
export function SimulateSection(props: { readonly page: Page }): JSX.Element {
  const { page } = props;
  const id = useId();
  const { jobs, simulation, keptSimulation, open } = page.view.value;
  const { verify } = page.simulation.value;
  const running = isSimulating(simulation);
  return (
    <section class="part launch" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`} class="visually-hidden">
        Before you simulate
      </h2>
      <div class="field">
        <label for={`${id}-verify`}>Checking of results</label>
        <select
          id={`${id}-verify`}
          class="select"
          data-testid="simulation-verify"
          value={verify}
          aria-describedby={`${id}-help`}
          onChange={(event) => {
            const chosen = verificationOf(event.currentTarget.value);
            if (chosen !== null) page.editSimulation({ verify: chosen });
          }}
        >
          {SIMULATION_VERIFICATIONS.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
        <span class="hint" id={`${id}-help`}>
          {SIMULATION_VERIFICATIONS.find(({ value }) => value === verify)?.help}
        </span>
      </div>
      <div class="small launch-words">
        <p>
          <strong>Volunteers can read the whole world</strong>: its bodies and where they are
          {open ? ', and strangers may be among them.' : '. Only people with the link are asked.'}
        </p>
        {jobs.length === 0 ? null : (
          <p class="soft">At first it shares the volunteers evenly with {plural(jobs.length, 'render')}.</p>
        )}
        {wasCutOff(keptSimulation) ? (
          <p>
            <strong>One world at a time</strong>: the simulation that was cut off is discarded then.
          </p>
        ) : null}
      </div>
      <ProblemNote page={page} place="simulate" />
      <button
        type="button"
        class="button button-primary button-large launch-button"
        data-testid="simulate"
        disabled={running || page.busy.value === 'simulate'}
        onClick={() => void page.simulate()}
      >
        {page.busy.value === 'simulate' ? 'Preparing the world…' : running ? 'Simulating…' : 'Simulate'}
      </button>
    </section>
  );
}
