import { useSignal } from '@preact/signals';
import type { LearningView } from '@tabgrid/coordinator/api';
import { Switch } from '@tabgrid/ui/components/controls';
import type { JSX } from 'preact';
import { useId } from 'preact/hooks';
import { Chart } from '../charts/chart.jsx';
import { COVERAGE, ERROR, REWARD } from '../charts/lines.js';
import { RELIABILITY } from '../charts/reliability.js';
import { SCATTER } from '../charts/scatter.js';
import { coverageWords, errorWords, reliabilityWords, rewardWords, scatterWords } from '../words/chart-words.js';
import { Figure, Key } from './chart-figure.jsx';

/** How far the predictions are right, in five charts, each with a sentence; or as tables of the same numbers. */
export function LearningCharts(props: { readonly learning: LearningView }): JSX.Element {
  const { predicted, coverage, reliability, error, reward } = props.learning;
  const id = useId();
  const tables = useSignal(false);
  const shared = { tables: tables.value };
  return (
    <section aria-labelledby={`${id}-title`}>
      <header class="row spread charts-head">
        <h3 id={`${id}-title`}>How right it is</h3>
        <Switch
          checked={tables.value}
          label={<span class="small">As tables</span>}
          data-testid="learning-tables"
          onChange={(on) => {
            tables.value = on;
          }}
        />
      </header>
      <div class="charts">
        <Figure {...shared} name="scatter" title="Predicted and actual time" words={scatterWords(predicted)}>
          <Chart plot={SCATTER} value={predicted} label={scatterWords(predicted).sentence} />
          <Key
            items={[
              ['dot', 'a task'],
              ['line', 'as predicted'],
              ['dots', 'half and twice as long'],
            ]}
          />
        </Figure>
        <Figure {...shared} name="reliability" title="Departures within a minute" words={reliabilityWords(reliability)}>
          <Chart plot={RELIABILITY} value={reliability} label={reliabilityWords(reliability).sentence} />
          <Key
            items={[
              ['dot', 'a group: cases and 95 % interval'],
              ['line', 'as predicted'],
            ]}
          />
        </Figure>
        <Figure {...shared} name="error" title="Error of finish times" words={errorWords(error)}>
          <Chart plot={ERROR} value={error} label={errorWords(error).sentence} />
          <Key
            items={[
              ['bold', 'learned'],
              ['dash', 'simple rule'],
            ]}
          />
        </Figure>
        <Figure {...shared} name="coverage" title="Within the interval" words={coverageWords(coverage)}>
          <Chart plot={COVERAGE} value={coverage} label={coverageWords(coverage).sentence} />
          <Key
            items={[
              ['bold', 'of the latest 100 tasks'],
              ['dash', '95 %'],
            ]}
          />
        </Figure>
        <Figure {...shared} wide={true} name="reward" title="Reward for sharing the work" words={rewardWords(reward)}>
          <div class="chart-pair">
            <div>
              <p class="label">Raw</p>
              <Chart plot={REWARD} value={reward.raw} label="Raw reward a period" />
            </div>
            <div>
              <p class="label">Shaped</p>
              <Chart plot={REWARD} value={reward.shaped} label="Shaped reward a period" />
            </div>
          </div>
        </Figure>
      </div>
    </section>
  );
}
