import type { JSX } from 'preact';

/** Cells on the tape; the last ones are shown when there are more tiles. */
const CELLS = 60;

/**
 * The tiles of this visit as cells on a graticule: full ones were accepted, the next one fills while it is computed.
 * Decoration for the eye: the figures below it say the same in words.
 */
export function TileTape(props: {
  readonly tiles: number;
  /** How far the present tile is; null while none runs. */
  readonly share: number | null;
}): JSX.Element {
  const full = props.tiles === 0 ? 0 : ((props.tiles - 1) % CELLS) + 1;
  const current = full % CELLS;
  return (
    <div class="tape" aria-hidden="true">
      {Array.from({ length: CELLS }, (_, cell) => {
        const isCurrent = props.share !== null && cell === current;
        const isFull = cell < full && !(isCurrent && full === CELLS);
        return (
          <span key={cell} class={isFull ? 'cell cell-full' : isCurrent ? 'cell cell-current' : 'cell'}>
            {isCurrent ? <span class="cell-fill" style={{ transform: `scaleY(${props.share ?? 0})` }} /> : null}
          </span>
        );
      })}
    </div>
  );
}
