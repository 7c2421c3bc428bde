import { useSignal } from '@preact/signals';
import type { LearningView } from '@tabgrid/coordinator/api';
import type { JSX } from 'preact';
import { useEffect, useId } from 'preact/hooks';
import type { Page } from '../page.js';
import { learningCaution, learningStage, learningSummary } from '../words/learning.js';
import { modelRows } from '../words/models.js';
import { LearningCharts } from './learning-charts.jsx';
import { LearningKeep } from './learning-keep.jsx';
import { LearningModeField } from './learning-mode-field.jsx';
import { LearningModels } from './learning-models.jsx';
import { PredictionTable } from './prediction-table.jsx';

/** What the page has learned about who finishes when: closed until somebody wants to know, and asked for only while open and seen. */
export function LearningSection(props: { readonly page: Page }): JSX.Element {
  const { page } = props;
  const id = useId();
  const open = useSignal(false);
  const isOpen = open.value;
  useEffect(() => (isOpen ? watchWhileSeen(page) : undefined), [page, isOpen]);
  const learning = isOpen ? page.learning.value : null;
  return (
    <section class="card learning" aria-labelledby={`${id}-title`} data-testid="learning">
      <h2>
        <button
          type="button"
          id={`${id}-title`}
          class="disclosure"
          aria-expanded={isOpen}
          aria-controls={isOpen ? `${id}-body` : undefined}
          data-testid="learning-toggle"
          onClick={() => {
            open.value = !isOpen;
          }}
        >
          Learning
        </button>
        <span class="small soft learning-summary" data-testid="learning-summary">
          {learning === null ? 'who finishes when, and how well that is known' : learningSummary(learning)}
        </span>
      </h2>
      {learning === null ? null : (
        <div class="learning-body" id={`${id}-body`}>
          {learning.problem === null ? null : (
            <p class="notice notice-warn small" role="status" data-testid="learning-problem">
              {learning.problem}
            </p>
          )}
          <LearningModeField page={page} mode={learning.mode} />
          <Caution text={learningCaution(learning)} />
          {learningStage(learning) === 'empty' ? (
            <NothingYet learning={learning} />
          ) : (
            <>
              <LearningModels learning={learning} />
              <LearningCharts learning={learning} />
            </>
          )}
          <PredictionTable running={learning.running} />
          <LearningKeep page={page} learning={learning} />
        </div>
      )}
    </section>
  );
}

function Caution(props: { readonly text: string | null }): JSX.Element | null {
  return props.text === null ? null : (
    <p class="notice small" data-testid="learning-caution">
      {props.text}
    </p>
  );
}

function NothingYet(props: { readonly learning: LearningView }): JSX.Element | null {
  if (props.learning.mode === 'off') return null;
  return (
    <div class="learning-empty graticule" data-testid="learning-empty">
      <p class="learning-empty-title">Nothing learned yet</p>
      <p class="small soft">
        Render something: each tile that comes back, or is lost, shows how fast and how steady its volunteer is. Until
        then simple rules decide, and they do well.
      </p>
      <ul class="learning-topics small">
        {modelRows(props.learning).map(({ name, title, about }) => (
          <li key={name}>
            <strong>{title}</strong>
            <span class="soft">{about}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** A hidden page is not kept up to date. */
function watchWhileSeen(page: Page): () => void {
  let stop: (() => void) | null = null;
  const update = () => {
    const seen = document.visibilityState === 'visible';
    if (seen && stop === null) stop = page.watchLearning();
    if (!seen) {
      stop?.();
      stop = null;
    }
  };
  update();
  document.addEventListener('visibilitychange', update);
  return () => {
    document.removeEventListener('visibilitychange', update);
    stop?.();
  };
}
