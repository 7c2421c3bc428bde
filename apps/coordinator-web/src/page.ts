import { type ReadonlySignal, type Signal, signal } from '@preact/signals';
import {
  type BuiltinScene,
  type Coordinator,
  type GridView,
  type PastJob,
  type SceneInput,
  UserError,
} from '@tabgrid/coordinator/api';
import type { Bytes } from '@tabgrid/protocol/bytes';
import type { Clock } from '@tabgrid/protocol/clock';
import type { JobId, Millis } from '@tabgrid/protocol/ids';
import type { Volunteer, VolunteerView } from '@tabgrid/volunteer/api';
import type { Remembered } from './remembered.js';
import { createAnnouncer } from './words/announcer.js';
import { isActive } from './words/eta.js';
import { fileNameOf } from './words/file-name.js';
import { sortFiles } from './words/files.js';
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
 * 2. There is at most one `problem`; a new action at its place, or any success there, takes it away.
 * 3. No action throws or rejects: what goes wrong becomes the `problem` at its place.
 */

/** Where on the page a problem belongs. */
export type Place = 'scene' | 'environment' | 'launch' | 'job' | 'past' | 'invite';

export interface Problem {
  readonly place: Place;
  readonly message: string;
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

/** What the person chose as the scene, for the form; the scene itself is in the view. */
export type SceneChoice =
  | { readonly kind: 'none' }
  | { readonly kind: 'builtin'; readonly name: BuiltinScene }
  | { readonly kind: 'file'; readonly name: string };

export interface Page {
  readonly coordinator: Coordinator;
  readonly clock: Clock;
  readonly view: ReadonlySignal<GridView>;
  readonly helper: ReadonlySignal<VolunteerView>;
  /** What the person wants of the helper, whether or not it can run. */
  readonly helperWanted: ReadonlySignal<boolean>;
  readonly draft: ReadonlySignal<Draft>;
  readonly problems: ReadonlySignal<Problems>;
  readonly problem: ReadonlySignal<Problem | null>;
  readonly choice: ReadonlySignal<SceneChoice>;
  readonly past: ReadonlySignal<readonly PastJob[]>;
  /** What is being done right now that takes a while: `png`, `exr`, `launch`, `more`, `past`. */
  readonly busy: ReadonlySignal<string | null>;
  readonly announcement: ReadonlySignal<string>;
  /** Bytes a second to volunteers as measured in this session. */
  readonly uploadRate: ReadonlySignal<number | null>;
  readonly copied: ReadonlySignal<boolean>;
  chooseBuiltin(name: BuiltinScene): Promise<void>;
  /** Dropped or picked files of any kind. */
  takeFiles(files: readonly File[]): Promise<void>;
  chooseEnvironment(file: File | null): Promise<void>;
  edit(change: Partial<Draft>): void;
  launch(): Promise<void>;
  cancel(): void;
  addSamples(count: string): Promise<void>;
  setOpen(open: boolean): void;
  setHelper(on: boolean): Promise<void>;
  setIntensity(share: number): void;
  download(format: 'png' | 'exr'): Promise<void>;
  openPast(id: JobId): Promise<void>;
  copyLink(url: string): Promise<void>;
  dismiss(): void;
  close(): void;
}

/** Share of its GPU that the owner's computer lends unless told otherwise: most of it, with a rest for the desktop. */
const FIRST_INTENSITY = 0.8;
const COPIED_MS: Millis = 2500;

/** What a person reads when something goes wrong. */
export function messageOf(error: unknown): string {
  if (error instanceof UserError) return error.message;
  const text = error instanceof Error ? error.message : String(error);
  return `Something went wrong that should not have: ${text}. Reload the page and try again.`;
}

export function createPage(deps: PageDeps): Page {
  const { coordinator, volunteer, remembered, clock } = deps;
  const view = signal(coordinator.view());
  const helper = signal(volunteer.view());
  const rememberedHelper = remembered.read('helper') ?? { on: true, intensity: FIRST_INTENSITY };
  const helperWanted = signal(rememberedHelper.on);
  const draft = signal<Draft>({ ...(remembered.read('draft') ?? FIRST_DRAFT), camera: '' });
  const problems = signal<Problems>({});
  const problem = signal<Problem | null>(null);
  const choice: Signal<SceneChoice> = signal({ kind: 'none' });
  const past = signal<readonly PastJob[]>([]);
  const busy = signal<string | null>(null);
  const announcement = signal('');
  const uploadRate = signal<number | null>(null);
  const copied = signal(false);
  const announcer = createAnnouncer();
  const meter = createUploadMeter();
  let wasActive = false;

  function refresh(): void {
    const next = coordinator.view();
    view.value = next;
    const now = clock.now();
    announcement.value = announcer.next(next.job, now);
    meter.note(
      now,
      next.volunteers.reduce((sum, v) => sum + (v.path === 'local' ? 0 : v.bytesTo), 0),
    );
    uploadRate.value = meter.bytesPerSecond();
    const active = isActive(next.job);
    if (wasActive && !active) void refreshPast();
    wasActive = active;
  }

  async function refreshPast(): Promise<void> {
    try {
      past.value = await coordinator.pastJobs();
    } catch {
      // The list is a convenience; that the store is gone stands among the notices.
    }
  }

  /** Runs an action; what it throws becomes the problem at its place. @returns whether it went well */
  async function attempt(place: Place, action: () => Promise<unknown>, name: string | null = null): Promise<boolean> {
    if (problem.value?.place === place) problem.value = null;
    busy.value = name;
    try {
      await action();
      return true;
    } catch (error) {
      problem.value = { place, message: messageOf(error) };
      return false;
    } finally {
      busy.value = null;
      refresh();
    }
  }

  async function load(input: SceneInput, chosen: SceneChoice): Promise<boolean> {
    const before = choice.value;
    choice.value = chosen;
    const well = await attempt('scene', async () => {
      const scene = await coordinator.loadScene(input);
      if (!scene.cameras.includes(draft.value.camera)) draft.value = { ...draft.value, camera: '' };
    });
    // Another choice may have been made meanwhile: only this one's failure is taken back.
    if (!well && choice.value === chosen) choice.value = before;
    return well;
  }

  function rememberHelper(): void {
    remembered.write('helper', { on: helperWanted.value, intensity: volunteer.view().settings.intensity });
  }

  const page: Page = {
    coordinator,
    clock,
    view,
    helper,
    helperWanted,
    draft,
    problems,
    problem,
    choice,
    past,
    busy,
    announcement,
    uploadRate,
    copied,
    async chooseBuiltin(name) {
      await load({ kind: 'builtin', name }, { kind: 'builtin', name });
    },
    async takeFiles(files) {
      const sorted = sortFiles(files);
      if (sorted.problem !== null) {
        problem.value = { place: 'scene', message: sorted.problem };
        return;
      }
      const { scene, resources, environment } = sorted;
      if (scene !== null) {
        const well = await load({ kind: 'files', scene, resources }, { kind: 'file', name: scene.name });
        if (!well) return;
      }
      if (environment !== null) await page.chooseEnvironment(environment);
    },
    async chooseEnvironment(file) {
      await attempt('environment', () => coordinator.loadEnvironment(file));
    },
    edit(change) {
      draft.value = { ...draft.value, ...change };
      const next: Partial<Record<NumberField, string>> = {};
      for (const field of NUMBER_FIELDS) {
        const wrong = problemOf(field, draft.value[field]);
        if (wrong !== null) next[field] = wrong;
      }
      problems.value = next;
      if (problem.value?.place === 'launch') problem.value = null;
      if (Object.keys(next).length === 0) remembered.write('draft', draft.value);
    },
    async launch() {
      const read = readDraft(draft.value);
      if (!read.ok) {
        problems.value = read.problems;
        problem.value = { place: 'launch', message: Object.values(read.problems).join(' ') };
        return;
      }
      await attempt('launch', () => coordinator.launch(read.spec), 'launch');
    },
    cancel() {
      coordinator.cancel();
      refresh();
    },
    async addSamples(count) {
      const wrong = problemOf('spp', count);
      if (wrong !== null) {
        problem.value = { place: 'job', message: wrong };
        return;
      }
      await attempt('job', () => coordinator.addSamples(Number(count)), 'more');
    },
    setOpen(open) {
      coordinator.setOpen(open);
      refresh();
    },
    async setHelper(on) {
      helperWanted.value = on;
      rememberHelper();
      // What goes wrong is in the volunteer's own status, which the switch shows.
      await (on ? volunteer.start() : volunteer.stop()).then(
        () => {},
        () => {},
      );
      helper.value = volunteer.view();
    },
    setIntensity(share) {
      volunteer.configure({ intensity: share });
      helper.value = volunteer.view();
      rememberHelper();
    },
    async download(format) {
      const { job } = view.value;
      if (job === null) return;
      await attempt(
        'job',
        async () => {
          const type = format === 'png' ? 'image/png' : 'image/x-exr';
          deps.save(await coordinator.export(format), fileNameOf(job, format), type);
        },
        format,
      );
    },
    async openPast(id) {
      await attempt('past', () => coordinator.openPast(id), 'past');
    },
    async copyLink(url) {
      try {
        await deps.copy(url);
        copied.value = true;
        clock.after(COPIED_MS, () => {
          copied.value = false;
        });
      } catch {
        problem.value = {
          place: 'invite',
          message: 'The browser does not allow copying. Select the link and copy it by hand.',
        };
      }
    },
    dismiss() {
      problem.value = null;
    },
    close() {
      stopGrid();
      stopHelper();
    },
  };

  const stopGrid = coordinator.subscribe(refresh);
  const stopHelper = volunteer.subscribe(() => {
    helper.value = volunteer.view();
  });
  volunteer.configure({ intensity: rememberedHelper.intensity });
  refresh();
  void refreshPast();
  if (helperWanted.value) void page.setHelper(true);
  return page;
}
