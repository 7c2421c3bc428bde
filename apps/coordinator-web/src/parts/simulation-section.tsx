import { BUILTIN_BODIES } from '@tabgrid/assets/worlds/names';
import { Switch } from '@tabgrid/ui/components/controls';
import type { JSX } from 'preact';
import { useId } from 'preact/hooks';
import type { Page } from '../page.js';
import { MERGES, mergeHelp, mergeOf } from '../words/merges.js';
import { SIMULATION_FIELDS, SIMULATION_RULES, type SimulationField } from '../words/simulation-settings.js';
import { NumberField } from './number-input.jsx';

const problemId = (field: SimulationField): string => `problem-${field}`;

/** How many bodies, for how long, cut into how many parts. */
export function SimulationSection(props: { readonly page: Page }): JSX.Element {
  const { page } = props;
  const id = useId();
  const draft = page.simulation.value;
  const problems = page.simulationProblems.value;
  const file = page.worldFile.value !== null;
  const placeholders: Partial<Record<SimulationField, string>> = {
    bodies: file ? 'from file' : String(BUILTIN_BODIES[draft.world]),
    regions: 'auto',
  };
  return (
    <section class="part" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>Simulation</h2>
      <div class="fields">
        {SIMULATION_FIELDS.map((field) => (
          <NumberField
            key={field}
            rule={SIMULATION_RULES[field]}
            value={field === 'bodies' && file ? '' : draft[field]}
            testid={field}
            wrong={problems[field] === undefined ? null : problemId(field)}
            placeholder={placeholders[field]}
            disabled={field === 'bodies' && file}
            onInput={(text) => page.editSimulation({ [field]: text })}
          />
        ))}
      </div>
      <div class="field">
        <label for={`${id}-merge`}>Where regions meet, a body follows</label>
        <select
          id={`${id}-merge`}
          class="select"
          data-testid="merge"
          value={draft.merge}
          aria-describedby={`${id}-merge-help`}
          onChange={(event) => {
            const merge = mergeOf(event.currentTarget.value);
            if (merge !== null) page.editSimulation({ merge });
          }}
        >
          {MERGES.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
        <span class="hint" id={`${id}-merge-help`}>
          {mergeHelp(draft.merge)}
        </span>
      </div>
      <Switch
        checked={draft.realTime}
        label="In real time"
        hint="Each window is wanted within a frame’s time, so that the world moves as fast as it is shown."
        data-testid="real-time"
        onChange={(realTime) => page.editSimulation({ realTime })}
      />
      {Object.keys(problems).length === 0 ? null : (
        <ul class="field-problems small bad">
          {SIMULATION_FIELDS.filter((field) => problems[field] !== undefined).map((field) => (
            <li key={field} id={problemId(field)} data-testid={problemId(field)}>
              {problems[field]}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
