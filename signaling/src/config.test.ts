import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig, SERVER_SETTINGS } from './config.js';
import { DEFAULT_LIMITS } from './limits.js';
import { parseAddress } from './network.js';
import { selfSigned } from './self-signed.js';
import { readSettings } from './settings-table.js';
import { temporaryFolder } from './test-support.js';

const SECRET = 'a secret of some length';
const NOW = Date.parse('2030-01-01T00:00:00Z');

/** The configuration of a command line, with a state folder of its own. */
async function configOf(argv: string[], env: Record<string, string> = {}) {
  const stateDir = await temporaryFolder();
  const { settings } = readSettings(SERVER_SETTINGS, ['--state-dir', stateDir, ...argv], env);
  return { stateDir, ...(await loadConfig(settings, NOW)) };
}

const given = (argv: string[], env?: Record<string, string>) => configOf(['--secret', SECRET, ...argv], env);

async function fileOf(text: string): Promise<string> {
  const path = join(await temporaryFolder(), 'given');
  await writeFile(path, text);
  return path;
}

it('reads the table of origins at the start, and refuses a broken one with its setting', async () => {
  const address = parseAddress('192.0.2.1');
  const regionBy = async (argv: string[]) => address && (await given(argv)).options.origins?.find(address).region;
  expect(await regionBy([])).toBeNull();
  const table = await fileOf('192.0.2.0\t192.0.2.255\t64500\tFR\tEXAMPLE');
  expect(await regionBy(['--origin-table', table])).toBe('FR');
  await expect(given(['--origin-table', await fileOf('hello')])).rejects.toThrow(/^--origin-table: .*line 1/);
});

it('is safe by default: this machine only, no ICE server, no proxy believed', async () => {
  const { options } = await given([]);
  expect(options).toMatchObject({
    host: '127.0.0.1',
    port: 8080,
    tls: null,
    publicUrl: null,
    iceServers: [],
    turn: null,
    trustProxy: { kind: 'none' },
    bench: false,
  });
  expect(options.limits).toMatchObject(DEFAULT_LIMITS);
});

it('takes limits from flags and variables', async () => {
  const { options } = await given(['--max-rooms', '7'], { TABGRID_RELAY_ROOM_BYTES: '1MiB', TABGRID_MAX_ROOMS: '9' });
  expect(options.limits).toMatchObject({ maxRooms: 7, relayRoomBytes: 2 ** 20 });
});

describe('the secret', () => {
  it('is kept in the state folder unless it is given', async () => {
    const kept = await configOf([]);
    expect(kept.secretKept).toEqual({ path: join(kept.stateDir, 'secret'), fresh: true });
    expect(kept.options.secret).toHaveLength(43);
    const { options, secretKept, stateDir } = await given([]);
    expect([options.secret, secretKept]).toEqual([SECRET, null]);
    await expect(stat(join(stateDir, 'secret'))).rejects.toThrow();
    expect((await configOf([], { TABGRID_SECRET: SECRET })).options.secret).toBe(SECRET);
    expect((await configOf(['--secret-file', await fileOf(`${SECRET}\n`)])).options.secret).toBe(SECRET);
  });

  it('is not given twice, too short, or in a file that is not there', async () => {
    await expect(given(['--secret-file', '/none'])).rejects.toThrow('--secret and --secret-file');
    await expect(configOf(['--secret', 'short'])).rejects.toThrow('--secret: a secret needs');
    await expect(configOf(['--secret-file', '/none'])).rejects.toThrow('--secret-file: cannot read /none');
  });
});

describe('TLS', () => {
  it('comes from files', async () => {
    const { cert, key } = await selfSigned(await temporaryFolder(), ['localhost'], NOW);
    const { options } = await given(['--cert', await fileOf(cert), '--key', await fileOf(key)]);
    expect(options.tls).toEqual({ cert, key });
  });

  it('is self-signed for every name that will be used', async () => {
    const { options } = await given(['--https', '--host', '192.0.2.7', '--public-url', 'https://grid.example.org']);
    const { X509Certificate } = await import('node:crypto');
    const cert = new X509Certificate(options.tls?.cert ?? '');
    for (const name of ['localhost', 'grid.example.org']) expect(cert.checkHost(name), name).toBeDefined();
    for (const address of ['127.0.0.1', '192.0.2.7']) expect(cert.checkIP(address), address).toBeDefined();
  });

  it('is refused by halves', async () => {
    await expect(given(['--cert', '/a'])).rejects.toThrow('--cert and --key belong together');
    await expect(given(['--key', '/a'])).rejects.toThrow('--cert and --key belong together');
    await expect(given(['--https', '--cert', '/a', '--key', '/b'])).rejects.toThrow('--https makes its own');
    await expect(given(['--cert', '/none', '--key', '/none'])).rejects.toThrow('--cert: cannot read /none');
  });
});

describe('ICE servers', () => {
  it('come as JSON or from a file', async () => {
    const json = '[{"urls":"stun:stun.example.org"}]';
    const expected = [{ urls: ['stun:stun.example.org'] }];
    expect((await given(['--ice-servers', json])).options.iceServers).toEqual(expected);
    expect((await given([], { TABGRID_ICE_SERVERS: json })).options.iceServers).toEqual(expected);
    expect((await given(['--ice-servers-file', await fileOf(json)])).options.iceServers).toEqual(expected);
    await expect(given(['--ice-servers', 'x'])).rejects.toThrow('--ice-servers: the ICE servers are not JSON');
  });

  it('have TURN with a shared secret, whole or not at all', async () => {
    const urls = ['turn:t.example:3478?transport=udp', 'turns:t.example:5349'];
    const argv = ['--turn-urls', urls.join(','), '--turn-secret', 'shared', '--turn-ttl', '2h'];
    expect((await given(argv)).options.turn).toEqual({ urls, secret: 'shared', ttlMs: 7_200_000 });
    await expect(given(['--turn-urls', 'turn:a'])).rejects.toThrow('belong together');
    await expect(given(['--turn-secret', 'shared'])).rejects.toThrow('belong together');
    await expect(given(['--turn-urls', 'http://a', '--turn-secret', 'shared'])).rejects.toThrow('--turn-urls:');
  });
});

it('says what is wrong with an address or a proxy, and where', async () => {
  await expect(given(['--public-url', 'grid.example.org'])).rejects.toThrow('--public-url: "grid.example.org" is not');
  await expect(given(['--trust-proxy', 'nginx'])).rejects.toThrow('--trust-proxy: "nginx"');
  const { options } = await given(['--trust-proxy', 'loopback,10.0.0.0/8']);
  const trust = options.trustProxy;
  const address = parseAddress('10.1.2.3');
  expect(trust?.kind === 'networks' && address && trust.includes(address)).toBe(true);
});
