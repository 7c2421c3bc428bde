import type { JobReport } from '@tabgrid/protocol/records';
import { table } from './report-table.js';

const seconds = (ms: number): string => (ms / 1000).toFixed(2);

/** A row a tile: what was expected when it was handed out, and what it took; then how far that can be relied on. */
export function predictionTable({ predictions, volunteers }: JobReport): string {
  if (predictions.length === 0) return 'No tile was predicted.';
  const names = new Map(volunteers.map(({ id, name }) => [id, name]));
  const rows = predictions.map(({ volunteer, tile, p025Ms, medianMs, p975Ms, tookMs }) => [
    `${tile.x},${tile.y} ${tile.width}×${tile.height}`,
    names.get(volunteer) ?? volunteer,
    seconds(medianMs),
    `${seconds(p025Ms)} … ${seconds(p975Ms)}`,
    seconds(tookMs),
    p025Ms <= tookMs && tookMs <= p975Ms ? '' : 'outside',
  ]);
  const within = rows.filter(([, , , , , outside]) => outside === '').length;
  const errors = predictions
    .map(({ medianMs, tookMs }) => Math.abs(medianMs - tookMs) / Math.max(tookMs, 1e-3))
    .sort((a, b) => a - b);
  const median = errors[errors.length >> 1] ?? 0;
  return [
    table(['tile', 'volunteer', 'predicted s', '95 % interval', 'took s', ''], rows),
    '',
    `${within} of ${rows.length} tiles (${Math.round((100 * within) / rows.length)} %) within their 95 % interval; half of the predictions at most ${Math.round(100 * median)} % off`,
  ].join('\n');
}
