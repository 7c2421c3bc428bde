import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright';

/**
 * Finds a Chromium-family browser, or installs one: an installed browser first, then Playwright's own, then – as root
 * on Debian – the `chromium` package. And starts it so that WebGPU is there, on the machine's GPU or in software.
 */

/** No browser could be found or installed; the message says what to do. */
export class NoBrowserError extends Error {
  override name = 'NoBrowserError';
}

export interface LaunchedBrowser {
  readonly browser: Browser;
  readonly executable: string;
  /** The WebGPU adapter that pages get, in words. */
  readonly adapter: string;
  /** Whether WebGPU runs on the CPU. */
  readonly software: boolean;
}

const NAMES = [
  'google-chrome-stable',
  'google-chrome',
  'chromium',
  'chromium-browser',
  'microsoft-edge-stable',
  'chrome',
];

const PLACES = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  ...['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA'].flatMap((name) => {
    const base = process.env[name];
    return base
      ? [join(base, 'Google/Chrome/Application/chrome.exe'), join(base, 'Microsoft/Edge/Application/msedge.exe')]
      : [];
  }),
];

/** Flags for every start: nothing phones home, and a page in the background keeps its timers. */
const QUIET = [
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--enable-unsafe-webgpu',
];

/** WebGPU on the machine's GPU. Linux needs Vulkan switched on by hand. */
const HARDWARE = process.platform === 'linux' ? ['--enable-features=Vulkan', '--ignore-gpu-blocklist'] : [];

/** WebGPU in software. Compute needs no more; a WebGPU canvas would. */
const SOFTWARE = ['--use-webgpu-adapter=swiftshader'];

function installedBrowser(): string | null {
  const named = process.env['TABGRID_BROWSER'];
  if (named) {
    if (existsSync(named)) return named;
    throw new NoBrowserError(`TABGRID_BROWSER names ${named}, which does not exist. Correct it or unset it.`);
  }
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter(Boolean);
  const places = [...NAMES.flatMap((name) => folders.map((folder) => join(folder, name))), ...PLACES];
  return places.find((place) => existsSync(place)) ?? null;
}

function playwrightBrowser(): string | null {
  const place = chromium.executablePath();
  return place && existsSync(place) ? place : null;
}

function run(command: string, args: readonly string[]): boolean {
  const done = spawnSync(command, args, {
    stdio: ['ignore', 2, 2],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  return done.status === 0;
}

function installBrowser(say: (line: string) => void): string | null {
  say('No Chromium-family browser found; installing one with Playwright …');
  if (run('npx', ['playwright', 'install', 'chromium']) && playwrightBrowser()) return playwrightBrowser();
  const debianRoot = process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
  if (debianRoot) {
    say('Playwright could not; installing the chromium package …');
    if (run('apt-get', ['update', '-qq']) && run('apt-get', ['install', '-y', '-qq', 'chromium']))
      return installedBrowser();
  }
  return null;
}

/** Path of a browser that can be started. @throws NoBrowserError */
export function findBrowser(say: (line: string) => void = () => {}): string {
  const found = installedBrowser() ?? playwrightBrowser() ?? installBrowser(say);
  if (found) return found;
  throw new NoBrowserError(
    'No Chromium-family browser was found and none could be installed. Install Chrome, Chromium or Edge, or set TABGRID_BROWSER to its path.',
  );
}

function commonArgs(): string[] {
  // Chromium's sandbox refuses to run as root; a user's own session keeps it.
  return process.getuid?.() === 0 ? [...QUIET, '--no-sandbox'] : QUIET;
}

/** What `navigator.gpu` offers to a page at `url` (a secure context), or null. */
async function probe(browser: Browser, url: string): Promise<{ name: string; software: boolean } | null> {
  const page = await (browser.contexts()[0] ?? (await browser.newContext())).newPage();
  try {
    await page.goto(url);
    return await page.evaluate(async () => {
      const adapter = await navigator.gpu?.requestAdapter({ powerPreference: 'high-performance' });
      if (!adapter) return null;
      const { vendor, architecture, description } = adapter.info;
      const name = [vendor, architecture, description].filter(Boolean).join(' ');
      return {
        name: name || 'unnamed adapter',
        software: adapter.info.isFallbackAdapter || /swiftshader|llvmpipe|lavapipe/i.test(name),
      };
    });
  } finally {
    await page.close();
  }
}

async function launchPlain(executablePath: string, headless: boolean, args: string[]): Promise<Browser> {
  return await chromium.launch({ executablePath, headless, args });
}

/** What Playwright adds to keep tabs in the background lively; people's browsers do not have it. */
const LIVELY = [
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
];

/** Playwright tells each page that it is in front, unless it is only attached to a browser that is there already. */
async function launchHideable(executablePath: string, headless: boolean, args: string[]): Promise<Browser> {
  const port = await freePort();
  const own = await chromium.launch({
    executablePath,
    headless,
    ignoreDefaultArgs: LIVELY,
    args: [...args, `--remote-debugging-port=${port}`],
  });
  const attached = await chromium.connectOverCDP(`http://127.0.0.1:${port}`, { noDefaults: true });
  attached.once('disconnected', () => void own.close());
  return attached;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port is free');
  return address.port;
}

/**
 * Starts a browser whose pages have WebGPU: on the GPU where there is one, else in software.
 * @param url a page in a secure context, for asking which adapter pages get
 * @throws NoBrowserError
 */
export async function launchBrowser(options: {
  readonly url: string;
  readonly headed?: boolean;
  readonly softwareOnly?: boolean;
  /** Lets tabs really go to the background, as people's do: all pages then share the browser's default context. */
  readonly hideable?: boolean;
  readonly say?: (line: string) => void;
}): Promise<LaunchedBrowser> {
  const executable = findBrowser(options.say);
  const flagSets = options.softwareOnly ? [SOFTWARE] : [HARDWARE, SOFTWARE];
  for (const flags of flagSets) {
    const browser = await (options.hideable ? launchHideable : launchPlain)(executable, !options.headed, [
      ...commonArgs(),
      ...flags,
    ]);
    const adapter = await probe(browser, options.url).catch(() => null);
    if (adapter) return { browser, executable, adapter: adapter.name, software: adapter.software };
    await browser.close();
  }
  throw new NoBrowserError(
    `${executable} offers no WebGPU, not even in software. Update it to Chrome, Chromium or Edge 121 or later, or set TABGRID_BROWSER to another.`,
  );
}
