import { RoomId } from '@tabgrid/protocol/ids';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { isLoopback, joinLink } from './join-link.js';

const room = v.parse(RoomId, 'abcdefghijklmnopqrst-_');

describe('joinLink', () => {
  it('carries the server’s public address when there is one', () => {
    expect(joinLink('http://localhost:8080', 'https://grid.example.org', room)).toEqual({
      url: `https://grid.example.org/peer#room=${room}`,
      reach: 'public',
    });
  });

  it('keeps a path that a reverse proxy put before it, and drops a trailing slash', () => {
    expect(joinLink('http://localhost:8080', 'https://example.org/grid/', room).url).toBe(
      `https://example.org/grid/peer#room=${room}`,
    );
  });

  it('is this page’s address otherwise', () => {
    expect(joinLink('https://192.168.1.5:8080', null, room)).toEqual({
      url: `https://192.168.1.5:8080/peer#room=${room}`,
      reach: 'network',
    });
  });

  it('admits that a loopback address reaches nobody else, even as a public one', () => {
    expect(joinLink('http://localhost:8080', null, room).reach).toBe('thisComputer');
    expect(joinLink('https://grid.example.org', 'http://127.0.0.1:8080', room).reach).toBe('thisComputer');
  });

  it('has the room in the fragment, which browsers never send to a server', () => {
    const url = new URL(joinLink('http://localhost:8080', null, room).url);
    expect(url.hash).toBe(`#room=${room}`);
    expect(url.search).toBe('');
  });
});

it.each([
  ['localhost', true],
  ['app.localhost', true],
  ['127.0.0.1', true],
  ['127.9.8.7', true],
  ['[::1]', true],
  ['127.0.0.1.example.org', false],
  ['mylocalhost', false],
  ['192.168.0.1', false],
])('%s is loopback: %s', (host, loopback) => {
  expect(isLoopback(host)).toBe(loopback);
});
