import { loadConfig, SERVER_SETTINGS } from '@tabgrid/signaling/config';
import { createLogger } from '@tabgrid/signaling/log';
import { createSignalingServer, ListenError } from '@tabgrid/signaling/server';
import { SettingError, toggle } from '@tabgrid/signaling/setting';
import { helpText, readSettings } from '@tabgrid/signaling/settings-table';
import { buildPages, PAGES } from './build.js';
import { reachedBy, startMessage } from './start-message.js';

/** `npm start`: builds the pages, serves everything from one port, and says where it is. */

const SETTINGS = {
  noBuild: toggle({ group: 'Other', help: 'serve the pages as they were built last' }),
  ...SERVER_SETTINGS,
};

const USAGE = `Usage: npm start -- [options]

Starts the server: the dashboard, the peer tab and the signaling between them, at one port.

`;

async function main(): Promise<void> {
  const { help, settings } = readSettings(SETTINGS, process.argv.slice(2), process.env);
  if (help) {
    console.log(USAGE + helpText(SETTINGS));
    return;
  }
  const { options, secretKept } = await loadConfig(settings, Date.now());
  if (!settings.noBuild) await buildPages((line) => console.log(line));
  const reach = reachedBy(options);
  const server = await createSignalingServer({
    ...options,
    publicUrl: reach.publicUrl,
    pages: PAGES,
    log: createLogger(settings.logLevel),
    processMetrics: true,
  });
  console.log(startMessage({ ...reach, port: server.port, selfSigned: settings.https, secretKept }));
  let stopping = false;
  const stop = () => {
    if (stopping) process.exit(1); // a second Ctrl-C does not wait
    stopping = true;
    void server.close().then(() => process.exit(0));
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

main().catch((error: unknown) => {
  const known = error instanceof ListenError || error instanceof SettingError;
  console.error(known ? error.message : error);
  process.exit(1);
});
