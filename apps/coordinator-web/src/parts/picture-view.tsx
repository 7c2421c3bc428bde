import type { JobView } from '@tabgrid/coordinator/api';
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Page } from '../page.js';
import type { Overlays } from '../picture/draw-cuts.js';
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
  const [overlays, setOverlays] = useState<Overlays>({ tiles: false, cost: false });
  const shown = useRef(overlays);
  const repaint = useRef(() => {});
  useEffect(() => {
    shown.current = overlays;
    repaint.current();
  }, [overlays]);
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
      overlays: () => shown.current,
    });
    repaint.current = () => driver.changed();
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
      {words(job) === null ? <OverlaySwitches overlays={overlays} choose={setOverlays} /> : null}
      {words(job) === null ? null : <p class="picture-words">{words(job)}</p>}
    </div>
  );
}

const SWITCHES = [
  { name: 'tiles', label: 'Tiles', title: 'How the picture is cut into tiles' },
  { name: 'cost', label: 'Cost', title: 'What each part costs: blue less than the mean, orange more' },
] as const;

/** What else is laid over the picture. */
function OverlaySwitches(props: {
  readonly overlays: Overlays;
  readonly choose: (overlays: Overlays) => void;
}): JSX.Element {
  const { overlays, choose } = props;
  return (
    <fieldset class="picture-overlays">
      <legend class="visually-hidden">Lay over the picture</legend>
      {SWITCHES.map(({ name, label, title }) => (
        <button
          key={name}
          type="button"
          class="button button-small"
          title={title}
          aria-pressed={overlays[name]}
          data-testid={`overlay-${name}`}
          onClick={() => choose({ ...overlays, [name]: !overlays[name] })}
        >
          {label}
        </button>
      ))}
    </fieldset>
  );
}
