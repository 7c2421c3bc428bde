import { runSimulate } from './run-simulate.js';
import { exitWithError } from './shell.js';
import { parseSimulateOptions, SIMULATE_HELP } from './simulate-options.js';
import { simulationTable } from './simulation-table.js';

/** `npm run simulate -- WORLD [options]` */
async function main(): Promise<void> {
  const options = parseSimulateOptions(process.argv.slice(2));
  if (!options) {
    console.log(SIMULATE_HELP);
    return;
  }
  const { report, files } = await runSimulate(options, console.log);
  console.log(simulationTable(report));
  console.log(`\nState SHA-256: ${report.stateSha256}`);
  for (const file of files) console.log(`Wrote ${file}`);
}

main().then(() => process.exit(0), exitWithError);
