import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Row } from './prequential.js';

/** Debian's Python has Debian's scikit-learn; another one that comes first on the path may not. */
const PYTHONS = ['/usr/bin/python3', 'python3'];

function findPython(): string | null {
  for (const python of PYTHONS) {
    try {
      execFileSync(python, ['-c', 'import sklearn'], { stdio: 'ignore' });
      return python;
    } catch {
      // The next one.
    }
  }
  return null;
}

/** What gradient boosting aims at, both as log time. */
type Target = 'residual' | 'time';

/**
 * scikit-learn's gradient boosting (100 trees, depth 5, rate 0.1) on the same rows and features, with two targets: log time, and
 * log time less that of the plain oracle.
 * @returns a time for each row of `test`, in its order, for both; null, and a word, where scikit-learn is not installed
 */
export function gradientBoosting(
  train: readonly Row[],
  test: readonly Row[],
  say: (line: string) => void,
): Readonly<Record<Target, readonly number[]>> | null {
  const python = findPython();
  if (python === null) {
    say('gradient boosting: skipped, python3 has no sklearn (Debian: python3-sklearn)');
    return null;
  }
  const folder = mkdtempSync(join(tmpdir(), 'tabgrid-gbr-'));
  const run = (target: Target): readonly number[] => {
    const offset = ({ asked }: Row) => (target === 'residual' ? Math.log(asked.plain.median) : 0);
    const write = (name: string, rows: readonly Row[]) => {
      const file = join(folder, name);
      const numbers = rows.flatMap((row) => [Math.log(row.ms) - offset(row), ...row.asked.features]);
      writeFileSync(file, Float64Array.from(numbers));
      return file;
    };
    const width = (train[0]?.asked.features.length ?? 0) + 1;
    const script = fileURLToPath(new URL('../gbr.py', import.meta.url));
    const bytes = execFileSync(python, [script, write('train', train), write('test', test), String(width)], {
      maxBuffer: 2 ** 28,
    });
    return test.map((row, i) => Math.exp(bytes.readDoubleLE(8 * i) + offset(row)));
  };
  try {
    return { residual: run('residual'), time: run('time') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
