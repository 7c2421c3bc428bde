import { MAX_NAME_LENGTH } from '@tabgrid/protocol/limits';
import { DEFAULT_SETTINGS, INTENSITY } from '@tabgrid/volunteer/create-volunteer';
import * as v from 'valibot';

/** What this page remembers of a person's choices, on this device only. */
export const PeerSettings = v.object({
  intensity: v.fallback(
    v.pipe(v.number(), v.minValue(INTENSITY.min), v.maxValue(INTENSITY.max)),
    DEFAULT_SETTINGS.intensity,
  ),
  pauseOnBattery: v.fallback(v.boolean(), DEFAULT_SETTINGS.pauseOnBattery),
  name: v.fallback(v.pipe(v.string(), v.maxLength(MAX_NAME_LENGTH)), DEFAULT_SETTINGS.name),
  relayOnly: v.fallback(v.boolean(), false),
});
export type PeerSettings = v.InferOutput<typeof PeerSettings>;

/** Storage of the page's own: `localStorage`. */
export type SettingsStorage = Pick<Storage, 'getItem' | 'setItem'>;

const KEY = 'tabgrid.volunteer';

/** The remembered settings; the defaults where nothing usable is remembered. */
export function loadSettings(storage: SettingsStorage): PeerSettings {
  try {
    return v.parse(PeerSettings, JSON.parse(storage.getItem(KEY) ?? '{}'));
  } catch {
    return v.parse(PeerSettings, {});
  }
}

/** Remembers settings; a blocked or full storage only means that they are forgotten with the page. */
export function saveSettings(storage: SettingsStorage, settings: PeerSettings): void {
  try {
    storage.setItem(KEY, JSON.stringify(settings));
  } catch {
    // Nothing depends on it.
  }
}
