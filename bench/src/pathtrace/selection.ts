/** What of the benchmark runs. */

const PARTS: readonly string[] = ['ours', 'three', 'cycles', 'bvh'];
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
  for (const name of names) {
    if (!PARTS.includes(name) && !SCENES.includes(name))
      throw new RangeError(`no part or scene “${name}”; there are ${[...PARTS, ...SCENES].join(', ')}`);
  }
  const named = (known: readonly string[], all: readonly string[]) => {
    const chosen = names.filter((name) => known.includes(name));
    return new Set(chosen.length > 0 ? chosen : all);
  };
  return { parts: named(PARTS, PARTS), scenes: named(SCENES, quick ? QUICK_SCENES : SCENES) };
}
