import { request } from 'node:http';
import { connect as connectTcp } from 'node:net';
import { PROTOCOL_VERSION } from '@tabgrid/protocol/version';
import { describe, expect, it } from 'vitest';
import { folderOf, join, joinOwner, startServer } from './test-support.js';

const SCRIPT = 'console.log("a script of some length");\n'.repeat(100);

async function withPages(options: Parameters<typeof startServer>[0] = {}) {
  const pages = await folderOf({
    'coordinator-web/index.html': '<title>dashboard</title>',
    'peer-tab/index.html': '<title>peer</title>',
    'peer-tab/frame.html': '<title>frame</title>',
    'bench-page/index.html': '<title>bench</title>',
    'embed.js': SCRIPT,
    'assets/main-abc.js': SCRIPT,
  });
  return startServer({ pages, ...options });
}

describe('every page', () => {
  it('has the headers of its kind', async () => {
    const server = await withPages({ publicUrl: 'https://grid.example.org' });
    const host = new URL(server.url).host;
    const sockets = `connect-src 'self' ws://${host} wss://${host} ws://grid.example.org wss://grid.example.org;`;
    for (const [path, type, framed, cache] of [
      ['/', 'text/html', false, 'no-cache'],
      ['/?theme=dark', 'text/html', false, 'no-cache'],
      ['/peer', 'text/html', false, 'no-cache'],
      ['/peer/?x', 'text/html', false, 'no-cache'],
      ['/embed/frame?room=1', 'text/html', true, 'no-cache'],
      ['/embed.js', 'text/javascript', false, 'max-age=3600'],
      ['/embed/v1/embed.js', 'text/javascript', false, 'immutable'],
      ['/assets/main-abc.js', 'text/javascript', false, 'immutable'],
      ['/nothing', 'text/plain', false, 'no-store'],
      ['/healthz', 'application/json', false, 'no-store'],
      ['/metrics', 'text/plain', false, 'no-store'],
    ] as const) {
      const response = await fetch(server.url + path);
      const header = (name: string) => response.headers.get(name) ?? '';
      expect(response.status, path).toBe(path === '/nothing' ? 404 : 200);
      expect(header('content-type'), path).toContain(type);
      expect(header('cache-control'), path).toContain(cache);
      expect(header('x-content-type-options'), path).toBe('nosniff');
      expect(header('referrer-policy'), path).toBe('no-referrer');
      // The Worker that trains compiles WebAssembly; a page may not.
      const scripts = path.startsWith('/assets/') ? "script-src 'self' 'wasm-unsafe-eval';" : "script-src 'self';";
      expect(header('content-security-policy'), path).toContain(`default-src 'none'; ${scripts}`);
      expect(header('content-security-policy'), path).toContain(sockets);
      expect(header('content-security-policy').includes("frame-ancestors 'none'"), path).toBe(!framed);
      expect(header('x-frame-options'), path).toBe(framed ? '' : 'DENY');
      expect(header('access-control-allow-origin'), path).toBe(path.includes('embed.js') ? '*' : '');
      await response.arrayBuffer();
    }
  });

  it('is compressed as the browser likes, and not sent again when it has it', async () => {
    const server = await withPages();
    for (const encoding of ['br', 'gzip']) {
      const response = await fetch(`${server.url}/assets/main-abc.js`, { headers: { 'accept-encoding': encoding } });
      expect(response.headers.get('content-encoding')).toBe(encoding);
      expect(response.headers.get('vary')).toBe('accept-encoding');
      expect(Number(response.headers.get('content-length'))).toBeLessThan(SCRIPT.length / 2);
      expect(await response.text()).toBe(SCRIPT);
    }
    const plain = await fetch(`${server.url}/embed.js`, { headers: { 'accept-encoding': 'identity' } });
    expect(plain.headers.get('content-encoding')).toBeNull();
    expect(await plain.text()).toBe(SCRIPT);
    const etag = plain.headers.get('etag') ?? '';
    const again = await fetch(`${server.url}/embed.js`, { headers: { 'if-none-match': `"x", ${etag}` } });
    expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([304, '', etag]);
    expect(again.headers.get('content-security-policy')).toContain("script-src 'self'");
  });

  it('answers HEAD with the same headers and no body, and no other method', async () => {
    const server = await withPages();
    const head = await fetch(`${server.url}/peer`, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '19', '']);
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      const response = await fetch(`${server.url}/`, { method });
      expect([response.status, response.headers.get('allow')], method).toEqual([405, 'GET, HEAD']);
    }
  });

  it('is the bench page only on demand', async () => {
    const [without, with_] = [await withPages(), await withPages({ bench: true })];
    expect((await fetch(`${without.url}/bench/`)).status).toBe(404);
    expect(await (await fetch(`${with_.url}/bench/`)).text()).toContain('bench');
  });

  it('has no icon at the address where browsers look, and no error either', async () => {
    const response = await fetch(`${(await withPages()).url}/favicon.ico`);
    expect([response.status, await response.text(), response.headers.get('content-length')]).toEqual([204, '', null]);
  });

  it('names no other file, however it is asked', async () => {
    const server = await withPages();
    for (const path of [
      '/../package.json',
      '/assets/../../package.json',
      '/assets/..%2f..%2fpackage.json',
      '/%2e%2e/%2e%2e/etc/passwd',
      '/..\\..\\package.json',
      '/assets/main-abc.js/',
      '/coordinator-web/index.html',
      '/etc/passwd',
      '//etc/passwd',
      '/\0',
      'file:///etc/passwd',
      '*',
    ]) {
      const status = await rawStatus(server.port, path);
      expect([400, 404], path).toContain(status);
    }
  });

  it('does not take a policy from a Host header', async () => {
    const server = await withPages();
    const policy = await new Promise((resolve) => {
      request(
        { port: server.port, host: '127.0.0.1', headers: { host: "x; script-src 'unsafe-inline'" } },
        (response) => {
          response.resume();
          resolve(response.headers['content-security-policy']);
        },
      ).end();
    });
    expect(policy).toContain("connect-src 'self';");
    expect(policy).not.toContain('unsafe');
  });
});

