import { volunteerColour } from '@tabgrid/ui/volunteer-colours';
import type { JSX } from 'preact';
import { useId } from 'preact/hooks';
import type { Page } from '../page.js';
import { type ColourBy, sharesOf } from '../simulation/instances.js';
import { plural } from '../words/format.js';
import { volunteerRows } from '../words/volunteers.js';
import type { Looks } from './world-view.jsx';

const CHOICES: readonly { readonly by: ColourBy; readonly label: string }[] = [
  { by: 'owner', label: 'Volunteers' },
  { by: 'body', label: 'Bodies' },
];

/** What the colours in the world stand for. */
export function LooksBar(props: {
  readonly page: Page;
  readonly looks: Looks;
  readonly choose: (looks: Looks) => void;
}): JSX.Element | null {
  const { page, looks, choose } = props;
  const id = useId();
  const ownership = page.coordinator.simulations.ownership();
  // Bodies have their own colours then, and there are no others.
  if (!ownership) return null;
  const names = new Map(volunteerRows(page.view.value.volunteers).map(({ ordinal, name }) => [ordinal, name]));
  return (
    <div class="looks small">
      <fieldset class="row looks-by" data-testid="colour-by" data-by={looks.by}>
        <legend class="visually-hidden">Colours of</legend>
        <span class="soft" aria-hidden="true">
          Colours of
        </span>
        {CHOICES.map(({ by, label }) => (
          <label key={by}>
            <input
              type="radio"
              name={`${id}-by`}
              checked={looks.by === by}
              data-testid={`colour-by-${by}`}
              onChange={() => choose({ ...looks, by })}
            />{' '}
            {label}
          </label>
        ))}
      </fieldset>
      <label title="Bodies that a neighbour moves along too, because they are near its border: pale, with a rim">
        <input
          type="checkbox"
          checked={looks.ghosts}
          data-testid="show-ghosts"
          onChange={(event) => choose({ ...looks, ghosts: event.currentTarget.checked })}
        />{' '}
        Show ghosts
      </label>
      {looks.by === 'owner' ? (
        <ul class="owners" data-testid="owners">
          {sharesOf(ownership).map(({ volunteer, bodies, regions }) => (
            <li key={volunteer}>
              <span
                class="dot"
                aria-hidden="true"
                style={{ background: volunteer < 0 ? 'var(--control-line)' : volunteerColour(volunteer) }}
              />
              {volunteer < 0 ? 'Nobody yet' : (names.get(volunteer) ?? `Volunteer ${volunteer + 1}`)}
              <span class="soft figures">
                {plural(bodies, 'body', 'bodies')}
                {regions > 1 ? `, ${plural(regions, 'region')}` : ''}
              </span>
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}
