import { parseRenderOptions, RENDER_HELP } from './render-options.js';
import { reportTable } from './report-table.js';
import { runRender } from './run-render.js';
import { exitWithError } from './shell.js';

/** `npm run render -- SCENE [options]` */
async function main(): Promise<void> {
  const options = parseRenderOptions(process.argv.slice(2));
  if (!options) {
    console.log(RENDER_HELP);
    return;
  }
  const { report, files } = await runRender(options, console.log);
  console.log(reportTable(report));
  console.log(`\nFilm SHA-256: ${report.filmSha256}`);
  if (report.denoisedSha256) console.log(`Denoised SHA-256: ${report.denoisedSha256}`);
  for (const file of files) console.log(`Wrote ${file}`);
}

main().then(() => process.exit(0), exitWithError);
