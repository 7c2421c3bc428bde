import type { PreparedWorld, SimulationView } from '@tabgrid/coordinator/simulation/api';
import type { JSX } from 'preact';
import { useId, useMemo, useRef, useState } from 'preact/hooks';
import type { Page } from '../page.js';
import { firstPoses } from '../simulation/instances.js';
import { usePreview } from '../simulation/use-preview.js';
import { plural } from '../words/format.js';
import { frameText } from '../words/simulation.js';
import { countHere } from '../words/volunteers.js';
import { WORLD_WORDS } from '../words/worlds.js';
import { LooksBar } from './looks-bar.jsx';
import { PlaybackBar } from './playback-bar.jsx';
import { SimulationBar } from './simulation-bar.jsx';
import { SimulationCharts } from './simulation-charts.jsx';
import { type Looks, type Stand, type Standpoint, WorldView } from './world-view.jsx';

/** The world that was simulated last; before the first, how the chosen one begins. */
export function SimulationStage(props: { readonly page: Page }): JSX.Element {
  const { page } = props;
  const id = useId();
  const { simulations } = page.coordinator;
  const { simulation: view } = page.view.value;
  const stand = useRef<Stand | null>(null);
  const [looks, setLooks] = useState<Looks>({ by: 'owner', ghosts: false });
  const prepared = view === null ? null : simulations.world();
  return (
    <section class="stage" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`} class="visually-hidden">
        {view?.title ?? 'Stage'}
      </h2>
      {view === null || prepared === null ? (
        <BeforeStage page={page} stand={stand} />
      ) : (
        <>
          <div class="well well-world">
            <RunningWorld key={view.id} page={page} view={view} prepared={prepared} looks={looks} stand={stand} />
          </div>
          <div class="job-bar world-bar">
            <PlaybackBar page={page} view={view} />
            <LooksBar page={page} looks={looks} choose={setLooks} />
          </div>
          <SimulationBar page={page} view={view} />
          <SimulationCharts view={view} />
        </>
      )}
    </section>
  );
}

/** Apart from all around it, because it alone changes with each frame. */
function RunningWorld(props: {
  readonly page: Page;
  readonly view: SimulationView;
  readonly prepared: PreparedWorld;
  readonly looks: Looks;
  readonly stand: Standpoint;
}): JSX.Element {
  const { page, view, prepared, looks, stand } = props;
  return (
    <WorldView
      page={page}
      prepared={prepared}
      source={page.coordinator.simulations}
      looks={looks}
      stand={stand}
      about={`${view.title}, ${frameText(page.playback.frame.value, view.framesDone)}`}
    />
  );
}

const OWN_COLOURS: Looks = { by: 'body', ghosts: false };

/** Nothing is simulated yet: how the world begins, or words where that is not known before. */
function BeforeStage(props: { readonly page: Page; readonly stand: Standpoint }): JSX.Element {
  const { page, stand } = props;
  const { world } = page.simulation.value;
  const file = page.worldFile.value;
  const preview = usePreview(page);
  const { own, others } = countHere(page.view.value.volunteers);
  const here = own + others;
  const bodies = preview ? `${plural(preview.world.bodies.length, 'body', 'bodies')}. ` : '';
  return (
    <>
      <div class={`well ${preview ? 'well-world' : 'graticule'}`}>
        {preview ? (
          <Preview
            key={`${preview.title} ${preview.world.bodies.length}`}
            page={page}
            prepared={preview}
            stand={stand}
          />
        ) : (
          <div class="frame" style={{ '--w': '16', '--h': '9' }}>
            <p class="frame-title">{file?.name ?? WORLD_WORDS[world].title}</p>
          </div>
        )}
      </div>
      <div class="job-bar" data-testid="world-ready">
        <div class="job-line">
          <p class="job-title">
            <strong>{file?.name ?? WORLD_WORDS[world].title}</strong>
            <span class="soft">
              {bodies}
              {here === 0
                ? 'Nobody is here to simulate it yet: it starts as soon as somebody joins.'
                : `${plural(here, 'computer is', 'computers are')} ready to simulate it.`}
            </span>
          </p>
        </div>
      </div>
    </>
  );
}

function Preview(props: {
  readonly page: Page;
  readonly prepared: PreparedWorld;
  readonly stand: Standpoint;
}): JSX.Element {
  const { page, prepared, stand } = props;
  const source = useMemo(() => {
    const first = firstPoses(prepared.world);
    return { frame: () => first, ownership: () => null };
  }, [prepared]);
  return (
    <WorldView
      page={page}
      prepared={prepared}
      source={source}
      looks={OWN_COLOURS}
      stand={stand}
      about={`${prepared.title}, as it begins`}
    />
  );
}
