import type { LearningView } from '@tabgrid/coordinator/api';
import type { JSX } from 'preact';
import { useId } from 'preact/hooks';
import { type ModelRow, modelRows } from '../words/models.js';

/** Who decides what: a line for each of the five models, with its error beside the simple rule's. */
export function LearningModels(props: { readonly learning: LearningView }): JSX.Element {
  const id = useId();
  return (
    <section aria-labelledby={`${id}-title`}>
      <header class="row spread models-head">
        <h3 id={`${id}-title`}>Who decides</h3>
        <p class="chart-key soft" aria-hidden="true">
          <span>
            <span class="key-mark key-bar-learned" />
            error of what was learned
          </span>
          <span>
            <span class="key-mark key-bar" />
            of the simple rule
          </span>
        </p>
      </header>
      <ul class="models">
        {modelRows(props.learning).map((row) => (
          <Row key={row.name} row={row} />
        ))}
      </ul>
    </section>
  );
}

function Row(props: { readonly row: ModelRow }): JSX.Element {
  const { row } = props;
  const learned = row.decides === 'learned';
  return (
    <li class="model" data-testid={`model-${row.name}`} data-decides={row.decides}>
      <p>
        <strong>{row.title}</strong>
        <span class="small soft model-about">{row.about}</span>
      </p>
      <p>
        <span class={learned ? 'chip chip-learned' : 'chip'}>{row.decides}</span>
      </p>
      <p class="small model-text" title={row.measure === '' ? undefined : row.measure}>
        {row.text}
      </p>
      {row.bars === null ? (
        <span class="model-bars" />
      ) : (
        <span class="model-bars" aria-hidden="true">
          <span class="model-bar model-bar-learned" style={{ '--share': String(row.bars.learned) }} />
          <span class="model-bar" style={{ '--share': String(row.bars.baseline) }} />
        </span>
      )}
    </li>
  );
}
