import { type CostKnowledge, costMap, knowNothing, knowsCosts, learnCost } from '@tabgrid/splitters/render/cost-map';
import { costOfFilm } from '@tabgrid/splitters/render/cost-sample';
import type { Part } from '@tabgrid/splitters/render/parts';
import { cellsOf } from '@tabgrid/splitters/render/planner';
import type { CutTile, CutView } from './api.js';
import type { Job } from './job.js';

/** How a job's picture is cut and what it costs where, as pages show it. */
export function cutView({ job, ledger, picture }: Pick<Job, 'job' | 'ledger' | 'picture'>): CutView | null {
  if (!picture) return null;
  const { parts } = ledger.round();
  const open = parts.filter(({ task }) => !ledger.isAccepted(task));
  const at = passOf(open) ?? lastPassOf(picture.parts());
  const present = parts.filter(({ samples }) => samples.first === at);
  const tiles: CutTile[] = present.map(({ task, tile }) => ({ ...tile, done: ledger.isAccepted(task) }));
  const earlier = picture.parts().filter(({ samples }) => samples.first === at);
  const shown = tiles.length > 0 ? tiles : earlier.map(({ tile }) => ({ ...tile, done: true }));
  return { tiles: shown, costs: relative(costsOf(ledger.state.plan?.costs ?? null, job, picture.film)) };
}

/** First sample of the earliest of these; null for none. */
function passOf(parts: readonly Part[]): number | null {
  return parts.reduce<number | null>(
    (least, { samples }) => (least === null ? samples.first : Math.min(least, samples.first)),
    null,
  );
}

function lastPassOf(parts: readonly Part[]): number | null {
  return parts.length === 0 ? null : parts.reduce((most, { samples }) => Math.max(most, samples.first), 0);
}

/** What the planner knows, or else what the film has cost. */
function costsOf(
  planned: CostKnowledge | null,
  job: Job['job'],
  film: NonNullable<Job['picture']>['film'],
): CostKnowledge | null {
  if (planned && knowsCosts(planned)) return planned;
  const cells = cellsOf(job);
  const measured = learnCost(knowNothing(cells), costOfFilm(cells, film));
  return knowsCosts(measured) ? measured : null;
}

function relative(known: CostKnowledge | null): CutView['costs'] {
  if (!known) return null;
  const { columns, rows, cells } = costMap(known);
  const mean = cells.reduce((sum, cell) => sum + cell, 0) / cells.length;
  return { columns, rows, cells: cells.map((cell) => cell / mean) };
}
