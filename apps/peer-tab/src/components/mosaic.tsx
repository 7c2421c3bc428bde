import type { JSX } from 'preact';

const COLUMNS = 24;
const ROWS = 4;
/** Cells that stand for what this tab would do. */
const YOURS: ReadonlySet<number> = new Set([8, 33, 61, 77]);

/** 0 to 1 by an integer hash: the same picture on every visit. */
function shade(cell: number): number {
  let x = Math.imul(cell + 1, 0x9e3779b1);
  x = Math.imul(x ^ (x >>> 15), 0x85ebca6b);
  return ((x ^ (x >>> 13)) >>> 0) / 2 ** 32;
}

/** A job cut into tiles, computed by many: a picture of the idea, with this tab's share lit. Decoration. */
export function Mosaic(): JSX.Element {
  return (
    <div class="mosaic" aria-hidden="true">
      {Array.from({ length: COLUMNS * ROWS }, (_, cell) => (
        <span key={cell} class="cell">
          <span
            class={YOURS.has(cell) ? 'cell-yours' : 'cell-theirs'}
            style={{ opacity: YOURS.has(cell) ? 1 : cellOpacity(cell) }}
          />
        </span>
      ))}
    </div>
  );
}

/** Tiles on the left are done, on the right they are still to come. */
function cellOpacity(cell: number): number {
  const done = 1 - (cell % COLUMNS) / COLUMNS;
  return shade(cell) < done * 1.15 - 0.1 ? 0.25 + 0.75 * shade(cell + 1000) : 0;
}
