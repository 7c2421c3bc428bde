import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSignalingServer } from '@tabgrid/signaling/server';
import { PAGES, ROOT } from './build.js';

/** The server of a grid on this machine. */
export interface GridServer {
  /** Its origin, without a trailing slash. */
  readonly url: string;
  close(): Promise<void>;
}

/** One that can be killed and started again: it runs as a process of its own. */
export interface MortalServer extends GridServer {
  /** Ends it as a crash would: nobody is told. */
  kill(): Promise<void>;
  /** Starts it again at the same port, with the same secret. */
  start(): Promise<void>;
}

export interface GridServerOptions {
  readonly port: number;
  /** Whether the benchmarks' page is served too. */
  readonly bench: boolean;
}

/** In this process. The pages have to be built. */
export async function startServer({ port, bench }: GridServerOptions): Promise<GridServer> {
  const { url, close } = await createSignalingServer({ port, bench, pages: PAGES });
  return { url, close };
}

/** `npm start` as it is, in a process and with a state folder of its own. The pages have to be built. */
export async function startMortalServer({ port, bench }: GridServerOptions): Promise<MortalServer> {
  const stateDir = await mkdtemp(join(tmpdir(), 'tabgrid-server-'));
  const options = ['--no-build', '--state-dir', stateDir, ...(bench ? ['--bench'] : [])];
  let running = await spawnServer(['--port', String(port), ...options]);
  const { url } = running;
  return {
    url,
    async kill() {
      await end(running.child, 'SIGKILL');
    },
    async start() {
      running = await spawnServer(['--port', new URL(url).port, ...options]);
    },
    async close() {
      await end(running.child, 'SIGTERM');
      await rm(stateDir, { recursive: true, force: true });
    },
  };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}

/** @throws Error with what it printed when it does not come up */
async function spawnServer(args: readonly string[]): Promise<{ readonly child: ChildProcess; readonly url: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', join(ROOT, 'apps/cli/src/start.ts'), ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // Nobody else would end it when this process ends in a hurry.
  const take = () => child.kill('SIGKILL');
  process.once('exit', take);
  child.once('exit', () => process.off('exit', take));
  let printed = '';
  const url = await new Promise<string>((resolve, reject) => {
    const read = (data: Buffer) => {
      printed += String(data);
      const found = /Dashboard {2}(\S+?)\/\n/.exec(printed)?.[1];
      if (found !== undefined) resolve(found);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`the server ended: ${printed.trim()}`)));
  });
  return { child, url };
}
