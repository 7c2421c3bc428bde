import type { LearningView, ModelView, Series } from '@tabgrid/coordinator/api';
import { percentOf } from './format.js';
import { decides } from './learning.js';

/** Who decides what, a row for each of the five models. Pure. */

export interface ModelRow {
  readonly name: ModelView['name'];
  /** What it is about. */
  readonly title: string;
  /** The question it answers. */
  readonly about: string;
  readonly decides: 'learned' | 'simple rule';
  /** How good it is, and why it decides or does not. */
  readonly text: string;
  /** Loss relative to the larger of the two, 0 to 1, for bars; null where there is nothing to compare. */
  readonly bars: { readonly learned: number; readonly baseline: number } | null;
  /** What is measured, for those who ask; empty when nothing was. */
  readonly measure: string;
}

const NAMES: Readonly<Record<ModelView['name'], readonly [title: string, about: string]>> = {
  time: ['Finish times', 'How long a volunteer takes for a tile'],
  assignment: ['Choice of volunteer', 'Who gets a tile, and who stands by'],
  balance: ['Share of the work', 'How many tiles each volunteer gets at once'],
  failure: ['Departures', 'Who is about to leave or fail'],
  latency: ['Network delays', 'How long a message takes'],
};

export function modelRows(view: Pick<LearningView, 'mode' | 'models' | 'error'>): readonly ModelRow[] {
  return view.models.map((model) => rowOf(model, view));
}

function rowOf(model: ModelView, { mode, error }: Pick<LearningView, 'mode' | 'error'>): ModelRow {
  const [title, about] = NAMES[model.name];
  const learned = decides(mode, model);
  const comparison = comparisonOf(model);
  return {
    name: model.name,
    title,
    about,
    decides: learned ? 'learned' : 'simple rule',
    text: (model.name === 'time' ? (errorText(error, model) ?? comparison) : comparison) + whyNot(model, mode),
    bars: barsOf(model),
    measure:
      model.samples === 0
        ? ''
        : `Measured over the last ${model.samples === 1 ? 'outcome' : `${model.samples} outcomes`}: ${model.measure}`,
  };
}

/**
 * `8 % off, simple rule 12 % off`; null before the first outcome. What is judged is the interval as well: one that is better in all
 * may have a middle that is not.
 */
function errorText({ learned, baseline }: LearningView['error'], model: ModelView): string | null {
  const own = lastOf(learned);
  const simple = lastOf(baseline);
  if (own === null || simple === null) return null;
  const better = model.learned !== null && model.baseline !== null && model.learned < model.baseline;
  const how = better && percentOf(own) >= percentOf(simple) ? ', but with a better interval' : '';
  return `${percentOf(own)} % off, simple rule ${percentOf(simple)} % off${how}`;
}

function lastOf({ value }: Series): number | null {
  return value.at(-1) ?? null;
}

function comparisonOf({ learned, baseline }: ModelView): string {
  if (learned === null || baseline === null) return 'not judged yet';
  if (learned === baseline) return 'as good as the simple rule';
  // A loss that may be zero or below has no meaningful ratio.
  if (baseline <= 0 || learned < 0)
    return learned < baseline ? 'better than the simple rule' : 'worse than the simple rule';
  const change = learned / baseline - 1;
  const size = Math.abs(change) < 0.005 ? 'under 1' : String(Math.round(Math.abs(change) * 100));
  return change < 0 ? `${size} % better than the simple rule` : `${size} % worse than the simple rule`;
}

/** Why the simple rule decides although learning is on, to go on with; empty where that needs no words. */
function whyNot({ deciding, learned, baseline }: ModelView, mode: LearningView['mode']): string {
  if (mode !== 'on' || deciding === 'learned' || learned === null || baseline === null) return '';
  return learned < baseline ? ', but not yet sure enough to decide' : ', so the simple rule decides';
}

function barsOf({ learned, baseline }: ModelView): ModelRow['bars'] {
  if (learned === null || baseline === null || learned < 0 || baseline < 0) return null;
  const most = Math.max(learned, baseline);
  return most === 0 || !Number.isFinite(most) ? null : { learned: learned / most, baseline: baseline / most };
}
