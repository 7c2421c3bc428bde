import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ROOT } from './build.js';

/** `npm start` as its own process, with a state folder of its own, and without a build. */
async function start(...argv: string[]) {
  const stateDir = await mkdtemp(join(tmpdir(), 'tabgrid-test-'));
  onTestFinished(() => rm(stateDir, { recursive: true, force: true }));
  const child: ChildProcess = spawn(
    process.execPath,
    ['--import', 'tsx', 'apps/cli/src/start.ts', '--no-build', '--state-dir', stateDir, ...argv],
    { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  const output = { out: '', err: '' };
  child.stdout?.on('data', (data) => {
    output.out += data;
  });
  child.stderr?.on('data', (data) => {
    output.err += data;
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  /** Resolves with the dashboard's address. */
  const running = async () => {
    for (;;) {
      const url = /Dashboard {2}(\S+)/.exec(output.out)?.[1];
      if (url !== undefined) return url;
      const next = new Promise((resolve) => child.stdout?.once('data', resolve));
      const code = await Promise.race([next, ended.then(() => 'ended' as const)]);
      if (code === 'ended') throw new Error(`it ended: ${output.err}`);
    }
  };
  return { child, output, ended, running, stateDir };
}

describe('npm start', () => {
  it('serves, says where, keeps its secret, and stops when told to', async () => {
    const { child, output, ended, running, stateDir } = await start('--port', '0');
    const url = await running();
    expect(await (await fetch(new URL('/healthz', url))).json()).toMatchObject({ status: 'ok' });
    const secret = (await readFile(join(stateDir, 'secret'), 'utf8')).trim();
    expect(secret).toHaveLength(43);
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    expect(output.out).not.toContain(secret);
    expect(output.err).toBe('');
  });

  it('says in one line that the port is in use', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void other.close());
    const address = other.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    const { output, ended } = await start('--port', String(port));
    expect(await ended).toBe(1);
    expect(output).toEqual({ out: '', err: `Port ${port} is in use. Choose another one with --port.\n` });
  });

  it('says in one line what is wrong with an option', async () => {
    const { output, ended } = await start('--max-rooms', 'many');
    expect(await ended).toBe(1);
    expect(output.err).toBe('--max-rooms: "many" is not a whole number from 1 to 1000000\n');
  });

  it('lists every option with --help', async () => {
    const { output, ended } = await start('--help');
    expect(await ended).toBe(0);
    for (const flag of ['--port', '--https', '--public-url', '--relay-room-bytes', '--no-build']) {
      expect(output.out).toContain(`\n  ${flag}`);
    }
  });
});
