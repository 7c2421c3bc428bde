import { hostname } from 'node:os';
import { parseIceServers, type TurnOptions } from './ice.js';
import { expandHome, readGiven } from './kept-file.js';
import { LIMIT_SETTINGS, type Limits } from './limits.js';
import { parseTrustProxy } from './network.js';
import { loadOriginTable, NO_ORIGINS } from './origin-table.js';
import { isLoopback, isWildcard, lanAddresses, parsePublicUrl } from './reach.js';
import { checkSecret, keptSecret } from './secret.js';
import { selfSigned, type Tls } from './self-signed.js';
import type { SignalingOptions } from './server.js';
import { choice, count, list, SettingError, span, text, toggle } from './setting.js';
import { flagOf, type SettingsOf } from './settings-table.js';

const ADDRESS = 'Address';
const STATE = 'State';
const ICE = 'WebRTC';
const OTHER = 'Other';

/** Every setting of the server: the command line, the environment, the help and the README's table come from here. */
export const SERVER_SETTINGS = {
  port: count({ group: ADDRESS, fallback: 8080, min: 0, max: 65_535, help: 'port to listen at; 0 takes a free one' }),
  host: text({
    group: ADDRESS,
    placeholder: 'ADDRESS',
    fallback: '127.0.0.1',
    help: 'address to listen at; 0.0.0.0 for all of this machine',
  }),
  https: toggle({ group: ADDRESS, help: 'serve over TLS with a self-signed certificate, kept in the state folder' }),
  cert: text({ group: ADDRESS, placeholder: 'FILE', help: 'TLS certificate (PEM, with its chain); needs --key' }),
  key: text({ group: ADDRESS, placeholder: 'FILE', help: 'private key of --cert (PEM)' }),
  publicUrl: text({
    group: ADDRESS,
    placeholder: 'URL',
    help: 'where people reach this server, for join links: https://grid.example.org',
  }),
  trustProxy: list({
    group: ADDRESS,
    placeholder: 'LIST',
    help: 'proxies whose X-Forwarded-For is believed: their number, or networks (10.0.0.0/8,loopback,private)',
  }),
  originTable: text({
    group: ADDRESS,
    placeholder: 'FILE',
    help: "an ip-to-ASN table (TSV): owners then see each volunteer's country and provider; nothing is looked up elsewhere",
  }),
  stateDir: text({
    group: STATE,
    placeholder: 'DIR',
    fallback: '~/.tabgrid',
    help: 'folder for the generated secret and the self-signed certificate',
  }),
  secret: text({
    group: STATE,
    placeholder: 'TEXT',
    help: 'makes owner tokens; by default one is made at the first start and kept in the state folder',
  }),
  secretFile: text({ group: STATE, placeholder: 'FILE', help: 'file that holds the secret' }),
  iceServers: text({
    group: ICE,
    placeholder: 'JSON',
    help: 'STUN and TURN servers as browsers take them: [{"urls":["stun:stun.example.org:3478"]}]; none by default',
  }),
  iceServersFile: text({ group: ICE, placeholder: 'FILE', help: 'file that holds them' }),
  turnUrls: list({ group: ICE, placeholder: 'URLS', help: 'TURN servers that share a secret with this one (coturn)' }),
  turnSecret: text({ group: ICE, placeholder: 'TEXT', help: "that secret: coturn's static-auth-secret" }),
  turnSecretFile: text({ group: ICE, placeholder: 'FILE', help: 'file that holds it' }),
  turnTtl: span({ group: ICE, fallback: 86_400_000, min: 60_000, help: 'how long a TURN credential holds' }),
  bench: toggle({ group: OTHER, help: "serve the benchmarks' page at /bench/" }),
  logLevel: choice({
    group: OTHER,
    of: ['trace', 'debug', 'info', 'warn', 'error', 'silent'],
    fallback: 'warn',
    help: 'how much is logged (JSON lines on standard error)',
  }),
  ...LIMIT_SETTINGS,
};

export type ServerSettings = SettingsOf<typeof SERVER_SETTINGS>;

/** What a server is started with, and what its operator should be told. */
export interface ServerConfig {
  readonly options: Omit<SignalingOptions, 'pages' | 'log' | 'processMetrics'> & {
    readonly host: string;
    readonly port: number;
    readonly tls: Tls | null;
  };
  /** Where the secret lies when the server keeps it itself; null when it was given. */
  readonly secretKept: { readonly path: string; readonly fresh: boolean } | null;
}

