import type { ViewportView } from '@tabgrid/coordinator/viewport/api';
import { formatCount, formatRoundTrip, plural } from './format.js';

/** How the view stands, in words. Pure. */

/** Who renders it, and how soon a new camera is seen: `2 volunteers, 84 ms a picture`. */
export function viewHelpers({ helpers, firstMs, shown }: ViewportView): string {
  if (shown === null) return 'Waiting for the first picture';
  const who = plural(helpers, 'volunteer');
  return firstMs === null ? who : `${who}, ${formatRoundTrip(firstMs)} a picture`;
}

/** What is shown: `Rough, 64 × 64 px`, `256 × 256 px, 3 of 64 samples`. */
export function viewShown({ shown, width, spp }: ViewportView): string {
  if (shown === null) return '';
  const size = `${formatCount(shown.width)} × ${formatCount(shown.height)} px`;
  if (shown.width < width) return `Rough, ${size}`;
  return `${size}, ${shown.samples < spp ? `${formatCount(shown.samples)} of ` : ''}${plural(spp, 'sample')}`;
}

const STATES: Readonly<Record<ViewportView['state'], string>> = {
  rough: 'Looking around',
  refining: 'Getting finer',
  done: 'As fine as a view gets',
  stuck: 'Stuck',
};

export function viewState(view: ViewportView): string {
  return view.notice !== null && view.state !== 'stuck' ? 'Waiting' : STATES[view.state];
}
