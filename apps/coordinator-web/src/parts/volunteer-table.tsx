// biome-ignore-all lint/a11y/noRedundantRoles: where the rows become cards, `display` takes the implied roles away
import { volunteerColour } from '@tabgrid/ui/volunteer-colours';
import type { JSX } from 'preact';
import { useId } from 'preact/hooks';
import type { Page } from '../page.js';
import { plural } from '../words/format.js';
import { helperWords } from '../words/helper.js';
import { countHere, type VolunteerRow, volunteerRows } from '../words/volunteers.js';

/** Who is here and what each does: a table, as cards where the screen is narrow. Roles are spelled out because cards lose them. */
export function VolunteerTable(props: { readonly page: Page }): JSX.Element {
  const id = useId();
  const { volunteers, job, jobs } = props.page.view.value;
  const rows = volunteerRows(volunteers);
  // Where nothing is checked, how often somebody is checked says nothing.
  const checked = [job, ...jobs].some((one) => one !== null && one.spec.verify !== 'none');
  const { own, others } = countHere(volunteers);
  return (
    <section class="card volunteers" aria-labelledby={`${id}-title`}>
      <header>
        <h2 id={`${id}-title`}>Volunteers</h2>
        <span class="small soft" data-testid="volunteer-count">
          {own + others === 0 ? 'nobody here' : `${plural(own + others, 'computer')} here`}
        </span>
      </header>
      {rows.length === 0 ? (
        <p class="soft">{nobodyText(props.page)}</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reachable by key
        <section class="table-scroll" tabIndex={0} aria-label="Table of volunteers">
          <table class="table volunteer-table" role="table" data-testid="volunteers">
            <thead role="rowgroup">
              <tr role="row">
                <Head>Volunteer</Head>
                <Head>GPU</Head>
                <Head>State</Head>
                <Head number={true}>Speed</Head>
                <Head number={true}>Round trip</Head>
                <Head>Path</Head>
                <Head number={true}>Tiles</Head>
              </tr>
            </thead>
            <tbody role="rowgroup">
              {rows.map((row) => (
                <Row key={row.id} row={row} checked={checked} />
              ))}
            </tbody>
          </table>
        </section>
      )}
    </section>
  );
}

function nobodyText(page: Page): string {
  const helps = helperWords(page.helper.value, page.helperWanted.value).checked;
  return helps
    ? 'This computer is getting ready. Send somebody the join link, and theirs helps as well.'
    : 'Nobody is here yet. Switch on “This computer helps too”, or send somebody the join link.';
}

function Head(props: { readonly children: string; readonly number?: boolean }): JSX.Element {
  return (
    <th scope="col" role="columnheader" class={props.number === true ? 'number' : ''}>
      {props.children}
    </th>
  );
}

function Row(props: { readonly row: VolunteerRow; readonly checked: boolean }): JSX.Element {
  const { row } = props;
  return (
    <tr
      role="row"
      class={row.state === 'gone' ? 'gone' : ''}
      data-testid="volunteer-row"
      data-state={row.state}
      data-path={row.path ?? ''}
    >
      <th scope="row" role="rowheader" class="volunteer-name">
        <span class="dot" style={{ background: volunteerColour(row.ordinal) }} aria-hidden="true" />
        <span>{row.name}</span>
      </th>
      <Cell label="GPU" text={row.gpu} clip={true} />
      <StateCell row={row} checked={props.checked} />
      <Cell label="Speed" text={row.speed} number={true} />
      <Cell label="Round trip" text={row.roundTrip} number={true} />
      <Cell label="Path" text={row.pathText} title={row.pathHint} />
      <Cell
        label="Tiles"
        text={row.tilesRunning > 0 ? `${row.tiles} + ${row.tilesRunning}` : String(row.tiles)}
        number={true}
        note={row.standsBy}
        title={
          row.standsBy === '' ? undefined : 'Tiles at work elsewhere that it would take over if their volunteer failed.'
        }
      />
    </tr>
  );
}

/** What it does and, in a grid that checks, how far it is believed; in quarantine why and until when, in full. */
function StateCell(props: { readonly row: VolunteerRow; readonly checked: boolean }): JSX.Element {
  const { row } = props;
  return (
    <td role="cell" class={row.state === 'quarantined' ? 'standing bad' : 'standing'} data-label="State">
      <span class="standing-words">
        <span class="standing-state" title={row.stateText}>
          {row.stateText}
        </span>
        {props.checked ? (
          <span class="cell-note soft" data-testid="trust" title={row.trustHint}>
            {row.trustText}
          </span>
        ) : null}
      </span>
    </td>
  );
}

function Cell(props: {
  readonly label: string;
  readonly text: string;
  readonly number?: boolean;
  readonly clip?: boolean;
  readonly title?: string | undefined;
  /** A second, smaller line. */
  readonly note?: string;
}): JSX.Element {
  return (
    <td
      role="cell"
      class={props.number === true ? 'number' : props.clip === true ? 'clip' : ''}
      data-label={props.label}
      title={props.title ?? (props.clip === true ? props.text : undefined)}
    >
      <span>
        {props.text}
        {props.note === undefined || props.note === '' ? null : <span class="cell-note soft">{props.note}</span>}
      </span>
    </td>
  );
}
