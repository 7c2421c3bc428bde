import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contentSecurityPolicy, headersFor, type ResponseKind } from './headers.js';

const KINDS: ResponseKind[] = ['page', 'frame', 'asset', 'embed', 'embedVersion', 'file'];
const directives = (policy: string) =>
  new Map(policy.split('; ').map((line) => [line.split(' ')[0], line.split(' ').slice(1).join(' ')]));

describe('the policy', () => {
  it('allows the own origin, its sockets, and nothing inline or evaluated', () => {
    for (const kind of KINDS) {
      const policy = directives(contentSecurityPolicy(kind, ['grid.example.org']));
      expect(policy.get('default-src')).toBe("'none'");
      // Only what a Worker's script is served as may compile WebAssembly, and nothing may evaluate text.
      expect(policy.get('script-src')).toBe(kind === 'asset' ? "'self' 'wasm-unsafe-eval'" : "'self'");
      expect(policy.get('worker-src')).toBe("'self' blob:");
      expect(policy.get('style-src')).toBe("'self'");
      expect(policy.get('img-src')).toBe("'self' data: blob:");
      expect(policy.get('connect-src')).toBe("'self' ws://grid.example.org wss://grid.example.org");
      expect([...policy.values()].join(' ').replace("'wasm-unsafe-eval'", '')).not.toMatch(/unsafe|\*/);
    }
  });

  it('lets nobody frame anything but the embed frame', () => {
    for (const kind of KINDS) {
      const framed = directives(contentSecurityPolicy(kind, [])).get('frame-ancestors');
      expect(framed, kind).toBe(kind === 'frame' ? undefined : "'none'");
      expect(headersFor(kind, [])['x-frame-options'], kind).toBe(kind === 'frame' ? undefined : 'DENY');
    }
  });

  it('takes hosts with ports, IPv6 included, and each once', () => {
    const policy = directives(contentSecurityPolicy('page', ['localhost:8080', 'localhost:8080', '[::1]:8080']));
    expect(policy.get('connect-src')).toBe(
      "'self' ws://localhost:8080 wss://localhost:8080 ws://[::1]:8080 wss://[::1]:8080",
    );
  });

  it('lets no Host header write into it', () => {
    const plain = contentSecurityPolicy('page', []);
    for (const host of ['a; script-src *', "a 'unsafe-inline'", '*', 'a\r\nset-cookie: b', 'a/b', 'a:', 'é', '']) {
      expect(contentSecurityPolicy('page', [host]), host).toBe(plain);
    }
    fc.assert(
      fc.property(fc.string(), (host) => {
        expect([...directives(contentSecurityPolicy('page', [host])).keys()]).toEqual([...directives(plain).keys()]);
      }),
    );
  });
});

describe('other headers', () => {
  it('keeps hashed and versioned files for good and asks for the rest', () => {
    const cache = (kind: ResponseKind) => headersFor(kind, [])['cache-control'];
    expect(cache('asset')).toBe('public, max-age=31536000, immutable');
    expect(cache('embedVersion')).toBe('public, max-age=31536000, immutable');
    expect(cache('embed')).toBe('public, max-age=3600');
    expect([cache('page'), cache('frame')]).toEqual(['no-cache', 'no-cache']);
  });

  it('gives the embed script to every site and nothing else to any', () => {
    for (const kind of KINDS) {
      const embed = kind === 'embed' || kind === 'embedVersion';
      expect(headersFor(kind, [])['access-control-allow-origin'], kind).toBe(embed ? '*' : undefined);
      const resource = headersFor(kind, [])['cross-origin-resource-policy'];
      expect(resource, kind).toBe(embed || kind === 'frame' ? 'cross-origin' : 'same-origin');
    }
  });

  it('isolates pages that people open, sniffs nothing and refers nobody', () => {
    for (const kind of KINDS) {
      const headers = headersFor(kind, []);
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['referrer-policy']).toBe('no-referrer');
      expect(headers['permissions-policy']).toContain('camera=()');
      expect(headers['cross-origin-opener-policy'], kind).toBe(kind === 'page' ? 'same-origin' : undefined);
    }
  });
});
