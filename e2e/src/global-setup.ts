import { findBrowser } from '@tabgrid/cli/browser';
import { buildPages } from '@tabgrid/cli/build';

/** Builds the pages once, and finds the browser before the first test's clock runs. */
export default async function setUp(): Promise<void> {
  process.env['TABGRID_BROWSER'] = findBrowser(console.log);
  await buildPages(console.log);
}
