import { describe, expect, it } from 'vitest';
import { reachedBy, startMessage } from './start-message.js';

const LAN = ['192.168.1.4', '2001:db8::4'];
const PLAIN = { port: 8080, tls: null, publicUrl: null };
const said = (reach: ReturnType<typeof reachedBy>, more: { selfSigned?: boolean; fresh?: boolean } = {}) =>
  startMessage({
    ...reach,
    port: 8080,
    selfSigned: more.selfSigned ?? false,
    secretKept: { path: '/state/secret', fresh: more.fresh ?? false },
  });

describe('where a server is reached', () => {
  it('is localhost alone by default, and no join link may say so', () => {
    const reach = reachedBy({ ...PLAIN, host: '127.0.0.1' }, LAN);
    expect(reach).toEqual({ origins: ['http://localhost:{port}'], publicUrl: null });
  });

  it('is every address of the machine, of which the first goes into join links', () => {
    const reach = reachedBy({ ...PLAIN, host: '0.0.0.0', tls: {} }, LAN);
    expect(reach.origins).toEqual([
      'https://localhost:{port}',
      'https://192.168.1.4:{port}',
      'https://[2001:db8::4]:{port}',
    ]);
    expect(reach.publicUrl).toBe('https://192.168.1.4:8080');
  });

  it('is the one address that was named', () => {
    const reach = reachedBy({ ...PLAIN, host: '192.168.1.4' }, LAN);
    expect(reach).toEqual({ origins: ['http://192.168.1.4:{port}'], publicUrl: 'http://192.168.1.4:8080' });
  });

  it('is what the operator says, before any guess', () => {
    const reach = reachedBy({ ...PLAIN, host: '0.0.0.0', publicUrl: 'https://grid.example.org' }, LAN);
    expect(reach.publicUrl).toBe('https://grid.example.org');
  });

  it('is not guessed while the port is open, nor on a machine without a network', () => {
    expect(reachedBy({ ...PLAIN, port: 0, host: '0.0.0.0' }, LAN).publicUrl).toBeNull();
    expect(reachedBy({ ...PLAIN, host: '0.0.0.0' }, []).publicUrl).toBeNull();
  });
});

describe('what is said', () => {
  it('names dashboard and peer tab, public address first', () => {
    const text = said(reachedBy({ ...PLAIN, host: '127.0.0.1', publicUrl: 'https://grid.example.org' }, LAN));
    expect(text.match(/Dashboard {2}\S+/g)).toEqual([
      'Dashboard  https://grid.example.org/',
      'Dashboard  http://localhost:8080/',
    ]);
    expect(text).toContain('Peer tab   https://grid.example.org/peer');
    expect(text).not.toContain('secure');
  });

  it('tells how others may reach a server that only this machine does', () => {
    expect(said(reachedBy({ ...PLAIN, host: '127.0.0.1' }, LAN))).toContain('--host 0.0.0.0 --https');
    expect(said(reachedBy({ ...PLAIN, host: '0.0.0.0', tls: {} }, LAN))).not.toContain('Only this machine');
  });

  it('explains secure contexts where browsers will not compute, and nowhere else', () => {
    const text = said(reachedBy({ ...PLAIN, host: '0.0.0.0' }, LAN));
    expect(text).toContain('At http://192.168.1.4:8080, http://[2001:db8::4]:8080\n');
    expect(text).toContain('--https');
    expect(text).toContain('--public-url');
    expect(said(reachedBy({ ...PLAIN, host: '0.0.0.0', tls: {} }, LAN))).not.toContain('secure pages');
    expect(said(reachedBy({ ...PLAIN, host: '127.0.0.1' }, LAN))).not.toContain('secure pages');
  });

  it('warns of a self-signed certificate, and says where a new secret lies', () => {
    const reach = reachedBy({ ...PLAIN, host: '0.0.0.0', tls: {} }, LAN);
    expect(said(reach)).not.toMatch(/self-signed|secret/);
    expect(said(reach, { selfSigned: true, fresh: true })).toMatch(/self-signed[\s\S]*\/state\/secret/);
  });
});
