import type { Profile } from './profile.js';
import { browser } from './profiles.js';
import type { Signs } from './signs.js';
import { constant } from './steps.js';
import type { Session, World } from './world.js';

/** For tests: a small grid that comes and goes, and sessions as plain as can be. */

export const aProfile = (change: Partial<Profile> = {}): Profile => ({
  ...browser,
  name: 'test',
  volunteers: 8,
  tasks: 40,
  taskMs: 4000,
  limitMs: 600_000,
  ...change,
});

/** Says nothing of itself. */
export const NO_SIGNS: Signs = {
  scores: { gpu: 1, cpu: 1 },
  region: 'FR',
  provider: 'AS64500',
  intensity: 1,
  path: 'direct',
  calmJitterMs: 0,
  battery: null,
  failing: null,
  storms: [],
};

/** There from the beginning to the end, one unit a millisecond, 20 ms away. */
export const aSession = (change: Partial<Session> = {}): Session => ({
  index: 0,
  joinsAt: 0,
  leavesAt: Number.POSITIVE_INFINITY,
  goodbye: true,
  speed: constant(1),
  hidden: [],
  frozen: [],
  suspectAfterMs: 3000,
  roundTripMs: 20,
  downBytesPerMs: 1000,
  upBytesPerMs: 1000,
  network: 'network',
  adapter: 0,
  own: false,
  liar: null,
  signs: NO_SIGNS,
  ...change,
});

/** Sessions by their places. */
export function aWorld(sessions: readonly Session[], profile: Profile = aProfile()): World {
  const indexed = sessions.map((s, index) => ({ ...s, index }));
  return { profile, seed: 1, session: (index) => indexed[index] ?? null };
}