describe('a server without pages', () => {
  it('says so and is healthy', async () => {
    const server = await startServer();
    expect(await (await fetch(server.url)).text()).toContain('no pages');
    expect(await (await fetch(`${server.url}/healthz`)).json()).toEqual({ status: 'ok', protocol: PROTOCOL_VERSION });
  });

  it('opens sockets at their own path only', async () => {
    const server = await startServer();
    for (const path of ['/', '/signal/x', '/signalx']) {
      const elsewhere = { signalingUrl: server.signalingUrl.replace('/signal', path) };
      await expect(join(elsewhere, { role: 'pool' }), path).rejects.toThrow('404');
    }
  });
});

describe('/metrics', () => {
  it('counts what goes on, and names nobody', async () => {
    const server = await startServer();
    const owner = await joinOwner(server, { open: true });
    owner.send({ type: 'room', open: true, hasWork: true, wanted: 1 });
    await owner.nothing();
    const given = await join(server, { role: 'pool' });
    await given.take('owner');
    await join(server, { role: 'pool' });
    given.send({ type: 'signal', to: owner.welcome.peer, signal: { kind: 'relay', dial: 1 } });
    await owner.take('volunteerJoined');
    await owner.take('signal');
    given.sendRaw(Buffer.from(`${owner.welcome.peer}12345`));
    await owner.frame();
    given.sendRaw('nonsense');
    await given.refused('malformed');
    const text = await (await fetch(`${server.url}/metrics`)).text();
    for (const line of [
      'tabgrid_connections 2',
      'tabgrid_rooms 1',
      'tabgrid_volunteers 0',
      'tabgrid_pool_volunteers 1',
      'tabgrid_waiting_volunteers 1',
      'tabgrid_messages_total{type="hello"} 3',
      'tabgrid_signals_total 1',
      'tabgrid_relay_frames_total 1',
      'tabgrid_relay_bytes_total 5',
      'tabgrid_sockets_ended_total{why="malformed"} 1',
    ]) {
      expect(text.split('\n'), line).toContain(line);
    }
    for (const secret of [owner.room.id, owner.room.token, owner.welcome.peer, '127.0.0.1']) {
      expect(text).not.toContain(secret);
    }
  });

  it('counts requests, and shows the process where that was asked for', async () => {
    const server = await startServer({ processMetrics: true });
    await fetch(`${server.url}/nothing`);
    const response = await fetch(`${server.url}/metrics`);
    expect(response.headers.get('content-type')).toContain('version=0.0.4');
    const text = await response.text();
    expect(text).toContain('tabgrid_http_requests_total{status="404"} 1');
    expect(text).toContain('process_resident_memory_bytes');
  });
});

/** Asks for a path that no URL library would send; the status. */
async function rawStatus(port: number, path: string): Promise<number> {
  const socket = connectTcp(port, '127.0.0.1');
  socket.end(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  let answer = '';
  for await (const data of socket) answer += String(data);
  return Number(answer.split(' ')[1]);
}
