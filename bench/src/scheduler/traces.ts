import { existsSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';

/** Where recorded traces lie beside the project, if they do. */
const SHARED = '../shared/data';

/** @param file one that was asked for; without it those that are there, and a word when there are none */
export function findTraces(file: string | null, say: (line: string) => void): readonly string[] {
  if (file !== null) return [file];
  const found = existsSync(SHARED) ? readdirSync(SHARED).filter((name) => /^nodio-.*\.csv$/.test(name)) : [];
  if (found.length === 0) say(`trace: skipped, there is no ${SHARED}/nodio-*.csv; --trace FILE names one`);
  return found.sort().map((name) => resolve(SHARED, name));
}
