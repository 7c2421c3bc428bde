import type { JobView } from '@tabgrid/coordinator/api';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Page } from '../page.js';
import { drivePicture } from '../picture/drive-picture.js';
import { titleOf } from '../words/builtin-scenes.js';
import { isWaiting } from '../words/eta.js';
import { percentOf } from '../words/format.js';

/** Instead of a picture of which nothing is there yet; null as soon as something is, or comes. */
function words(job: JobView): string | null {
  if (job.tasks.accepted > 0) return null;
  if (job.state === 'paused') return 'Paused';
  if (!isWaiting(job)) return null;
  return job.held ? 'On hold' : 'Waiting for somebody to render';
}

/** The film as it fills, with the outlines of the tiles that are at work over it. */
export function PictureView(props: { readonly page: Page; readonly job: JobView }): JSX.Element {
  const { page, job } = props;
  const base = useRef<HTMLCanvasElement>(null);
  const overlay = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (base.current === null || overlay.current === null) return;
    const driver = drivePicture({
      coordinator: page.coordinator,
      clock: page.clock,
      tone: () => page.tone.value,
      form: () => page.form.value,
      base: base.current,
      overlay: overlay.current,
      reducedMotion: () => window.matchMedia('(prefers-reduced-motion: reduce)').matches,
    });
    const unsubscribe = page.view.subscribe(() => driver.changed());
    const untone = page.tone.subscribe(() => driver.restyled());
    const unform = page.form.subscribe(() => driver.restyled());
    return () => {
      unsubscribe();
      untone();
      unform();
      driver.stop();
    };
  }, [page]);
  const { width, height } = job.spec;
  return (
    <div class="picture" style={{ '--w': String(width), '--h': String(height) }} data-testid="picture">
      <canvas
        ref={base}
        role="img"
        aria-label={`${titleOf(job.title)}, ${width} by ${height} pixels, ${percentOf(job.share)} per cent done`}
      />
      <canvas ref={overlay} class="picture-outlines" />
      {words(job) === null ? null : <p class="picture-words">{words(job)}</p>}
    </div>
  );
}
