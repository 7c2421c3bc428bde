import { type ReadonlySignal, signal } from '@preact/signals';
import type { Coordinator, GridView, PastJob, PictureForm } from '@tabgrid/coordinator/api';
import type { Bytes } from '@tabgrid/protocol/bytes';
import type { Clock } from '@tabgrid/protocol/clock';
import type { JobId, Millis } from '@tabgrid/protocol/ids';
import type { Volunteer } from '@tabgrid/volunteer/api';
import { createActions, type Problem } from './actions.js';
import { createEndedJobs } from './ended-jobs.js';
import { createJobActions, type JobActions } from './job-actions.js';
import { createLearningActions, type LearningActions } from './learning-actions.js';
import { createOwnHelper, type OwnHelper } from './own-helper.js';
import type { Remembered } from './remembered.js';
import { createSceneActions, type SceneActions } from './scene-actions.js';
import { createSimulationActions, type SimulationActions } from './simulation-actions.js';
import { createToneActions, type ToneActions } from './tone-actions.js';
import { createViewportActions, type ViewportActions } from './viewport-actions.js';
import { createAnnouncer } from './words/announcer.js';
import { isActive } from './words/eta.js';
import {
  type Draft,
  FIRST_DRAFT,
  NUMBER_FIELDS,
  type NumberField,
  type Problems,
  problemOf,
  readDraft,
} from './words/settings.js';
import { createUploadMeter } from './words/upload.js';

/**
 * The page's state as signals, and what a person can do on it. It shows the coordinator and asks it; it decides nothing
 * about jobs.
 *
 * Invariants:
 * 1. `view`, `helper` and `past` are what the coordinator and the volunteer last said; only their callbacks set them.
 * 2. Every action goes through `actions`, whose invariants hold for the whole page.
 */
export interface Page
  extends SceneActions,
    JobActions,
    LearningActions,
    ToneActions,
    ViewportActions,
    SimulationActions,
    OwnHelper {
  readonly coordinator: Coordinator;
  readonly clock: Clock;
  readonly view: ReadonlySignal<GridView>;
  readonly draft: ReadonlySignal<Draft>;
  readonly problems: ReadonlySignal<Problems>;
  readonly problem: ReadonlySignal<Problem | null>;
  readonly past: ReadonlySignal<readonly PastJob[]>;
  /** Jobs that ended while another was shown, and were not looked at since. */
  readonly ended: ReadonlySignal<readonly PastJob[]>;
  /** What is being done right now that takes a while: `png`, `exr`, `launch`, `simulate`, `json`, `binary`, `glb`, `frame`, `more`, `past`, `give up`, `discard simulation`, `export learning` (or `import`, `forget`), `TAKING_UP_SIMULATION`, or a `takingUp`. */
  readonly busy: ReadonlySignal<string | null>;
  readonly announcement: ReadonlySignal<string>;
  /** Bytes a second to volunteers as measured in this session. */
  readonly uploadRate: ReadonlySignal<number | null>;
  readonly copied: ReadonlySignal<boolean>;
  /** Which form of a denoised picture is shown and saved. */
  readonly form: ReadonlySignal<PictureForm>;
  setForm(form: PictureForm): void;
  edit(change: Partial<Draft>): void;
  launch(): Promise<void>;
  /** Takes a job out of `ended` without looking at it. */
  hideEnded(id: JobId): void;
  setOpen(open: boolean): void;
  copyLink(url: string): Promise<void>;
  dismiss(): void;
  close(): void;
}

export interface PageDeps {
  readonly coordinator: Coordinator;
  /** This computer's own volunteer, not started. */
  readonly volunteer: Volunteer;
  readonly remembered: Remembered;
  readonly clock: Clock;
  /** Hands a file to the person. */
  readonly save: (bytes: Bytes, name: string, type: string) => void;
  readonly copy: (text: string) => Promise<void>;
}

const COPIED_MS: Millis = 2500;

