import { batch, computed, type ReadonlySignal, signal } from '@preact/signals';
import type { Millis, RoomId } from '@tabgrid/protocol/ids';
import type { Volunteer, VolunteerStatus, VolunteerView } from '@tabgrid/volunteer/api';
import type { Invitation } from './invitation.js';
import type { PeerSettings } from './settings.js';

/**
 * The page's state between a person and the volunteer runtime.
 *
 * Invariants
 *  1. No volunteer is made before `start`: until then this page holds no socket, no Worker and no GPU.
 *  2. `stop` reaches the volunteer before anything else of the page changes; one that comes before the volunteer is made
 *     keeps it from being started.
 *  3. Changes of relay only take effect with the next start: a link's path is decided when it is dialled.
 */

/** A volunteer made of real parts, and how to let go of what it was made of. */
export interface Lent {
  readonly volunteer: Volunteer;
  dispose(): void;
}

export interface LendRequest {
  /** null: the public pool. */
  readonly room: RoomId | null;
  readonly settings: PeerSettings;
}

export interface Peer {
  readonly invitation: ReadonlySignal<Invitation>;
  readonly settings: ReadonlySignal<PeerSettings>;
  /** The volunteer's view; the last one after a stop; null before the first start. */
  readonly view: ReadonlySignal<VolunteerView | null>;
  readonly status: ReadonlySignal<VolunteerStatus>;
  /** How long the last stop took; null while running and before. */
  readonly stoppedInMs: ReadonlySignal<Millis | null>;
  /** The yes. */
  start(): Promise<void>;
  stop(): Promise<void>;
  togglePause(): void;
  configure(change: Partial<PeerSettings>): void;
  /** The link changed. Ignored while something runs. */
  invite(invitation: Invitation): void;
}

type Run =
  | { readonly kind: 'none' }
  /** The yes was given; the parts are being put together. */
  | { readonly kind: 'making' }
  | { readonly kind: 'lent'; readonly lent: Lent };

export function createPeer(deps: {
  readonly invitation: Invitation;
  readonly settings: PeerSettings;
  lend(request: LendRequest): Promise<Lent>;
  remember(settings: PeerSettings): void;
}): Peer {
  const invitation = signal(deps.invitation);
  const settings = signal<PeerSettings>({
    ...deps.settings,
    relayOnly: deps.settings.relayOnly || deps.invitation.relayOnly,
  });
  const view = signal<VolunteerView | null>(null);
  const stoppedInMs = signal<Millis | null>(null);
  const run = signal<Run>({ kind: 'none' });
  const status = computed<VolunteerStatus>(() => {
    if (run.value.kind === 'making') return { kind: 'starting' };
    return view.value?.status ?? { kind: 'idle' };
  });

  const volunteer = (): Volunteer | null => {
    const now = run.peek();
    return now.kind === 'lent' ? now.lent.volunteer : null;
  };

  /** Lets go of the parts once nothing runs any more. */
  const release = () => {
    const now = run.peek();
    if (now.kind === 'lent') now.lent.dispose();
    run.value = { kind: 'none' };
  };

  const runs = () => run.peek().kind !== 'none' && status.peek().kind !== 'failed';

  return {
    invitation,
    settings,
    view,
    status,
    stoppedInMs,
    async start() {
      const { to } = invitation.peek();
      if (runs() || to.kind === 'broken') return;
      release();
      stoppedInMs.value = null;
      const making: Run = { kind: 'making' };
      run.value = making;
      const lent = await deps.lend({ room: to.kind === 'room' ? to.room : null, settings: settings.peek() });
      if (run.peek() !== making) return lent.dispose();
      lent.volunteer.subscribe(() => {
        if (volunteer() === lent.volunteer) view.value = lent.volunteer.view();
      });
      const started = lent.volunteer.start();
      batch(() => {
        view.value = lent.volunteer.view();
        run.value = { kind: 'lent', lent };
      });
      await started;
    },
    async stop() {
      const mine = volunteer();
      const ms = mine === null ? 0 : await mine.stop();
      if (volunteer() !== mine) return;
      batch(() => {
        if (mine !== null) view.value = mine.view();
        stoppedInMs.value = ms;
        release();
      });
    },
    togglePause() {
      const now = status.peek();
      if (now.kind === 'paused' && now.why === 'person') volunteer()?.resume();
      else volunteer()?.pause();
    },
    configure(change) {
      settings.value = { ...settings.peek(), ...change };
      const { intensity, name, pauseOnBattery } = settings.peek();
      volunteer()?.configure({ intensity, name, pauseOnBattery });
      deps.remember(settings.peek());
    },
    invite(next) {
      if (runs()) return;
      invitation.value = next;
      if (next.relayOnly) settings.value = { ...settings.peek(), relayOnly: true };
    },
  };
}
