import { get } from 'node:https';
import { createServer } from 'node:net';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { selfSigned } from './self-signed.js';
import { createSignalingServer, ListenError } from './server.js';
import { connect, folderOf, join, joinOwner, startServer, temporaryFolder } from './test-support.js';

describe('the end of a server', () => {
  it('is told to everybody, and frees the port', async () => {
    const server = await startServer();
    const owner = await joinOwner(server);
    const volunteer = await join(server, { role: 'volunteer', room: owner.room.id });
    const fresh = await connect(server);
    await owner.take('volunteerJoined');
    await volunteer.take('owner');
    const closed = server.close();
    for (const client of [owner, volunteer, fresh]) {
      await client.refused('shuttingDown');
      expect(await client.closed).toBe(1001);
    }
    await closed;
    await server.close();
    const next = await createSignalingServer({ port: server.port });
    await next.close();
  });

  it('does not wait for those who do not listen', async () => {
    const server = await startServer({ limits: { shutdownTime: 100 } });
    const deaf = await join(server, { role: 'pool' });
    deaf.socket.pause();
    await server.close();
    deaf.socket.resume();
    await deaf.closed;
  });
});

describe('a port', () => {
  it('that is taken is named in one line', async () => {
    const server = await startServer();
    const second = createSignalingServer({ port: server.port });
    await expect(second).rejects.toThrow(ListenError);
    await expect(second).rejects.toThrow(`Port ${server.port} is in use. Choose another one with --port.`);
  });

  it('cannot be had at an address of another machine', async () => {
    await expect(createSignalingServer({ host: '192.0.2.1' })).rejects.toThrow('192.0.2.1 is not an address of this');
  });

  it('is free again when the start failed', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const address = other.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    await expect(createSignalingServer({ port })).rejects.toThrow(ListenError);
    await new Promise((resolve) => other.close(resolve));
    await startServer({ port });
  });

  it('is in the addresses', async () => {
    const server = await startServer({ host: '::1' });
    expect(server.url).toBe(`http://[::1]:${server.port}`);
    expect(server.signalingUrl).toBe(`ws://[::1]:${server.port}/signal`);
    await join(server, { role: 'pool' });
    expect((await startServer({ host: '0.0.0.0' })).url).toMatch(/^http:\/\/localhost:\d+$/);
  });
});

describe('TLS', () => {
  it('serves pages and sockets with a self-signed certificate', async () => {
    const tls = await selfSigned(await temporaryFolder(), ['localhost', '127.0.0.1'], Date.now());
    const pages = await folderOf({ 'coordinator-web/index.html': '<title>dashboard</title>' });
    const server = await startServer({ tls, pages });
    expect(server.url).toBe(`https://127.0.0.1:${server.port}`);
    const body = await new Promise<string>((resolve, reject) => {
      get(`${server.url}/`, { ca: tls.cert }, (response) => {
        response.setEncoding('utf8').on('data', resolve);
      }).on('error', reject);
    });
    expect(body).toContain('dashboard');
    await expect(join(server, { role: 'pool' })).rejects.toThrow(/self.signed/);
    const client = await join(server, { role: 'pool' }, { rejectUnauthorized: false });
    await client.nothing();
  });
});

describe('the log', () => {
  it('says what happens, and holds nothing that opens a room', async () => {
    const lines: string[] = [];
    const sink = new Writable({
      write(chunk, _encoding, done) {
        lines.push(String(chunk));
        done();
      },
    });
    const server = await startServer({ secret: 'never to be logged', log: pino({ level: 'trace' }, sink) });
    const owner = await joinOwner(server);
    const volunteer = await join(server, { role: 'volunteer', room: owner.room.id });
    await volunteer.take('owner');
    volunteer.sendRaw('nonsense');
    await volunteer.refused('malformed');
    await server.close();
    const text = lines.join('');
    for (const words of ['listening', 'an owner comes to its room', '"why":"malformed"', 'stopped']) {
      expect(text).toContain(words);
    }
    for (const secret of [owner.room.id, owner.room.token, 'never to be logged']) expect(text).not.toContain(secret);
  });
});
