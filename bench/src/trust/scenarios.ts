import type { Liars, Profile } from '@tabgrid/simulator/profile';
import { browser } from '@tabgrid/simulator/profiles';

/** Grids in which a fifth of the volunteers lie. */

export interface Scenario {
  readonly name: string;
  readonly profile: Profile;
}

/** What the scheduler asks for before it checks less, which is no secret. */
const TRUSTED_AFTER = 10;

const LIARS: Liars = {
  kind: 'independent',
  share: 0.2,
  wrongShare: 1,
  honestResults: TRUSTED_AFTER,
  // Whoever is caught comes back under another name.
  backAfterMs: 20_000,
};

/** Who does not compute is quick, and has no word on others' results. */
const LAZY = { wrongWords: true, faster: 3 } as const;

/** What the kinds of liars are called, and what they do. */
const KINDS: readonly (readonly [name: string, Partial<Omit<Liars, 'share' | 'mix'>>])[] = [
  ['noise', { how: 'noise', ...LAZY }],
  ['old tile', { how: 'old', ...LAZY }],
  ['black', { how: 'black', ...LAZY }],
  ['neighbour', { how: 'neighbour', ...LAZY }],
  ['dimmed', { how: 'dim' }],
  ['guessable subset', { how: 'subset' }],
  ['honest until trusted', { kind: 'sleeper', how: 'dim' }],
  ['honest for long', { kind: 'sleeper', how: 'dim', honestResults: 3 * TRUSTED_AFTER }],
  ['one in five wrong', { how: 'dim', wrongShare: 0.2 }],
  ['colluding', { kind: 'colluder' }],
  ['leaving', { how: 'dim', leavesAfter: 3 }],
];

/** Visitors who come and go, a minute apart on the mean at the beginning and ever longer after that; tiles of 5 s. */
const visitors = (change: Partial<Profile>): Profile => ({
  ...browser,
  lifetime: { kind: 'weibull', shape: 0.57, scaleMs: 600_000 },
  volunteers: 40,
  tasks: 3000,
  taskMs: 5000,
  verify: 'spot',
  limitMs: 4 * 3_600_000,
  ...change,
});

/** One kind of liars each. @param tasks of each job */
export function byKind(tasks: number): readonly Scenario[] {
  return KINDS.map(([name, kind]) => ({ name, profile: visitors({ name, tasks, liars: { ...LIARS, ...kind } }) }));
}

/** All kinds together, in grids of several sizes, with and without the owner's own machine. */
export function mixed(tasks: number): readonly Scenario[] {
  const mix = KINDS.map(([, kind]) => kind);
  return [10, 20, 50].flatMap((volunteers) =>
    [false, true].map((own) => {
      const name = `all kinds, ${volunteers} volunteers${own ? ' and the owner’s machine' : ''}`;
      return { name, profile: visitors({ name, volunteers, own, tasks, liars: { ...LIARS, mix } }) };
    }),
  );
}

/** Nobody lies, and machines of several classes round differently. */
export function honest(tasks: number): readonly Scenario[] {
  return [{ name: 'nobody lies', profile: visitors({ name: 'honest', tasks }) }];
}
