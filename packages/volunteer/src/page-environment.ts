import type { EnvironmentState, VolunteerEnvironment } from './environment.js';

/** The part of the Battery Status API that is used; Chromium has it, Firefox and Safari do not. */
interface BatteryLike extends EventTarget {
  readonly charging: boolean;
  /** 0 to 1 */
  readonly level: number;
}

/** The page's own objects, handed in. */
export interface PageObjects {
  readonly document: EventTarget & { readonly visibilityState: string };
  readonly navigator: object;
}

/** Visibility and battery of a page in a browser. The battery is null until the browser has told, or for ever. */
export function createPageEnvironment(page: PageObjects): VolunteerEnvironment {
  const listeners = new Set<() => void>();
  let battery: BatteryLike | null = null;
  let watching = false;
  const changed = () => {
    for (const listener of listeners) listener();
  };
  const watch = async () => {
    page.document.addEventListener('visibilitychange', changed);
    battery = await batteryOf(page.navigator);
    battery?.addEventListener('chargingchange', changed);
    battery?.addEventListener('levelchange', changed);
    if (battery !== null) changed();
  };
  return {
    state: (): EnvironmentState => ({
      visibility: page.document.visibilityState === 'hidden' ? 'hidden' : 'visible',
      battery:
        battery === null
          ? null
          : {
              charging: battery.charging,
              level: Math.min(1, Math.max(0, Number.isNaN(battery.level) ? 1 : battery.level)),
            },
    }),
    onChange(listener) {
      listeners.add(listener);
      if (!watching) {
        watching = true;
        void watch();
      }
      return () => listeners.delete(listener);
    },
  };
}

/** The battery, or null where the browser has none to tell of or refuses (a permissions policy, for example). */
async function batteryOf(navigator: object): Promise<BatteryLike | null> {
  if (!('getBattery' in navigator) || typeof navigator.getBattery !== 'function') return null;
  try {
    const battery: unknown = await navigator.getBattery();
    return isBattery(battery) ? battery : null;
  } catch {
    return null;
  }
}

function isBattery(value: unknown): value is BatteryLike {
  return (
    value instanceof EventTarget &&
    'charging' in value &&
    typeof value.charging === 'boolean' &&
    'level' in value &&
    typeof value.level === 'number'
  );
}