export function createPage(deps: PageDeps): Page {
  const { coordinator, remembered, clock } = deps;
  const view = signal(coordinator.view());
  const draft = signal<Draft>({ ...(remembered.read('draft') ?? FIRST_DRAFT), camera: '' });
  const problems = signal<Problems>({});
  const past = signal<readonly PastJob[]>([]);
  const ended = signal<readonly PastJob[]>([]);
  const announcement = signal('');
  const uploadRate = signal<number | null>(null);
  const copied = signal(false);
  const form = signal<PictureForm>('denoised');
  const actions = createActions(refresh);
  const endedJobs = createEndedJobs();
  const announcer = createAnnouncer();
  const meter = createUploadMeter();
  const tone = createToneActions(remembered);
  const { refreshed, edited, ...viewport } = createViewportActions({ coordinator, actions, draft });
  const scene = createSceneActions(coordinator, actions, draft);
  const { refreshed: simulationRefreshed, ...simulation } = createSimulationActions({
    ...{ coordinator, actions, remembered, clock },
    save: deps.save,
    takeScene: (model) => scene.takeFiles([model]),
  });
  let wasActive = false;
  let unfinished = 0;

  function refresh(): void {
    const next = coordinator.view();
    view.value = next;
    refreshed(next);
    simulationRefreshed(next);
    const now = clock.now();
    announcement.value = announcer.next(next.job, now);
    meter.note(
      now,
      next.volunteers.reduce((sum, v) => sum + (v.path === 'local' ? 0 : v.bytesTo), 0),
    );
    uploadRate.value = meter.bytesPerSecond();
    const active = isActive(next.job);
    const fewer = endedJobs.note(next) || next.unfinished.length < unfinished || (wasActive && !active);
    wasActive = active;
    unfinished = next.unfinished.length;
    showEnded();
    if (fewer) void refreshPast();
  }

  async function refreshPast(): Promise<void> {
    try {
      past.value = await coordinator.pastJobs();
      showEnded();
    } catch {
      // The list is a convenience; that the store is gone stands among the notices.
    }
  }

  function showEnded(): void {
    const next = endedJobs.unseen().flatMap((id) => past.value.find((job) => job.id === id) ?? []);
    const same = next.length === ended.value.length && next.every((job, i) => job === ended.value[i]);
    if (!same) ended.value = next;
  }

  function edit(change: Partial<Draft>): void {
    draft.value = { ...draft.value, ...change };
    const next: Partial<Record<NumberField, string>> = {};
    for (const field of NUMBER_FIELDS) {
      const wrong = problemOf(field, draft.value[field]);
      if (wrong !== null) next[field] = wrong;
    }
    problems.value = next;
    actions.forgive('launch');
    if (Object.keys(next).length === 0) remembered.write('draft', draft.value);
    edited();
  }

  async function launch(): Promise<void> {
    const read = readDraft(draft.value);
    if (!read.ok) {
      problems.value = read.problems;
      return actions.refuse('launch', Object.values(read.problems).join(' '));
    }
    const viewpoint = viewport.viewpoint.value;
    const well = await actions.run(
      'launch',
      () => coordinator.launch({ ...read.spec, ...(viewpoint && { viewpoint }) }),
      'launch',
    );
    // The picture is what one wants to see now.
    if (well) await viewport.look(false);
  }

  async function copyLink(url: string): Promise<void> {
    try {
      await deps.copy(url);
      copied.value = true;
      clock.after(COPIED_MS, () => {
        copied.value = false;
      });
    } catch {
      actions.refuse('invite', 'The browser does not allow copying. Select the link and copy it by hand.');
    }
  }

  const stopGrid = coordinator.subscribe(refresh);
  const { close: stopHelper, ...helper } = createOwnHelper(deps.volunteer, remembered);
  refresh();
  void refreshPast();
  return {
    coordinator,
    clock,
    view,
    draft,
    problems,
    problem: actions.problem,
    past,
    ended,
    busy: actions.busy,
    announcement,
    uploadRate,
    copied,
    form,
    setForm(next) {
      form.value = next;
    },
    ...scene,
    ...createJobActions({
      coordinator,
      actions,
      shown: () => view.value.job,
      tone: () => tone.tone.value,
      form: () => form.value,
      save: deps.save,
    }),
    ...tone,
    ...createLearningActions({ coordinator, actions, clock, save: deps.save }),
    ...viewport,
    ...simulation,
    ...helper,
    edit,
    launch,
    hideEnded(id) {
      endedJobs.hide(id);
      showEnded();
    },
    setOpen(open) {
      coordinator.setOpen(open);
      refresh();
    },
    copyLink,
    dismiss: () => actions.forgive(),
    close() {
      stopGrid();
      stopHelper();
    },
  };
}
