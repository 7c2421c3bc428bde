import { createHmac } from 'node:crypto';
import { PeerId } from '@tabgrid/protocol/ids';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { iceServersFor, parseIceServers } from './ice.js';
import { SettingError } from './setting.js';

const PEER = v.parse(PeerId, 'p'.repeat(22));

describe('configured servers', () => {
  it('takes what browsers take, with one URL or several', () => {
    expect(
      parseIceServers('[{"urls":"stun:stun.example.org"},{"urls":["turn:a:3478"],"username":"u","credential":"c"}]'),
    ).toEqual([{ urls: ['stun:stun.example.org'] }, { urls: ['turn:a:3478'], username: 'u', credential: 'c' }]);
    expect(parseIceServers('[]')).toEqual([]);
  });

  it('names what is wrong', () => {
    expect(() => parseIceServers('stun:a')).toThrow('the ICE servers are not JSON');
    for (const bad of [
      '{}',
      '[{"url":"stun:a"}]',
      '[{"urls":"http://a"}]',
      '[{"urls":[]}]',
      '[{"urls":"stun:a","extra":1}]',
      JSON.stringify(Array.from({ length: 9 }, () => ({ urls: 'stun:a' }))),
    ]) {
      expect(() => parseIceServers(bad), bad).toThrow(SettingError);
    }
  });
});

describe('TURN with a shared secret', () => {
  const turn = { urls: ['turn:turn.example.org:3478?transport=udp'], secret: 'shared', ttlMs: 3_600_000 };

  it('gives each page a credential of its own that ends', () => {
    const [server] = iceServersFor(PEER, [], turn, 1_700_000_000_999);
    expect(server).toEqual({
      urls: turn.urls,
      username: `1700003600:${PEER}`,
      credential: createHmac('sha1', 'shared').update(`1700003600:${PEER}`).digest('base64'),
    });
  });

  it('adds to the configured ones, and is nothing without a server', () => {
    const fixed = [{ urls: ['stun:a'] }];
    expect(iceServersFor(PEER, fixed, turn, 0)).toHaveLength(2);
    expect(iceServersFor(PEER, fixed, null, 0)).toEqual(fixed);
    expect(iceServersFor(PEER, [], null, 0)).toEqual([]);
  });
});
