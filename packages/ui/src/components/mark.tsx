import type { JSX } from 'preact';

/** The mark: a page whose tab is one lit tile of a grid. `currentColor` draws it; the lamp colour lights the tile. */
export function Mark(props: { readonly size?: number }): JSX.Element {
  const size = props.size ?? 28;
  return (
    <svg class="mark" width={size} height={size} viewBox="0 0 28 28" aria-hidden="true" focusable="false">
      <path
        d="M2 8.5A2.5 2.5 0 0 1 4.5 6H10V3.5A1.5 1.5 0 0 1 11.5 2h5A1.5 1.5 0 0 1 18 3.5V6h5.5A2.5 2.5 0 0 1 26 8.5v15a2.5 2.5 0 0 1-2.5 2.5h-19A2.5 2.5 0 0 1 2 23.5zM10 6v20M18 6v20M2 16h24"
        fill="none"
        stroke="currentColor"
        stroke-width="2"
      />
      <rect class="mark-lit" x="11.5" y="7.5" width="5" height="7" />
    </svg>
  );
}

/** Mark and name, as the head of a page shows them. */
export function Wordmark(): JSX.Element {
  return (
    <span class="wordmark">
      <Mark />
      <span>tabgrid</span>
    </span>
  );
}
