import { useSignal } from '@preact/signals';
import type { SimulationView } from '@tabgrid/coordinator/simulation/api';
import { Switch } from '@tabgrid/ui/components/controls';
import type { JSX } from 'preact';
import { useId } from 'preact/hooks';
import { Chart } from '../charts/chart.jsx';
import { ENERGY } from '../charts/energy.js';
import { driftText, energyWords } from '../words/simulation.js';
import { Figure } from './chart-figure.jsx';

/** Whether the world keeps to the laws: its energy over time, and momentum that came from nowhere. */
export function SimulationCharts(props: { readonly view: SimulationView }): JSX.Element {
  const { energy, momentumDrift } = props.view;
  const id = useId();
  const tables = useSignal(false);
  const words = energyWords(energy);
  return (
    <section class="job-bar simulation-charts" aria-labelledby={`${id}-title`}>
      <header class="row spread">
        <h3 id={`${id}-title`}>Energy and momentum</h3>
        <Switch
          checked={tables.value}
          label={<span class="small">As a table</span>}
          data-testid="simulation-tables"
          onChange={(on) => {
            tables.value = on;
          }}
        />
      </header>
      <div class="charts">
        <Figure name="energy" title="Total energy" words={words} tables={tables.value}>
          <Chart plot={ENERGY} value={energy} label={`Total energy over time: ${words.sentence}`} />
        </Figure>
        <div class="drift">
          <h4>Momentum from nowhere</h4>
          <p class="drift-value figures" data-testid="simulation-drift" data-drift={momentumDrift}>
            {driftText(momentumDrift)}
          </p>
          <p class="small soft">
            {momentumDrift === 0
              ? 'Exactly 0, as it should be: what one body loses the other gets, on both sides of every border.'
              : 'It should be exactly 0. The world is not to be trusted.'}
          </p>
        </div>
      </div>
    </section>
  );
}
