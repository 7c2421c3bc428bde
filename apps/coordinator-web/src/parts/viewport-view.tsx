import type { ViewportView as View } from '@tabgrid/coordinator/viewport/api';
import type { JSX } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import type { Page } from '../page.js';
import { driveViewport } from '../viewport/drive-viewport.js';
import { bindGestures } from '../viewport/gestures.js';
import { titleOf } from '../words/builtin-scenes.js';
import { viewShown } from '../words/viewport.js';
import { KeyHints } from './key-hints.jsx';

/** The scene from a camera that hands and keys move. */
export function ViewportView(props: { readonly page: Page; readonly view: View }): JSX.Element {
  const { page, view } = props;
  const id = useId();
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (frame.current === null || canvas.current === null) return;
    const stopPainting = driveViewport(page.coordinator.viewport, canvas.current);
    const unbind = bindGestures(frame.current, (move) => page.moveView(move));
    return () => {
      stopPainting();
      unbind();
    };
  }, [page]);
  const title = titleOf(page.view.value.scene?.name ?? '');
  return (
    <>
      <div
        ref={frame}
        class="picture viewport"
        style={{ '--w': String(view.width), '--h': String(view.height) }}
        role="application"
        aria-roledescription="movable view"
        aria-label={`View of ${title}`}
        aria-describedby={`${id}-keys`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it takes keys, as an application does
        tabIndex={0}
        data-testid="viewport"
      >
        <canvas ref={canvas} role="img" aria-label={`${title}, ${viewShown(view)}`} data-testid="viewport-canvas" />
        {view.shown === null ? (
          <p class="picture-words">
            {view.notice === null ? 'The first picture is on its way' : 'Waiting for somebody to render'}
          </p>
        ) : null}
      </div>
      <KeyHints id={`${id}-keys`} />
    </>
  );
}
