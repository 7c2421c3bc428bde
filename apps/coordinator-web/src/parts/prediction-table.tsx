// biome-ignore-all lint/a11y/noRedundantRoles: where the rows become cards, `display` takes the implied roles away
import type { RunningPrediction } from '@tabgrid/coordinator/api';
import type { JSX } from 'preact';
import { useId } from 'preact/hooks';
import { formatCount } from '../words/format.js';
import { type PredictionRow, predictionRows } from '../words/predictions.js';

/** What is expected of the tasks at work now; nothing while none is. */
export function PredictionTable(props: { readonly running: readonly RunningPrediction[] }): JSX.Element | null {
  const id = useId();
  const rows = predictionRows(props.running);
  if (rows.length === 0) return null;
  const more = props.running.length - rows.length;
  return (
    <section aria-labelledby={`${id}-title`}>
      <h3 id={`${id}-title`}>At work now</h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reachable by key */}
      <section class="table-scroll" tabIndex={0} aria-label="Table of predictions">
        <table class="table prediction-table" role="table" data-testid="predictions">
          <thead role="rowgroup">
            <tr role="row">
              <Head look="tile">Tile</Head>
              <Head>Volunteer</Head>
              <Head look="wide">Finish</Head>
              <Head look="number">Risk</Head>
              <Head>Backups</Head>
            </tr>
          </thead>
          <tbody role="rowgroup">
            {rows.map((row) => (
              <Row key={row.key} row={row} />
            ))}
          </tbody>
        </table>
      </section>
      {more > 0 ? <p class="small soft predictions-more">And {formatCount(more)} that finish later.</p> : null}
    </section>
  );
}

function Head(props: { readonly children: string; readonly look?: 'tile' | 'wide' | 'number' }): JSX.Element {
  return (
    <th role="columnheader" scope="col" class={props.look ?? ''}>
      {props.children}
    </th>
  );
}

function Row(props: { readonly row: PredictionRow }): JSX.Element {
  const { row } = props;
  const { low, middle, high } = row.span;
  return (
    <tr role="row" data-testid="prediction">
      <td role="cell" data-label="Tile" class="figures">
        {row.task}
      </td>
      <td role="cell" data-label="Volunteer" class="clip who" title={row.volunteer}>
        <span>{row.volunteer}</span>
      </td>
      <td role="cell" data-label="Finish" class="finish">
        <span class="finish-words">
          <span class={`figures ${row.late ? 'late' : ''}`}>{row.finish}</span>
          <span class="small soft figures">{row.interval}</span>
        </span>
        <span
          class={`span ${row.late ? 'span-late' : ''}`}
          aria-hidden="true"
          style={{ '--low': String(low), '--middle': String(middle), '--high': String(high) }}
        />
      </td>
      <td
        role="cell"
        data-label="Risk"
        class={`number ${row.risky ? 'risky' : ''}`}
        title="The chance that its volunteer leaves or fails before it is done."
      >
        {row.risk}
      </td>
      <td role="cell" data-label="Backups" class="backups">
        <span>
          {row.backups.length === 0
            ? '–'
            : row.backups.map((name, i) => (
                <span key={name}>
                  <span class="backup">{i < row.backups.length - 1 ? `${name},` : name}</span>{' '}
                </span>
              ))}
        </span>
      </td>
    </tr>
  );
}
