import type { Volunteer, VolunteerView } from '@tabgrid/volunteer/api';

/** For tests and for looking at the page: a volunteer that is at once where it is asked to be. */
export interface FakeVolunteer extends Volunteer {
  readonly asked: string[];
  show(change: Partial<VolunteerView>): void;
  /** From now on `start` ends in this failure. */
  failWith(message: string): void;
}

export function createFakeVolunteer(): FakeVolunteer {
  const asked: string[] = [];
  const listeners = new Set<() => void>();
  let failure: string | null = null;
  let view: VolunteerView = {
    status: { kind: 'idle' },
    settings: { intensity: 0.5, pauseOnBattery: false, name: '' },
    adapter: null,
    software: false,
    path: null,
    contributed: { tasks: 0, gpuMs: 0, bytesIn: 0, bytesOut: 0 },
  };
  function show(change: Partial<VolunteerView>): void {
    view = { ...view, ...change };
    for (const listener of listeners) listener();
  }
  return {
    asked,
    show,
    failWith(message) {
      failure = message;
    },
    view: () => view,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async start() {
      asked.push('start');
      show({
        status:
          failure === null
            ? { kind: 'running', source: { kind: 'linked' }, now: null }
            : { kind: 'failed', message: failure },
      });
    },
    async stop() {
      asked.push('stop');
      show({ status: { kind: 'idle' } });
      return 1;
    },
    pause: () => show({}),
    resume: () => show({}),
    configure(settings) {
      asked.push(`configure ${JSON.stringify(settings)}`);
      show({ settings: { ...view.settings, ...settings } });
    },
  };
}
