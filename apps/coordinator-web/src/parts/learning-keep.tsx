import { useSignal } from '@preact/signals';
import type { LearningView } from '@tabgrid/coordinator/api';
import type { JSX } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import type { Page } from '../page.js';
import { forgetQuestion, trainingText } from '../words/learning.js';
import { FileButton } from './file-button.jsx';
import { ProblemNote } from './problem-note.jsx';

/** Takes what was learned to another browser, brings it back, or drops it – after a question. */
export function LearningKeep(props: { readonly page: Page; readonly learning: LearningView }): JSX.Element {
  const { page, learning } = props;
  const asking = useSignal(false);
  const forget = useRef<HTMLButtonElement>(null);
  const row = useRef<HTMLDivElement>(null);
  const busy = page.busy.value;
  function close(): void {
    asking.value = false;
    // The button that had the focus is gone with the question; where nothing is left to forget, its row takes it.
    requestAnimationFrame(() => (forget.current?.disabled === false ? forget.current : row.current)?.focus());
  }
  if (asking.value) return <Question page={page} learning={learning} onClose={close} />;
  return (
    <div class="row spread learning-keep">
      <ProblemNote page={page} place="learning" />
      <div class="row" ref={row} tabIndex={-1}>
        <button
          type="button"
          class="button button-small"
          data-testid="learning-export"
          disabled={busy !== null || learning.outcomes === 0}
          onClick={() => void page.exportLearning()}
        >
          {busy === 'export learning' ? 'Writing…' : 'Export'}
        </button>
        <FileButton
          label={busy === 'import learning' ? 'Reading…' : 'Import…'}
          title="What another dashboard exported, in the place of what is here"
          accept=".json"
          multiple={false}
          disabled={busy !== null}
          small={true}
          testid="learning-import"
          onFiles={(files) => {
            const [file] = files;
            if (file !== undefined) void page.importLearning(file);
          }}
        />
        <button
          ref={forget}
          type="button"
          class="button button-small"
          data-testid="learning-forget"
          disabled={busy !== null || learning.outcomes === 0}
          onClick={() => {
            asking.value = true;
          }}
        >
          Forget…
        </button>
      </div>
      <p class="small soft">
        {trainingText(learning)}.{learning.problem === null ? ' Kept in this browser only.' : ''}
      </p>
    </div>
  );
}

function Question(props: {
  readonly page: Page;
  readonly learning: LearningView;
  readonly onClose: () => void;
}): JSX.Element {
  const { page } = props;
  const id = useId();
  const keep = useRef<HTMLButtonElement>(null);
  useEffect(() => keep.current?.focus(), []);
  return (
    <div
      class="notice notice-bad learning-question"
      role="alertdialog"
      aria-labelledby={`${id}-question`}
      data-testid="learning-question"
      onKeyDown={(event) => {
        if (event.key === 'Escape') props.onClose();
      }}
    >
      <p id={`${id}-question`}>{forgetQuestion(props.learning)}</p>
      <div class="row">
        <button
          ref={keep}
          type="button"
          class="button button-small"
          data-testid="learning-keep"
          onClick={props.onClose}
        >
          Keep it
        </button>
        <button
          type="button"
          class="button button-small button-stop"
          data-testid="learning-forget-sure"
          disabled={page.busy.value !== null}
          onClick={() => void page.forgetLearning().then(props.onClose)}
        >
          Forget all of it
        </button>
      </div>
    </div>
  );
}
