import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { findBrowser } from '../apps/cli/src/browser.js';

/**
 * `npm test`: finds or installs a browser, then runs the checks, the unit tests and the end-to-end tests, each to its
 * end, and closes with one line over all: `N passed, N failed, N skipped`.
 */

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

const root = resolve(import.meta.dirname, '..');
const results = resolve(root, 'test-results');

function run(name: string, command: 'npm' | 'npx', args: readonly string[]): boolean {
  console.log(`\n── ${name}`);
  const env = { ...process.env, TABGRID_BROWSER: browser };
  return spawnSync(command, args, { cwd: root, stdio: 'inherit', env }).status === 0;
}

/** One of package.json's `check:` scripts. */
function check(name: string, script: string): Counts {
  const ok = run(name, 'npm', ['run', '--silent', script]);
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 };
}

/** A runner that died before it wrote its results counts as a failure. */
function suite(name: string, args: readonly string[], file: string, read: (json: unknown) => Counts): Counts {
  const ok = run(name, 'npx', args);
  try {
    const counts = read(JSON.parse(readFileSync(file, 'utf8')));
    return ok || counts.failed > 0 ? counts : { ...counts, failed: 1 };
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

function numbers(json: unknown, path: readonly string[]): number {
  let value: unknown = json;
  for (const key of path) value = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
  return typeof value === 'number' ? value : 0;
}

rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });
const browser = findBrowser(console.log);
const unitFile = resolve(results, 'unit.json');
const e2eFile = resolve(results, 'e2e.json');
process.env['PLAYWRIGHT_JSON_OUTPUT_NAME'] = e2eFile;

const suites: Record<string, Counts> = {
  types: check('types', 'check:types'),
  lint: check('lint', 'check:lint'),
  floors: check('floors', 'check:floors'),
  unused: check('unused code', 'check:unused'),
  units: suite(
    'unit tests',
    ['vitest', 'run', '--reporter=dot', '--reporter=json', `--outputFile.json=${unitFile}`],
    unitFile,
    (json) => ({
      passed: numbers(json, ['numPassedTests']),
      failed: numbers(json, ['numFailedTests']) || numbers(json, ['numFailedTestSuites']),
      skipped: numbers(json, ['numPendingTests']) + numbers(json, ['numTodoTests']),
    }),
  ),
  e2e: suite(
    'end-to-end tests',
    ['playwright', 'test', '--config', 'e2e/playwright.config.ts', '--reporter=list,json'],
    e2eFile,
    (json) => ({
      passed: numbers(json, ['stats', 'expected']) + numbers(json, ['stats', 'flaky']),
      failed: numbers(json, ['stats', 'unexpected']),
      skipped: numbers(json, ['stats', 'skipped']),
    }),
  ),
};

const total: Counts = { passed: 0, failed: 0, skipped: 0 };
console.log('');
for (const [name, counts] of Object.entries(suites)) {
  console.log(`${name}: ${counts.passed} ok, ${counts.failed} not ok, ${counts.skipped} left out`);
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.skipped += counts.skipped;
}
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed === 0 ? 0 : 1);
