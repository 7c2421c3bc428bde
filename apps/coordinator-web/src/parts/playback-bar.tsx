import type { SimulationView } from '@tabgrid/coordinator/simulation/api';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { Page } from '../page.js';
import { frameText } from '../words/simulation.js';

/** Which frame is shown: plays what is there in real time, or follows the hand. */
export function PlaybackBar(props: { readonly page: Page; readonly view: SimulationView }): JSX.Element {
  const { page, view } = props;
  const { playback } = page;
  const playing = playback.mode.value === 'play';
  const frame = playback.frame.value;
  const text = frameText(frame, view.framesDone);
  useEffect(() => {
    if (!playing) return;
    let next = 0;
    const step = () => {
      playback.tick();
      next = requestAnimationFrame(step);
    };
    step();
    return () => cancelAnimationFrame(next);
  }, [playback, playing]);
  return (
    <div class="playback">
      <button
        type="button"
        class="button button-small"
        data-testid="simulation-play"
        data-state={playback.mode.value}
        disabled={view.framesDone === 0}
        onClick={() => (playing ? playback.pause() : playback.play())}
      >
        {playing ? 'Pause' : 'Play'}
        <span class="visually-hidden"> the frames</span>
      </button>
      <input
        type="range"
        class="slider"
        min={0}
        max={view.framesDone}
        step={1}
        value={frame}
        disabled={view.framesDone === 0}
        aria-label="Frame"
        aria-valuetext={text}
        data-testid="simulation-scrub"
        onInput={(event) => playback.scrub(event.currentTarget.valueAsNumber)}
      />
      <output class="small soft figures" data-testid="simulation-frame" data-frame={frame}>
        {text}
      </output>
      <button
        type="button"
        class="button button-small"
        data-testid="render-frame"
        title="Takes the world as it is shown now as the scene of a picture, to be rendered with light and shadow"
        disabled={page.busy.value !== null}
        onClick={() => void page.renderFrame()}
      >
        {page.busy.value === 'frame' ? 'Writing…' : 'Render this frame'}
      </button>
    </div>
  );
}
