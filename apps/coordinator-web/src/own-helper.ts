import { type ReadonlySignal, signal } from '@preact/signals';
import type { Volunteer, VolunteerView } from '@tabgrid/volunteer/api';
import type { Remembered } from './remembered.js';

/** This computer's own volunteer: whether it helps, and how much of its GPU it lends. */
export interface OwnHelper {
  readonly helper: ReadonlySignal<VolunteerView>;
  /** What the person wants of the helper, whether or not it can run. */
  readonly helperWanted: ReadonlySignal<boolean>;
  setHelper(on: boolean): Promise<void>;
  setIntensity(share: number): void;
}

/** Share of its GPU that the owner's computer lends unless told otherwise: most of it, with a rest for the desktop. */
const FIRST_INTENSITY = 0.8;

/** Starts it when the person wanted it the last time, and at the first visit. */
export function createOwnHelper(volunteer: Volunteer, memory: Remembered): OwnHelper & { close(): void } {
  const remembered = memory.read('helper') ?? { on: true, intensity: FIRST_INTENSITY };
  const helper = signal(volunteer.view());
  const helperWanted = signal(remembered.on);
  const read = () => {
    helper.value = volunteer.view();
  };

  function remember(): void {
    memory.write('helper', { on: helperWanted.value, intensity: volunteer.view().settings.intensity });
  }

  async function setHelper(on: boolean): Promise<void> {
    helperWanted.value = on;
    remember();
    // What goes wrong is in the volunteer's own status, which the switch shows.
    await (on ? volunteer.start() : volunteer.stop()).then(
      () => {},
      () => {},
    );
    read();
  }

  const close = volunteer.subscribe(read);
  volunteer.configure({ intensity: remembered.intensity });
  if (helperWanted.value) void setHelper(true);
  return {
    helper,
    helperWanted,
    setHelper,
    setIntensity(share) {
      volunteer.configure({ intensity: share });
      read();
      remember();
    },
    close,
  };
}