/** Reads the files that settings name and makes what is kept in the state folder. @throws SettingError */
export async function loadConfig(settings: ServerSettings, nowMs: number): Promise<ServerConfig> {
  const stateDir = expandHome(settings.stateDir ?? '~/.tabgrid');
  const host = settings.host ?? '127.0.0.1';
  const publicUrl =
    settings.publicUrl === null ? null : inSetting('publicUrl', () => parsePublicUrl(settings.publicUrl ?? ''));
  const given = await textOrFile(settings, 'secret', 'secretFile');
  const kept = given === null ? await keptSecret(stateDir) : null;
  return {
    options: {
      host,
      port: settings.port,
      tls: await loadTls(settings, stateDir, namesFor(host, publicUrl), nowMs),
      secret: kept?.secret ?? checkSecret('--secret', given ?? ''),
      bench: settings.bench,
      publicUrl,
      iceServers: await loadIceServers(settings),
      turn: await loadTurn(settings),
      trustProxy: inSetting('trustProxy', () => parseTrustProxy(settings.trustProxy)),
      origins:
        settings.originTable === null ? NO_ORIGINS : await loadOriginTable('--origin-table', settings.originTable),
      limits: limitsOf(settings),
    },
    secretKept: kept && { path: kept.path, fresh: kept.fresh },
  };
}

function limitsOf(settings: ServerSettings): Limits {
  return settings; // the limits are settings; what else is in there is ignored
}

function inSetting<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof SettingError) throw new SettingError(`--${flagOf(name)}: ${error.message}`);
    throw error;
  }
}

type TextSetting = 'secret' | 'secretFile' | 'iceServers' | 'iceServersFile' | 'turnSecret' | 'turnSecretFile';

/** A text that is given itself or by a file. */
async function textOrFile(settings: ServerSettings, direct: TextSetting, file: TextSetting): Promise<string | null> {
  const [text, path] = [settings[direct], settings[file]];
  if (text !== null && path !== null) {
    throw new SettingError(`--${flagOf(direct)} and --${flagOf(file)} say the same thing twice: give one of them`);
  }
  return path === null ? text : (await readGiven(`--${flagOf(file)}`, path)).trim();
}

async function loadIceServers(settings: ServerSettings): Promise<SignalingOptions['iceServers'] & {}> {
  const json = await textOrFile(settings, 'iceServers', 'iceServersFile');
  return json === null ? [] : inSetting('iceServers', () => parseIceServers(json));
}

async function loadTurn(settings: ServerSettings): Promise<TurnOptions | null> {
  const secret = await textOrFile(settings, 'turnSecret', 'turnSecretFile');
  const urls = settings.turnUrls;
  if ((secret === null) !== (urls.length === 0)) {
    throw new SettingError('--turn-urls and --turn-secret (or --turn-secret-file) belong together');
  }
  if (secret === null) return null;
  // The schema of what browsers get says whether these are TURN servers.
  inSetting('turnUrls', () => parseIceServers(JSON.stringify([{ urls }])));
  return { urls, secret, ttlMs: settings.turnTtl };
}

async function loadTls(
  settings: ServerSettings,
  stateDir: string,
  names: readonly string[],
  nowMs: number,
): Promise<Tls | null> {
  const { cert, key } = settings;
  if ((cert === null) !== (key === null)) throw new SettingError('--cert and --key belong together');
  if (cert !== null && key !== null) {
    if (settings.https) throw new SettingError('--https makes its own certificate: leave it out beside --cert');
    return { cert: await readGiven('--cert', cert), key: await readGiven('--key', key) };
  }
  return settings.https ? selfSigned(stateDir, names, nowMs) : null;
}

/** The names that a self-signed certificate must hold. */
function namesFor(host: string, publicUrl: string | null): string[] {
  const here = ['localhost', '127.0.0.1', '::1'];
  const outside = isWildcard(host) ? [hostname(), ...lanAddresses()] : isLoopback(host) ? [] : [host];
  const shown = publicUrl === null ? [] : [new URL(publicUrl).hostname.replace(/^\[|\]$/g, '')];
  return [...new Set([...here, ...outside, ...shown])];
}
