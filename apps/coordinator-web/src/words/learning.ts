import type { LearningMode, LearningView, ModelView } from '@tabgrid/coordinator/api';
import { formatCount, plural } from './format.js';

/** What the page has learned, in words for somebody who has pictures to render and no interest in networks. Pure. */

/** Below so many outcomes the figures say little. */
export const FEW_OUTCOMES = 50;

/** How much there is to show. */
export type LearningStage = 'empty' | 'few' | 'full';

export function learningStage({ outcomes }: Pick<LearningView, 'outcomes'>): LearningStage {
  if (outcomes === 0) return 'empty';
  return outcomes < FEW_OUTCOMES ? 'few' : 'full';
}

interface ModeWords {
  readonly mode: LearningMode;
  readonly label: string;
  readonly about: string;
}

export const MODES: readonly ModeWords[] = [
  { mode: 'on', label: 'On', about: 'What was learned decides, as long as it beats the simple rule.' },
  { mode: 'shadow', label: 'Watch only', about: 'It learns and predicts, but the simple rules decide.' },
  { mode: 'off', label: 'Off', about: 'Simple rules decide. Nothing new is learned; what is known is kept.' },
];

/** Whether a model decides now; only one that is on can. */
export function decides(mode: LearningMode, { deciding }: Pick<ModelView, 'deciding'>): boolean {
  return mode === 'on' && deciding === 'learned';
}

/** One line that stands beside the heading. */
export function learningSummary(view: Pick<LearningView, 'mode' | 'outcomes' | 'models'>): string {
  if (view.mode === 'off') return view.outcomes === 0 ? 'off' : `off, ${plural(view.outcomes, 'outcome')} kept`;
  const from = view.outcomes === 0 ? 'nothing learned yet' : `learned from ${plural(view.outcomes, 'outcome')}`;
  if (view.mode === 'shadow') return `watching, ${from}`;
  const deciding = view.models.filter((model) => decides(view.mode, model)).length;
  return deciding === 0 ? from : `${from}, decides ${deciding} of ${view.models.length}`;
}

/** What a person should know before reading the figures; null when they speak for themselves. */
export function learningCaution(view: Pick<LearningView, 'mode' | 'outcomes'>): string | null {
  const stage = learningStage(view);
  if (stage === 'full') return view.mode === 'off' ? 'Learning is off: the figures stand as they were.' : null;
  if (view.mode === 'off') {
    return stage === 'empty'
      ? 'Learning is off, and nothing was learned before. Simple rules decide.'
      : `Learning is off after only ${plural(view.outcomes, 'outcome')}: the figures say little.`;
  }
  if (stage === 'empty') return null;
  return `${plural(view.outcomes, 'outcome')} so far. The figures mean something from about ${FEW_OUTCOMES} on.`;
}

/** The machinery, for those who ask. */
export function trainingText({
  revision,
  backend,
  measured,
}: Pick<LearningView, 'revision' | 'backend' | 'measured'>): string {
  const stepMs = measured.find((one) => one.backend === backend)?.stepMs ?? null;
  const speed = stepMs === null ? '' : `, ${stepMs.toPrecision(2)} ms a step`;
  const where = backend === null ? '' : ` on ${BACKENDS.get(backend) ?? backend}${speed}`;
  return revision === 0
    ? 'Not trained yet'
    : `Trained ${revision === 1 ? 'once' : `${formatCount(revision)} times`}${where}`;
}

const BACKENDS: ReadonlyMap<string, string> = new Map([
  ['cpu', 'the CPU'],
  ['wasm', 'the CPU (wasm)'],
  ['webgpu', 'the GPU (WebGPU)'],
]);

/** What forgetting takes away. */
export function forgetQuestion({ outcomes }: Pick<LearningView, 'outcomes'>): string {
  return outcomes === 0
    ? 'Forget all that was learned? This cannot be undone.'
    : `Forget ${plural(outcomes, 'outcome')} and all that was learned from them? This cannot be undone; an exported file brings it back.`;
}
