import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { Page } from '../page.js';
import { pageTitle, simulationTitle } from '../words/page-title.js';
import { Banners } from './banners.jsx';
import { DropTarget } from './drop-target.jsx';
import { Head } from './head.jsx';
import { HelpersSection } from './helpers-section.jsx';
import { JobsSection } from './jobs-section.jsx';
import { KeptSection } from './kept-section.jsx';
import { KindField } from './kind-field.jsx';
import { LaunchSection } from './launch-section.jsx';
import { LearningSection } from './learning-section.jsx';
import { PastDialog } from './past-dialog.jsx';
import { PictureSection } from './picture-section.jsx';
import { SceneSection } from './scene-section.jsx';
import { SimulateSection } from './simulate-section.jsx';
import { SimulationSection } from './simulation-section.jsx';
import { SimulationStage } from './simulation-stage.jsx';
import { Stage } from './stage.jsx';
import { UnfinishedSection } from './unfinished-section.jsx';
import { VolunteerTable } from './volunteer-table.jsx';
import { WorldSection } from './world-section.jsx';

/** The dashboard: what happens on the left, what to do and who helps on the right; one column where it is narrow. */
export function App(props: { readonly page: Page; readonly origin: string }): JSX.Element {
  const { page } = props;
  const past = useSignal(false);
  const physics = page.kind.value === 'physics';
  const { job, simulation } = page.view.value;
  const title = physics && simulation !== null ? simulationTitle(simulation) : pageTitle(job);
  useEffect(() => {
    document.title = title;
  }, [title]);
  return (
    <>
      <Head
        page={page}
        onPast={() => {
          past.value = true;
        }}
      />
      <main>
        <Banners page={page} />
        <UnfinishedSection page={page} />
        {physics ? <KeptSection page={page} /> : null}
        <div class="bench">
          {physics ? <SimulationStage page={page} /> : <Stage page={page} />}
          <aside class="card setup" aria-label={physics ? 'Set up a simulation' : 'Set up a render'}>
            <KindField page={page} />
            {physics ? (
              <>
                <WorldSection page={page} />
                <SimulationSection page={page} />
                <SimulateSection page={page} />
              </>
            ) : (
              <>
                <SceneSection page={page} />
                <PictureSection page={page} />
                <LaunchSection page={page} />
              </>
            )}
            <HelpersSection page={page} origin={props.origin} />
          </aside>
          <JobsSection page={page} />
          <VolunteerTable page={page} />
          <LearningSection page={page} />
        </div>
      </main>
      <p class="visually-hidden" role="status" aria-live="polite" data-testid="announcement">
        {page.announcement.value}
      </p>
      {past.value ? (
        <PastDialog
          page={page}
          onClose={() => {
            past.value = false;
          }}
        />
      ) : null}
      <DropTarget page={page} />
    </>
  );
}
