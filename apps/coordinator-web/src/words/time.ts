import type { SceneView } from '@tabgrid/coordinator/api';

/** A scene's animation in words. Pure. */

/** Seconds to a tenth, hundredths below one: `3.4 s`, `0.71 s`. */
export function formatSeconds(seconds: number): string {
  const digits = seconds < 1 ? 2 : 1;
  return `${Number(seconds.toFixed(digits))} s`;
}

/** What is seen of the animation. */
export function timeWords({ animation, time }: Pick<SceneView, 'animation' | 'time'>): string {
  if (animation === null) return '';
  if (time === null) return 'In its rest pose. Type a time to see it move.';
  if (time > animation.seconds) return `The animation ends at ${formatSeconds(animation.seconds)}: as it stands then.`;
  return `Frozen at ${Number(time.toFixed(3))} s.`;
}
