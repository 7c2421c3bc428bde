import type { Telemetry } from '@tabgrid/protocol/link';

/** What a volunteer's page can tell of its surroundings. */
export type EnvironmentState = Pick<Telemetry, 'visibility' | 'battery'>;

/** The port to those surroundings; nothing is watched before the first `onChange`. */
export interface VolunteerEnvironment {
  state(): EnvironmentState;
  /** Calls back on every later change of `state()`. Returns the unsubscribe. */
  onChange(listener: () => void): () => void;
}
