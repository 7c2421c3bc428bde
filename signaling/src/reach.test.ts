import { describe, expect, it } from 'vitest';
import { hostInUrl, isLoopback, isSecureOrigin, isWildcard, lanAddresses, parsePublicUrl } from './reach.js';
import { SettingError } from './setting.js';

it('knows the loopback by name and address', () => {
  for (const host of ['localhost', 'a.localhost', '127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1']) {
    expect(isLoopback(host), host).toBe(true);
  }
  for (const host of ['0.0.0.0', '::', '192.168.1.4', '::2', 'example.org', 'localhost.example.org', '1::1', '']) {
    expect(isLoopback(host), host).toBe(false);
  }
  expect([isWildcard('0.0.0.0'), isWildcard('::'), isWildcard('127.0.0.1')]).toEqual([true, true, false]);
});

it('lists the addresses that others can use, IPv4 first', () => {
  const of = (address: string, family: 'IPv4' | 'IPv6', internal = false) => ({
    address,
    family,
    internal,
    netmask: '',
    mac: '',
    cidr: null,
    scopeid: 0,
  });
  expect(
    lanAddresses({
      lo: [of('127.0.0.1', 'IPv4', true), of('::1', 'IPv6', true)],
      eth0: [of('2001:db8::4', 'IPv6'), of('fe80::4', 'IPv6'), of('192.168.1.4', 'IPv4')],
      wlan0: undefined,
    }),
  ).toEqual(['192.168.1.4', '2001:db8::4']);
});

it('writes addresses as URLs want them', () => {
  expect([hostInUrl('::1'), hostInUrl('a.example')]).toEqual(['[::1]', 'a.example']);
});

describe('the public address', () => {
  it('is an origin', () => {
    expect(parsePublicUrl('https://grid.example.org/')).toBe('https://grid.example.org');
    expect(parsePublicUrl('https://GRID.example.org:443')).toBe('https://grid.example.org');
    expect(parsePublicUrl('http://192.168.1.4:8080')).toBe('http://192.168.1.4:8080');
  });

  it('is nothing else', () => {
    for (const bad of [
      'grid.example.org',
      'https://a/grid',
      'ftp://a',
      'https://a?b',
      'https://a#b',
      'https://u:p@a',
    ]) {
      expect(() => parsePublicUrl(bad), bad).toThrow(SettingError);
    }
  });
});

it('knows where browsers give WebGPU', () => {
  const secure = ['https://a.example', 'http://localhost:8080', 'http://127.0.0.1:1', 'http://[::1]:1'];
  expect(secure.map(isSecureOrigin)).toEqual([true, true, true, true]);
  expect(['http://192.168.1.4:8080', 'http://a.example'].map(isSecureOrigin)).toEqual([false, false]);
});
