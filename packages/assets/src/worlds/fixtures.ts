import { type ShownBody, type ShownWorld, STILL, UPRIGHT, USUAL_SURFACE } from './shown-world.js';

/** Small worlds, for tests. */

export function ball(more: Partial<ShownBody> = {}): ShownBody {
  return {
    shape: { kind: 'sphere', radius: 0.5 },
    mass: 1,
    position: [0, 0, 0],
    rotation: UPRIGHT,
    velocity: STILL,
    spin: STILL,
    ...USUAL_SURFACE,
    ...more,
  };
}

export function crate(more: Partial<ShownBody> = {}): ShownBody {
  return ball({ shape: { kind: 'box', half: [0.5, 0.5, 0.5] }, ...more });
}

export function worldOf(...bodies: readonly ShownBody[]): ShownWorld {
  return { gravity: [0, -9.81, 0], bodies, planes: [], statics: [] };
}

/** What somebody is told; `null` where nothing goes wrong. */
export function told(attempt: () => unknown): string | null {
  try {
    attempt();
    return null;
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  }
}
