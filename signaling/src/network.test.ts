import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clientAddress, countedAs, networkOf, parseAddress, parseTrustProxy, showAddress } from './network.js';
import { SettingError } from './setting.js';

const parsed = (text: string) => {
  const address = parseAddress(text);
  if (!address) throw new Error(`not an address: ${text}`);
  return address;
};

describe('addresses', () => {
  it('reads what sockets and proxies write', () => {
    expect(showAddress(parsed('192.0.2.7'))).toBe('192.0.2.7');
    expect(showAddress(parsed(' 192.0.2.7:4711 '))).toBe('192.0.2.7');
    expect(showAddress(parsed('::ffff:192.0.2.7'))).toBe('192.0.2.7');
    expect(showAddress(parsed('::FFFF:c000:207'))).toBe('192.0.2.7');
    expect(showAddress(parsed('2001:db8::1'))).toBe('2001:db8:0:0:0:0:0:1');
    expect(showAddress(parsed('[2001:db8::1]:443'))).toBe('2001:db8:0:0:0:0:0:1');
    expect(showAddress(parsed('fe80::1%eth0'))).toBe('fe80:0:0:0:0:0:0:1');
    expect(showAddress(parsed('::'))).toBe('0:0:0:0:0:0:0:0');
    expect(showAddress(parsed('64:ff9b::192.0.2.33'))).toBe('64:ff9b:0:0:0:0:c000:221');
  });

  it('takes nothing else', () => {
    for (const bad of ['', 'unknown', 'localhost', '1.2.3', '1.2.3.4.5', '256.1.1.1', ':::', '1:2', '_hidden']) {
      expect(parseAddress(bad), bad).toBeNull();
    }
  });

  it('reads back what it shows', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
        const address = parsed(text);
        expect(parseAddress(showAddress(address))).toEqual(address);
        expect(address.bytes).toHaveLength(address.family === 'ipv4' ? 4 : 16);
        expect(address.bytes.every((byte) => Number.isInteger(byte) && byte >= 0 && byte <= 255)).toBe(true);
      }),
    );
  });
});

describe('networks', () => {
  it('is the /24 or the /64', () => {
    expect(networkOf(parsed('192.0.2.7'))).toBe('192.0.2.0/24');
    expect(networkOf(parsed('::ffff:192.0.2.200'))).toBe('192.0.2.0/24');
    expect(networkOf(parsed('2001:db8:1:2:3:4:5:6'))).toBe('2001:db8:1:2::/64');
    expect(networkOf(parsed('2001:db8:1:3::6'))).toBe('2001:db8:1:3::/64');
  });

  it('counts an IPv4 address by itself and an IPv6 subscriber by its /64', () => {
    expect(countedAs(parsed('192.0.2.7'))).not.toBe(countedAs(parsed('192.0.2.8')));
    expect(countedAs(parsed('2001:db8::7'))).toBe(countedAs(parsed('2001:db8::8')));
  });
});

describe('trusted proxies', () => {
  const client = (socket: string, header: string | undefined, ...entries: string[]) => {
    const address = clientAddress(socket, header, parseTrustProxy(entries));
    return address && showAddress(address);
  };

  it('believes nobody by default', () => {
    expect(client('10.0.0.1', '1.1.1.1')).toBe('10.0.0.1');
    expect(client('10.0.0.1', '1.1.1.1', '0')).toBe('10.0.0.1');
  });

  it('counts hops from the end, so that a client cannot put itself in front', () => {
    expect(client('10.0.0.1', '6.6.6.6, 1.1.1.1', '1')).toBe('1.1.1.1');
    expect(client('10.0.0.1', '6.6.6.6, 1.1.1.1, 10.0.0.2', '2')).toBe('1.1.1.1');
    expect(client('10.0.0.1', '1.1.1.1', '3')).toBe('1.1.1.1');
    expect(client('10.0.0.1', undefined, '1')).toBe('10.0.0.1');
  });

  it('believes proxies of the named networks only', () => {
    expect(client('10.0.0.1', '6.6.6.6, 1.1.1.1, 10.0.0.2', '10.0.0.0/8')).toBe('1.1.1.1');
    expect(client('9.9.9.9', '1.1.1.1', '10.0.0.0/8')).toBe('9.9.9.9');
    expect(client('::ffff:127.0.0.1', '1.1.1.1', 'loopback')).toBe('1.1.1.1');
    expect(client('::1', '2001:db8::5', 'loopback', 'private')).toBe('2001:db8:0:0:0:0:0:5');
    expect(client('192.0.2.1', '1.1.1.1', '192.0.2.1')).toBe('1.1.1.1');
    expect(client('192.0.2.2', '1.1.1.1', '192.0.2.1')).toBe('192.0.2.2');
  });

  it('stops at what is no address', () => {
    expect(client('10.0.0.1', '1.1.1.1, unknown', '2')).toBe('10.0.0.1');
    expect(clientAddress('', '1.1.1.1', parseTrustProxy(['1']))).toBeNull();
  });

  it('never lets the text that a client sends decide, whatever it is', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.ipV4(), fc.string())), fc.ipV4(), (forged, real) => {
        const header = [...forged, real].join(', ');
        expect(client('127.0.0.1', header, '1')).toBe(real);
        fc.pre(!real.startsWith('127.'));
        expect(client('127.0.0.1', header, 'loopback')).toBe(real);
      }),
    );
  });

  it('refuses lists that mean nothing', () => {
    for (const bad of ['nginx', '10.0.0.0/33', '10.0.0.0/', '::/129', '10.0.0/8', '1.2.3.4/x']) {
      expect(() => parseTrustProxy([bad]), bad).toThrow(SettingError);
    }
    expect(() => parseTrustProxy(['1', '2'])).toThrow(SettingError);
  });
});
