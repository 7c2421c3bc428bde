/** What of the benchmark runs. */

const PARTS: readonly string[] = ['ours', 'three', 'cycles', 'bvh'];
/** Only when they are named. */
const APART: readonly string[] = ['limits'];
const SCENES: readonly string[] = ['dragon', 'helmet'];
const QUICK_SCENES: readonly string[] = ['dragon'];

export interface Selection {
  readonly parts: ReadonlySet<string>;
  readonly scenes: ReadonlySet<string>;
}

/**
 * @param only comma-separated names of parts and scenes; of a kind that is not named, all
 * @throws RangeError for a name that is neither
 */
export function select(only: string | null, quick: boolean): Selection {
  const names = only?.split(',') ?? [];
  const all = [...PARTS, ...APART];
  for (const name of names) {
    if (!all.includes(name) && !SCENES.includes(name))
      throw new RangeError(`no part or scene “${name}”; there are ${[...all, ...SCENES].join(', ')}`);
  }
  const named = (known: readonly string[], usual: readonly string[]) => {
    const chosen = names.filter((name) => known.includes(name));
    return new Set(chosen.length > 0 ? chosen : usual);
  };
  return { parts: named(all, PARTS), scenes: named(SCENES, quick ? QUICK_SCENES : SCENES) };
}
