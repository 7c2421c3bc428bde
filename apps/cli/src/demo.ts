import { predictionTable } from './prediction-table.js';
import { parseRenderOptions, RENDER_HELP } from './render-options.js';
import { reportTable } from './report-table.js';
import { runRender } from './run-render.js';
import { exitWithError } from './shell.js';

const DEMO = ['--out', 'out/demo.png', '--exr', 'out/demo.exr', '--report', 'out/demo.json'];

/** `npm run demo`: a built-in scene over two volunteer tabs, with every option of `render` to change it. */
async function main(): Promise<void> {
  const options = parseRenderOptions([...DEMO, ...process.argv.slice(2)], { scene: 'bunny', name: 'demo' });
  if (!options) {
    console.log(RENDER_HELP);
    return;
  }
  const { report, files } = await runRender(options, console.log);
  console.log(`${predictionTable(report)}\n`);
  console.log(reportTable(report));
  console.log(`\nThe picture is at ${files[0]} (linear: ${files[1]}, report: ${files[2]})`);
}

main().then(() => process.exit(0), exitWithError);
